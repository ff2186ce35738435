"""Waiting in IDLE: wakes when mail comes, notices a dead connection, stops at once."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from optout_daemon.edges.imap_idle import Watcher
from optout_daemon.log import Log
from tests.edges.conftest import settings_for
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.scripted import CLOSE, HANG
from tests.servers.scripted_imap import ScriptedImap

Watch = Callable[..., "Wakes"]


class Wakes:
    """Counts the calls, and waits for the next one."""

    def __init__(self) -> None:
        self.count = 0
        self.log = io.StringIO()
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait_for(self, count: int, limit: float = 5.0) -> float:
        """Seconds until there were `count` wakes."""
        began = time.monotonic()
        with self._changed:
            if not self._changed.wait_for(lambda: self.count >= count, timeout=limit):
                raise AssertionError(f"{self.count} of {count} wakes within {limit} s")
        return time.monotonic() - began


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Start watchers; each must be gone within seconds of the stop."""
    stop = threading.Event()
    watchers: list[Watcher] = []

    def start(port: int, user: str = "desk", password: str = PASSWORD, **changes: float) -> Wakes:
        wakes = Wakes()
        settings = settings_for(port, user, timeout="1s")
        watcher = Watcher(
            settings,
            password,
            wake=wakes,
            stop=stop,
            log=Log(stream=wakes.log),
            delay=lambda failures, chance: 0.1,
            **changes,
        )
        watchers.append(watcher)
        watcher.start()
        return wakes

    yield start
    stop.set()
    began = time.monotonic()
    for watcher in watchers:
        watcher.join(5)

    assert not any(watcher.is_alive() for watcher in watchers)
    assert time.monotonic() - began < 4


@pytest.mark.slow
def test_a_new_mail_wakes_at_once(dovecot: Dovecot, mailbox: Mailbox, watch: Watch) -> None:
    """An idle desk answers within two seconds, most of which belong to others."""
    wakes = watch(dovecot.imap_port, mailbox.user)
    wakes.wait_for(1)
    mailbox.append(b"Subject: stop\r\n\r\nstop\r\n")

    assert wakes.wait_for(2) < 1.5


@pytest.mark.slow
def test_what_came_before_idle_is_not_missed(dovecot: Dovecot, mailbox: Mailbox, watch: Watch) -> None:
    """Once it waits it wakes: a search from then on sees everything older."""
    mailbox.append(b"Subject: stop\r\n\r\nstop\r\n")
    wakes = watch(dovecot.imap_port, mailbox.user)

    assert wakes.wait_for(1) < 5


@pytest.mark.slow
def test_it_begins_anew_before_the_server_would_end_it(dovecot: Dovecot, mailbox: Mailbox, watch: Watch) -> None:
    """Servers and firewalls drop a silent connection after some minutes; here it is a second."""
    wakes = watch(dovecot.imap_port, mailbox.user, reissue=1.0)
    wakes.wait_for(3)
    mailbox.append(b"Subject: stop\r\n\r\nstop\r\n")

    assert wakes.wait_for(wakes.count + 1) < 3


@pytest.mark.slow
def test_a_server_that_ends_the_connection_is_come_back_to(dovecot: Dovecot, mailbox: Mailbox, watch: Watch) -> None:
    """BYE in IDLE: after it imapclient would return at once for ever, in silence."""
    wakes = watch(dovecot.imap_port, mailbox.user)
    wakes.wait_for(1)
    dovecot.kick(mailbox.user)

    assert wakes.wait_for(2) < 5


@pytest.mark.slow
def test_a_server_that_is_killed_is_come_back_to(dovecot: Dovecot, mailbox: Mailbox, watch: Watch) -> None:
    """And what came while it was away is collected, since it wakes when it waits again."""
    wakes = watch(dovecot.imap_port, mailbox.user)
    wakes.wait_for(1)
    dovecot.stop(hard=True)
    time.sleep(1)
    dovecot.start()

    assert wakes.wait_for(2, limit=10) < 10
    assert wakes.log.getvalue().count("mailbox_error") == 1


@pytest.mark.slow
def test_a_connection_that_is_cut_is_noticed_at_once(watch: Watch) -> None:
    """A dead connection looks like one without news."""
    with ScriptedImap() as server:
        wakes = watch(server.port)
        wakes.wait_for(1)
        server.cut()

        assert wakes.wait_for(2) < 3


@pytest.mark.parametrize(
    "answer", ["+ idling\r\n* 3 EXISTS\r\n", "* 3 EXISTS\r\n+ idling\r\n", "* OK [HIGHESTMODSEQ 3]\r\n+ idling\r\n"]
)
@pytest.mark.slow
def test_news_in_one_piece_with_the_answer_is_not_missed(answer: str, watch: Watch) -> None:
    """poll() does not see what lies in Python's buffer already, and imapclient takes it for a refusal before."""
    with ScriptedImap({"IDLE": answer}) as server:
        watch(server.port, reissue=1.0).wait_for(3)

        assert 1 == server.connections


@pytest.mark.slow
@pytest.mark.parametrize(
    "action", [CLOSE, HANG, "{tag} NO not now\r\n", "{tag} BAD what\r\n", "* BYE\r\n", "nonsense\r\n"]
)
def test_idle_that_goes_wrong_is_tried_again(action: str, watch: Watch) -> None:
    """Whatever the server does, the watcher lives."""
    with ScriptedImap({"IDLE": action}) as server:
        wakes = watch(server.port)
        time.sleep(0.5)
        server.answers.clear()
        server.cut()

        assert wakes.wait_for(1, limit=8) < 8


def test_a_server_without_idle_ends_the_watcher(watch: Watch) -> None:
    """The poll does it alone; a loop that finds the same each time would be noise."""
    with ScriptedImap(capabilities="IMAP4rev1") as server:
        wakes = watch(server.port)
        time.sleep(0.5)

        assert 1 == server.connections
        assert 0 == wakes.count


@pytest.mark.slow
def test_a_wrong_password_is_not_tried_again_for_a_minute(dovecot: Dovecot, mailbox: Mailbox, watch: Watch) -> None:
    """And it is the collecting session that says so, once."""
    wakes = watch(dovecot.imap_port, mailbox.user, password="wrong")
    time.sleep(2)
    failed = [line for line in dovecot.log().splitlines() if "auth failed" in line and f"<{mailbox.user}>" in line]

    assert 1 == len(failed)
    assert "" == wakes.log.getvalue()
