"""Send what is queued: claim, hand over, settle each item in a short transaction of its own.

What the server refuses for good fails at once, with one alarm; what it refuses for now, or leaves without an answer,
is due again later, until it is too old. A server that takes nothing costs no item an attempt. Killed between the
server's acceptance and our record of it, an item goes out twice with the same Message-ID, never not at all. A round
comes round, however slow the server is, and however long the database is away.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from sqlalchemy import Connection

from optout_daemon.config import SmtpSettings
from optout_daemon.core import backoff
from optout_daemon.edges.smtp import MESSAGE_TIMEOUTS
from optout_daemon.errors import Conflict, DeliveryFailure, StoreError
from optout_daemon.log import Log
from optout_daemon.store import alarms, outbox
from optout_daemon.store.database import Database
from optout_daemon.store.outbox import OutboxItem

BATCH: Final = 20
"""Items claimed at once: what a kill leaves to be released."""
ROUND_SECONDS: Final = 120.0
"""Seconds after which a round ends, once the message in hand is settled, and leaves the rest to the next one."""
EXPIRED: Final = "4.4.7"
"""Delivery time expired (RFC 3463, section 3.5)."""
DELIVERY_FAILED: Final = "delivery_failed"
"""Kind of the alarm for a reply that will not reach its recipient; its key is the outbox item."""
SETTLE_TRIES: Final = 3
SETTLE_PAUSE: Final = 5.0
"""How often, and how many seconds apart, what became of a message is written before the next round goes on with it."""


class Sender(Protocol):
    """What delivery needs of a courier (edges/smtp.py says what each promises)."""

    @property
    def ready(self) -> bool: ...
    def open(self) -> None: ...
    def send(self, envelope_from: str, recipient: str, raw: bytes) -> str: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """Items that were accepted, put off, and failed for good."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    more: bool = False
    """The round ended with items still due: ROUND_SECONDS were over."""


@dataclass(frozen=True, slots=True)
class Write:
    """What became of a message: how it is recorded, and what follows once it is (the log, the count)."""

    into: Callable[[Connection], None]
    then: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Unrecorded:
    """What became of messages and could not be written yet: one process has one, from its start to its end.

    While there is any, nothing is claimed; the process that dies with it leaves its items ACTIVE.
    """

    writes: deque[Write] = field(default_factory=deque)


def deliver(
    courier: Sender,
    *,
    database: Database,
    settings: SmtpSettings,
    now: Callable[[], datetime],
    worker: str,
    stop: threading.Event,
    log: Log,
    unrecorded: Unrecorded,
) -> Delivered:
    """Send until nothing is due, the server takes nothing, or the stop; what was claimed in vain is given back.

    Raises StoreError; what is not recorded then stays in `unrecorded` for the next round.
    """
    return _Round(courier, database, settings, now, worker, stop, log, unrecorded).run()


def longest_round(settings: SmtpSettings) -> float:
    """Seconds that a round may take: the last message may begin just before its end."""
    return ROUND_SECONDS + MESSAGE_TIMEOUTS * settings.timeout.total_seconds() + SETTLE_TRIES * (SETTLE_PAUSE + 20.0)


def _release(items: Sequence[OutboxItem], tx: Connection) -> None:
    outbox.release(tx, items)


class _Round:
    """One round: what it works with and what it has counted."""

    def __init__(
        self,
        courier: Sender,
        database: Database,
        settings: SmtpSettings,
        now: Callable[[], datetime],
        worker: str,
        stop: threading.Event,
        log: Log,
        unrecorded: Unrecorded,
    ) -> None:
        self._courier, self._database, self._settings = courier, database, settings
        self._now, self._worker, self._stop, self._log = now, worker, stop, log
        self._unrecorded = unrecorded
        self._delivered = Delivered()
        self._deadline = time.monotonic() + ROUND_SECONDS

    def run(self) -> Delivered:
        self._record()
        while not self._stop.is_set() and self._courier.ready:
            if self._over:
                return replace(self._delivered, more=True)
            with self._database.transaction() as tx:
                items = outbox.claim(tx, now=self._now(), limit=BATCH, worker=self._worker)
            if not items or not self._send_all(items):
                break
        return self._delivered

    @property
    def _over(self) -> bool:
        return time.monotonic() > self._deadline

    def _send_all(self, items: Sequence[OutboxItem]) -> bool:
        """Whether the round goes on: the server takes messages, and there is time."""
        try:
            self._courier.open()
        except DeliveryFailure as failure:
            self._log.smtp_error(message=str(failure))
            self._give_back(items)
            return False
        for place, item in enumerate(items):
            if self._stop.is_set() or self._over:
                self._give_back(items[place:])
                return not self._stop.is_set()
            try:
                refusal = self._send(item)
            except Exception:  # what became of it is not recorded yet; the others wait for nothing but the database
                self._unrecorded.writes.append(Write(partial(_release, items[place + 1 :])))
                raise
            if refusal is not None and (refusal.server or refusal.unsettled):  # else each would be a possible repeat
                self._log.smtp_error(message=str(refusal))
                self._give_back(items[place + 1 :])
                return False
        return True

    def _send(self, item: OutboxItem) -> DeliveryFailure | None:
        try:
            status = self._courier.send(item.envelope_from, item.recipient, item.raw)
        except DeliveryFailure as failure:
            self._failed(item, failure)
            return failure
        except Exception as error:  # a defect of ours with this one message: the others go on
            self._log.job_failed("deliver", error=type(error).__name__)
            self._failed(item, DeliveryFailure(f"our own fault: {type(error).__name__}", "4.3.0"))
            return None
        self._accepted(item, status)
        return None

    def _accepted(self, item: OutboxItem, status: str) -> None:
        now, ours = self._now(), True

        def write(tx: Connection) -> None:
            nonlocal ours
            ours = outbox.accept(tx, item, now=now, status=status)

        def then() -> None:
            if not ours:
                self._log.repeated(item.inquiry_id, item=item.id)
            self._log.sent(item.inquiry_id, item=item.id, kind=item.kind.value)
            self._delivered = replace(self._delivered, sent=self._delivered.sent + 1)

        self._settle(write, then)

    def _failed(self, item: OutboxItem, failure: DeliveryFailure) -> None:
        now = self._now()
        if not failure.temporary:
            self._give_up(item, failure.status, str(failure))
            return
        if backoff.given_up(item.queued_at, now, self._settings.give_up_after):
            self._give_up(item, EXPIRED, f"too old; at last {failure.status}: {failure}")
            return
        delay = backoff.smtp_item(item.attempts, random.random())  # noqa: S311 (no secret: it spreads load)
        due = now + timedelta(seconds=delay)

        def write(tx: Connection) -> None:
            error, unsettled = str(failure), failure.unsettled
            outbox.defer(tx, item, due=due, status=failure.status, error=error, unsettled=unsettled)

        def then() -> None:
            self._log.deferred(item.inquiry_id, item=item.id, status=failure.status, attempts=item.attempts)
            self._delivered = replace(self._delivered, deferred=self._delivered.deferred + 1)

        self._settle(write, then)

    def _give_up(self, item: OutboxItem, status: str, error: str) -> None:
        now, fresh = self._now(), False

        def write(tx: Connection) -> None:
            nonlocal fresh
            outbox.fail(tx, item, now=now, status=status, error=error)
            fresh = alarms.raise_once(tx, kind=DELIVERY_FAILED, key=str(item.id), now=now)

        def then() -> None:
            self._log.failed(item.inquiry_id, item=item.id, status=status)
            if fresh:
                self._log.alarm(kind=DELIVERY_FAILED, key=str(item.id))
            self._delivered = replace(self._delivered, failed=self._delivered.failed + 1)

        self._settle(write, then)

    def _give_back(self, items: Sequence[OutboxItem]) -> None:
        """Due as before, no attempt counted; but what is too old has waited long enough."""
        now, limit = self._now(), self._settings.give_up_after
        expired = [item for item in items if backoff.given_up(item.queued_at, now, limit)]
        young = [item for item in items if item not in expired]
        if young:
            self._settle(partial(_release, young))
        for item in expired:
            self._give_up(item, EXPIRED, "too old, and the server takes nothing")

    def _settle(self, write: Callable[[Connection], None], then: Callable[[], None] = lambda: None) -> None:
        """Write what became of an item. A database that is locked or full is waited for: the message is out already."""
        self._unrecorded.writes.append(Write(write, then))
        self._record()

    def _record(self) -> None:
        """Write all that waits for it, in order. Raises StoreError where the database does not take it for now."""
        writes = self._unrecorded.writes
        left = SETTLE_TRIES
        while writes:
            try:
                with self._database.transaction() as tx:
                    writes[0].into(tx)
            except Conflict as conflict:  # the claim was taken for stale: whoever has it now settles it
                self._log.store_error(job="deliver", message=str(conflict))
                writes.popleft()
            except StoreError as error:
                left -= 1
                if not left or self._stop.is_set():
                    raise
                self._log.store_error(job="deliver", message=str(error))
                self._stop.wait(SETTLE_PAUSE)
            except Exception:
                writes.popleft()  # a defect of ours: the next item is not to wait for it
                raise
            else:
                writes.popleft().then()
