"""Send what is queued: claim, hand over, settle each item in a short transaction of its own.

What the server refuses for good fails at once, with one alarm; what it refuses for now, or leaves without an answer,
is due again later, until it is too old. A server that takes nothing costs no item an attempt. Killed between the
server's acceptance and our record of it, an item goes out twice with the same Message-ID, never not at all.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from optout_daemon.config import SmtpSettings
from optout_daemon.core import backoff
from optout_daemon.errors import Conflict, DeliveryFailure, StoreError
from optout_daemon.log import Log
from optout_daemon.store import alarms, outbox
from optout_daemon.store.database import Database
from optout_daemon.store.outbox import OutboxItem

BATCH: Final = 20
"""Items claimed at once: what a kill leaves to be released."""
ROUND_SECONDS: Final = 120.0
"""Seconds after which a round ends and leaves the rest to the next one."""
EXPIRED: Final = "4.4.7"
"""Delivery time expired (RFC 3463, section 3.5)."""
DELIVERY_FAILED: Final = "delivery_failed"
"""Kind of the alarm for a reply that will not reach its recipient; its key is the outbox item."""
SETTLE_TRIES: Final = 60
SETTLE_PAUSE: Final = 5.0
"""How often, and how many seconds apart, the record of a message that is out is written before it is left."""


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


def deliver(
    courier: Sender,
    *,
    database: Database,
    settings: SmtpSettings,
    now: Callable[[], datetime],
    worker: str,
    stop: threading.Event,
    log: Log,
) -> Delivered:
    """Send until nothing is due, the server takes nothing, or the stop; what was claimed in vain is given back."""
    return _Round(courier, database, settings, now, worker, stop, log).run()


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
    ) -> None:
        self._courier, self._database, self._settings = courier, database, settings
        self._now, self._worker, self._stop, self._log = now, worker, stop, log
        self._delivered = Delivered()

    def run(self) -> Delivered:
        deadline = time.monotonic() + ROUND_SECONDS
        while not self._stop.is_set() and self._courier.ready:
            if time.monotonic() > deadline:
                return replace(self._delivered, more=True)
            with self._database.transaction() as tx:
                items = outbox.claim(tx, now=self._now(), limit=BATCH, worker=self._worker)
            if not items or not self._send_all(items):
                break
        return self._delivered

    def _send_all(self, items: Sequence[OutboxItem]) -> bool:
        """Whether the server goes on taking messages."""
        try:
            self._courier.open()
        except DeliveryFailure as failure:
            self._log.smtp_error(message=str(failure))
            self._give_back(items)
            return False
        for place, item in enumerate(items):
            if self._stop.is_set():
                self._give_back(items[place:])
                return False
            refusal = self._send(item)
            if refusal is not None and refusal.server:
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
        self._settle(lambda tx: outbox.accept(tx, item.id, now=self._now(), status=status))
        self._log.sent(item.inquiry_id, item=item.id, kind=item.kind.value)
        self._delivered = replace(self._delivered, sent=self._delivered.sent + 1)
        return None

    def _failed(self, item: OutboxItem, failure: DeliveryFailure) -> None:
        now = self._now()
        if not failure.temporary:
            self._give_up(item, failure.status, str(failure))
        elif backoff.given_up(item.queued_at, now, self._settings.give_up_after):
            self._give_up(item, EXPIRED, f"too old; at last {failure.status}: {failure}")
        else:
            delay = backoff.smtp_item(item.attempts, random.random())  # noqa: S311 (no secret: it spreads load)
            due = now + timedelta(seconds=delay)
            self._settle(lambda tx: outbox.defer(tx, item.id, due=due, status=failure.status, error=str(failure)))
            self._log.deferred(item.inquiry_id, item=item.id, status=failure.status, attempts=item.attempts)
            self._delivered = replace(self._delivered, deferred=self._delivered.deferred + 1)

    def _give_up(self, item: OutboxItem, status: str, error: str) -> None:
        fresh = False

        def write(tx: Connection) -> None:
            nonlocal fresh
            now = self._now()
            outbox.fail(tx, item.id, now=now, status=status, error=error)
            fresh = alarms.raise_once(tx, kind=DELIVERY_FAILED, key=str(item.id), now=now)

        self._settle(write)
        self._log.failed(item.inquiry_id, item=item.id, status=status)
        if fresh:
            self._log.alarm(kind=DELIVERY_FAILED, key=str(item.id))
        self._delivered = replace(self._delivered, failed=self._delivered.failed + 1)

    def _give_back(self, items: Sequence[OutboxItem]) -> None:
        """Due as before, no attempt counted; but what is too old has waited long enough."""
        now, limit = self._now(), self._settings.give_up_after
        expired = [item for item in items if backoff.given_up(item.queued_at, now, limit)]
        ids = [item.id for item in items if item not in expired]
        self._settle(lambda tx: outbox.release(tx, ids))
        for item in expired:
            self._give_up(item, EXPIRED, "too old, and the server takes nothing")

    def _settle(self, write: Callable[[Connection], None]) -> None:
        """Write what became of an item. A database that is locked or full is waited for: the message is out already."""
        for left in reversed(range(SETTLE_TRIES)):
            try:
                with self._database.transaction() as tx:
                    write(tx)
                return
            except Conflict as conflict:  # the claim was taken for stale: whoever has it now settles it
                self._log.store_error(job="deliver", message=str(conflict))
                return
            except StoreError as error:
                self._log.store_error(job="deliver", message=str(error))
                if not left or self._stop.wait(SETTLE_PAUSE):
                    raise
