"""The values that the judgement is made of: fields, reading, match, decision.

Everything here is frozen and free of I/O; a Reading crosses a process boundary, so it holds plain values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class Disposition(StrEnum):
    """What became of a mail; every mail ends in exactly one (policy, "Dispositions")."""

    APPLIED = "applied"
    HELD = "held"
    IGNORED = "ignored"


class Category(StrEnum):
    """What is wanted (policy, section 3); `machine` is mail that nobody wrote."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    DISCLOSURE = "disclosure"
    QUESTION = "question"
    COMPLAINT = "complaint"
    OTHER = "other"
    UNCLEAR = "unclear"
    MACHINE = "machine"


class Reason(StrEnum):
    """Why a mail was held or ignored (policy, sections 1 to 4)."""

    LOOP = "loop"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    BULK = "bulk"
    SPAM = "spam"
    DUPLICATE = "duplicate"
    MACHINE_SENDER = "machine_sender"
    UNREADABLE = "unreadable"
    UNAUTHENTICATED = "unauthenticated"
    NO_SINGLE_AUTHOR = "no_single_author"
    MISSING_CUSTOMER_NUMBER = "missing_customer_number"
    MISSING_NAME = "missing_name"
    MISSING_ADDRESS = "missing_address"
    MISSING_INQUIRY = "missing_inquiry"
    NOT_AN_OPT_OUT = "not_an_opt_out"
    UNCLEAR_INTENT = "unclear_intent"
    CONDITIONAL = "conditional"
    ON_BEHALF = "on_behalf"
    SEVERAL_CUSTOMERS = "several_customers"
    UNKNOWN_CUSTOMER = "unknown_customer"
    NAME_MISMATCH = "name_mismatch"
    ADDRESS_MISMATCH = "address_mismatch"


MACHINE_REASONS: Final = (Reason.LOOP, Reason.BOUNCE, Reason.AUTO_REPLY, Reason.BULK, Reason.SPAM, Reason.DUPLICATE)
"""In the order of the policy, section 1: the first that holds is the one given."""


class ReplyKind(StrEnum):
    """Which templated reply is due; also the name of its folder in `templates/`."""

    CONFIRMED = "confirmed"
    MISSING = "missing"
    RECEIVED = "received"
    ANSWER = "answer"
    """A person's own words."""
    HAND_OVER = "hand_over"
    """To a colleague's mailbox, with the mail; never to the customer, and no template."""
    NONE = "none"


class FieldName(StrEnum):
    """The four fields of the desk's published promise (policy, section 2)."""

    CUSTOMER_NUMBER = "customer_number"
    NAME = "name"
    ADDRESS = "address"
    INQUIRY = "inquiry"


MISSING: Final = {
    FieldName.CUSTOMER_NUMBER: Reason.MISSING_CUSTOMER_NUMBER,
    FieldName.NAME: Reason.MISSING_NAME,
    FieldName.ADDRESS: Reason.MISSING_ADDRESS,
    FieldName.INQUIRY: Reason.MISSING_INQUIRY,
}

EMAIL: Final = "email"
PRINT: Final = "print"

GROUP: Final = "group"
"""The scope of an entry that holds for every company of the group."""


class Part(StrEnum):
    """Which of the two texts of a Reading a span counts characters in."""

    SUBJECT = "subject"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of characters in Reading.subject or Reading.text."""

    part: Part
    start: int
    end: int


class Origin(StrEnum):
    """How a field was found; the earlier, the stronger."""

    STAFF = "staff"
    LABEL = "label"
    NUMBERED = "numbered"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Field:
    """One statement of one field, as the customer wrote it (decoded, white space folded, not normalised)."""

    name: FieldName
    value: str
    origin: Origin
    span: Span | None = None
    quoted: bool = False
    """True for a form that the customer filled in inside a quotation."""
    label: str = ""
    """The label it stood under, as written; "old"/"new" addresses differ by it."""


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule that fired: its name in the rule table and a short detail."""

    rule: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.detail}" if self.detail else self.rule


class SegmentKind(StrEnum):
    """What a stretch of the text is (own words are what the customer states)."""

    OWN = "own"
    QUOTATION = "quotation"
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Segment:
    kind: SegmentKind
    start: int
    end: int
    """Half-open range of characters in Reading.text."""


class Authentication(StrEnum):
    """What the trusted host's topmost Authentication-Results says of DMARC (RFC 8601, RFC 7489)."""

    NONE = "none"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Machine:
    """Verdict of the machine gate: may we act, may we reply, and why not."""

    reason: Reason | None = None
    """One of MACHINE_REASONS but DUPLICATE, or None: a person wrote it as far as can be told."""
    for_a_person: bool = False
    """A machine made it, perhaps for a person (a contact form, a no-reply author)."""
    own_address: bool = False
    """One of the desk's own addresses is the author: our own mail or a forgery."""
    spam: bool = False
    """The mail host's own verdict."""
    unsolicited: bool = False
    """Advertising or phishing that carries no header to say so: held, never answered."""
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Header facts of one mail, decoded; nothing of it is trusted."""

    message_id: str | None = None
    """With its angle brackets, or None."""
    references: tuple[str, ...] = ()
    """Message-IDs of In-Reply-To and References, nearest ancestor first, without repeats."""
    author: str | None = None
    """Comparable form of the single author's address (lower case, IDNA), or None where there is not exactly one."""
    author_as_given: str = ""
    author_name: str = ""
    """Display name of the author, decoded: evidence, never the name field."""
    reply_to: tuple[str, ...] = ()
    """Comparable addresses of Reply-To."""
    reply_to_as_given: str = ""
    """The single Reply-To address as given, or "" where there is none or more than one."""
    sent_to_desk: bool = True
    marker: str = ""
    """Value of our loop marker header, if any (core/reply.py verifies it)."""
    delivered_to: tuple[str, ...] = ()
    """Comparable addresses of To, Cc, Delivered-To and X-Original-To (a bounce comes back to a token of ours)."""
    forged_headers: bool = False
    """Headers that try to inject others (CR or LF inside a decoded value)."""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer wants, before any matching (policy, section 3)."""

    category: Category = Category.UNCLEAR
    stated: bool = False
    """False where nothing at all says what is wanted (missing_inquiry)."""
    channels: tuple[str, ...] = ()
    """Channels to stop, sorted; empty means that none was named: every channel."""
    every_channel: bool = False
    company: str = ""
    """The one company of the group whose sendings are to stop; "" where none is plainly named."""
    every_company: bool = False
    """The whole group is named, or more than one company."""
    follow_up: bool = False
    conditional: bool = False
    on_behalf: bool = False
    several: bool = False
    contradictory: bool = False
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail says: everything that the decision needs and nothing that it would have to look up."""

    digest: str
    """SHA-256 of the raw bytes, hexadecimal."""
    content_digest: str
    """SHA-256 over decoded subject and text: equal content in other bytes (policy, `duplicate`)."""
    envelope: Envelope
    subject: str
    text: str
    """The decoded body that is judged (HTML rendered to lines), capped; spans count characters in it."""
    segments: tuple[Segment, ...]
    fields: tuple[Field, ...]
    """Every statement found, best first within a name; fields of a quoted form come after own words."""
    numbers: tuple[str, ...]
    """Customer numbers stated, normalised, labelled and well-formed first. May hold malformed ones."""
    wish: Wish
    language: str
    """Language of the wish: a name of words/<language>.toml."""
    machine: Machine
    authentication: Authentication
    readable: bool = True
    unreadable_because: str = ""
    confident: bool = True
    """False where a replacement character or a leftover escape stands in the text."""
    has_attachments: bool = False
    reports: tuple[str, ...] = ()
    """Message-IDs of the messages that a delivery report returns (RFC 3464)."""
    withdraws: bool = False
    """Of an answer: it takes back or disowns what was asked for before, or wants the sendings to go on."""
    unclaimed_numbers: tuple[str, ...] = ()
    """Of an answer that states no customer number: well-formed numbers said to be something else."""
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """One record of the customer master."""

    number: str
    name: str
    address: str
    name_kana: str = ""
    name_romaji: str = ""
    postal_code: str = ""
    email: str = ""
    company: str = ""


class Agreement(StrEnum):
    """Whether what the mail says of a name or an address agrees with the record (policy, section 4)."""

    AGREES = "agrees"
    ABSENT = "absent"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Match:
    """The record that the stated number names, and whether name and address agree with it."""

    customer: Customer | None = None
    number: str | None = None
    """The number as looked up, or None where the mail states none."""
    name: Agreement = Agreement.ABSENT
    address: Agreement = Agreement.ABSENT
    name_span: Span | None = None
    address_span: Span | None = None
    author_on_record: bool = False
    several: bool = False
    """More than one customer's number is stated in own words."""
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that the decision depends on (`[policy]` and the desk's languages)."""

    required_fields: frozenset[FieldName] = frozenset(FieldName)
    channels: tuple[str, ...] = (EMAIL, PRINT)
    languages: tuple[str, ...] = ("ja", "en")


class StaffAction(StrEnum):
    """What a person decided about an inquiry."""

    APPLY = "apply"
    ASK = "ask"
    CLOSE = "close"
    """It is answered, by the answer that comes with it or elsewhere."""
    NOT_AN_OPT_OUT = "not_an_opt_out"
    """Somebody else's work; with `hand_over_to` it goes there."""
    SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Corrections:
    """A person's answer to a held inquiry; what is None stays as the machine read it."""

    by: str
    action: StaffAction = StaffAction.APPLY
    customer_number: str | None = None
    name: str | None = None
    address: str | None = None
    inquiry: str | None = None
    channels: tuple[str, ...] | None = None
    scope: str | None = None
    follow_up: bool | None = None
    note: str = ""
    answer: str = ""
    """With CLOSE: what is to be said to the customer, in the person's own words."""
    hand_over_to: str = ""
    """With NOT_AN_OPT_OUT: the colleague's address that gets the mail."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """A token of List-Unsubscribe: what to stop, for the group or one company. Whom it means, the store knows."""

    channel: str
    scope: str


@dataclass(frozen=True, slots=True)
class Context:
    """What only the store knows when a mail is decided; the default is a mail judged by itself (`explain`)."""

    duplicate: bool = False
    """The same Message-ID with the same decoded content is stored already."""
    own_message: bool = False
    """Our marker verifies, or the Message-ID stands in our outbox."""
    clicked: Clicked | None = None
    """What a sound token of List-Unsubscribe in the mail asks for."""
    company: str = ""
    """The company of the group that the mailbox belongs to; "" for all of them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one mail, and what it rested on."""

    disposition: Disposition
    category: Category
    language: str
    reasons: tuple[Reason, ...] = ()
    follow_up: bool = False
    fields: dict[FieldName, str] = dataclass_field(default_factory=dict)
    spans: dict[FieldName, Span] = dataclass_field(default_factory=dict)
    customer_number: str | None = None
    """The matched number where applied, else None."""
    channels: tuple[str, ...] = ()
    scope: str = GROUP
    """GROUP, or the name of the one company whose sendings are to stop."""
    reply: ReplyKind = ReplyKind.NONE
    no_reply_because: str = ""
    evidence: tuple[str, ...] = ()
    decided_by: str = "machine"
    by_token: bool = False
    """Applied by a token of List-Unsubscribe: whom it means is blocked, whoever wrote the mail."""
    missing: tuple[FieldName, ...] = ()
    answer: str = ""
    """The text of a reply of the kind ANSWER."""
    hand_over_to: str = ""


class Act(StrEnum):
    """What was done with the suppression list for a sender, and has a receipt."""

    EXPORT = "export"
    FILTER = "filter"


class Action(StrEnum):
    """The two kinds of ledger entry."""

    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One appended line of the suppression ledger; the current list is derived from these."""

    channel: str
    action: Action
    reason: str
    source: str
    """mail, staff, import or api."""
    by: str
    valid_from: datetime
    customer_number: str | None = None
    emails: tuple[str, ...] = ()
    """Comparable addresses that the entry covers."""
    postal_key: str = ""
    digests: tuple[tuple[str, str], ...] = ()
    """(kind, digest) of whom it covers without knowing more of them: the erased, and who was imported as a digest."""
    scope: str = GROUP
    """GROUP, or the name of the one company that it holds for."""
    cause: int | None = None
    """Inquiry id."""
    note: str = ""
    may_arrive_until: date | None = None
    """The last day, in the desk's time zone, on which what was printed before may arrive; None: not known."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A rendered reply as it will leave: bytes and envelope (RFC 5321)."""

    message_id: str
    kind: ReplyKind
    recipient: str
    envelope_from: str
    """"" is the null reverse-path <>."""
    raw: bytes
    language: str = ""
