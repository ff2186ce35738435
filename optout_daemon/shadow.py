"""Compare what the desk decided in shadow mode with what staff did about the same mail.

What is compared is what would have been stopped: the channels of an applied mail, none of any other. Staff's acts are
their answers in the queue, their own entries in the list and, where one is given, a file (staff_file.py); a file is
taken for the whole of what they did. Changes nothing, names inquiries by number. Raises StoreError.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.model import Action, Disposition, FieldName, Reason
from optout_daemon.staff_file import Act
from optout_daemon.store import audit, inquiries, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.inquiry_values import Inquiry

BATCH: Final = 200
DECIDED: Final = (State.HELD, State.CLOSED)
MACHINE: Final = "machine"


class Outcome(StrEnum):
    """How the desk's decision about one mail compares with what staff did."""

    SAME_CHANNELS = "same_channels"
    """Both stopped the same."""
    BOTH_NOTHING = "both_nothing"
    LEFT_TO_STAFF = "left_to_staff"
    """The desk held it, and staff stopped something: as it would be live."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """Nothing is recorded of what staff did."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One inquiry. `staff` is None where nothing is recorded of what they did."""

    inquiry_id: int
    disposition: Disposition
    reasons: tuple[Reason, ...]
    desk: frozenset[str]
    staff: frozenset[str] | None

    @property
    def outcome(self) -> Outcome:
        if self.staff is None:
            return Outcome.UNKNOWN
        if self.desk == self.staff:
            return Outcome.SAME_CHANNELS if self.desk else Outcome.BOTH_NOTHING
        if self.disposition is Disposition.HELD:
            return Outcome.LEFT_TO_STAFF
        return Outcome.DIFFERENT


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every inquiry that was decided in shadow mode, but for those that a later mail completed."""

    compared: tuple[Compared, ...]
    completed: int
    """Held mails that left the queue with a later mail, which is compared in their place."""
    lines_without_inquiry: tuple[int, ...]
    """Lines of staff's file that fit no inquiry."""

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in self.compared)


@dataclass(slots=True)
class _Shadow:
    """One inquiry on its way to be compared."""

    inquiry_id: int
    disposition: Disposition
    reasons: tuple[Reason, ...]
    channels: frozenset[str]
    message_id: str | None
    number: str | None
    received_at: datetime
    staff: frozenset[str] | None = None


def compare(
    database: Database, *, since: datetime | None, number_prefixes: Sequence[str], acts: Sequence[Act] | None = None
) -> Comparison:
    """Compare what was received `since` then; `acts` is staff's file."""
    found: list[_Shadow] = []
    completed = 0
    for rows, decisions in _batches(database, since):
        for row in rows:
            shadow = _shadow(row, decisions.get(row.id, ()), number_prefixes)
            if shadow is None:
                continue
            if row.absorbed_by is not None:
                completed += 1
            else:
                found.append(shadow)
    with database.reading() as tx:
        for one in found:
            if one.staff is None and one.number is not None:
                one.staff = _stopped_by_hand(tx, one.number, one.received_at)
    unmatched = _apply(found, acts) if acts is not None else []
    compared = (Compared(one.inquiry_id, one.disposition, one.reasons, one.channels, one.staff) for one in found)
    return Comparison(tuple(compared), completed, tuple(unmatched))


def _batches(
    database: Database, since: datetime | None
) -> Iterator[tuple[list[Inquiry], Mapping[int, list[audit.Event]]]]:
    last = 0
    while True:
        with database.reading() as tx:
            rows = inquiries.listing(tx, states=DECIDED, since=since, after_id=last, limit=BATCH)
            events = audit.decisions(tx, [row.id for row in rows])
        if not rows:
            return
        decisions: dict[int, list[audit.Event]] = defaultdict(list)
        for event in events:
            if event.inquiry_id is not None:
                decisions[event.inquiry_id].append(event)
        yield rows, decisions
        last = rows[-1].id


@dataclass(frozen=True, slots=True)
class _Decided:
    disposition: Disposition
    reasons: tuple[Reason, ...]
    channels: frozenset[str] = field(default_factory=frozenset)


def _shadow(row: Inquiry, events: Sequence[audit.Event], prefixes: Sequence[str]) -> _Shadow | None:
    """What the desk decided in shadow mode, and what staff answered in the queue; None where it did not decide so."""
    desk: _Decided | None = None
    staff: frozenset[str] | None = None
    for event in events:
        data = json.loads(event.data)
        if event.actor == MACHINE:
            if data.get("shadow") and staff is None:
                desk = _decided(data)
        else:
            staff = _decided(data).channels
    if desk is None:
        return None
    given = row.customer_number or row.fields.get(FieldName.CUSTOMER_NUMBER) or ""
    number = normalise(given, prefixes) or None
    return _Shadow(
        row.id, desk.disposition, desk.reasons, desk.channels, row.message_id, number, row.received_at, staff
    )


def _decided(data: Mapping[str, object]) -> _Decided:
    disposition = Disposition(str(data["disposition"]))
    reasons, channels = data.get("reasons"), data.get("channels")
    stopped = channels if disposition is Disposition.APPLIED and isinstance(channels, list) else []
    return _Decided(
        disposition, tuple(map(Reason, reasons if isinstance(reasons, list) else [])), frozenset(map(str, stopped))
    )


def _stopped_by_hand(tx: Connection, number: str, since: datetime) -> frozenset[str] | None:
    """The channels that staff stopped in the list for this customer since the mail came; None where they did not."""
    entries = (recorded.entry for recorded in suppressions.history(tx, customer_number=number))
    stopped = {
        entry.channel
        for entry in entries
        if entry.source == "staff" and entry.cause is None and entry.action is Action.STOP and entry.valid_from >= since
    }
    return frozenset(stopped) or None


def _apply(found: Sequence[_Shadow], acts: Sequence[Act]) -> list[int]:
    """Give each act to its mail; the lines that fit none. What no line speaks of, staff did nothing about."""
    by_id = {one.inquiry_id: one for one in found}
    by_message_id: dict[str, list[_Shadow]] = defaultdict(list)
    by_number: dict[str, list[_Shadow]] = defaultdict(list)
    for one in found:
        if one.message_id is not None:
            by_message_id[one.message_id].append(one)
        if one.number is not None:
            by_number[one.number].append(one)
    spoken: dict[int, frozenset[str]] = {}
    unmatched = []
    for act in acts:
        if act.inquiry_id is not None:
            mails = [by_id[act.inquiry_id]] if act.inquiry_id in by_id else []
        elif act.message_id is not None:
            mails = by_message_id.get(act.message_id, [])
        else:
            mails = by_number.get(act.customer_number or "", [])
        if not mails:
            unmatched.append(act.line)
            continue
        # A customer who wrote several times: what was stopped is the doing of the mail that asked for it.
        chosen = min(mails, key=lambda one: _LIKELY[one.disposition])
        spoken[chosen.inquiry_id] = spoken.get(chosen.inquiry_id, frozenset()) | act.channels
    for one in found:
        if one.inquiry_id in spoken:
            one.staff = spoken[one.inquiry_id]
        elif one.staff is None:
            one.staff = frozenset()
    return unmatched


_LIKELY: Final = {Disposition.APPLIED: 0, Disposition.HELD: 1, Disposition.IGNORED: 2}
