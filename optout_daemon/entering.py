"""Enter into the suppression list what one decision means for it, in the caller's transaction.

Applied: a confirmed stop a channel. Held: where the settings ask for it, a provisional block of the author's address.
Decided after that: the provisional block is confirmed by the stop that covers it, or lifted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from optout_daemon.core.arrival import NOTHING_PRINTED, Arrivals
from optout_daemon.core.digests import Digests
from optout_daemon.core.model import EMAIL, Action, Customer, Decision, Disposition, LedgerEntry, Reading
from optout_daemon.core.provisional import spared
from optout_daemon.core.reading.address import comparable
from optout_daemon.store import inquiry_search, suppressions
from optout_daemon.store.ledger import PROVISIONAL, STAFF


def stops(
    decision: Decision,
    reading: Reading,
    customer: Customer,
    cover_author: bool,
    *,
    cause: int,
    now: datetime,
    arrivals: Arrivals = NOTHING_PRINTED,
) -> tuple[LedgerEntry, ...]:
    """One ledger entry a channel. `email` covers the number, the recorded address and, if free, the author's own."""
    addresses = [comparable(customer.email)] if customer.email else []
    author = reading.envelope.author
    if cover_author and author is not None and author not in addresses:
        addresses.append(author)
    return tuple(
        LedgerEntry(
            channel=channel,
            action=Action.STOP,
            reason="opt_out",
            source=_source(decision),
            by=decision.decided_by,
            valid_from=now,
            customer_number=customer.number,
            emails=tuple(addresses) if channel == EMAIL else (),
            scope=decision.scope,
            cause=cause,
            may_arrive_until=arrivals.until(channel, now),
        )
        for channel in decision.channels
    )


def spare(
    tx: Connection,
    decision: Decision,
    reading: Reading,
    *,
    cause: int,
    now: datetime,
    digests: Digests | None = None,
) -> list[int]:
    """Block the author of a held mail provisionally where it plainly is an opt-out; the new ledger numbers."""
    address = spared(decision, reading)
    if address is None:
        return []
    block = LedgerEntry(
        EMAIL, Action.STOP, PROVISIONAL, "mail", "machine", now, emails=(address,), scope=decision.scope, cause=cause
    )
    return suppressions.append(tx, [block], now=now, digests=digests)


def decided(
    tx: Connection, decision: Decision, reading: Reading, *, inquiries: Sequence[int], now: datetime
) -> list[int]:
    """Lift what is still blocked provisionally of the author; the new ledger numbers.

    Called after the stops of the decision, which have confirmed what they cover. While another opt-out by the same
    author waits for a person, the block stays: that one's decision ends it.
    """
    author = reading.envelope.author
    if author is None or decision.disposition is Disposition.HELD:
        return []
    standing = [block for block in suppressions.check(tx, email=author, channel=EMAIL) if block.provisional]
    if not standing or inquiry_search.waits_to_opt_out(tx, author, other_than=inquiries):
        return []
    lifts = [
        LedgerEntry(
            EMAIL,
            Action.RESUME,
            PROVISIONAL,
            _source(decision),
            decision.decided_by,
            now,
            emails=(author,),
            scope=block.scope,
            cause=inquiries[0],
        )
        for block in standing
    ]
    return suppressions.append(tx, lifts, now=now)


def _source(decision: Decision) -> str:
    return "mail" if decision.decided_by == "machine" else STAFF
