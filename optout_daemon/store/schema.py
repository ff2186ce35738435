"""The tables: one source for the statements, the migrations and the test that compares the two.

Rows are written and read by SQLAlchemy Core on the tables at the end of this module; the models describe them, those of
staff in schema_staff.py, of senders in schema_api.py.
What stands in two places, and why:
- raw mail is a table of its own, so that retention removes the bytes and leaves what became of them;
- the ledger's subjects are rows of their own, since one entry covers a number and several addresses;
- `suppression` is derived from the ledger and kept beside it for look-ups;
- neither has a foreign key to a customer or an inquiry: nothing that happens to those can lift a block.
A keyed digest of an address is one more `subject_kind`, not one more column.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy import Index, Table, UniqueConstraint
from sqlmodel import Field

from optout_daemon.core.lifecycle import Delivery, State
from optout_daemon.core.model import Act, Action, Category, Disposition, ReplyKind
from optout_daemon.store.columns import CleanJSON, CleanKey, CleanText, identity, one_of
from optout_daemon.store.schema_api import ApiTokenRow as ApiTokenRow
from optout_daemon.store.schema_api import ApiUseRow as ApiUseRow
from optout_daemon.store.schema_base import Base, only
from optout_daemon.store.schema_staff import SignInFailureRow as SignInFailureRow
from optout_daemon.store.schema_staff import StaffAccountRow as StaffAccountRow
from optout_daemon.store.schema_staff import StaffRecoveryCodeRow as StaffRecoveryCodeRow
from optout_daemon.store.schema_staff import StaffSessionRow as StaffSessionRow

HEAD: Final = "0007"
"""The revision that this program works with: the newest file in migrations/versions."""


class InquiryRow(Base, table=True):
    """A stored message and what became of it; the columns below `decided_at` are the decision's evidence."""

    __tablename__ = "inquiry"
    __table_args__ = (
        Index(None, "state", "received_at"),
        Index("ix_inquiry_received", "state", "id", **only("state = 'received'")),
        Index("ix_inquiry_held", "category", "language", **only("state = 'held'")),
        Index("ix_inquiry_follow_up", "follow_up_done_at", "id", **only("follow_up AND follow_up_done_at IS NULL")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=identity())
    digest: str = Field(sa_type=CleanKey, unique=True)
    mailbox: str = Field(sa_type=CleanKey)
    received_at: datetime
    stored_at: datetime
    size: int = Field(sa_type=identity())
    truncated: bool
    state: State = Field(sa_type=one_of(State, "state"))
    state_since: datetime
    version: int
    attempts: int
    last_error: str = Field(sa_type=CleanText)
    retry_at: datetime | None

    decided_at: datetime | None
    decided_by: str = Field(sa_type=CleanText)
    rules_version: str = Field(sa_type=CleanText)
    disposition: Disposition | None = Field(sa_type=one_of(Disposition, "disposition"))
    category: Category | None = Field(sa_type=one_of(Category, "category"))
    language: str = Field(sa_type=CleanText)
    reasons: list[str] = Field(sa_type=CleanJSON)
    follow_up: bool
    follow_up_done_at: datetime | None
    customer_number: str | None = Field(sa_type=CleanKey, index=True)
    channels: list[str] = Field(sa_type=CleanJSON)
    scope: str = Field(sa_type=CleanText)
    reply: ReplyKind | None = Field(sa_type=one_of(ReplyKind, "reply"))
    no_reply_because: str = Field(sa_type=CleanText)
    reply_capped: bool
    shadow: bool
    duplicate: bool
    fields: dict[str, str] = Field(sa_type=CleanJSON)
    spans: dict[str, list[str | int]] = Field(sa_type=CleanJSON)
    evidence: list[str] = Field(sa_type=CleanJSON)
    author: str | None = Field(sa_type=CleanKey, index=True)
    subject: str = Field(sa_type=CleanText)
    message_id: str | None = Field(sa_type=CleanKey, index=True)
    content_digest: str | None = Field(sa_type=CleanText)
    has_attachments: bool
    parent_id: int | None = Field(foreign_key="inquiry.id", index=True, sa_type=identity())
    absorbed_by: int | None = Field(foreign_key="inquiry.id", sa_type=identity())
    assigned_to: str | None = Field(sa_type=CleanText)
    note: str | None = Field(sa_type=CleanText)


class RawMailRow(Base, table=True):
    """The bytes as the mailbox gave them."""

    __tablename__ = "raw_mail"

    inquiry_id: int = Field(primary_key=True, foreign_key="inquiry.id", sa_type=identity())
    raw: bytes


class LocationRow(Base, table=True):
    """Where a mail lies, or lay, in a mailbox; one inquiry may have several."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("mailbox", "uidvalidity", "uid"),
        Index("ix_location_unfiled", "mailbox", "uidvalidity", "due", **only("filed_at IS NULL AND gone_at IS NULL")),
        Index(
            "ix_location_moving_on", "mailbox", **only("filed_at IS NULL AND gone_at IS NULL AND folder IS NOT NULL")
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=identity())
    inquiry_id: int = Field(foreign_key="inquiry.id", index=True, sa_type=identity())
    mailbox: str = Field(sa_type=CleanKey)
    uidvalidity: int = Field(sa_type=identity())
    uid: int = Field(sa_type=identity())
    found_at: datetime
    listed_at: datetime | None
    due: datetime
    attempts: int
    folder: str | None = Field(sa_type=CleanText)
    filed_at: datetime | None
    gone_at: datetime | None


class CursorRow(Base, table=True):
    """How far a mailbox has been collected."""

    __tablename__ = "mailbox_cursor"

    mailbox: str = Field(primary_key=True, sa_type=CleanKey)
    uidvalidity: int = Field(sa_type=identity())
    last_uid: int = Field(sa_type=identity())
    baseline_uidvalidity: int = Field(sa_type=identity())
    baseline_uid: int = Field(sa_type=identity())
    below_baseline: int = Field(sa_type=identity())
    first_contact: datetime
    last_pass: datetime | None
    rescanning: bool


class UnfetchedRow(Base, table=True):
    """A mail that the server lists and that could not be taken in; it is tried again."""

    __tablename__ = "unfetched"

    mailbox: str = Field(primary_key=True, sa_type=CleanKey)
    uidvalidity: int = Field(primary_key=True, sa_type=identity())
    uid: int = Field(primary_key=True, sa_type=identity())
    since: datetime
    due: datetime
    attempts: int
    cause: str = Field(sa_type=CleanText)


class LedgerRow(Base, table=True):
    """One entry of the suppression ledger; triggers refuse UPDATE and DELETE. Its id is the list's version."""

    __tablename__ = "ledger"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True, sa_type=identity())
    channel: str = Field(sa_type=CleanKey)
    scope: str = Field(sa_type=CleanKey)
    action: Action = Field(sa_type=one_of(Action, "action"))
    provisional: bool
    reason: str = Field(sa_type=CleanText)
    source: str = Field(sa_type=CleanText)
    recorded_by: str = Field(sa_type=CleanText)
    recorded_at: datetime
    valid_from: datetime
    cause: int | None = Field(sa_type=identity(), index=True)
    note: str = Field(sa_type=CleanText)
    may_arrive_until: date | None


class LedgerSubjectRow(Base, table=True):
    """Whom an entry covers: a customer number, an address in comparable form, a postal key, or a digest of one."""

    __tablename__ = "ledger_subject"
    __table_args__ = (Index(None, "subject_kind", "subject"),)

    entry_id: int = Field(primary_key=True, foreign_key="ledger.id", sa_type=identity())
    subject_kind: str = Field(primary_key=True, sa_type=CleanKey)
    subject: str = Field(primary_key=True, sa_type=CleanKey)


class SuppressionRow(Base, table=True):
    """The current list: who is blocked on which channel in which scope, since when and by which entry."""

    __tablename__ = "suppression"
    __table_args__ = (Index(None, "entry_id"), {"sqlite_with_rowid": False})

    subject_kind: str = Field(primary_key=True, sa_type=CleanKey)
    subject: str = Field(primary_key=True, sa_type=CleanKey)
    channel: str = Field(primary_key=True, sa_type=CleanKey)
    scope: str = Field(primary_key=True, sa_type=CleanKey)
    since: datetime
    provisional: bool
    entry_id: int = Field(sa_type=identity())
    may_arrive_until: date | None


class OneClickTargetRow(Base, table=True):
    """Whom a token of List-Unsubscribe means."""

    __tablename__ = "one_click_target"
    __table_args__ = (Index(None, "subject_kind", "subject"), {"sqlite_with_rowid": False})

    handle: str = Field(primary_key=True, sa_type=CleanKey)
    subject_kind: str = Field(sa_type=CleanKey)
    subject: str = Field(sa_type=CleanKey)
    channel: str = Field(sa_type=CleanKey)
    scope: str = Field(sa_type=CleanKey)


class ReceiptRow(Base, table=True):
    """Who was given what of the list, in which version; triggers refuse UPDATE and DELETE."""

    __tablename__ = "receipt"
    __table_args__ = (Index(None, "receiver", "at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True, sa_type=identity())
    act: Act = Field(sa_type=one_of(Act, "act"))
    at: datetime
    receiver: str = Field(sa_type=CleanKey)
    recorded_by: str = Field(sa_type=CleanText)
    version: int = Field(sa_type=identity())
    since: int | None = Field(sa_type=identity())
    channel: str = Field(sa_type=CleanText)
    form: str = Field(sa_type=CleanText)
    rows: int = Field(sa_type=identity())
    blocked: int = Field(sa_type=identity())
    checksum: str = Field(sa_type=CleanText)
    scope: str = Field(sa_type=CleanText)


class SinkRow(Base, table=True):
    """How far a sink has been told of the ledger: the ledger itself is the queue, and this row its place in it."""

    __tablename__ = "sink"

    name: str = Field(primary_key=True, sa_type=CleanKey)
    first_contact: datetime
    delivered: int = Field(sa_type=identity())
    sending: int | None = Field(sa_type=identity())
    replays: int
    rejected: int = Field(sa_type=identity())
    attempts: int
    due: datetime
    failing_since: datetime | None
    refused: bool
    gone: bool
    error: str = Field(sa_type=CleanText)
    last_success: datetime | None
    claimed_by: str | None = Field(sa_type=CleanText)
    claimed_at: datetime | None


class OutboxRow(Base, table=True):
    """One rendered reply and how far its delivery has come."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due", "id", **only("state = 'queued'")),
        Index("ix_outbox_failed", "state", "id", **only("state = 'failed'")),
        Index("ix_outbox_claimed", "claimed_at", **only("state = 'active'")),
        Index("ix_outbox_counted", "recipient_key", "queued_at", **only("state <> 'failed'")),
        Index("ix_outbox_envelope", "envelope_key", **only("envelope_key <> ''")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=identity())
    message_id: str = Field(sa_type=CleanKey, unique=True)
    inquiry_id: int = Field(foreign_key="inquiry.id", index=True, sa_type=identity())
    kind: ReplyKind = Field(sa_type=one_of(ReplyKind, "kind"))
    language: str = Field(sa_type=CleanText)
    recipient: str = Field(sa_type=CleanText)
    recipient_key: str = Field(sa_type=CleanKey)
    recipient_domain: str = Field(sa_type=CleanKey)
    envelope_from: str = Field(sa_type=CleanText)
    envelope_key: str = Field(sa_type=CleanKey)
    raw: bytes
    state: Delivery = Field(sa_type=one_of(Delivery, "state"))
    queued_at: datetime
    due: datetime
    attempts: int
    claimed_by: str | None = Field(sa_type=CleanText)
    claimed_at: datetime | None
    settled_at: datetime | None
    repeats: int
    status: str = Field(sa_type=CleanText)
    error: str = Field(sa_type=CleanText)
    bounced_at: datetime | None
    bounce_status: str | None = Field(sa_type=CleanText)
    bounce_inquiry_id: int | None = Field(sa_type=identity())


class ReplyCountRow(Base, table=True):
    """Replies a minute, to one domain and (domain "") in all: the caps an hour must not count their way through."""

    __tablename__ = "reply_count"

    domain: str = Field(primary_key=True, sa_type=CleanKey)
    minute: datetime = Field(primary_key=True)
    replies: int


class CustomerRow(Base, table=True):
    """One record of the customer master as imported."""

    __tablename__ = "customer"

    number: str = Field(primary_key=True, sa_type=CleanKey)
    name: str = Field(sa_type=CleanText)
    address: str = Field(sa_type=CleanText)
    name_kana: str = Field(sa_type=CleanText)
    name_romaji: str = Field(sa_type=CleanText)
    postal_code: str = Field(sa_type=CleanText)
    email: str = Field(sa_type=CleanText)
    email_key: str = Field(sa_type=CleanKey, index=True)
    company: str = Field(sa_type=CleanText)
    keys_version: str = Field(sa_type=CleanText)


class CustomerKeyRow(Base, table=True):
    """One match key of a customer, made at import."""

    __tablename__ = "customer_key"
    __table_args__ = (Index(None, "number"), {"sqlite_with_rowid": False})

    kind: str = Field(primary_key=True, sa_type=CleanKey)
    key: str = Field(primary_key=True, sa_type=CleanKey)
    number: str = Field(primary_key=True, sa_type=CleanKey)


class AuditEventRow(Base, table=True):
    """One event of the audit chain; triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_event"

    id: int = Field(primary_key=True, sa_type=identity(), sa_column_kwargs={"autoincrement": False})
    at: datetime
    event: str = Field(sa_type=CleanText)
    actor: str = Field(sa_type=CleanText)
    inquiry_id: int | None = Field(sa_type=identity(), index=True)
    data: str = Field(sa_type=CleanText)
    previous: str = Field(sa_type=CleanText)
    hash: str = Field(sa_type=CleanText)


class AlarmRow(Base, table=True):
    """What staff or an operator were told; gone when it is cleared."""

    __tablename__ = "alarm"

    kind: str = Field(primary_key=True, sa_type=CleanKey)
    key: str = Field(primary_key=True, sa_type=CleanKey)
    raised_at: datetime


class JobRow(Base, table=True):
    """When a job of the daemon last came round, and how."""

    __tablename__ = "job"

    job: str = Field(primary_key=True, sa_type=CleanKey)
    last_pass: datetime
    last_outcome: str = Field(sa_type=CleanText)
    last_success: datetime | None


class ReconciledRow(Base, table=True):
    """What the last reconcile of a mailbox found."""

    __tablename__ = "reconciled"

    mailbox: str = Field(primary_key=True, sa_type=CleanKey)
    at: datetime
    uidvalidity: int = Field(sa_type=identity())
    folders: int
    mails: int = Field(sa_type=identity())
    inquiries: int = Field(sa_type=identity())
    below_baseline: int = Field(sa_type=identity())
    waiting: int = Field(sa_type=identity())
    set_aside: int = Field(sa_type=identity())
    unaccounted: int = Field(sa_type=identity())


class HeldTextRow(Base, table=True):
    """What a held mail says, folded for searching; it goes when the inquiry leaves the queue."""

    __tablename__ = "held_text"

    inquiry_id: int = Field(primary_key=True, foreign_key="inquiry.id", sa_type=identity())
    text: str = Field(sa_type=CleanText)


class PresenceRow(Base, table=True):
    """Who has an inquiry open in a browser, and when the browser last said so."""

    __tablename__ = "presence"

    inquiry_id: int = Field(primary_key=True, foreign_key="inquiry.id", sa_type=identity())
    who: str = Field(primary_key=True, sa_type=CleanKey)
    seen_at: datetime


metadata: Final = Base.metadata
_tables = metadata.tables
inquiry: Final[Table] = _tables["inquiry"]
raw_mail: Final[Table] = _tables["raw_mail"]
location: Final[Table] = _tables["location"]
cursor: Final[Table] = _tables["mailbox_cursor"]
unfetched: Final[Table] = _tables["unfetched"]
ledger: Final[Table] = _tables["ledger"]
ledger_subject: Final[Table] = _tables["ledger_subject"]
one_click_target: Final[Table] = _tables["one_click_target"]
receipt: Final[Table] = _tables["receipt"]
suppression: Final[Table] = _tables["suppression"]
sink: Final[Table] = _tables["sink"]
outbox: Final[Table] = _tables["outbox"]
reply_count: Final[Table] = _tables["reply_count"]
customer: Final[Table] = _tables["customer"]
customer_key: Final[Table] = _tables["customer_key"]
audit_event: Final[Table] = _tables["audit_event"]
alarm: Final[Table] = _tables["alarm"]
job: Final[Table] = _tables["job"]
reconciled: Final[Table] = _tables["reconciled"]
staff_account: Final[Table] = _tables["staff_account"]
staff_session: Final[Table] = _tables["staff_session"]
staff_recovery_code: Final[Table] = _tables["staff_recovery_code"]
sign_in_failure: Final[Table] = _tables["sign_in_failure"]
held_text: Final[Table] = _tables["held_text"]
presence: Final[Table] = _tables["presence"]
api_token: Final[Table] = _tables["api_token"]
api_use: Final[Table] = _tables["api_use"]
