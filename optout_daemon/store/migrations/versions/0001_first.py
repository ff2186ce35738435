"""The first schema: inquiries, locations, ledger and list, outbox, customers, audit chain.

Revision 0001. Run by `optout-daemon db upgrade` in one transaction on both databases. There is no way down.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("ledger", "ledger_subject", "audit_event", "receipt")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    tables()
    # For a mail server's own look-up: the addresses that get no more e-mail.
    op.execute(
        "CREATE VIEW suppressed_email AS SELECT subject AS email, scope, since FROM suppression"
        " WHERE subject_kind = 'email' AND channel = 'email'"
    )
    for table in APPEND_ONLY:
        append_only_sqlite(table) if op.get_bind().dialect.name == "sqlite" else append_only_postgresql(table)


# What an erasure may do, and nothing else may: put a digest in the place of a name, and empty an entry's note.
# Neither can be turned back. {same} is IS in SQLite and IS NOT DISTINCT FROM in PostgreSQL.
FORGETTING = {
    "ledger_subject": (
        "NEW.entry_id = OLD.entry_id AND NEW.subject_kind = OLD.subject_kind || '_digest'"
        " AND OLD.subject_kind IN ('customer_number', 'email', 'postal') AND length(NEW.subject) = 64"
    ),
    "ledger": "NEW.note = '' AND "
    + " AND ".join(
        f"NEW.{column} {{same}} OLD.{column}"
        for column in (
            *("id", "channel", "scope", "action", "provisional", "reason", "source"),
            *("recorded_by", "recorded_at", "valid_from", "cause"),
        )
    ),
}
KEYS = {
    "ledger": ["id"],
    "ledger_subject": ["entry_id", "subject_kind", "subject"],
    "audit_event": ["id"],
    "receipt": ["id"],
}


def append_only_sqlite(table: str) -> None:
    refuse = f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table}{refuse}")
    allowed = FORGETTING.get(table, "FALSE").format(same="IS")
    op.execute(f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} WHEN NOT ({allowed}){refuse}")
    # INSERT OR REPLACE deletes without asking the trigger above.
    there = " AND ".join(f"{column} = NEW.{column}" for column in KEYS[table])
    found = f"EXISTS (SELECT 1 FROM {table} WHERE {there})"  # noqa: S608
    op.execute(f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} WHEN {found}{refuse}")


def append_only_postgresql(table: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_remove BEFORE DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    allowed = FORGETTING.get(table, "FALSE").format(same="IS NOT DISTINCT FROM")
    op.execute(
        f"CREATE TRIGGER {table}_change BEFORE UPDATE ON {table}"
        f" FOR EACH ROW WHEN (NOT ({allowed})) EXECUTE FUNCTION refuse_change()"
    )


def tables() -> None:
    op.create_table(
        "alarm",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_alarm")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("inquiry_id", ID, nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_inquiry_id"), "audit_event", ["inquiry_id"])
    op.create_table(
        "customer",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name_kana", sa.Text(), nullable=False),
        sa.Column("name_romaji", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("keys_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_customer")),
    )
    op.create_index(op.f("ix_customer_email_key"), "customer", ["email_key"])
    op.create_table(
        "customer_key",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "number", name=op.f("pk_customer_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_customer_key_number"), "customer_key", ["number"])
    op.create_table(
        "inquiry",
        sa.Column("id", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("state", one_of("state", "received", "held", "closed", "shunted"), nullable=False),
        sa.Column("state_since", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("retry_at", UTCDateTime(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("disposition", one_of("disposition", "applied", "held", "ignored"), nullable=True),
        sa.Column(
            "category",
            one_of(
                "category", "opt_out", "opt_in", "disclosure", "question", "complaint", "other", "unclear", "machine"
            ),
            nullable=True,
        ),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("follow_up", sa.Boolean(), nullable=False),
        sa.Column("follow_up_done_at", UTCDateTime(), nullable=True),
        sa.Column("customer_number", sa.Text(), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("reply", one_of("reply", "confirmed", "missing", "received", "none"), nullable=True),
        sa.Column("no_reply_because", sa.Text(), nullable=False),
        sa.Column("reply_capped", sa.Boolean(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("content_digest", sa.Text(), nullable=True),
        sa.Column("has_attachments", sa.Boolean(), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("absorbed_by", ID, nullable=True),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["absorbed_by"], ["inquiry.id"], name=op.f("fk_inquiry_absorbed_by")),
        sa.ForeignKeyConstraint(["parent_id"], ["inquiry.id"], name=op.f("fk_inquiry_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("digest", name=op.f("uq_inquiry_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_inquiry_author"), "inquiry", ["author"])
    op.create_index(op.f("ix_inquiry_customer_number"), "inquiry", ["customer_number"])
    op.create_index(
        "ix_inquiry_follow_up",
        "inquiry",
        ["follow_up_done_at", "id"],
        **only("follow_up AND follow_up_done_at IS NULL"),
    )
    op.create_index(op.f("ix_inquiry_message_id"), "inquiry", ["message_id"])
    op.create_index(op.f("ix_inquiry_parent_id"), "inquiry", ["parent_id"])
    op.create_index("ix_inquiry_received", "inquiry", ["state", "id"], **only("state = 'received'"))
    op.create_index(op.f("ix_inquiry_state_received_at"), "inquiry", ["state", "received_at"])
    op.create_table(
        "reconciled",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("folders", sa.Integer(), nullable=False),
        sa.Column("mails", ID, nullable=False),
        sa.Column("inquiries", ID, nullable=False),
        sa.Column("below_baseline", ID, nullable=False),
        sa.Column("waiting", ID, nullable=False),
        sa.Column("set_aside", ID, nullable=False),
        sa.Column("unaccounted", ID, nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_reconciled")),
    )
    op.create_table(
        "job",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("last_pass", UTCDateTime(), nullable=False),
        sa.Column("last_outcome", sa.Text(), nullable=False),
        sa.Column("last_success", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("action", one_of("action", "stop", "resume"), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("cause", ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ledger_cause"), "ledger", ["cause"])
    op.create_table(
        "mailbox_cursor",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("last_uid", ID, nullable=False),
        sa.Column("baseline_uidvalidity", ID, nullable=False),
        sa.Column("baseline_uid", ID, nullable=False),
        sa.Column("below_baseline", ID, nullable=False),
        sa.Column("first_contact", UTCDateTime(), nullable=False),
        sa.Column("last_pass", UTCDateTime(), nullable=True),
        sa.Column("rescanning", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_cursor")),
    )
    op.create_table(
        "unfetched",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "uidvalidity", "uid", name=op.f("pk_unfetched")),
    )
    op.create_table(
        "reply_count",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("minute", UTCDateTime(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain", "minute", name=op.f("pk_reply_count")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", ID, nullable=False),
        sa.Column("act", one_of("act", "export", "filter"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("since", ID, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("rows", ID, nullable=False),
        sa.Column("blocked", ID, nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_receipt_receiver_at"), "receipt", ["receiver", "at"])
    op.create_table(
        "suppression",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject", "channel", "scope", name=op.f("pk_suppression")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_suppression_entry_id"), "suppression", ["entry_id"])
    op.create_table(
        "ledger_subject",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger.id"], name=op.f("fk_ledger_subject_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "subject_kind", "subject", name=op.f("pk_ledger_subject")),
    )
    op.create_index(op.f("ix_ledger_subject_subject_kind_subject"), "ledger_subject", ["subject_kind", "subject"])
    op.create_table(
        "location",
        sa.Column("id", ID, nullable=False),
        sa.Column("inquiry_id", ID, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", ID, nullable=False),
        sa.Column("uid", ID, nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("listed_at", UTCDateTime(), nullable=True),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("filed_at", UTCDateTime(), nullable=True),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name=op.f("fk_location_inquiry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("mailbox", "uidvalidity", "uid", name=op.f("uq_location_mailbox_uidvalidity_uid")),
    )
    op.create_index(op.f("ix_location_inquiry_id"), "location", ["inquiry_id"])
    op.create_index(
        "ix_location_unfiled",
        "location",
        ["mailbox", "uidvalidity", "due"],
        **only("filed_at IS NULL AND gone_at IS NULL"),
    )
    op.create_index(
        "ix_location_moving_on",
        "location",
        ["mailbox"],
        **only("filed_at IS NULL AND gone_at IS NULL AND folder IS NOT NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("inquiry_id", ID, nullable=False),
        sa.Column("kind", one_of("kind", "confirmed", "missing", "received", "none"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_key", sa.Text(), nullable=False),
        sa.Column("recipient_domain", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("envelope_key", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("state", one_of("state", "queued", "active", "sent", "failed"), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("bounced_at", UTCDateTime(), nullable=True),
        sa.Column("bounce_status", sa.Text(), nullable=True),
        sa.Column("bounce_inquiry_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name=op.f("fk_outbox_inquiry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_claimed", "outbox", ["claimed_at"], **only("state = 'active'"))
    op.create_index("ix_outbox_counted", "outbox", ["recipient_key", "queued_at"], **only("state <> 'failed'"))
    op.create_index("ix_outbox_due", "outbox", ["due", "id"], **only("state = 'queued'"))
    op.create_index("ix_outbox_envelope", "outbox", ["envelope_key"], **only("envelope_key <> ''"))
    op.create_index("ix_outbox_failed", "outbox", ["state", "id"], **only("state = 'failed'"))
    op.create_index(op.f("ix_outbox_inquiry_id"), "outbox", ["inquiry_id"])
    op.create_table(
        "raw_mail",
        sa.Column("inquiry_id", ID, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiry.id"], name=op.f("fk_raw_mail_inquiry_id")),
        sa.PrimaryKeyConstraint("inquiry_id", name=op.f("pk_raw_mail")),
    )
