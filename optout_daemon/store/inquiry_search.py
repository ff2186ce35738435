"""Find inquiries: one by its number, the queues, and the one that another mail repeats or answers.

Callers reach all of it through store/inquiries.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, select, text

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Category, Disposition
from optout_daemon.store.columns import bounded, clean
from optout_daemon.store.database import serialise
from optout_daemon.store.inquiry_values import Inquiry, from_row
from optout_daemon.store.schema import inquiry as table
from optout_daemon.store.schema import outbox, raw_mail
from optout_daemon.store.statements import chunks, spelled

_REFERENCES: Final = 100
"""References that are looked up, the nearest ancestors; a stranger may send thousands."""

_c: Final = table.c
_DIGESTS: Final = select(_c.digest).where(_c.digest.in_(bindparam("digests", expanding=True)))
_SAME: Final = (
    select(_c.id)
    .where(_c.message_id == bindparam("mid"), _c.content_digest == bindparam("content"))
    .where(_c.id != bindparam("other"), ~_c.duplicate)
    .order_by(_c.id)
    .limit(1)
)
_SAME_IN_FORCE: Final = _SAME.where(~_c.shadow)
_GET: Final = select(table).where(_c.id == bindparam("this"))
_RAW: Final = select(raw_mail.c.raw).where(raw_mail.c.inquiry_id == bindparam("this"))
WAITS: Final = text("follow_up AND follow_up_done_at IS NULL")
"""The follow-up is not done yet; spelled as in the partial index on it."""
_HELD: Final = and_(_c.author == bindparam("author"), _c.state == spelled(State.HELD))
_REFERENCED: Final[BindParameter[str]] = bindparam("references", expanding=True)
_ANSWERED: Final = (
    select(_c.id, _c.message_id.label("reference"))
    .where(_HELD, _c.message_id.in_(_REFERENCED))
    .union_all(
        select(_c.id, outbox.c.message_id)
        .join(outbox, outbox.c.inquiry_id == _c.id)
        .where(_HELD, outbox.c.message_id.in_(_REFERENCED))
    )
)


def get(tx: Connection, inquiry_id: int) -> Inquiry | None:
    """One inquiry, or None."""
    row = tx.execute(_GET, {"this": inquiry_id}).first()
    return None if row is None else from_row(row)


def raw(tx: Connection, inquiry_id: int) -> bytes | None:
    """The mail's bytes, or None where there is no such inquiry or they are kept no longer."""
    return tx.execute(_RAW, {"this": inquiry_id}).scalar()


def listing(
    tx: Connection,
    *,
    state: State | None = None,
    states: Collection[State] = (),
    since: datetime | None = None,
    disposition: Disposition | None = None,
    follow_up: bool | None = None,
    limit: int = 100,
    after_id: int = 0,
) -> list[Inquiry]:
    """Inquiries by id, received `since` then.

    `follow_up=True` are those that ask for something else as well and still wait for a person.
    """
    c = table.c
    statement = select(table).where(c.id > after_id)
    if state is not None:
        statement = statement.where(c.state == state)
    if states:
        statement = statement.where(c.state.in_(states))
    if since is not None:
        statement = statement.where(c.received_at >= since)
    if disposition is not None:
        statement = statement.where(c.disposition == disposition)
    if follow_up is not None:
        statement = statement.where(WAITS if follow_up else text(f"NOT ({WAITS})"))
    return [from_row(row) for row in tx.execute(statement.order_by(c.id).limit(limit))]


def waits_to_opt_out(tx: Connection, author: str, *, other_than: Collection[int]) -> bool:
    """Whether another opt-out by this author waits in the review queue."""
    c = table.c
    others = select(c.id).where(c.author == author, c.state == State.HELD, c.category == Category.OPT_OUT)
    return tx.execute(others.where(c.id.not_in(other_than)).limit(1)).first() is not None


def counts(tx: Connection) -> dict[str, int]:
    """How many inquiries are in each state, and under "follow_up" how many of the applied ones still wait."""
    c = table.c
    found = dict.fromkeys((state.value for state in State), 0)
    for state, number in tx.execute(select(c.state, func.count()).group_by(c.state)):
        found[state.value] = number
    waiting = select(func.count()).select_from(table).where(WAITS)
    return found | {"follow_up": tx.execute(waiting).scalar_one()}


def find_same(
    tx: Connection, *, message_id: str, content_digest: str, other_than: int, in_force: bool = False
) -> int | None:
    """A decided inquiry with the same Message-ID and the same decoded content that is not a duplicate itself.

    No other transaction decides one until this one ends: of two copies judged at once one is the duplicate. With
    `in_force`, what was decided in shadow mode does not count: nothing followed from it.
    """
    serialise(tx)
    same = _SAME_IN_FORCE if in_force else _SAME
    return tx.execute(same, {"mid": message_id, "content": content_digest, "other": other_than}).scalar()


def find_answered(tx: Connection, *, references: Sequence[str], author: str) -> int | None:
    """The held inquiry that a mail answers: it, or a reply of ours to it, is referenced, and its author is the same.

    `references` are nearest ancestor first, and the nearest wins (policy, section 6).
    """
    wanted = list(references[:_REFERENCES])
    if not wanted:
        return None
    found = tx.execute(_ANSWERED, {"author": author, "references": wanted}).all()
    rank = {key: place for place, key in reversed(list(enumerate(bounded(clean(reference)) for reference in wanted)))}
    return min(found, key=lambda row: (rank[row.reference], -row.id)).id if found else None


def applied_besides(tx: Connection, inquiry_id: int) -> bool:
    """Whether another inquiry of the same customer is applied, in force."""
    this = select(_c.customer_number).where(_c.id == inquiry_id).scalar_subquery()
    other = select(_c.id).where(_c.customer_number == this, _c.id != inquiry_id, ~_c.shadow, _c.absorbed_by.is_(None))
    return tx.execute(other.where(_c.disposition == Disposition.APPLIED).limit(1)).first() is not None


def known_digests(tx: Connection, digests: Collection[str]) -> set[str]:
    """Those of the digests that an inquiry has."""
    found: set[str] = set()
    for some in chunks(list(digests)):
        found.update(tx.execute(_DIGESTS, {"digests": some}).scalars())
    return found
