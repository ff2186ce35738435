"""What the desk's names are called on the pages, short enough for a label; texts for the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from optout_daemon.core.lifecycle import Delivery, State
from optout_daemon.core.model import Agreement, Category, Disposition, FieldName, Reason, ReplyKind
from optout_daemon.web.navigation import N_

REASONS: Final[Mapping[Reason, str]] = {
    Reason.LOOP: N_("our own mail"),
    Reason.BOUNCE: N_("could not be delivered"),
    Reason.AUTO_REPLY: N_("automatic reply"),
    Reason.BULK: N_("sent to many"),
    Reason.SPAM: N_("spam"),
    Reason.DUPLICATE: N_("the same mail again"),
    Reason.MACHINE_SENDER: N_("sent by a machine"),
    Reason.UNREADABLE: N_("cannot be read"),
    Reason.UNAUTHENTICATED: N_("sender may be forged"),
    Reason.NO_SINGLE_AUTHOR: N_("no single author"),
    Reason.MISSING_CUSTOMER_NUMBER: N_("customer number missing"),
    Reason.MISSING_NAME: N_("name missing"),
    Reason.MISSING_ADDRESS: N_("address missing"),
    Reason.MISSING_INQUIRY: N_("does not say what is wanted"),
    Reason.NOT_AN_OPT_OUT: N_("wants something else"),
    Reason.UNCLEAR_INTENT: N_("unclear what is wanted"),
    Reason.CONDITIONAL: N_("has a condition or an end"),
    Reason.ON_BEHALF: N_("written for somebody else"),
    Reason.SEVERAL_CUSTOMERS: N_("about several customers"),
    Reason.UNKNOWN_CUSTOMER: N_("no customer has this number"),
    Reason.NAME_MISMATCH: N_("name differs from the record"),
    Reason.ADDRESS_MISMATCH: N_("address differs from the record"),
}
CATEGORIES: Final[Mapping[Category, str]] = {
    Category.OPT_OUT: N_("Opt-out"),
    Category.OPT_IN: N_("Wants information again"),
    Category.DISCLOSURE: N_("Own personal data"),
    Category.QUESTION: N_("Question"),
    Category.COMPLAINT: N_("Complaint"),
    Category.OTHER: N_("Something else"),
    Category.UNCLEAR: N_("Unclear"),
    Category.MACHINE: N_("Machine"),
}
FIELDS: Final[Mapping[FieldName, str]] = {
    FieldName.CUSTOMER_NUMBER: N_("Customer number"),
    FieldName.NAME: N_("Name"),
    FieldName.ADDRESS: N_("Address"),
    FieldName.INQUIRY: N_("Inquiry"),
}
REPLIES: Final[Mapping[ReplyKind, str]] = {
    ReplyKind.CONFIRMED: N_("Opt-out confirmed"),
    ReplyKind.MISSING: N_("Asked for what is missing"),
    ReplyKind.RECEIVED: N_("Receipt acknowledged"),
    ReplyKind.ANSWER: N_("Answered by a person"),
    ReplyKind.HAND_OVER: N_("Handed over to a colleague"),
    ReplyKind.NONE: N_("No reply"),
}
DISPOSITIONS: Final[Mapping[Disposition, str]] = {
    Disposition.APPLIED: N_("Applied"),
    Disposition.HELD: N_("Waits for a person"),
    Disposition.IGNORED: N_("Put aside"),
}
STATES: Final[Mapping[State, str]] = {
    State.RECEIVED: N_("Not decided yet"),
    State.HELD: N_("Waits for a person"),
    State.CLOSED: N_("Closed"),
    State.SHUNTED: N_("Set aside for an operator"),
}
DELIVERIES: Final[Mapping[Delivery, str]] = {
    Delivery.QUEUED: N_("waits to be sent"),
    Delivery.ACTIVE: N_("is being sent"),
    Delivery.SENT: N_("sent"),
    Delivery.FAILED: N_("could not be sent"),
}
AGREEMENTS: Final[Mapping[Agreement, str]] = {
    Agreement.AGREES: N_("agrees"),
    Agreement.ABSENT: N_("not stated"),
    Agreement.DIFFERS: N_("differs"),
}
CHANNELS: Final[Mapping[str, str]] = {"email": N_("E-mail"), "print": N_("Post")}
"""Channels that only the settings know are called as the settings call them."""
CANDIDATE_REASONS: Final[Mapping[str, str]] = {
    "same number": N_("same number"),
    "number one slip away": N_("number one slip away"),
    "same name": N_("same name"),
    "similar name": N_("similar name"),
    "same family name": N_("same family name"),
    "same address": N_("same address"),
    "postal code and lot": N_("same postal code and lot"),
    "same town": N_("same town"),
    "writes from the e-mail address on record": N_("writes from the e-mail address on record"),
}
NO_REPLY: Final[Mapping[str, str]] = {
    "a machine wrote it": N_("a machine wrote it"),
    "the author is the desk itself": N_("its author is the desk itself"),
    "unsolicited advertising": N_("it is somebody's advertising"),
    "headers try to inject others": N_("its header is made to deceive"),
    "DMARC failed": N_("the sender may not be who the mail says"),
    "no single author": N_("it has no single author"),
    "none is due": N_("no reply is due"),
    "the author's address cannot be written to": N_("its author's address cannot be written to"),
    "nobody reads the author's address": N_("nobody reads its author's address"),
}
EVENTS: Final[Mapping[str, str]] = {
    "decided": N_("decided"),
    "note": N_("wrote a note"),
    "assigned": N_("assigned"),
    "reopened": N_("reopened"),
    "viewed": N_("looked at it"),
    "follow_up_answered": N_("answered its other request"),
    "replayed": N_("decided it again by newer rules"),
    "shunted_retried": N_("had it tried again"),
}
LANGUAGES: Final[Mapping[str, str]] = {"ja": N_("Japanese"), "en": N_("English")}


READY: Final[Mapping[str, str]] = {
    "already-done": N_("done already"),
    "passed-on": N_("passed on to colleagues"),
}
"""The ready-made answers that come with the program; the desk's own are called as their files."""


def vocabulary() -> dict[str, Any]:
    """All of it by the names that the templates use; keys are the values of the enums."""
    return {
        "reasons_": REASONS,
        "categories_": CATEGORIES,
        "fields_": FIELDS,
        "replies_": REPLIES,
        "dispositions_": DISPOSITIONS,
        "states_": STATES,
        "deliveries_": DELIVERIES,
        "agreements_": AGREEMENTS,
        "channels_": CHANNELS,
        "candidate_reasons_": CANDIDATE_REASONS,
        "no_reply_": NO_REPLY,
        "events_": EVENTS,
        "languages_": LANGUAGES,
        "ready_": READY,
    }
