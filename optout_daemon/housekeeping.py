"""Put right what a crash left lying, and drop what is counted no more.

Runs at start and then regularly; everything it does may be done twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from optout_daemon.log import Log
from optout_daemon.store import outbox, rates
from optout_daemon.store.database import Database

STALE: Final = timedelta(minutes=15)
"""Longer than any one delivery can take (connect, TLS and every command have time-outs)."""


def release_claims(database: Database, *, now: datetime, log: Log, only_process: bool = False) -> int:
    """Return claimed outbox items to QUEUED. `only_process`: nobody else can hold one, so every claim is stale."""
    with database.transaction() as tx:
        released = outbox.release_stale(tx, claimed_before=now if only_process else now - STALE, now=now)
    if released:
        log.released(items=released)
    return released


def forget_rates(database: Database, *, now: datetime) -> None:
    """Drop the counts of replies that no cap by the hour looks at any more."""
    with database.transaction() as tx:
        rates.forget(tx, before=now - timedelta(hours=2))
