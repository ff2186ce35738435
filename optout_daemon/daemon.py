"""Build the parts from the settings, schedule the jobs, say when ready, and stop on SIGTERM.

`run()` returns the exit code: 0 after a stop that was asked for. SettingsError and SchemaError end the start. A
server or database that is away at start is waited for; nothing here gives up.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FrameType
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from optout_daemon import __version__, housekeeping
from optout_daemon.config import MailboxSettings, Settings, secret
from optout_daemon.delivery import Unrecorded, deliver, longest_round
from optout_daemon.edges import systemd
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.edges.imap_census import surveying
from optout_daemon.edges.imap_idle import Watcher
from optout_daemon.edges.smtp import Courier
from optout_daemon.errors import SchemaError, StoreError
from optout_daemon.filing import file_away
from optout_daemon.intake import collect
from optout_daemon.jobs import Job
from optout_daemon.keeping import Keeper
from optout_daemon.log import Log
from optout_daemon.parts import Built, build, customer_database
from optout_daemon.processing import longest_pass, process
from optout_daemon.reconciler import Reconciler
from optout_daemon.reconciling import AT_MOST
from optout_daemon.syncing import sync_and_tell

TICK: Final = 0.2
STOP_WITHIN: Final = 6.0
"""Seconds for the unit of work in hand; then the process ends all the same (issue: exit within 10 s)."""
HUNG: Final = 600.0
"""Seconds that a round over a mailbox, or a pass of any length in between, may take at least."""
CLOCK_STEP: Final = 2.0


def _now() -> datetime:
    return datetime.now(UTC)


class Daemon:
    """The running desk. One object a process."""

    def __init__(self, settings: Settings, *, log: Log) -> None:
        self._settings = settings
        self._log = log
        self._stop = threading.Event()
        self._signal = ""
        self._worker = f"{os.uname().nodename}:{os.getpid()}"

    def run(self) -> int:
        """Work until SIGTERM or SIGINT. Raises SettingsError or SchemaError before anything is touched."""
        settings, log = self._settings, self._log
        passwords = {
            box.name: secret(box.password_file, f"mailbox {box.name}: password_file") for box in settings.mailbox
        }
        smtp_password = secret(settings.smtp.password_file, "smtp: password_file")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        with build(settings, log=log) as built:
            log.started(
                version=__version__, mailboxes=len(settings.mailbox), database=settings.database.url.split(":")[0]
            )
            if not self._wait_for_the_database(built):
                log.stopped()
                return 0
            courier = Courier(settings.smtp, smtp_password, stop=self._stop)
            keepers = {box.name: self._keeper(box, passwords[box.name]) for box in settings.mailbox}
            jobs = self._jobs(built, courier, keepers)
            jobs |= self._reconciling(built, passwords, keepers)
            watchers = [
                Watcher(box, passwords[box.name], wake=jobs[f"collect:{box.name}"].want, stop=self._stop, log=log)
                for box in settings.mailbox
                if box.idle
            ]
            scheduler = self._schedule(jobs.values())
            scheduler.start()
            for watcher in watchers:
                watcher.start()
            systemd.notify("READY=1")
            log.ready()
            self._supervise(scheduler, jobs)
            systemd.notify("STOPPING=1")
            log.stopping(signal=self._signal)
            ended = self._wind_up(scheduler, jobs, watchers, keepers, courier)
        log.stopped()
        if not ended:
            # A thread hangs in a server that does not answer. What it had in hand is committed or is as before.
            os._exit(0)
        return 0

    def stop(self) -> None:
        """Ask the daemon to end; safe from any thread."""
        self._stop.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signal = signal.Signals(number).name
        self._stop.set()

    def _wait_for_the_database(self, built: Built) -> bool:
        """True once schema and claims stand; False when stopped while waiting. Raises SchemaError."""
        failure: list[BaseException] = []

        def wait() -> None:
            try:
                self._prepare(built)
            except BaseException as error:
                failure.append(error)

        # In a thread: a server that accepts and never answers holds whoever waits for it, and SIGTERM has ten seconds.
        waiting = threading.Thread(target=wait, name="database", daemon=True)
        waiting.start()
        while waiting.is_alive() and not self._stop.is_set():
            waiting.join(TICK)
        waiting.join(1.0)
        if waiting.is_alive():
            self._log.stopping(signal=self._signal)
            self._log.stopped()
            os._exit(0)  # nothing was begun yet
        if failure:
            raise failure[0]
        return not self._stop.is_set()

    def _prepare(self, built: Built) -> None:
        """Check the schema and give back the claims of the last process, as soon as the database lets us."""
        delay = 1.0
        while not self._stop.is_set():
            try:
                built.database.check_schema()
                housekeeping.release_claims(
                    built.database,
                    now=_now(),
                    log=self._log,
                    worker=self._worker,
                    only_process=built.database.is_sqlite,
                    stale=timedelta(seconds=2 * longest_round(self._settings.smtp)),
                )
                housekeeping.pull_in(built.database, now=_now())
            except SchemaError:
                raise
            except StoreError as error:
                self._log.store_error(job="start", message=str(error))
                self._stop.wait(delay)
                delay = min(delay * 2, 10.0)
            else:
                return

    def _keeper(self, box: MailboxSettings, password: str | None) -> Keeper:
        return Keeper(box.name, lambda: MailboxSession(box, password, stop=self._stop), log=self._log)

    def _jobs(self, built: Built, courier: Courier, keepers: dict[str, Keeper]) -> dict[str, Job]:
        settings, log, database = self._settings, self._log, built.database
        jobs: dict[str, Job] = {}
        unrecorded = Unrecorded()

        def add(name: str, work: Callable[[], None], interval: float, limit: float) -> None:
            jobs[name] = Job(name, work, interval, limit, log, self._stop)

        def wake(*names: str) -> None:
            for name in names:
                if name in jobs:
                    jobs[name].want()

        def collecting(box: MailboxSettings) -> None:
            with keepers[box.name].use() as session:
                if session is None:
                    return
                collected = collect(session, database=database, mailbox=box, now=_now, stop=self._stop, log=log)
                if collected.new:
                    wake("process")
                if collected.new or collected.known:
                    wake(f"file:{box.name}")
                if collected.more:
                    wake(f"collect:{box.name}")

        def processing() -> None:
            done = process(built.parts, now=_now(), stop=self._stop)
            if done.more:
                wake("process")
            if done.decided:
                wake("deliver", *(f"file:{box.name}" for box in settings.mailbox))

        def filing(box: MailboxSettings) -> None:
            if settings.desk.mode == "shadow" or box.file_into is False:
                return
            with keepers[box.name].use() as session:
                if session is None:
                    return
                filed = file_away(
                    session,
                    database=database,
                    mailbox=box,
                    time_zone=settings.desk.time_zone,
                    now=_now(),
                    log=log,
                    stop=self._stop,
                )
                if filed.more:
                    wake(f"file:{box.name}")

        def delivering() -> None:
            if settings.desk.mode == "shadow":
                return  # what was queued while the desk was live waits until it is again
            delivered = deliver(
                courier,
                database=database,
                settings=settings.smtp,
                now=_now,
                worker=self._worker,
                stop=self._stop,
                log=log,
                unrecorded=unrecorded,
            )
            if delivered.more:
                wake("deliver")

        def keeping_house() -> None:
            if housekeeping.pull_in(database, now=_now()):
                wake("deliver")
            patient = timedelta(seconds=2 * longest_round(settings.smtp))
            housekeeping.release_claims(database, now=_now(), log=log, worker=self._worker, stale=patient)
            housekeeping.forget_rates(database, now=_now())
            housekeeping.clear_alarms(database, now=_now())

        for box in settings.mailbox:
            poll = box.poll_interval.total_seconds()
            add(f"collect:{box.name}", lambda box=box: collecting(box), poll, HUNG)  # type: ignore[misc]
            add(f"file:{box.name}", lambda box=box: filing(box), max(poll, 5.0), HUNG)  # type: ignore[misc]
        fastest = min(box.poll_interval.total_seconds() for box in settings.mailbox)
        reading = settings.review.read_time_limit.total_seconds()
        add("process", processing, fastest, max(HUNG, longest_pass(reading)))
        add("deliver", delivering, min(fastest, 30.0), max(HUNG, longest_round(settings.smtp)))
        add("housekeeping", keeping_house, 300.0, 120.0)
        source = customer_database(settings)
        if source is not None:
            every = settings.customers.sync_interval.total_seconds()
            add("sync", lambda: sync_and_tell(source, database, now=_now(), log=log), every, 3600.0)
        return jobs

    def _reconciling(
        self, built: Built, passwords: dict[str, str | None], keepers: dict[str, Keeper]
    ) -> dict[str, Job]:
        """A job a mailbox that looks, as often as it is collected, whether a reconcile is due."""
        jobs: dict[str, Job] = {}
        for box in self._settings.mailbox:
            reconciler = Reconciler(
                box,
                database=built.database,
                survey=lambda box=box: surveying(box, passwords[box.name], stop=self._stop),  # type: ignore[misc]
                recoveries=lambda box=box: keepers[box.name].recoveries,  # type: ignore[misc]
                stop=self._stop,
                log=self._log,
            )
            name = f"reconcile:{box.name}"
            interval = box.poll_interval.total_seconds()
            jobs[name] = Job(name, partial(self._reconcile, reconciler), interval, 2 * AT_MOST, self._log, self._stop)
        return jobs

    def _reconcile(self, reconciler: Reconciler) -> None:
        reconciler.round(_now())

    def _schedule(self, jobs: object) -> BackgroundScheduler:
        """APScheduler with a worker a job; late rounds are made up for once, never dropped."""
        every = list(jobs)  # type: ignore[call-overload]
        # "Skipped: maximum number of running instances" is what is meant here; the log is ours (log.py).
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(every))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        for job in every:
            scheduler.add_job(
                job, IntervalTrigger(seconds=job.interval, timezone=UTC), id=job.name, next_run_time=_now()
            )
        return scheduler

    def _supervise(self, scheduler: BackgroundScheduler, jobs: dict[str, Job]) -> None:
        """Until the stop: start wanted rounds, follow clock steps, feed the watchdog while every job comes round."""
        watchdog = systemd.watchdog_interval()
        fed = time.monotonic()
        offset = time.time() - time.monotonic()
        while not self._stop.wait(TICK):
            # APScheduler follows the wall clock: after a step every next run is wrong by it.
            drift = time.time() - time.monotonic() - offset
            stepped = abs(drift) > CLOCK_STEP
            if stepped:
                offset += drift
                self._log.clock_stepped(seconds=drift)
            for job in jobs.values():
                if stepped or job.wanted:
                    scheduler.modify_job(job.name, next_run_time=_now())
            if watchdog is not None and time.monotonic() - fed >= watchdog / 2:
                if not any(job.hung() for job in jobs.values()):
                    systemd.notify("WATCHDOG=1")
                fed = time.monotonic()

    def _wind_up(
        self,
        scheduler: BackgroundScheduler,
        jobs: dict[str, Job],
        watchers: list[Watcher],
        keepers: dict[str, Keeper],
        courier: Courier,
    ) -> bool:
        """Let the unit of work in hand end; whether everything did in time."""
        deadline = time.monotonic() + STOP_WITHIN
        scheduler.shutdown(wait=False)
        while any(job.running for job in jobs.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
        for watcher in watchers:
            watcher.join(max(0.1, deadline - time.monotonic()))
        ended = not any(job.running for job in jobs.values()) and not any(w.is_alive() for w in watchers)
        if ended:
            for keeper in keepers.values():
                keeper.close()
            courier.close()
        return ended
