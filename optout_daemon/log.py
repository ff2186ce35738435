"""The log's vocabulary: one method per event, the inquiry id first, no personal data ever.

Lines go to stderr (systemd's journal); as text or as JSON lines. What a method does not take cannot be logged.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Literal, TextIO

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Log:
    """What the desk says of itself. `listener` is told every event too (the demo prints from it)."""

    def __init__(
        self,
        *,
        form: Literal["text", "json"] = "text",
        level: Literal["debug", "info", "warning", "error"] = "info",
        stream: TextIO | None = None,
        listener: Callable[[str, dict[str, object]], None] | None = None,
    ) -> None:
        renderer = (
            structlog.processors.JSONRenderer()
            if form == "json"
            else structlog.processors.LogfmtRenderer(key_order=["event", "inquiry"], drop_missing=True)
        )
        self._listener = listener
        self._logger = structlog.wrap_logger(
            structlog.PrintLogger(stream or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.EventRenamer("event"),
                renderer,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        )

    def _say(self, level: str, event: str, **values: object) -> None:
        getattr(self._logger, level)(event, **values)
        if self._listener is not None:
            self._listener(event, values)

    # one inquiry
    def stored(self, inquiry: int, *, mailbox: str, uid: int, size: int) -> None:
        """Raw mail committed; from here on it cannot be lost."""
        self._say("info", "stored", inquiry=inquiry, mailbox=mailbox, uid=uid, size=size)

    def known(self, inquiry: int, *, mailbox: str, uid: int) -> None:
        """The same bytes under another UID: one more location of the same inquiry."""
        self._say("info", "known", inquiry=inquiry, mailbox=mailbox, uid=uid)

    def closed(self, inquiry: int, *, disposition: str, reasons: str, reply: str) -> None:
        self._say("info", "closed", inquiry=inquiry, disposition=disposition, reasons=reasons, reply=reply)

    def held(self, inquiry: int, *, reasons: str, reply: str) -> None:
        self._say("info", "held", inquiry=inquiry, reasons=reasons, reply=reply)

    def attempt_failed(self, inquiry: int, *, error: str, attempts: int) -> None:
        """Our own code raised while deciding; `error` is the exception's class."""
        self._say("error", "attempt_failed", inquiry=inquiry, error=error, attempts=attempts)

    def shunted(self, inquiry: int, *, error: str) -> None:
        self._say("error", "shunted", inquiry=inquiry, error=error)

    def reader_failed(self, inquiry: int, *, cause: str) -> None:
        """The mail broke its reader's time or memory limit; it is held unreadable, its bytes are kept."""
        self._say("warning", "reader_failed", inquiry=inquiry, cause=cause)

    def filed(self, inquiry: int, *, mailbox: str, uid: int, folder: str) -> None:
        self._say("info", "filed", inquiry=inquiry, mailbox=mailbox, uid=uid, folder=folder)

    def gone(self, inquiry: int, *, mailbox: str, uid: int) -> None:
        """A person moved or deleted the message before it was filed."""
        self._say("warning", "gone", inquiry=inquiry, mailbox=mailbox, uid=uid)

    def filing_deferred(self, mailbox: str, *, folder: str, mails: int, because: str, retry_in: float) -> None:
        """The server refused the move; the mails are where they were."""
        self._say(
            "warning",
            "filing_deferred",
            mailbox=mailbox,
            folder=folder,
            mails=mails,
            because=because,
            retry_in=round(retry_in, 1),
        )

    def capped(self, inquiry: int, *, cap: str) -> None:
        self._say("warning", "reply_capped", inquiry=inquiry, cap=cap)

    # one outbox item
    def sent(self, inquiry: int, *, item: int, kind: str) -> None:
        """The server accepted the reply, nothing more."""
        self._say("info", "sent", inquiry=inquiry, item=item, kind=kind)

    def deferred(self, inquiry: int, *, item: int, status: str, attempts: int) -> None:
        self._say("warning", "deferred", inquiry=inquiry, item=item, status=status, attempts=attempts)

    def failed(self, inquiry: int, *, item: int, status: str) -> None:
        self._say("error", "failed", inquiry=inquiry, item=item, status=status)

    def released(self, *, items: int) -> None:
        """Claims of a courier that is gone were given back."""
        self._say("warning", "released", items=items)

    def bounced(self, inquiry: int, *, item: int, status: str) -> None:
        self._say("warning", "bounced", inquiry=inquiry, item=item, status=status)

    # the outside parties
    def mailbox_error(self, mailbox: str, *, message: str, retry_in: float) -> None:
        self._say("error", "mailbox_error", mailbox=mailbox, message=message, retry_in=round(retry_in, 1))

    def mailbox_recovered(self, mailbox: str) -> None:
        self._say("info", "mailbox_recovered", mailbox=mailbox)

    def first_contact(self, mailbox: str, *, since: str, below_baseline: int) -> None:
        self._say("info", "first_contact", mailbox=mailbox, since=since, below_baseline=below_baseline)

    def new_uidvalidity(self, mailbox: str) -> None:
        self._say("warning", "new_uidvalidity", mailbox=mailbox)

    def smtp_error(self, *, message: str) -> None:
        self._say("error", "smtp_error", message=message)

    def directory_error(self, *, message: str) -> None:
        self._say("error", "directory_error", message=message)

    def customers_synced(self, *, added: int, changed: int, removed: int, twice: int) -> None:
        """The copy of the company's own customers is up to date; `twice`: numbers with more than one record."""
        self._say("info", "customers_synced", added=added, changed=changed, removed=removed, twice=twice)

    def store_error(self, *, job: str, message: str) -> None:
        self._say("error", "store_error", job=job, message=message)

    # the daemon itself
    def job_failed(self, job: str, *, error: str) -> None:
        """A defect: the job's loop caught what should not have come out of it."""
        self._say("error", "job_failed", job=job, error=error)

    def alarm(self, *, kind: str, key: str) -> None:
        self._say("error", "alarm", kind=kind, key=key)

    def started(self, *, version: str, mailboxes: int, database: str) -> None:
        self._say("info", "started", version=version, mailboxes=mailboxes, database=database)

    def ready(self) -> None:
        self._say("info", "ready")

    def stopping(self, *, signal: str) -> None:
        self._say("info", "stopping", signal=signal)

    def stopped(self) -> None:
        self._say("info", "stopped")

    def clock_stepped(self, *, seconds: float) -> None:
        self._say("warning", "clock_stepped", seconds=round(seconds, 1))
