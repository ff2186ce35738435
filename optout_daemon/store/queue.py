"""The review queue as staff see it: one page after the other, oldest first, by what they look for.

A page begins behind the key (received_at, id) of the one before, so the last page costs what the first does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, or_, select

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Category, Reason
from optout_daemon.store import held_text
from optout_daemon.store.inquiry_search import WAITS
from optout_daemon.store.schema import inquiry as table
from optout_daemon.store.statements import spelled

PAGE: Final = 50
_c: Final = table.c
_HELD: Final = _c.state == spelled(State.HELD)
_COLUMNS: Final = (
    _c.id,
    _c.received_at,
    _c.reasons,
    _c.category,
    _c.language,
    _c.author,
    _c.subject,
    _c.assigned_to,
    _c.has_attachments,
    _c.version,
)
NOBODY: Final = "-"
"""As `assigned_to`: those that nobody has taken."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty does not matter."""

    text: str = ""
    reason: Reason | None = None
    category: Category | None = None
    language: str = ""
    assigned_to: str = ""
    received_before: datetime | None = None
    follow_up: bool = False
    """Not the held ones: the applied ones whose second request waits."""


@dataclass(frozen=True, slots=True)
class Key:
    """The place of an inquiry in the queue."""

    received_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Line:
    """One inquiry as it stands in the queue."""

    id: int
    received_at: datetime
    reasons: tuple[Reason, ...]
    category: Category | None
    language: str
    author: str | None
    subject: str
    assigned_to: str | None
    has_attachments: bool
    version: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits."""

    held: int
    late: int
    follow_up: int
    by_category: dict[Category, int]
    by_language: dict[str, int]


def page(tx: Connection, wanted: Wanted, *, after: Key | None = None, limit: int = PAGE) -> list[Line]:
    """The next `limit` lines behind `after`, oldest first."""
    statement = _wanted(tx, wanted).order_by(_c.received_at, _c.id).limit(limit)
    if after is not None:
        later = and_(_c.received_at == after.received_at, _c.id > after.id)
        statement = statement.where(_c.received_at >= after.received_at, or_(_c.received_at > after.received_at, later))
    return [
        Line(
            row.id,
            row.received_at,
            tuple(map(Reason, row.reasons)),
            row.category,
            row.language,
            row.author,
            row.subject,
            row.assigned_to,
            row.has_attachments,
            row.version,
        )
        for row in tx.execute(statement)
    ]


def counts(tx: Connection, *, late_before: datetime) -> Counts:
    """How many are held, by category and language; of them those received before `late_before`; second requests."""
    by_category: dict[Category, int] = {}
    by_language: dict[str, int] = {}
    kinds = select(_c.category, _c.language, func.count()).where(_HELD).group_by(_c.category, _c.language)
    for category, language, number in tx.execute(kinds):
        by_category[category] = by_category.get(category, 0) + number
        by_language[language] = by_language.get(language, 0) + number
    late = select(func.count()).select_from(table).where(_HELD, _c.received_at < late_before)
    waiting = select(func.count()).select_from(table).where(WAITS)
    return Counts(
        sum(by_category.values()),
        tx.execute(late).scalar_one(),
        tx.execute(waiting).scalar_one(),
        by_category,
        by_language,
    )


def _wanted(tx: Connection, wanted: Wanted) -> Select[*tuple[object, ...]]:
    conditions: list[ColumnElement[bool]] = list(held_text.says(tx, wanted.text))
    if wanted.reason is not None:
        conditions.append(cast(_c.reasons, Text).contains(f'"{wanted.reason.value}"'))
    if wanted.category is not None:
        conditions.append(_c.category == wanted.category)
    if wanted.language:
        conditions.append(_c.language == wanted.language)
    if wanted.assigned_to:
        nobody = wanted.assigned_to == NOBODY
        conditions.append(_c.assigned_to.is_(None) if nobody else _c.assigned_to == wanted.assigned_to)
    if wanted.received_before is not None:
        conditions.append(_c.received_at < wanted.received_before)
    return select(*_COLUMNS).where(WAITS if wanted.follow_up else _HELD, *conditions)
