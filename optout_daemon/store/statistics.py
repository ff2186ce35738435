"""Count what became of the inquiries of a time: by day, by reason and language, how long they took, which are late.

An inquiry counts where it was received. Every count is the database's own, over the index of state and time; only the
times to decide are read one by one, two columns of each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, select

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from optout_daemon.store.schema import inquiry as table
from optout_daemon.store.statements import spelled

MACHINE: Final = "machine"
_c: Final = table.c
_EVERY: Final = tuple(spelled(state) for state in State)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """So many inquiries by what became of them; each is in one number only."""

    straight: int = 0
    """Applied by the machine, nobody had to look."""
    put_aside: int = 0
    """Nobody's wish: machines, duplicates, spam; decided by the machine."""
    person: int = 0
    """Closed by a person."""
    waiting: int = 0
    """Held for a person."""
    undecided: int = 0
    """Not read yet, or set aside for an operator."""

    @property
    def received(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Times:
    """How long closed inquiries took from their arrival, without those put aside, and how the deadline stands."""

    closed: int
    median: timedelta | None
    most: timedelta | None
    """19 of 20 took no longer."""
    kept: int
    """Closed within the time."""
    missed: int
    """Closed later, or still waiting beyond it."""
    running: int
    """Waiting, with time left."""


def within(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Received from `since` on and before `until`; spelled so that the index of state and time is used."""
    return and_(_c.state.in_(_EVERY), _c.received_at >= since, _c.received_at < until)


def outcomes(tx: Connection, since: datetime, until: datetime) -> Outcomes:
    """What became of the inquiries of a time."""
    by_machine = (_c.decided_by == MACHINE).label("by_machine")
    rows = select(_c.state, _c.disposition, by_machine, func.count()).where(within(since, until))
    found: Counter[str] = Counter()
    for state, disposition, machine, number in tx.execute(rows.group_by(_c.state, _c.disposition, by_machine)):
        found[_kind(State(state), disposition, bool(machine))] += number
    return Outcomes(**found)


def days(tx: Connection, edges: Sequence[datetime]) -> list[Outcomes]:
    """The outcomes between each edge and the next: the days, as the desk's time zone cuts them."""
    return [outcomes(tx, since, until) for since, until in pairwise(edges)]


def reasons(tx: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """So many inquiries had this reason to be held or put aside, the frequent ones first; one may have several."""
    as_text = cast(_c.reasons, Text)
    rows = select(as_text, func.count()).where(within(since, until)).group_by(as_text)
    found: Counter[str] = Counter()
    for text, number in tx.execute(rows):
        for reason in json.loads(text or "[]"):
            found[reason] += number
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def languages(tx: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """So many decided inquiries were in this language."""
    rows = select(_c.language, func.count()).where(within(since, until), _c.language != "").group_by(_c.language)
    found = [(language, int(number)) for language, number in tx.execute(rows)]
    return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def times(tx: Connection, since: datetime, until: datetime, *, within_time: timedelta, now: datetime) -> Times:
    """How long what was received then took, and whether within the time."""
    closed = select(_c.received_at, _c.decided_at).where(
        _c.state == spelled(State.CLOSED),
        _c.received_at >= since,
        _c.received_at < until,
        _c.decided_at.is_not(None),
        _c.disposition != Disposition.IGNORED,
    )
    took = sorted(max(decided - received, timedelta()) for received, decided in tx.execute(closed))
    held = select(func.count()).where(_c.state == spelled(State.HELD), _c.received_at >= since, _c.received_at < until)
    waiting = int(tx.execute(held).scalar_one())
    late = int(tx.execute(held.where(_c.received_at < now - within_time)).scalar_one())
    kept = sum(1 for one in took if one <= within_time)
    return Times(
        closed=len(took),
        median=_quantile(took, 0.5),
        most=_quantile(took, 0.95),
        kept=kept,
        missed=len(took) - kept + late,
        running=waiting - late,
    )


def _kind(state: State, disposition: str | None, machine: bool) -> str:
    if state is State.HELD:
        return "waiting"
    if state is not State.CLOSED:
        return "undecided"
    if not machine:
        return "person"
    return "put_aside" if disposition == Disposition.IGNORED else "straight"


def _quantile(ordered: Sequence[timedelta], part: float) -> timedelta | None:
    """The least of them that so large a part does not exceed."""
    if not ordered:
        return None
    return ordered[max(0, -int(-part * len(ordered) // 1) - 1)]
