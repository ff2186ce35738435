"""What the store hands out of an inquiry, and how it stands in its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import (
    Category,
    Decision,
    Disposition,
    FieldName,
    Part,
    Reason,
    ReplyKind,
    Span,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """The inquiry that a mail belongs to; `new` is False for bytes that were stored before."""

    inquiry_id: int
    new: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A mail that waits for its decision."""

    id: int
    raw: bytes
    truncated: bool
    mailbox: str
    received_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Everything known of one inquiry but its raw bytes; evidence for people and reports, never for a decision."""

    id: int
    digest: str
    mailbox: str
    received_at: datetime
    stored_at: datetime
    size: int
    truncated: bool
    state: State
    state_since: datetime
    version: int
    attempts: int
    last_error: str
    retry_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    rules_version: str
    disposition: Disposition | None
    category: Category | None
    language: str
    reasons: tuple[Reason, ...]
    follow_up: bool
    follow_up_done_at: datetime | None
    customer_number: str | None
    channels: tuple[str, ...]
    scope: str
    reply: ReplyKind | None
    no_reply_because: str
    reply_capped: bool
    shadow: bool
    """Decided in shadow mode: nothing of it was written to the list, sent or moved."""
    duplicate: bool
    fields: Mapping[FieldName, str]
    spans: Mapping[FieldName, Span]
    evidence: tuple[str, ...]
    author: str | None
    subject: str
    message_id: str | None
    content_digest: str | None
    has_attachments: bool
    parent_id: int | None
    absorbed_by: int | None
    assigned_to: str | None
    note: str | None


def decided(decision: Decision, now: datetime) -> dict[str, Any]:
    """The columns that say what was decided and what it rested on."""
    return {
        "decided_at": now,
        "decided_by": decision.decided_by,
        "disposition": decision.disposition,
        "category": decision.category,
        "language": decision.language,
        "reasons": decision.reasons,
        "follow_up": decision.follow_up,
        "follow_up_done_at": None,
        "customer_number": decision.customer_number,
        "channels": decision.channels,
        "scope": decision.scope,
        "reply": decision.reply,
        "no_reply_because": decision.no_reply_because,
        "fields": decision.fields,
        "spans": {name: [span.part, span.start, span.end] for name, span in decision.spans.items()},
        "evidence": decision.evidence,
    }


def from_row(row: Row[Any]) -> Inquiry:
    """The value of a row with every column of the table."""
    values = dict(row._mapping)
    values["reasons"] = tuple(map(Reason, values["reasons"]))
    values["channels"] = tuple(values["channels"])
    values["evidence"] = tuple(values["evidence"])
    values["fields"] = {FieldName(name): value for name, value in values["fields"].items()}
    values["spans"] = {
        FieldName(name): Span(Part(part), start, end) for name, (part, start, end) in values["spans"].items()
    }
    return Inquiry(**values)
