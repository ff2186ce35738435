"""Print all that is known of one inquiry: what was decided and why, candidates, replies, places, events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from optout_daemon.cli import wording
from optout_daemon.cli.output import cell, details, json_line, line, plain
from optout_daemon.core.matching.candidates import Candidate
from optout_daemon.core.model import GROUP
from optout_daemon.store import audit, inquiries, locations, outbox
from optout_daemon.store.audit import Event
from optout_daemon.store.inquiry_values import Inquiry
from optout_daemon.store.locations import Location
from optout_daemon.store.outbox import OutboxItem


@dataclass(frozen=True, slots=True)
class Story:
    """One inquiry and everything that hangs on it."""

    inquiry: Inquiry
    replies: Sequence[OutboxItem]
    places: Sequence[Location]
    events: Sequence[Event]


def story(tx: Connection, inquiry_id: int) -> Story | None:
    """The story of one inquiry, or None where there is no such inquiry."""
    inquiry = inquiries.get(tx, inquiry_id)
    if inquiry is None:
        return None
    return Story(
        inquiry,
        outbox.of_inquiry(tx, inquiry_id),
        locations.of_inquiry(tx, inquiry_id),
        audit.of_inquiry(tx, inquiry_id),
    )


def show(told: Story, candidates: Sequence[Candidate], *, as_json: bool) -> None:
    """Print it for a clerk, or as one JSON object."""
    if as_json:
        json_line(
            {
                **_row(told.inquiry),
                "candidates": candidates,
                "replies": [reply_row(item) for item in told.replies],
                "locations": told.places,
                "events": told.events,
            }
        )
        return
    _decision(told.inquiry)
    _section("candidates", [f"{c.customer.number}  {c.customer.name}  ({', '.join(c.reasons)})" for c in candidates])
    _section("replies", [_reply(item) for item in told.replies])
    _section("places", [_place(place) for place in told.places])
    _section("events", [f"{cell(event.at)}  {event.event} by {event.actor}" for event in told.events])


def _row(inquiry: Inquiry) -> dict[str, object]:
    row = plain(inquiry)
    assert isinstance(row, dict)
    return row


def reply_row(item: OutboxItem) -> dict[str, object]:
    """An outbox item without its bytes."""
    names = (name for name in OutboxItem.__dataclass_fields__ if name != "raw")
    return {name: getattr(item, name) for name in names}


def _decision(inquiry: Inquiry) -> None:
    reply = wording.REPLIES[inquiry.reply] if inquiry.reply is not None else ""
    if inquiry.no_reply_because:
        reply += f" ({inquiry.no_reply_because})"
    if inquiry.reply_capped:
        reply += " (silenced by a cap on replies)"
    line(f"inquiry {inquiry.id}")
    details(
        [
            ("state", f"{inquiry.state} since {cell(inquiry.state_since)}"),
            ("received", f"{cell(inquiry.received_at)} in {inquiry.mailbox}, {inquiry.size} bytes"),
            ("from", inquiry.author),
            ("subject", inquiry.subject),
            ("decision", _decided(inquiry)),
            ("because", wording.reasons(inquiry.reasons)),
            ("wanted", f"{wording.CATEGORIES[inquiry.category]} ({inquiry.category})" if inquiry.category else ""),
            ("channels", ", ".join(inquiry.channels)),
            ("company", inquiry.scope if inquiry.scope != GROUP else ""),
            *((wording.FIELDS[name], value) for name, value in inquiry.fields.items()),
            ("customer", inquiry.customer_number),
            ("follow-up", _follow_up(inquiry)),
            ("reply", reply),
            ("evidence", inquiry.evidence),
            ("failed", f"{inquiry.attempts} times: {inquiry.last_error}" if inquiry.attempts else ""),
            ("answers", f"inquiry {inquiry.parent_id}" if inquiry.parent_id else ""),
            ("completed", _completed(inquiry)),
            ("assigned", inquiry.assigned_to),
            ("note", inquiry.note),
            ("message", inquiry.message_id),
            ("digest", inquiry.digest),
            ("version", str(inquiry.version)),
        ]
    )


def _completed(inquiry: Inquiry) -> str:
    """A held inquiry that the customer's own answer completed shares its decision."""
    if inquiry.absorbed_by is None:
        return ""
    return f"by inquiry {inquiry.absorbed_by} at {cell(inquiry.decided_at)}, whose decision it shares"


def _follow_up(inquiry: Inquiry) -> str:
    if not inquiry.follow_up:
        return ""
    done = inquiry.follow_up_done_at
    return "waits for a person" if done is None else f"answered by a person at {cell(done)}"


def _decided(inquiry: Inquiry) -> str:
    if inquiry.disposition is None:
        return "not decided yet"
    decided = f"{inquiry.disposition} by {inquiry.decided_by} at {cell(inquiry.decided_at)}"
    return decided + (" in shadow mode: nothing was written, sent or moved" if inquiry.shadow else "")


def _reply(item: OutboxItem) -> str:
    text = f"{item.id}: {item.kind} ({item.language}), {item.state}"
    if item.status:
        text += f", status {item.status}"
    if item.error:
        text += f", {item.error}"
    if item.bounced_at is not None:
        text += f", came back at {cell(item.bounced_at)}: it did not reach the customer, and what was decided stands"
    return text


def _place(place: Location) -> str:
    """Where the mail lies now; its UID is that of the watched folder, under which it came in."""
    came = f"UID {place.uid} of {place.uidvalidity}"
    if place.gone_at is not None:
        return f"{place.mailbox}, {came}, moved or deleted by a person since"
    return f"{place.mailbox}, {came}" + (f", lies in {place.folder}" if place.folder is not None else "")


def _section(name: str, lines: Sequence[str]) -> None:
    if lines:
        line()
        line(name)
        for text in lines:
            line(f"  {cell(text)}")
