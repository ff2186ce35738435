"""Put right what a crash left lying, and drop what is counted no more.

Runs at start and then regularly; everything it does may be done twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from optout_daemon.core.accounts import FORGOTTEN
from optout_daemon.log import Log
from optout_daemon.store import alarms, outbox, rates, sign_in_failures, sinks, staff_sessions
from optout_daemon.store.database import Database

STALE: Final = timedelta(minutes=15)
"""Longer than a round of delivery takes, as long as the settings are not more patient than the defaults."""
CENTURY: Final = timedelta(days=36_525)
"""A clock that was ahead may have stamped a claim in the future."""
ALARM_LASTS: Final = timedelta(days=1)


def release_claims(
    database: Database, *, now: datetime, log: Log, worker: str, only_process: bool = False, stale: timedelta = STALE
) -> int:
    """Return outbox items to QUEUED that were claimed longer than `stale` ago, at least STALE. `only_process`: nobody
    but `worker` can hold one.
    """
    with database.transaction() as tx:
        before = now + CENTURY if only_process else now - max(stale, STALE)
        released = outbox.release_stale(tx, claimed_before=before, now=now, spare=worker)
        if only_process:
            sinks.release_all(tx)  # elsewhere a claim ends by itself after its lease
    if released:
        log.released(items=released)
    return released


def pull_in(database: Database, *, now: datetime) -> int:
    """Make due what a clock that was ahead, or was set back, put off for longer than a back-off; how many outbox items.

    Attempts and places are looked up with such a clock in mind.
    """
    with database.transaction() as tx:
        return outbox.pull_in(tx, now=now)


def forget_rates(database: Database, *, now: datetime) -> None:
    """Drop the counts of replies that no cap by the hour looks at any more."""
    with database.transaction() as tx:
        rates.forget(tx, before=now - timedelta(hours=2))


def clear_alarms(database: Database, *, now: datetime) -> None:
    """Let an alarm that tells of an event, not of a state, be raised again a day later."""
    with database.transaction() as tx:
        for alarm in alarms.open_alarms(tx):
            if alarm.kind in ("reply_capped", "shunted", "delivery_failed") and alarm.raised_at < now - ALARM_LASTS:
                alarms.clear(tx, alarm.kind, alarm.key)


def forget_sign_ins(database: Database, *, now: datetime, idle: timedelta, longest: timedelta) -> None:
    """Drop sessions that are over and failed attempts that nobody waits for any more."""
    with database.transaction() as tx:
        staff_sessions.sweep(tx, seen_before=now - idle, begun_before=now - longest)
        sign_in_failures.sweep(tx, before=now - FORGOTTEN)
