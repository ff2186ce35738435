"""Tell one sink what changed in the suppression list: claim its place in the ledger, hand over a range, settle.

The ledger is the queue, so nothing that is committed can be missed, and each sink is told in the ledger's order. The
range in hand is written down before it is sent: killed between the sink's answer and our record of it, the same range
goes out again with the same id. What is refused is tried again too, only rarely; what is gone (410) waits for a person.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core import backoff
from optout_daemon.core.changes import Batch, Change, digested, wanted
from optout_daemon.core.http_answer import LONGEST_WAIT
from optout_daemon.edges.sinks.sink import Handed, Sink
from optout_daemon.errors import Conflict, SinkFailure
from optout_daemon.list_export import HMAC
from optout_daemon.log import Log
from optout_daemon.store import alarms, ledger, list_lines, sinks, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.sinks import SinkState

LEASE: Final = timedelta(minutes=5)
"""After so long without a sign of life a claim may be taken over by another host."""
RENEW_AFTER: Final = 30.0
"""Seconds of handing over after which the lease begins anew."""
ROUND_SECONDS: Final = 120.0
"""Seconds after which a round ends, once the range in hand is settled, and asks for the next one."""
SINK_REFUSED: Final = "sink_refused"
"""Kind of the alarm for a sink that refuses what it is told, or is gone; its key is the sink's name."""


@dataclass(frozen=True, slots=True)
class _Range:
    """What one batch covers, before its lines are read."""

    state: SinkState
    version: int
    recorded_at: datetime


class Announcer:
    """Tells one sink, round after round. Belongs to one thread."""

    def __init__(
        self,
        sink: Sink,
        settings: SinkSettings,
        *,
        database: Database,
        digest: Callable[[str], str] | None = None,
        worker: str,
        stop: threading.Event,
        now: Callable[[], datetime],
        log: Log,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sink, self._settings, self._database, self._digest = sink, settings, database, digest
        self._worker, self._stop, self._now, self._log = worker, stop, now, log
        self._monotonic = monotonic
        self._met = False

    def round(self) -> bool:
        """Tell it all that it was not told yet, as far as it takes it; whether there is more. Raises StoreError."""
        self._meet()
        deadline = self._monotonic() + ROUND_SECONDS
        while not self._stop.is_set():
            ahead = self._claim()
            if ahead is None or not self._hand_over(ahead):
                return False
            if self._monotonic() > deadline:
                return True
        return False

    def _meet(self) -> None:
        if self._met:
            return
        with self._database.transaction() as tx:
            whole = self._settings.start == "all"
            delivered = 0 if whole else suppressions.version(tx)
            if sinks.meet(tx, self._settings.name, delivered=delivered, now=self._now()):
                self._log.sink_met(self._settings.name, version=delivered)
        self._met = True

    def _claim(self) -> _Range | None:
        """The next range, claimed and written down; None where there is nothing to tell, or it is not our turn."""
        name = self._settings.name
        with self._database.reading() as tx:  # most rounds end here, without a write
            state = sinks.get(tx, name)
            if state is None or suppressions.version(tx) <= state.delivered or state.gone:
                return None
        with self._database.transaction() as tx:
            state = sinks.claim(tx, name, worker=self._worker, now=self._now(), lease=LEASE)
            if state is None:
                return None
            end = ledger.end_of_range(
                tx, since=state.delivered, limit=self._settings.batch, until=state.sending
            ) or ledger.end_of_range(tx, since=state.delivered, limit=self._settings.batch)
            if end is None:
                sinks.release(tx, state)
                return None
            sinks.aim(tx, state, end[0])
        return _Range(state, *end)

    def _hand_over(self, ahead: _Range) -> bool:
        """Whether it was taken, so that the next range may follow."""
        with self._database.reading() as tx:
            batch = self._batch(tx, ahead)
        try:
            handed = self._sink.deliver(batch, self._alive(ahead.state)) if batch.changes else Handed(whole=True)
        except SinkFailure as failure:
            self._failed(ahead.state, failure)
            return False
        except Exception as error:  # a defect of ours: the place is kept, and whoever reads the log is told
            self._log.job_failed(f"sink:{self._settings.name}", error=type(error).__name__)
            self._failed(ahead.state, SinkFailure(f"our own fault: {type(error).__name__}", "4.3.0"))
            return False
        if not handed.whole:
            with self._database.transaction() as tx:
                sinks.release(tx, ahead.state)
            return False
        return self._taken(ahead, batch, handed)

    def _batch(self, tx: Connection, ahead: _Range) -> Batch:
        lines = list_lines.stream(tx, since=ahead.state.delivered, upto=ahead.version)
        changes = wanted(
            (
                Change(
                    line.subject_kind,
                    line.subject,
                    line.channel,
                    line.scope,
                    line.action,
                    line.since,
                    line.provisional,
                    line.entry_id,
                    line.may_arrive_until,
                )
                for line in lines
            ),
            channels=self._settings.told,
            companies=self._settings.companies,
        )
        if self._digest is not None:
            changes = digested(changes, self._digest, HMAC)
        return Batch(
            self._settings.name,
            ahead.state.delivered,
            ahead.version,
            ahead.recorded_at,
            ahead.state.replays,
            changes,
        )

    def _alive(self, state: SinkState) -> Callable[[], bool]:
        renewed = self._monotonic()

        def alive() -> bool:
            nonlocal renewed
            if self._stop.is_set():
                return False
            if self._monotonic() - renewed < RENEW_AFTER:
                return True
            with self._database.transaction() as tx:
                ours = sinks.renew(tx, state, now=self._now())
            renewed = self._monotonic()
            return ours

        return alive

    def _taken(self, ahead: _Range, batch: Batch, handed: Handed) -> bool:
        name, left = self._settings.name, self._sink.leaves(batch)
        try:
            with self._database.transaction() as tx:
                sinks.settle(tx, ahead.state, version=ahead.version, now=self._now(), rejected=len(handed.rejected))
                alarms.clear(tx, SINK_REFUSED, name)
        except Conflict as conflict:  # the claim was taken for stale: whoever has it now tells the sink again
            self._log.store_error(job=f"sink:{name}", message=str(conflict))
            return False
        if batch.changes:
            self._log.sink_told(
                name,
                since=batch.since,
                version=batch.version,
                changes=len(batch.changes),
                left_alone=sum(left.values()),
            )
        for entry in handed.rejected:
            self._log.sink_rejected(name, entry=entry)
        return True

    def _failed(self, state: SinkState, failure: SinkFailure) -> None:
        name, now = self._settings.name, self._now()
        schedule = backoff.sink_away if failure.temporary else backoff.sink_refused
        delay = max(schedule(state.attempts + 1, random.random()), failure.wait)  # noqa: S311 (it spreads load)
        delay = min(delay, LONGEST_WAIT.total_seconds())
        due, fresh = now + timedelta(seconds=delay), False
        try:
            with self._database.transaction() as tx:
                sinks.defer(
                    tx,
                    state,
                    due=due,
                    error=str(failure),
                    refused=not failure.temporary,
                    gone=failure.gone,
                    now=now,
                )
                if not failure.temporary:
                    fresh = alarms.raise_once(tx, kind=SINK_REFUSED, key=name, now=now)
        except Conflict as conflict:
            self._log.store_error(job=f"sink:{name}", message=str(conflict))
            return
        self._log.sink_error(
            name, message=str(failure), attempts=state.attempts + 1, retry_in=0.0 if failure.gone else delay
        )
        if fresh:
            self._log.alarm(kind=SINK_REFUSED, key=name)
