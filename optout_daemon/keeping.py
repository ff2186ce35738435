"""Keep one working IMAP session a mailbox: opened when needed, thrown away after any error, backed off.

The jobs of one mailbox share it behind a lock, so that the server sees one working connection (and one in IDLE).
While a back-off lasts, `use()` gives None at once: the job has come round, in a named temporary failure.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from optout_daemon.core import backoff
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.errors import AuthenticationError, MailboxError
from optout_daemon.log import Log


class Keeper:
    """The one working session of one mailbox."""

    def __init__(
        self,
        name: str,
        session: Callable[[], MailboxSession],
        *,
        log: Log,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._make = session
        self._log = log
        self._monotonic = monotonic
        self._chance = chance
        self._lock = threading.Lock()
        self._session: MailboxSession | None = None
        self._failures = 0
        self._not_before = 0.0
        self.recoveries = 0
        """How often the mailbox was there again after a failure."""

    @contextmanager
    def use(self) -> Iterator[MailboxSession | None]:
        """An open session, or None while backing off. A MailboxError inside ends the session and the block."""
        with self._lock:
            session = self._open()
            if session is None:
                yield None
                return
            try:
                yield session
                self._failures = 0
            except MailboxError as error:
                self._failed(error)
            except BaseException:
                self._drop()
                raise

    def _open(self) -> MailboxSession | None:
        if self._monotonic() < self._not_before:
            return None
        if self._session is None:
            self._session = self._make()
            try:
                self._session.open()
            except MailboxError as error:
                self._failed(error)
                return None
            if self._failures:
                self.recoveries += 1
                self._log.mailbox_recovered(self._name)
        return self._session

    def _failed(self, error: MailboxError) -> None:
        self._drop()
        self._failures += 1
        refused = isinstance(error, AuthenticationError)
        schedule = backoff.imap_refused if refused else backoff.imap_away
        delay = schedule(self._failures, self._chance())
        self._not_before = self._monotonic() + delay
        self._log.mailbox_error(self._name, message=str(error), retry_in=delay)

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def close(self) -> None:
        """End the session, also one that hangs in a command of another thread."""
        session = self._session
        if session is not None:
            session.close()
