"""What the daemon does again and again: one round of each job, and which other jobs a round wakes.

A round raises what its stage raises; jobs.py ends it there. Nothing here waits: the schedule and the wakes decide when.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from optout_daemon import housekeeping
from optout_daemon.announcing import Announcer
from optout_daemon.config import MailboxSettings, Settings
from optout_daemon.delivery import Unrecorded, deliver, longest_round
from optout_daemon.edges.imap_census import surveying
from optout_daemon.edges.smtp import Courier
from optout_daemon.enforcing import LOOK_EVERY, lookup_keeper
from optout_daemon.filing import file_away
from optout_daemon.intake import collect
from optout_daemon.jobs import Job
from optout_daemon.keeping import Keeper
from optout_daemon.log import Log
from optout_daemon.parts import Built, customer_database
from optout_daemon.processing import longest_pass, process
from optout_daemon.reconciler import Reconciler
from optout_daemon.reconciling import AT_MOST
from optout_daemon.syncing import sync_and_tell

HUNG: Final = 600.0
"""Seconds that a round over a mailbox, or a pass of any length in between, may take at least."""
TELL_EVERY: Final = 5.0
"""Seconds from one look at a sink to the next: other processes change the list too, and what failed comes due."""


def _now() -> datetime:
    return datetime.now(UTC)


class Rounds:
    """The jobs of one daemon, by name, and what each does in a round."""

    def __init__(
        self,
        settings: Settings,
        built: Built,
        courier: Courier,
        keepers: Mapping[str, Keeper],
        passwords: Mapping[str, str | None],
        announcers: Mapping[str, Announcer],
        *,
        worker: str,
        stop: threading.Event,
        log: Log,
    ) -> None:
        self._settings, self._built, self._courier = settings, built, courier
        self._keepers, self._passwords = keepers, passwords
        self._worker, self._stop, self._log = worker, stop, log
        self._unrecorded = Unrecorded()
        self._live = settings.desk.mode != "shadow"
        self.jobs: dict[str, Job] = {}
        for box in settings.mailbox:
            self._add_mailbox(box)
        fastest = min(box.poll_interval.total_seconds() for box in settings.mailbox)
        reading = settings.review.read_time_limit.total_seconds()
        self._add("process", self._process, fastest, max(HUNG, longest_pass(reading)))
        self._add("deliver", self._deliver, min(fastest, 30.0), max(HUNG, longest_round(settings.smtp)))
        self._add("housekeeping", self._keep_house, 300.0, 120.0)
        for sink, announcer in announcers.items():
            self._add(f"sink:{sink}", partial(self._announce, f"sink:{sink}", announcer), TELL_EVERY, HUNG)
        self._add_sync()
        self._lookup = lookup_keeper(settings)
        if self._lookup is not None:
            self._add("lookup", self._lookup.round, LOOK_EVERY, HUNG)

    def close(self) -> None:
        """Let go of what only the rounds hold, once none is at work: after it the desk's database is one whole file."""
        if self._lookup is not None:
            self._lookup.close()

    def _add(self, name: str, work: Callable[[], None], interval: float, limit: float) -> None:
        self.jobs[name] = Job(name, work, interval, limit, self._log, self._stop)

    def _add_mailbox(self, box: MailboxSettings) -> None:
        poll = box.poll_interval.total_seconds()
        self._add(f"collect:{box.name}", partial(self._collect, box), poll, HUNG)
        self._add(f"file:{box.name}", partial(self._file, box), max(poll, 5.0), HUNG)
        reconciler = Reconciler(
            box,
            database=self._built.database,
            survey=lambda: surveying(box, self._passwords[box.name], stop=self._stop),
            recoveries=lambda: self._keepers[box.name].recoveries,
            stop=self._stop,
            log=self._log,
        )
        self._add(f"reconcile:{box.name}", partial(self._reconcile, reconciler), poll, 2 * AT_MOST)

    def _add_sync(self) -> None:
        source = customer_database(self._settings)
        if source is None:
            return
        database, log = self._built.database, self._log
        every = self._settings.customers.sync_interval.total_seconds()
        self._add("sync", lambda: sync_and_tell(source, database, now=_now(), log=log), every, 3600.0)

    def _wake(self, *names: str) -> None:
        for name in names:
            if name in self.jobs:
                self.jobs[name].want()

    def _collect(self, box: MailboxSettings) -> None:
        with self._keepers[box.name].use() as session:
            if session is None:
                return
            collected = collect(
                session, database=self._built.database, mailbox=box, now=_now, stop=self._stop, log=self._log
            )
            if collected.new:
                self._wake("process")
            if collected.new or collected.known:
                self._wake(f"file:{box.name}")
            if collected.more:
                self._wake(f"collect:{box.name}")

    def _reconcile(self, reconciler: Reconciler) -> None:
        reconciler.round(_now())

    def _process(self) -> None:
        done = process(self._built.parts, now=_now(), stop=self._stop)
        if done.more:
            self._wake("process")
        if done.decided:
            self._wake("lookup", "deliver", *(f"file:{box.name}" for box in self._settings.mailbox))
            self._wake(*(f"sink:{sink.name}" for sink in self._settings.sink))

    def _file(self, box: MailboxSettings) -> None:
        if not self._live or box.file_into is False:
            return
        with self._keepers[box.name].use() as session:
            if session is None:
                return
            filed = file_away(
                session,
                database=self._built.database,
                mailbox=box,
                time_zone=self._settings.desk.time_zone,
                now=_now(),
                log=self._log,
                stop=self._stop,
            )
            if filed.more:
                self._wake(f"file:{box.name}")

    def _deliver(self) -> None:
        if not self._live:
            return  # what was queued while the desk was live waits until it is again
        delivered = deliver(
            self._courier,
            database=self._built.database,
            settings=self._settings.smtp,
            now=_now,
            worker=self._worker,
            stop=self._stop,
            log=self._log,
            unrecorded=self._unrecorded,
        )
        if delivered.more:
            self._wake("deliver")

    def _announce(self, job: str, announcer: Announcer) -> None:
        if self._live and announcer.round():
            self._wake(job)

    def _keep_house(self) -> None:
        database, now = self._built.database, _now()
        if housekeeping.pull_in(database, now=now):
            self._wake("deliver")
        patient = timedelta(seconds=2 * longest_round(self._settings.smtp))
        housekeeping.release_claims(database, now=now, log=self._log, worker=self._worker, stale=patient)
        housekeeping.forget_rates(database, now=now)
        housekeeping.clear_alarms(database, now=now)
        web = self._settings.web
        housekeeping.forget_sign_ins(database, now=now, idle=web.session_idle, longest=web.session_longest)
