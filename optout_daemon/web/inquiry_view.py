"""Gather what the page of one inquiry shows: the mail, what was read in it, who it may be, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from optout_daemon import previewing, review
from optout_daemon.core.decision import decide
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Agreement, Corrections, Customer, Decision, FieldName, Match, Part, Reading
from optout_daemon.core.reading.showing import Shown, shown
from optout_daemon.edges.readers import ReaderFailure
from optout_daemon.store import audit, inquiries, ledger, locations, outbox
from optout_daemon.store.inquiry_values import Inquiry
from optout_daemon.web.mail_text import Stretch, compared, pieces
from optout_daemon.web.site import Site


@dataclass(frozen=True, slots=True)
class Likely:
    """A customer who may have written: why, and how the record compares with what the mail states."""

    customer: Customer
    reasons: tuple[str, ...]
    name: Agreement
    address: Agreement
    name_shown: list[Stretch]
    address_shown: list[Stretch]


@dataclass(frozen=True, slots=True)
class Opened:
    """One inquiry with its mail, as far as that is kept."""

    inquiry: Inquiry
    raw: bytes | None
    reading: Reading | None = None
    read: Decision | None = None
    """As the machine decides it today, by itself."""
    match: Match | None = None
    shown: Shown | None = None


def opened(site: Site, inquiry_id: int) -> Opened | None:
    """The inquiry with its mail read again, or None where there is no such inquiry."""
    with site.built.database.reading() as tx:
        inquiry = inquiries.get(tx, inquiry_id)
        raw = inquiries.raw(tx, inquiry_id)
    if inquiry is None:
        return None
    if raw is None:
        return Opened(inquiry, None)
    desk = site.built.parts.desk
    reading = review.read_again(site.built.parts, inquiry_id)
    found = previewing.matched(reading, desk, Corrections(by=""))
    apart = site.built.readers.call(shown, raw)
    return Opened(
        inquiry,
        raw,
        reading,
        decide(reading, found, desk.policy, own_addresses=desk.own_addresses),
        found,
        None if isinstance(apart, ReaderFailure) else apart,
    )


def likely(site: Site, found: Opened) -> list[Likely]:
    """The customers who may have written a held mail, the likeliest first."""
    reading, read = found.reading, found.read
    if reading is None or read is None or found.inquiry.state is not State.HELD:
        return []
    candidates = review.candidates(site.built.parts, reading, limit=6)
    result: list[Likely] = []
    for candidate in candidates:
        customer = candidate.customer
        match = previewing.matched(reading, site.built.parts.desk, Corrections(by="", customer_number=customer.number))
        name, address = read.fields.get(FieldName.NAME, ""), read.fields.get(FieldName.ADDRESS, "")
        differs = (match.name is Agreement.DIFFERS, match.address is Agreement.DIFFERS)
        result.append(
            Likely(
                customer,
                candidate.reasons,
                match.name,
                match.address,
                compared(name if differs[0] else "", customer.name),
                compared(address if differs[1] else "", customer.address),
            )
        )
    return result


def mail(found: Opened) -> dict[str, Any]:
    """Subject and text in pieces, with the fields that were found in them."""
    if found.reading is None or found.read is None:
        return {"subject_pieces": [], "text_pieces": []}
    spans = found.read.spans
    return {
        "subject_pieces": pieces(found.reading.subject, Part.SUBJECT, found.reading, spans),
        "text_pieces": pieces(found.reading.text, Part.TEXT, found.reading, spans),
    }


def story(tx: Connection, inquiry_id: int) -> dict[str, Any]:
    """Everything that hangs on it: replies, list entries, places, events."""
    return {
        "replies": [(item, *previewing.texts_of(item.raw)) for item in outbox.of_inquiry(tx, inquiry_id)],
        "entries": ledger.caused_by(tx, inquiry_id),
        "places": locations.of_inquiry(tx, inquiry_id),
        "events": audit.of_inquiry(tx, inquiry_id),
    }
