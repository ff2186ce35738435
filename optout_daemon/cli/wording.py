"""What the desk's names mean in a clerk's words, for commands that print for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from optout_daemon.core.model import (
    Agreement,
    Authentication,
    Category,
    Disposition,
    Field,
    FieldName,
    Origin,
    Part,
    Reading,
    Reason,
    ReplyKind,
    Span,
)

REASONS: Final[Mapping[Reason, str]] = {
    Reason.LOOP: "it is our own mail, or an answer to itself",
    Reason.BOUNCE: "it reports a mail that could not be delivered",
    Reason.AUTO_REPLY: "a machine answered for somebody who is away",
    Reason.BULK: "it was sent to many",
    Reason.SPAM: "the mail server calls it spam",
    Reason.DUPLICATE: "the same mail was handled before",
    Reason.MACHINE_SENDER: "a machine sent it, perhaps for a customer",
    Reason.UNREADABLE: "it could not be read",
    Reason.UNAUTHENTICATED: "the sender's domain says that the mail is not genuine (DMARC)",
    Reason.NO_SINGLE_AUTHOR: "it has no single author",
    Reason.MISSING_CUSTOMER_NUMBER: "the customer number is missing",
    Reason.MISSING_NAME: "the name is missing",
    Reason.MISSING_ADDRESS: "the address is missing",
    Reason.MISSING_INQUIRY: "it does not say what is wanted",
    Reason.NOT_AN_OPT_OUT: "it asks for something else than an opt-out",
    Reason.UNCLEAR_INTENT: "what is wanted is not clear",
    Reason.CONDITIONAL: "the opt-out has a condition or an end",
    Reason.ON_BEHALF: "it is about somebody else than its author",
    Reason.SEVERAL_CUSTOMERS: "it is about several customers",
    Reason.UNKNOWN_CUSTOMER: "no customer has this number",
    Reason.NAME_MISMATCH: "the name is not the one on record",
    Reason.ADDRESS_MISMATCH: "the address is not the one on record",
}

CATEGORIES: Final[Mapping[Category, str]] = {
    Category.OPT_OUT: "to be sent no more information",
    Category.OPT_IN: "to be sent information (again)",
    Category.DISCLOSURE: "to know, correct or delete what is held about them",
    Category.QUESTION: "an answer to a question",
    Category.COMPLAINT: "to complain",
    Category.OTHER: "something else",
    Category.UNCLEAR: "not clear",
    Category.MACHINE: "nothing: no person wrote it",
}

REPLIES: Final[Mapping[ReplyKind, str]] = {
    ReplyKind.CONFIRMED: "the opt-out is confirmed",
    ReplyKind.MISSING: "we ask for what is missing",
    ReplyKind.RECEIVED: "we say that a person will answer",
    ReplyKind.ANSWER: "a person answers in their own words",
    ReplyKind.HAND_OVER: "a colleague gets the mail",
    ReplyKind.NONE: "none",
}

FIELDS: Final[Mapping[FieldName, str]] = {
    FieldName.CUSTOMER_NUMBER: "number",
    FieldName.NAME: "name",
    FieldName.ADDRESS: "address",
    FieldName.INQUIRY: "inquiry",
}

DISPOSITIONS: Final[Mapping[Disposition, str]] = {
    Disposition.APPLIED: "Applied: the customer goes on the suppression list.",
    Disposition.HELD: "Held: a person must look at it.",
    Disposition.IGNORED: "Ignored: it is put aside, and nobody is answered.",
}

AUTHENTICATIONS: Final[Mapping[Authentication, str]] = {
    Authentication.NONE: "",
    Authentication.PASS: "the sender's domain vouches for it (DMARC)",
    Authentication.FAIL: "the sender's domain says that it is not genuine (DMARC)",
}

LANGUAGES: Final[Mapping[str, str]] = {"ja": "Japanese", "en": "English"}

_NO_REPLY: Final[Mapping[str, str]] = {
    "DMARC failed": "the sender may not be who the mail says",
    "no single author": "it has no single author",
    "headers try to inject others": "its header is made to deceive",
    "none is due": "no reply is due",
}

_AGREEMENTS: Final[Mapping[Agreement, str]] = {
    Agreement.AGREES: "agrees with the record",
    Agreement.ABSENT: "not stated",
    Agreement.DIFFERS: "differs from the record",
}

_ORIGINS: Final[Mapping[Origin, str]] = {
    Origin.STAFF: "given by staff",
    Origin.LABEL: "under a label",
    Origin.NUMBERED: "by its place in a numbered list",
    Origin.PROSE: "in a sentence",
}


def reasons(given: tuple[Reason, ...]) -> list[str]:
    """One line a reason: its name and what it means."""
    return [f"{reason.value}: {REASONS[reason]}" for reason in given]


def no_reply(because: str) -> str:
    """Why nobody is answered."""
    return _NO_REPLY.get(because, because)


def language(code: str) -> str:
    """The language's name, or its code where it has none here."""
    return LANGUAGES.get(code, f"the language {code}")


def agreement(name: str, value: Agreement) -> str:
    """How a name or an address compares with the record."""
    return f"{name} {_AGREEMENTS[value]}"


def place(reading: Reading, name: FieldName, span: Span | None) -> str:
    """Where a field was found: which line of subject or text, and how it was recognised."""
    if span is None:
        return ""
    line = reading.text.count("\n", 0, span.start) + 1
    where = "subject" if span.part is Part.SUBJECT else f"line {line}"
    field = next((field for field in reading.fields if field.name is name and field.span == span), None)
    return f"{where}, {_how(field)}" if field is not None else f"{where}, as on record"


def _how(field: Field) -> str:
    how = f'labelled "{field.label}"' if field.label else _ORIGINS[field.origin]
    return f"{how}, in a quoted form" if field.quoted else how
