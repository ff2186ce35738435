"""Build the parts from the settings, set the jobs going, say when ready, and stop on SIGTERM.

`run()` returns the exit code: 0 after a stop that was asked for. SettingsError, SchemaError and AnotherDaemon end the
start. A server or database that is away at start is waited for; nothing here gives up.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Final

from optout_daemon import __version__, housekeeping
from optout_daemon.announcing import Announcer
from optout_daemon.config import MailboxSettings, Settings, secret
from optout_daemon.delivery import longest_round
from optout_daemon.edges import systemd
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.edges.imap_idle import Watcher
from optout_daemon.edges.sinks.sink import Sink
from optout_daemon.edges.smtp import Courier
from optout_daemon.errors import SchemaError, StoreError
from optout_daemon.keeping import Keeper
from optout_daemon.log import Log
from optout_daemon.parts import Built, build
from optout_daemon.rounds import Rounds
from optout_daemon.schedule import TICK, Schedule
from optout_daemon.sink_parts import build_sink, digest_of
from optout_daemon.store.database import Database
from optout_daemon.store.one_daemon import OneDaemon

STOP_WITHIN: Final = 6.0
"""Seconds for the unit of work in hand; then the process ends all the same (issue: exit within 10 s)."""


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
        """Work until SIGTERM or SIGINT. SettingsError, SchemaError or AnotherDaemon before anything is touched."""
        settings, log = self._settings, self._log
        passwords = {
            box.name: secret(box.password_file, f"mailbox {box.name}: password_file") for box in settings.mailbox
        }
        smtp_password = secret(settings.smtp.password_file, "smtp: password_file")
        outside = {sink.name: build_sink(sink, stop=self._stop) for sink in settings.sink}
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        with OneDaemon(settings.database.file) as alone, build(settings, log=log) as built:
            log.started(
                version=__version__, mailboxes=len(settings.mailbox), database=settings.database.url.split(":")[0]
            )
            if not self._wait_for_the_database(built, alone):
                log.stopped()
                return 0
            courier = Courier(settings.smtp, smtp_password, stop=self._stop)
            announcers = self._announcers(built.database, outside)
            keepers = {box.name: self._keeper(box, passwords[box.name]) for box in settings.mailbox}
            rounds = Rounds(
                settings, built, courier, keepers, passwords, announcers, worker=self._worker, stop=self._stop, log=log
            )
            jobs = rounds.jobs
            watchers = [
                Watcher(box, passwords[box.name], wake=jobs[f"collect:{box.name}"].want, stop=self._stop, log=log)
                for box in settings.mailbox
                if box.idle
            ]
            schedule = Schedule(jobs, stop=self._stop, log=log)
            schedule.start()
            for watcher in watchers:
                watcher.start()
            systemd.notify("READY=1")
            log.ready()
            schedule.follow()
            systemd.notify("STOPPING=1")
            log.stopping(signal=self._signal)
            ended = self._wind_up(schedule, watchers, rounds, keepers, courier, outside)
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

    def _wait_for_the_database(self, built: Built, alone: OneDaemon) -> bool:
        """True once schema and claims stand; False when stopped while waiting. Raises SchemaError, AnotherDaemon."""
        failure: list[BaseException] = []

        def wait() -> None:
            try:
                self._prepare(built, alone)
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

    def _prepare(self, built: Built, alone: OneDaemon) -> None:
        """Check the schema and give back the claims of the last process, as soon as the database lets us."""
        delay = 1.0
        while not self._stop.is_set():
            try:
                built.database.check_schema()
                alone.take()
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

    def _announcers(self, database: Database, outside: Mapping[str, Sink]) -> dict[str, Announcer]:
        return {
            given.name: Announcer(
                outside[given.name],
                given,
                database=database,
                digest=digest_of(self._settings, given),
                worker=self._worker,
                stop=self._stop,
                now=_now,
                log=self._log,
            )
            for given in self._settings.sink
        }

    def _wind_up(
        self,
        schedule: Schedule,
        watchers: list[Watcher],
        rounds: Rounds,
        keepers: dict[str, Keeper],
        courier: Courier,
        outside: Mapping[str, Sink],
    ) -> bool:
        """Let the unit of work in hand end; whether everything did in time."""
        deadline = time.monotonic() + STOP_WITHIN
        schedule.end(by=deadline)
        for watcher in watchers:
            watcher.join(max(0.1, deadline - time.monotonic()))
        ended = not schedule.at_work and not any(w.is_alive() for w in watchers)
        if ended:
            rounds.close()
            for keeper in keepers.values():
                keeper.close()
            courier.close()
            for sink in outside.values():
                sink.close()
        return ended
