"""Run the jobs at their intervals and when they are wanted, follow clock steps, and feed the watchdog meanwhile.

Late rounds are made up for once, never dropped; no job runs twice at once. systemd's watchdog is fed only while every
job comes round.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from optout_daemon.edges import systemd
from optout_daemon.jobs import Job
from optout_daemon.log import Log

TICK: Final = 0.2
"""Seconds from one look at stop, clock and wanted rounds to the next."""
CLOCK_STEP: Final = 2.0


def _now() -> datetime:
    return datetime.now(UTC)


class Schedule:
    """APScheduler with a worker a job."""

    def __init__(self, jobs: Mapping[str, Job], *, stop: threading.Event, log: Log) -> None:
        self._jobs, self._stop, self._log = jobs, stop, log
        self._scheduler = _scheduler(jobs.values())

    def start(self) -> None:
        self._scheduler.start()

    def follow(self) -> None:
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
            for job in self._jobs.values():
                if stepped or job.wanted:
                    self._scheduler.modify_job(job.name, next_run_time=_now())
            if watchdog is not None and time.monotonic() - fed >= watchdog / 2:
                if not any(job.hung() for job in self._jobs.values()):
                    systemd.notify("WATCHDOG=1")
                fed = time.monotonic()

    @property
    def at_work(self) -> bool:
        """Whether a round is going on."""
        return any(job.running for job in self._jobs.values())

    def end(self, *, by: float) -> None:
        """Start nothing more, and wait for the rounds in hand until `by` on the monotonic clock."""
        self._scheduler.shutdown(wait=False)
        while self.at_work and time.monotonic() < by:
            time.sleep(0.05)


def _scheduler(jobs: Iterable[Job]) -> BackgroundScheduler:
    every = list(jobs)
    # "Skipped: maximum number of running instances" is what is meant here; the log is ours (log.py).
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(every))},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=UTC,
    )
    for job in every:
        scheduler.add_job(job, IntervalTrigger(seconds=job.interval, timezone=UTC), id=job.name, next_run_time=_now())
    return scheduler
