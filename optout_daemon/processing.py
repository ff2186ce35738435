"""Decide what was received: read in a child process, look up, judge, commit what is ready at once.

A slow mail delays the next by no more than its own limit, and no pass lasts so long that it looks like one that hangs.
If a decision raises, nothing of it is written and the attempt is counted; the next one comes later, and at the limit
the inquiry is SHUNTED.
A database or directory that is away raises through to the job, counts no attempt and leaves the inquiries RECEIVED.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from optout_daemon.conversation import CHAIN
from optout_daemon.core import backoff
from optout_daemon.core.model import (
    Decision,
    Disposition,
    Reading,
)
from optout_daemon.edges.readers import AHEAD, Answer, Job, ReaderDefect, ReadersClosed
from optout_daemon.errors import Conflict, DirectoryError, StoreError
from optout_daemon.judging import Parts, Prepared, decide_one, prepare
from optout_daemon.settling import announce
from optout_daemon.store import alarms, inquiries
from optout_daemon.store.database import savepoint

PASS_SECONDS: Final = 120.0
"""After so long a pass ends and asks to be run again, so that nobody takes it for a hung one; what is read and not
committed yet is read again.
"""


@dataclass(slots=True)
class Processed:
    """What one run did, for the job that called it."""

    applied: int = 0
    held: int = 0
    ignored: int = 0
    failed: int = 0
    more: bool = False
    """The pass ended before everything was decided."""
    decided: list[int] = field(default_factory=list)


def longest_pass(read_time_limit: float) -> float:
    """Seconds that a pass may take: where its end comes, what is read by then may be slow, and what that answers."""
    return PASS_SECONDS + (AHEAD + CHAIN + 3) * read_time_limit


def process(parts: Parts, *, now: datetime, stop: threading.Event) -> Processed:
    """Decide every RECEIVED inquiry that is due. Raises StoreError, DirectoryError, ReadersClosed."""
    return _Pass(parts, now, stop).run()


class _Pass:
    """One pass: what it works with, and what it has counted."""

    def __init__(self, parts: Parts, now: datetime, stop: threading.Event) -> None:
        self._parts, self._now, self._stop = parts, now, stop
        self._until = time.monotonic() + PASS_SECONDS
        self._done = Processed()

    def run(self) -> Processed:
        last = 0
        while not self._over:
            with self._parts.database.reading() as tx:
                batch = inquiries.pending(tx, limit=self._parts.batch, after_id=last, now=self._now)
            if not batch:
                return self._done
            last = batch[-1].id
            self._decide(batch)
        self._done.more = True
        return self._done

    @property
    def _over(self) -> bool:
        return self._stop.is_set() or time.monotonic() > self._until

    def _decide(self, batch: Sequence[inquiries.Pending]) -> None:
        jobs = [Job(mail.raw, mail.truncated) for mail in batch]
        with closing(self._parts.readers.answers(jobs)) as answers:
            for ready in answers:
                for group in _conversations_apart([(batch[place], answer) for place, answer in ready]):
                    if self._over:
                        return
                    self._settle(self._prepared(group))

    def _prepared(self, group: Sequence[tuple[inquiries.Pending, Answer]]) -> list[Prepared]:
        prepared: list[Prepared] = []
        for mail, answer in group:
            if isinstance(answer, ReaderDefect):
                self._count(mail.id, answer.error)
                continue
            try:
                prepared.append(prepare(self._parts, mail, answer))
            except (StoreError, DirectoryError, ReadersClosed):
                raise
            except Exception as error:
                self._count(mail.id, type(error).__name__)
        return prepared

    def _settle(self, group: Sequence[Prepared]) -> None:
        """One commit, with a savepoint an inquiry."""
        parts, done = self._parts, self._done
        defects: list[tuple[int, str]] = []
        settled: list[tuple[Prepared, Decision]] = []
        with parts.database.transaction() as tx:
            for prepared in group:
                try:
                    with savepoint(tx):
                        decision = decide_one(parts, tx, prepared, now=self._now)
                except (StoreError, DirectoryError) as error:
                    if not isinstance(error, Conflict):
                        raise
                except Exception as error:
                    defects.append((prepared.pending.id, type(error).__name__))
                else:
                    if decision is not None:
                        settled.append((prepared, decision))
        for prepared, decision in settled:
            inquiry = prepared.pending.id
            if prepared.failure:
                parts.desk.log.reader_failed(inquiry, cause=prepared.failure)
            announce(parts.desk.log, inquiry, decision)
            done.decided.append(inquiry)
            done.applied += decision.disposition is Disposition.APPLIED
            done.held += decision.disposition is Disposition.HELD
            done.ignored += decision.disposition is Disposition.IGNORED
        for inquiry, error_class in defects:
            self._count(inquiry, error_class)

    def _count(self, inquiry: int, error: str) -> None:
        """Our own code raised: count it in the database, try again later, shunt at the limit; the next mail passes."""
        parts, now, alarmed = self._parts, self._now, False
        try:
            with parts.database.transaction() as tx:
                attempts = inquiries.count_attempt(tx, inquiry, error)
                shunted = attempts >= parts.attempts
                if shunted:
                    inquiries.shunt(tx, inquiry, now=now)
                    alarmed = alarms.raise_once(tx, kind="shunted", key=error, now=now)
                else:
                    delay = backoff.attempt(attempts, random.random())  # noqa: S311 (no secret: it spreads load)
                    inquiries.put_off(tx, inquiry, until=now + timedelta(seconds=delay))
        except Conflict:
            return  # another worker has decided it meanwhile
        self._done.failed += 1
        parts.desk.log.attempt_failed(inquiry, error=error, attempts=attempts)
        if shunted:
            parts.desk.log.shunted(inquiry, error=error)
        if alarmed:
            parts.desk.log.alarm(kind="shunted", key=error)


def _conversations_apart(
    ready: Sequence[tuple[inquiries.Pending, Answer]],
) -> Iterator[Sequence[tuple[inquiries.Pending, Answer]]]:
    """Groups for one commit each: a mail that answers one of the same group begins the next, once that is decided."""
    seen: set[str] = set()
    first = 0
    for index, (_, answer) in enumerate(ready):
        if isinstance(answer, Reading):
            if not seen.isdisjoint(answer.envelope.references):
                yield ready[first:index]
                first = index
                seen.clear()
            if answer.envelope.message_id is not None:
                seen.add(answer.envelope.message_id)
    yield ready[first:]
