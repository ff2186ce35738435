"""Sessions with the real servers for the edge tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from optout_daemon.config import MailboxSettings
from optout_daemon.edges.imap import MailboxSession
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mailbox import Mailbox

Connect = Callable[..., MailboxSession]


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    """The daemon's stop; set at the end, so that no guard outlives its test."""
    event = threading.Event()
    yield event
    event.set()


def settings_for(port: int, user: str, **changes: Any) -> MailboxSettings:
    """Clear text on loopback, unless told otherwise."""
    values: dict[str, Any] = {"name": "desk", "host": "127.0.0.1", "port": port, "username": user, "security": "none"}
    return MailboxSettings(**(values | {"timeout": "5s"} | changes))


@pytest.fixture
def connect(dovecot: Dovecot, mailbox: Mailbox, stop: threading.Event) -> Iterator[Connect]:
    """Open sessions with this test's mailbox; all are closed at the end."""
    made: list[MailboxSession] = []

    def open_session(*, password: str | None = PASSWORD, port: int | None = None, **changes: Any) -> MailboxSession:
        settings = settings_for(port or dovecot.imap_port, mailbox.user, **changes)
        session = MailboxSession(settings, password, stop=stop)
        made.append(session)
        session.open()
        return session

    yield open_session
    for session in made:
        session.close()


@pytest.fixture
def session(connect: Connect) -> MailboxSession:
    """An open session with this test's mailbox."""
    return connect()
