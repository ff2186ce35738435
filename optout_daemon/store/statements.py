"""Small helps for statements that both databases must understand.

What runs for every mail is built once, as a constant with named parameters: building a statement costs more than
running it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, CursorResult, Table, case, literal, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from optout_daemon.core.lifecycle import Delivery, State
from optout_daemon.errors import Conflict

CHUNK: Final = 500
"""Values in one IN list, below every limit of either database."""

LEVELS: Final = 16
"""Attempts after which every schedule of core/backoff.py has come to its longest delay."""

T = TypeVar("T")
Insert = postgresql.Insert | sqlite.Insert


def for_each(build: Callable[[Callable[[Table], Insert]], T]) -> Mapping[str, T]:
    """An INSERT with ON CONFLICT by dialect name; SQLAlchemy has one class for each, with the same methods."""
    return {"sqlite": build(sqlite.insert), "postgresql": build(postgresql.insert)}


def spelled(state: State | Delivery) -> ColumnElement[Any]:
    """A state as a literal, so that the partial index on it is used: neither database sees through a parameter."""
    return literal_column(f"'{state.value}'")


def beyond(
    due: ColumnElement[Any], attempts: ColumnElement[Any], schedule: Callable[[int, float], float], now: datetime
) -> ColumnElement[bool]:
    """Whether `due` lies further away than `schedule` puts anything off after so many attempts, none included.

    Then the clock was ahead when it was written, or was set back since, and nobody is to wait for that time again.
    """

    def latest(count: int) -> ColumnElement[Any]:
        seconds = schedule(count, 1.0) if count else 0.0
        return literal(now + timedelta(seconds=seconds), due.type)

    return due > case(*((attempts == count, latest(count)) for count in range(LEVELS)), else_=latest(LEVELS))


def moved_one(result: CursorResult[Any], what: str, row: object) -> None:
    """Conflict unless exactly one row was moved."""
    if result.rowcount != 1:
        raise Conflict(f"{what} {row}: somebody else moved it first, or it is not there")


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """`values` in pieces that fit into one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
