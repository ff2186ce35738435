"""Wait for new mail in a thread and a session of its own, and wake whoever collects it.

Only a hint: what IDLE tells is never relied on, and a poll runs all the same. Ends by itself where the server has no
IDLE, and within seconds when the daemon stops.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Final

from optout_daemon.config import MailboxSettings
from optout_daemon.core import backoff
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.errors import AuthenticationError, MailboxError
from optout_daemon.log import Log

REISSUE: Final = 8 * 60.0
"""Seconds after which IDLE is begun anew: servers and firewalls end it after ten minutes and more (RFC 2177: 29)."""


class Watcher(threading.Thread):
    """One a mailbox. `wake` is called after every beginning of IDLE and on every piece of news; it must not block."""

    def __init__(
        self,
        settings: MailboxSettings,
        password: str | None,
        *,
        wake: Callable[[], None],
        stop: threading.Event,
        log: Log,
        reissue: float = REISSUE,
        delay: Callable[[int, float], float] = backoff.imap_away,
    ) -> None:
        super().__init__(name=f"idle {settings.name}", daemon=True)
        self._settings = settings
        self._password = password
        self._wake = wake
        self._stopped = stop
        self._log = log
        self._reissue = reissue
        self._delay = delay
        self._failures = 0

    def run(self) -> None:
        """Until the stop, or until the server turns out to have no IDLE."""
        while not self._stopped.is_set():
            session = MailboxSession(self._settings, self._password, stop=self._stopped)
            try:
                session.open()
                if not session.can_idle:
                    return
                self._watch(session)
            except AuthenticationError:
                # The collecting session says so; two voices for one wrong password are one too many.
                self._failures += 1
                self._stopped.wait(backoff.imap_refused(self._failures, random.random()))  # noqa: S311
            except MailboxError as error:
                self._failed(str(error))
            except Exception as error:
                self._failed(f"IDLE: {type(error).__name__}")
            finally:
                session.close()

    def _watch(self, session: MailboxSession) -> None:
        while not self._stopped.is_set():
            if session.idle(self._reissue, begun=self._begun):
                self._wake()

    def _begun(self) -> None:
        self._failures = 0
        self._wake()

    def _failed(self, message: str) -> None:
        if self._stopped.is_set():
            return
        self._failures += 1
        delay = self._delay(self._failures, random.random())  # noqa: S311 (no secret: it spreads load)
        if self._failures == 2:  # the first is an ordinary reconnect, and an outage is told once
            self._log.mailbox_error(self._settings.name, message=message, retry_in=delay)
        self._stopped.wait(delay)
