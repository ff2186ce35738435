"""Stream the lines of the suppression list that a file for senders holds: all of them, or what changed since a version.

In the order of their keys, a few at a time: memory does not grow with the list. Read the version before the lines:
what is committed meanwhile is then given twice, never missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, null, select

from optout_daemon.core.model import GROUP, Action
from optout_daemon.store.schema import ledger, ledger_subject
from optout_daemon.store.schema import suppression as table

_FETCHED: Final = 2_000
_c, _s, _e = table.c, ledger_subject.c, ledger.c


@dataclass(frozen=True, slots=True)
class ListLine:
    """One line: STOP while it is blocked, by `entry_id`; in a delta RESUME, `since` None, where a block was lifted."""

    subject_kind: str
    subject: str
    channel: str
    scope: str
    action: Action
    since: datetime | None
    provisional: bool
    entry_id: int
    may_arrive_until: date | None = None


def stream(
    tx: Connection,
    *,
    since: int | None = None,
    upto: int | None = None,
    channel: str | None = None,
    scope: str | None = None,
) -> Iterator[ListLine]:
    """Every line of the list, or (`since`) how each line stands now that an entry after that version concerns.

    With `scope` those of one company and of the whole group. `upto`: of those entries only the ones up to that
    version, which choose the lines and not how they stand.
    """
    lines = _lines(since, channel, scope, upto)
    for kind, subject, where, within, blocked, valid_from, provisional, until, entry in tx.execute(
        lines.execution_options(yield_per=_FETCHED)
    ):
        if blocked is None:
            yield ListLine(kind, subject, where, within, Action.RESUME, None, False, entry)
        else:
            yield ListLine(kind, subject, where, within, Action.STOP, valid_from, provisional, blocked, until)


def count(tx: Connection, *, since: int | None = None, channel: str | None = None, scope: str | None = None) -> int:
    """How many lines stream() gives, for a progress bar."""
    lines = _lines(since, channel, scope)
    return int(tx.execute(select(func.count()).select_from(lines.order_by(None).subquery())).scalar_one())


def _lines(since: int | None, channel: str | None, scope: str | None, upto: int | None = None) -> Select[Any]:
    return _all(channel, scope) if since is None else _changed(since, channel, scope, upto)


def _all(channel: str | None, scope: str | None) -> Select[Any]:
    key = (_c.subject_kind, _c.subject, _c.channel, _c.scope)
    block = (_c.entry_id, _c.since, _c.provisional, _c.may_arrive_until)
    lines = select(*key, *block, null().label("entry")).order_by(*key)
    if scope is not None:
        lines = lines.where(_c.scope.in_((GROUP, scope)))
    return lines if channel is None else lines.where(_c.channel == channel)


def _changed(since: int, channel: str | None, scope: str | None, upto: int | None) -> Select[Any]:
    key = (_s.subject_kind, _s.subject, _e.channel, _e.scope)
    touched = select(*key, func.max(_e.id).label("last")).join(ledger, _e.id == _s.entry_id).where(_e.id > since)
    if channel is not None:
        touched = touched.where(_e.channel == channel)
    if scope is not None:
        touched = touched.where(_e.scope.in_((GROUP, scope)))
    if upto is not None:
        touched = touched.where(_e.id <= upto)
    t = touched.group_by(*key).subquery()
    same = and_(*(_c[name] == t.c[name] for name in ("subject_kind", "subject", "channel", "scope")))
    columns = (t.c.subject_kind, t.c.subject, t.c.channel, t.c.scope)
    block = (_c.entry_id.label("blocked_by"), _c.since, _c.provisional, _c.may_arrive_until)
    lines = select(*columns, *block, t.c.last)
    return lines.select_from(t.outerjoin(table, same)).order_by(*columns)
