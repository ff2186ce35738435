"""Fixtures of the real servers: one of each for the whole run, a fresh mailbox for each test."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.postfix import Postfix
from tests.servers.process import temporary_folder
from tests.servers.sink import SmtpSink
from tests.servers.tls import Authority

_names = itertools.count(1)


def fresh_user(stem: str = "desk") -> str:
    """A mailbox name that no other test has."""
    return f"{stem}{next(_names)}@example.com"


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """A throw-away certificate authority."""
    folder = temporary_folder("ca")
    yield Authority(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    """The run's Dovecot. A test that stops it starts it again."""
    server = Dovecot(authority)
    yield server
    server.close()


@pytest.fixture(scope="session")
def relay() -> Iterator[SmtpSink]:
    """Where the run's Postfix delivers what is not for the desk; shared, so look for your own recipients."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture(scope="session")
def postfix(authority: Authority, dovecot: Dovecot, relay: SmtpSink) -> Iterator[Postfix]:
    """The run's Postfix."""
    server = Postfix(authority, dovecot, sink_port=relay.port)
    yield server
    server.close()


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """An empty mailbox of this test's own."""
    return dovecot.mailbox(fresh_user())


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A scripted SMTP server of this test's own; tell it how to fail through `answers`."""
    with SmtpSink() as server:
        yield server
