"""Derive the suppression list from the ledger, subject by subject, and compare it with the list that is kept.

Written apart from store/blocks.py, which keeps the list entry by entry: the one checks the other. Both sides are read
as streams in the order of their subjects, so that memory does not grow with the list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, collate, select, type_coerce

from optout_daemon.core.model import Action
from optout_daemon.store.blocks import Block, Key
from optout_daemon.store.schema import ledger, ledger_subject
from optout_daemon.store.schema import suppression as table

MOST_NAMED: Final = 1_000
"""Differences that are named at most; all are counted."""
_FETCHED: Final = 2_000
_RESUME: Final = Action.RESUME.value

Line = tuple[Key, Block]
_Event = tuple[int, bool, bool, datetime, date | None]
"""Entry, whether it resumes, whether provisionally, valid from, until when matter in print may arrive."""


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """One line that is not in the list as the ledger has it, or (`surplus`) that is there unfounded."""

    surplus: bool
    entry_id: int

    def __str__(self) -> str:
        meaning = "is in the list unfounded" if self.surplus else "is not in the list as it should be"
        return f"entry {self.entry_id}: a block by it {meaning}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many lines the ledger gives, how many differ in either direction, and the first of those."""

    lines: int
    differing: int
    named: tuple[Difference, ...]


def compare(tx: Connection) -> Comparison:
    """Hold the whole list against the whole ledger."""
    lines = differing = 0
    named: list[Difference] = []
    for wanted, kept in _side_by_side(_by_subject(derive(tx)), _by_subject(_kept(tx))):
        lines += len(wanted)
        if wanted != kept:
            found = [Difference(False, block.entry) for key, block in wanted.items() if kept.get(key) != block]
            found += [Difference(True, block.entry) for key, block in kept.items() if wanted.get(key) != block]
            differing += len(found)
            named += found[: MOST_NAMED - len(named)]
    return Comparison(lines, differing, tuple(sorted(named)))


def derive(tx: Connection, subjects: Collection[tuple[str, str]] | None = None) -> Iterator[Line]:
    """The lines that the ledger gives, of everyone or of some (kind, subject) pairs, in the order of their subjects."""
    if subjects is None:
        yield from _derive(tx, _HISTORY)
        return
    s = ledger_subject.c
    for kind, subject in sorted(subjects):
        yield from _derive(tx, _HISTORY.where(s.subject_kind == kind, s.subject == subject))


def _derive(tx: Connection, history: Select[Any]) -> Iterator[Line]:
    for (kind, subject), rows in groupby(_stream(tx, history, ledger_subject.c), key=itemgetter(0, 1)):
        events: dict[tuple[str, str], list[_Event]] = {}
        for row in rows:
            events.setdefault((row[2], row[3]), []).append((row[4], row[5] == _RESUME, *row[6:9]))
        for (channel, scope), told in events.items():
            block = _in_force(told)
            if block is not None:
                yield (kind, subject, channel, scope), block


def _in_force(events: list[_Event]) -> Block | None:
    """What rules of one subject, channel and scope.

    After the last resume the first confirmed stop does, since the earliest date that was asked for before it; where
    there is none, the first provisional stop after the last provisional resume.
    """
    events.sort(key=itemgetter(0))
    confirmed_resumes = [at for at, event in enumerate(events) if event[1] and not event[2]]
    open_ = events[confirmed_resumes[-1] + 1 :] if confirmed_resumes else events
    confirmed = next((event for event in open_ if not event[1] and not event[2]), None)
    before = open_[: open_.index(confirmed)] if confirmed is not None else open_
    given_up = [at for at, event in enumerate(before) if event[1]]
    asked = next((event for event in before[given_up[-1] + 1 if given_up else 0 :] if not event[1]), None)
    if confirmed is None:
        return None if asked is None else Block(asked[3], True, asked[0], asked[4])
    since = confirmed[3] if asked is None else min(confirmed[3], asked[3])
    return Block(since, False, confirmed[0], confirmed[4])


def _kept(tx: Connection) -> Iterator[Line]:
    for row in _stream(tx, _LIST, table.c):
        yield (row[0], row[1], row[2], row[3]), Block(*row[4:8])


def _stream(tx: Connection, statement: Select[Any], columns: Any) -> Iterator[tuple[Any, ...]]:
    """The rows in code-point order of kind and subject, as Python orders them, a few at a time."""
    order: list[ColumnElement[Any]] = [columns.subject_kind, columns.subject]
    if tx.dialect.name == "postgresql":
        order = [collate(column, "C") for column in order]
    # On the statement: set on the connection, it would be there for every statement that comes after.
    for row in tx.execute(statement.order_by(*order).execution_options(yield_per=_FETCHED)):
        yield tuple(row)


def _by_subject(lines: Iterator[Line]) -> Iterator[tuple[tuple[str, str], dict[Key, Block]]]:
    for subject, found in groupby(lines, key=lambda line: line[0][:2]):
        yield subject, dict(found)


def _side_by_side(
    wanted: Iterator[tuple[tuple[str, str], dict[Key, Block]]], kept: Iterator[tuple[tuple[str, str], dict[Key, Block]]]
) -> Iterator[tuple[dict[Key, Block], dict[Key, Block]]]:
    """Both sides' lines of each subject that either has."""
    left, right = next(wanted, None), next(kept, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield left[1], {}
            left = next(wanted, None)
        elif left is None or right[0] < left[0]:
            yield {}, right[1]
            right = next(kept, None)
        else:
            yield left[1], right[1]
            left, right = next(wanted, None), next(kept, None)


_s, _e, _c = ledger_subject.c, ledger.c, table.c
_HISTORY: Final = select(
    _s.subject_kind,
    _s.subject,
    _e.channel,
    _e.scope,
    _e.id,
    type_coerce(_e.action, Text),
    _e.provisional,
    _e.valid_from,
    _e.may_arrive_until,
).join(ledger, _e.id == _s.entry_id)
_LIST: Final = select(
    _c.subject_kind, _c.subject, _c.channel, _c.scope, _c.since, _c.provisional, _c.entry_id, _c.may_arrive_until
)
