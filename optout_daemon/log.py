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
        """The message is neither where it was nor where it belongs: a person moved or deleted it."""
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

    def repeated(self, inquiry: int, *, item: int) -> None:
        """The server accepted it, and another courier had the item meanwhile: it may reach the customer twice."""
        self._say("warning", "repeated", inquiry=inquiry, item=item)

    def bounced(self, inquiry: int, *, item: int, status: str) -> None:
        self._say("warning", "bounced", inquiry=inquiry, item=item, status=status)

    # the outside parties
    def mailbox_error(self, mailbox: str, *, message: str, retry_in: float) -> None:
        self._say("error", "mailbox_error", mailbox=mailbox, message=message, retry_in=round(retry_in, 1))

    def mailbox_recovered(self, mailbox: str) -> None:
        self._say("info", "mailbox_recovered", mailbox=mailbox)

    def first_contact(self, mailbox: str, *, since: str, below_baseline: int) -> None:
        self._say("info", "first_contact", mailbox=mailbox, since=since, below_baseline=below_baseline)

    def set_aside(self, mailbox: str, *, uid: int, cause: str, attempts: int, retry_in: float) -> None:
        """A mail that the server lists could not be taken in; it stays in the mailbox and is tried again."""
        self._say(
            "error", "set_aside", mailbox=mailbox, uid=uid, cause=cause, attempts=attempts, retry_in=round(retry_in, 1)
        )

    def new_uidvalidity(self, mailbox: str) -> None:
        self._say("warning", "new_uidvalidity", mailbox=mailbox)

    def uids_rolled_back(self, mailbox: str) -> None:
        """The server gives out UIDs again that other mail had, as after a restore: all of the mailbox is read again."""
        self._say("warning", "uids_rolled_back", mailbox=mailbox)

    def reconciled(
        self,
        mailbox: str,
        *,
        because: str,
        mails: int,
        inquiries: int,
        below_baseline: int,
        waiting: int,
        set_aside: int,
        unaccounted: int,
    ) -> None:
        """Every mail in the mailbox and its folders was compared with the rows."""
        self._say(
            "info",
            "reconciled",
            mailbox=mailbox,
            because=because,
            mails=mails,
            inquiries=inquiries,
            below_baseline=below_baseline,
            waiting=waiting,
            set_aside=set_aside,
            unaccounted=unaccounted,
        )

    def unaccounted(self, mailbox: str, *, folder: str, uid: int) -> None:
        """A mail that no row explains; it lies where it lay."""
        self._say("error", "unaccounted", mailbox=mailbox, folder=folder, uid=uid)

    def reconcile_failed(self, mailbox: str, *, message: str, retry_in: float) -> None:
        """The comparison could not be made; the desk works on."""
        self._say("warning", "reconcile_failed", mailbox=mailbox, message=message, retry_in=round(retry_in, 1))

    def smtp_error(self, *, message: str) -> None:
        self._say("error", "smtp_error", message=message)

    # one sink: an outside system that is told of changes of the list
    def sink_met(self, sink: str, *, version: int) -> None:
        """First contact: what the ledger has up to `version` is left alone."""
        self._say("info", "sink_met", sink=sink, version=version)

    def sink_told(self, sink: str, *, since: int, version: int, changes: int, left_alone: int) -> None:
        """It took what the ledger entries after `since` up to `version` concern."""
        self._say("info", "sink_told", sink=sink, since=since, version=version, changes=changes, left_alone=left_alone)

    def sink_rejected(self, sink: str, *, entry: int) -> None:
        """It does not take what this ledger entry says, and never will; the others of the batch arrived."""
        self._say("warning", "sink_rejected", sink=sink, entry=entry)

    def sink_error(self, sink: str, *, message: str, attempts: int, retry_in: float) -> None:
        """It was told nothing. `retry_in` 0: it is gone, and waits for `sinks retry`."""
        self._say("error", "sink_error", sink=sink, message=message, attempts=attempts, retry_in=round(retry_in, 1))

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
