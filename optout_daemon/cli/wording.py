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

MACHINE_RULES: Final[Mapping[str, str]] = {
    "loop.own_address_is_author": "its author is our own address",
    "loop.own_address_in_x_loop": "it has come through our own address before",
    "bounce.delivery_report": "it has the form of a report on delivery",
    "bounce.failed_recipients": "it names who could not be reached",
    "bounce.mail_system_is_author": "its author is a mail system",
    "bounce.failure_text": "it says that a mail was not delivered",
    "bounce.aggregate_report": "it has the form of a mail system's statistics",
    "bounce.null_return_path": "it was sent so that nobody can answer it",
    "auto_reply.auto_submitted": "its header says that a machine made it",
    "auto_reply.automatic_header": "its header says that a machine answered",
    "auto_reply.suppressed_answer": "its header asks machines not to answer it",
    "auto_reply.vacation_notice": "it says that somebody is away, or that a mail has arrived",
    "bulk.list_header": "its header is that of a mailing list",
    "bulk.precedence": "its header says that it was sent to many",
    "bulk.newsletter": "it is written as a newsletter",
    "spam.spam_header": "our mail server calls it spam",
    "machine.form": "a machine sent it, as web forms do",
    "machine.unsolicited": "it is somebody's advertising",
}
"""What the rules of the machine gate see, by the name of the rule."""

WISH_RULES: Final[Mapping[str, str]] = {
    "nothing_said": "it says nothing of its own",
    "wants_it_back": "it takes an earlier stop back, or asks for more",
    "opt_out": "something of ours is to stop",
    "wants_less": "there is to be less of it, or a pause",
    "correction": "what is on record is to be changed",
    "goes_on": "information is to go on",
    "attached": "what is wanted stands in an attachment",
    "erasure": "what is held about the customer is to be deleted",
    "disclosure": "the customer asks what is held, or how it is used",
    "complaint": "the customer complains",
    "question": "the customer asks something",
    "unsaid_what": "something is to stop, and it is not said what",
    "fields_alone": "it says who writes, and no more",
    "something_else": "it is about something else",
    "stop": "asks to stop",
    "stop_asked": "speaks of a stop asked for earlier",
    "stop_perhaps": "may ask to stop",
    "second_thoughts": "changes its mind",
    "keep": "is to go on",
    "channel_in_doubt": "leaves open which channel is meant",
    "condition": "condition or end",
    "on_behalf": "about somebody else",
    "several": "about several people",
    "second_request": "asks for something else too",
    "resume": "asks for it again",
    "change": "asks for a change",
    "disclose": "asks to know",
    "erase": "asks to delete",
    "follow_up": "an earlier mail was taken into account",
}
"""What the rules of the wish see, by the name of the rule; where a piece of the mail follows, it is quoted."""

DECISION_RULES: Final[Mapping[str, str]] = {
    "our_own_mail": "It has our own address as its author.",
    "one_click": "It carries a sound unsubscribe token of one of our mails. That is enough.",
    "machine_mail": "A machine wrote it. Machines are never answered.",
    "the_same_mail_again": "The same mail was decided before.",
    "nothing_to_read": "There is nothing in it that can be read with certainty.",
    "machine_for_a_person": "A machine sent it, and it may carry a customer's wish: that is never thrown away.",
    "doubtful_sender": "It is not certain who sent it.",
    "not_an_opt_out": "It does not ask for an end to information. A person answers such mail.",
    "not_certain": "Not everything that an opt-out needs is there and certain.",
    "who_it_is": "It is not certain that the customer on record wrote it.",
    "damaged_text": "Characters of it were lost on the way.",
    "certain": "It is certain who writes and what is wanted.",
    "nobody_to_answer": "Nobody could be told that it was done.",
    "staff": "A person decided.",
}
"""Why the decision came out so, by the name of the rule that made it."""

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
