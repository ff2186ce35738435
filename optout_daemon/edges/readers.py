"""Read mails in child processes, each with a time and a memory limit.

A mail that breaks a limit is a ReaderFailure at its first attempt, one whose reader dies at the second (the host may
have killed it): it can neither stop nor swell the daemon, nor delay the next mail by more than its own limit. What our
own code raises comes back as ReaderDefect, for the caller to count. While the pool is closing every answer is
ReadersClosed: nothing was learnt about the mail.
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Any, Final, TypeVar

from pebble import ProcessExpired, ProcessPool

from optout_daemon.core.model import Reading
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings

AHEAD: Final = 8
"""Mails a reader process that are handed to the pool before the first of them is answered."""
POLL: Final = 0.25
"""Seconds between two looks at the clock while a mail is read."""

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


T = TypeVar("T")
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


@dataclass(slots=True)
class _Handed:
    """One mail that is handed to the pool."""

    place: int
    job: Job
    future: Future[Any]
    began: float | None = None
    late: bool = False

    def watch(self, now: float, limit: float) -> None:
        """Start the clock once a process has it; after `limit` seconds end that process."""
        if self.began is None:
            self.began = now if self.future.running() else None
        elif now - self.began > limit and not self.late:
            self.late = self.future.cancel()


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
        answers = dict(pair for ready in self.answers(waiting) for pair in ready)
        return [answers[place] for place in range(len(waiting))]

    def answers(self, jobs: Sequence[Job]) -> Generator[list[tuple[int, Answer]], None, None]:
        """The places of the jobs with their answers, in order, as they come; no mail waits for a later one.

        Only a mail whose reader died comes last, read once more and alone: nobody waits for its second attempt. Closing
        the iterator gives up what is not answered. Raises as `read` does.
        """
        left = deque(enumerate(jobs))
        again: list[tuple[int, Job]] = []
        outstanding: deque[_Handed] = deque()
        try:
            while left or outstanding:
                try:
                    while left and len(outstanding) < AHEAD * self._workers:
                        outstanding.append(self._begun(*left[0]))
                        left.popleft()
                    ready = self._ready(outstanding)
                except (RuntimeError, CancelledError):
                    # A pool that broke gives up for good. One of these mails may have broken it: each is read alone.
                    self._renew()
                    left.extendleft((handed.place, handed.job) for handed in reversed(outstanding))
                    outstanding.clear()
                    place, job = left.popleft()
                    ready = [(place, self._read_alone(job))]
                again += [(place, jobs[place]) for place, answer in ready if answer == DIED]
                if answered := [(place, answer) for place, answer in ready if answer != DIED]:
                    yield answered
            for place, job in again:
                yield [(place, self._read_alone(job))]
        finally:
            for handed in outstanding:
                handed.future.cancel()

    def _begun(self, place: int, job: Job) -> _Handed:
        return _Handed(place, job, self._pool.schedule(_read, args=(job.raw, job.truncated)))

    def _ready(self, outstanding: deque[_Handed]) -> list[tuple[int, Answer]]:
        """Wait for the first one's answer; it, and those behind it that are there already."""
        while not wait([outstanding[0].future], timeout=POLL).done:
            # A pool that ends or breaks may leave a mail without any answer.
            if self._closing or not self._pool.active:
                raise CancelledError
            # The pool's own time limit follows the wall clock: a step forward would condemn every mail in hand.
            now = time.monotonic()
            for handed in outstanding:
                handed.watch(now, self._time_limit)
        ready: list[tuple[int, Answer]] = []
        while outstanding and outstanding[0].future.done():
            try:
                answer = self._answer(outstanding[0])
            except (RuntimeError, CancelledError):
                if not ready:
                    raise
                break  # first those that are known
            ready.append((outstanding.popleft().place, answer))
        return ready

    def _read_alone(self, job: Job) -> Answer:
        try:
            return self._only(job)
        except (RuntimeError, CancelledError):
            self._renew()
        try:
            self._only(Job(b""))
        except (RuntimeError, CancelledError):
            self._renew()
            raise ReadersClosed("the readers do not start") from None
        return ReaderFailure("its reader could not take it")

    def _only(self, job: Job) -> Answer:
        handed = self._begun(0, job)
        try:
            return self._ready(deque([handed]))[0][1]
        finally:
            handed.future.cancel()

    def _renew(self) -> None:
        if self._closing:
            raise ReadersClosed("the readers are closed")
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool = self._made()

    def _answer(self, handed: _Handed) -> Answer:
        if handed.late:
            answer: Answer = ReaderFailure("over the time limit")
        else:
            try:
                result = handed.future.result()
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

    def call(self, function: Callable[..., T], *args: object) -> T | ReaderFailure:
        """What this function of a module makes of a mail, within the same limits; for a person who waits for it."""
        try:
            result: T = self._pool.schedule(function, args=args, timeout=self._time_limit).result()
        except RuntimeError:  # the pool broke
            self._renew()
            return DIED
        except (TimeoutError, MemoryError, ProcessExpired, CancelledError) as error:
            return ReaderFailure(f"it could not be taken apart ({type(error).__name__})")
        return result

    def close(self) -> None:
        """Stop at once; mails being read are given up and stay as they were."""
        self._closing = True
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join(timeout=3)

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()
