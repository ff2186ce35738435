"""Read mails in child processes, each with a time and a memory limit.

A mail that breaks a limit is a ReaderFailure at its first attempt, one whose reader dies at the second (the host may
have killed it): it can neither stop nor swell the daemon. What our own code raises comes back as ReaderDefect, for the
caller to count. While the pool is closing every answer is ReadersClosed: nothing was learnt about the mail.
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Iterable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Any, Final

from pebble import ProcessExpired, ProcessPool

from optout_daemon.core.model import Reading
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings

_reader: Reader | None = None
"""The one Reader of a child process, made by `_start`; the parent never has one."""


@dataclass(frozen=True, slots=True)
class Job:
    """One mail to read."""

    raw: bytes
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class ReaderFailure:
    """The mail broke its reader: over the time or memory limit, or the process died."""

    cause: str


DIED: Final = ReaderFailure("its reader process died")


@dataclass(frozen=True, slots=True)
class ReaderDefect:
    """Our own code raised while reading; `error` is the exception's class."""

    error: str


class ReadersClosed(Exception):
    """The pool was closed, or was broken and made anew, while the mail waited or was read; try again later."""


Answer = Reading | ReaderFailure | ReaderDefect


def _start(settings: ReaderSettings, memory_limit: int) -> None:
    """In the child: limits first, then the words. Ctrl-C is the parent's business."""
    global _reader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold personal data
    _reader = Reader(settings)


def _read(raw: bytes, truncated: bool) -> Reading:
    if _reader is None:  # the initializer failed; pebble would have said so
        raise RuntimeError("the reader process was not started")
    return _reader.read(raw, truncated=truncated)


class ReaderPool:
    """A pool of reader processes. Thread-safe; `close()` ends the processes within seconds."""

    def __init__(self, settings: ReaderSettings, *, workers: int, time_limit: float, memory_limit: int) -> None:
        """`time_limit` in seconds and `memory_limit` in bytes of address space hold for each mail."""
        self._context: BaseContext = multiprocessing.get_context("forkserver")
        # The parent has threads, so a plain fork is unsafe; the fork server has none and holds the modules ready.
        self._context.set_forkserver_preload(["optout_daemon.core.reading"])
        self._settings = settings
        self._workers = workers
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._closing = False
        self._pool = self._made()

    def _made(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            initializer=_start,
            initargs=(self._settings, self._memory_limit),
            context=self._context,
        )

    def read(self, jobs: Iterable[Job]) -> list[Answer]:
        """One answer a job, in order. Raises ReadersClosed once `close()` was called, or when no reader starts."""
        waiting = list(jobs)
        try:
            answers = self._read_all(waiting)
            # A reader may die of something else (the host is out of memory): once is no verdict on the mail.
            return [self._read_alone(j) if a == DIED else a for j, a in zip(waiting, answers, strict=True)]
        except (RuntimeError, CancelledError):
            # A pool that broke gives up for good. One of these mails may have broken it: each is read alone.
            self._renew()
            return [self._read_alone(job) for job in waiting]

    def _read_all(self, jobs: Sequence[Job]) -> list[Answer]:
        futures = [self._pool.schedule(_read, args=(job.raw, job.truncated), timeout=self._time_limit) for job in jobs]
        return [self._answer(future) for future in futures]

    def _read_alone(self, job: Job) -> Answer:
        try:
            return self._read_all([job])[0]
        except (RuntimeError, CancelledError):
            self._renew()
        try:
            self._read_all([Job(b"")])
        except (RuntimeError, CancelledError):
            self._renew()
            raise ReadersClosed("the readers do not start") from None
        return ReaderFailure("its reader could not take it")

    def _renew(self) -> None:
        if self._closing:
            raise ReadersClosed("the readers are closed")
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool = self._made()

    def _answer(self, future: Future[Any]) -> Answer:
        while not wait([future], timeout=0.5).done:
            # A pool that ends or breaks may leave a mail without any answer.
            if self._closing or not self._pool.active:
                raise CancelledError
        try:
            result = future.result()
        except (FutureTimeout, TimeoutError):
            answer: Answer = ReaderFailure("over the time limit")
        except MemoryError:
            answer = ReaderFailure("over the memory limit")
        except ProcessExpired:
            answer = DIED
        except (CancelledError, BrokenExecutor):
            raise
        except Exception as error:
            answer = ReaderDefect(type(error).__name__)
        else:
            assert isinstance(result, Reading)
            return result
        if self._closing:
            raise CancelledError
        return answer

    def close(self) -> None:
        """Stop at once; mails being read are given up and stay as they were."""
        self._closing = True
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join(timeout=3)

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()
