"""One repeated job of the daemon: woken or on its interval, never twice at once, watched.

A job comes round when it ends, also in a named temporary failure; it hangs when it runs past its deadline. Waking a
job that is running makes it run once more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from optout_daemon.errors import DirectoryError, EdgeError, StoreError
from optout_daemon.log import Log

GRACE: Final = 60.0
"""Seconds that a round may be late before the job counts as hung: a machine under load is no fault."""


@dataclass(slots=True)
class Job:
    """`work` returns nothing; what it raises ends the round and is logged here, once."""

    name: str
    work: Callable[[], None]
    interval: float
    """Seconds from round to round."""
    limit: float
    """Seconds that one round may take before the job counts as hung."""
    log: Log
    stop: threading.Event
    monotonic: Callable[[], float] = time.monotonic
    _wanted: threading.Event = field(default_factory=threading.Event)
    _running: threading.Lock = field(default_factory=threading.Lock)
    _began: float | None = None
    _ended: float | None = None
    _born: float = field(default_factory=time.monotonic)
    rounds: int = 0

    def want(self) -> None:
        """Ask for a round soon."""
        self._wanted.set()

    @property
    def wanted(self) -> bool:
        """Whether a round was asked for and no round is at it."""
        return self._wanted.is_set() and not self._running.locked()

    @property
    def running(self) -> bool:
        """Whether a round is going on."""
        return self._running.locked()

    def __call__(self) -> None:
        """Rounds until nothing more is wanted."""
        if not self._running.acquire(blocking=False):
            return
        try:
            while not self.stop.is_set():
                self._wanted.clear()
                self._round()
                if not self._wanted.is_set():
                    break
        finally:
            self._running.release()

    def _round(self) -> None:
        self._began = self.monotonic()
        try:
            self.work()
        except StoreError as error:
            self.log.store_error(job=self.name, message=str(error))
        except DirectoryError as error:
            self.log.directory_error(message=str(error))
        except EdgeError as error:
            self.log.job_failed(self.name, error=type(error).__name__)
        except Exception as error:
            if not self.stop.is_set():
                self.log.job_failed(self.name, error=type(error).__name__)
        finally:
            self._ended, self._began = self.monotonic(), None
            self.rounds += 1

    def hung(self) -> bool:
        """Whether it has not come round within its deadline."""
        now = self.monotonic()
        began = self._began
        if began is not None:
            return now - began > self.limit + GRACE
        return now - (self._ended if self._ended is not None else self._born) > 2 * self.interval + GRACE
