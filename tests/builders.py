"""Readings and matches for tests, complete and certain unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optout_daemon.core.model import (
    Agreement,
    Authentication,
    Category,
    Customer,
    Decision,
    Envelope,
    Field,
    FieldName,
    Machine,
    Match,
    Origin,
    Part,
    Reading,
    Segment,
    SegmentKind,
    Span,
    Wish,
)

ANNA = Customer("20000001", "Anna Arden", "1 Birch Lane, Oakford", email="anna@example.org")
OPT_OUT = Wish(category=Category.OPT_OUT, stated=True)
TEXT = "20000001 Anna Arden, 1 Birch Lane, Oakford. Stop."


def reading(**changes: Any) -> Reading:
    """A person's complete opt-out that names no channel."""
    values: dict[str, Any] = {
        "digest": "d" * 64,
        "content_digest": "c" * 64,
        "envelope": envelope(),
        "subject": "please stop",
        "text": TEXT,
        "segments": (Segment(SegmentKind.OWN, 0, len(TEXT)),),
        "fields": (Field(FieldName.CUSTOMER_NUMBER, "20000001", Origin.LABEL, Span(Part.TEXT, 0, 8)),),
        "numbers": ("20000001",),
        "wish": OPT_OUT,
        "language": "en",
        "machine": Machine(),
        "authentication": Authentication.NONE,
    }
    return Reading(**(values | changes))


def envelope(**changes: Any) -> Envelope:
    """Anna's, with a Message-ID and one plain author."""
    base = Envelope(message_id="<1@example.org>", author="anna@example.org", author_as_given="Anna@example.org")
    return replace(base, **changes)


def wish(**changes: Any) -> Wish:
    return replace(OPT_OUT, **changes)


def match(**changes: Any) -> Match:
    """Anna's number, her name and address agreeing."""
    base = Match(customer=ANNA, number=ANNA.number, name=Agreement.AGREES, address=Agreement.AGREES)
    return replace(base, **changes)


def outcome(decision: Decision) -> tuple[str, tuple[str, ...], str]:
    """Disposition, reasons and reply of a decision, as words."""
    return decision.disposition.value, tuple(r.value for r in decision.reasons), decision.reply.value
