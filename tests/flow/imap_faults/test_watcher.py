"""The connection that waits for news (IDLE) breaks, or the server says farewell."""

from __future__ import annotations

import threading

import pytest

from optout_daemon.edges.imap_idle import Watcher
from tests.flow.imap_faults.work import Work, mails
from tests.servers.dovecot import PASSWORD

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("command", "how", "when"),
    [
        pytest.param("IDLE", "cut", "before", id="idle_cut_before"),
        pytest.param("IDLE", "cut", "within", id="idle_cut_within_the_answer"),
        pytest.param("IDLE", "garble", "before", id="idle_garbled"),
        pytest.param("IDLE", "hang", "before", id="idle_hung"),
        pytest.param("IDLE", "slow", "before", id="idle_slow"),
        pytest.param("IDLE", "bye", "before", id="idle_ended_by_BYE"),
        pytest.param("IDLE", "refuse", "before", id="idle_refused"),
        pytest.param("IDLE", "hang", "after", id="idle_hung_at_its_end"),
        pytest.param("DONE", "cut", "before", id="done_cut"),
        pytest.param("DONE", "hang", "before", id="done_hung"),
    ],
)
def test_the_watcher_recovers(work: Work, command: str, how: str, when: str) -> None:
    """After the fault, news of mail wakes the desk again."""
    fault = work.fault(command, how, when=when, text=(b"UNAVAILABLE", b""))
    woken = threading.Semaphore(0)
    watcher = Watcher(
        work.settings,
        PASSWORD,
        wake=woken.release,
        stop=work.stop,
        log=work.log,
        reissue=0.5,
        delay=lambda failures, chance: 0.05,
    )
    watcher.start()
    begun = 0
    while begun < 3 and woken.acquire(timeout=20):
        begun += 1
    work.stop.set()
    watcher.join(10)

    assert (3, 1) == (begun, fault.hits)
    assert not watcher.is_alive()


def test_the_watcher_hears_of_mail_after_a_connection_that_was_cut(work: Work) -> None:
    """A firewall that forgets a connection in IDLE, at any time."""
    woken = threading.Event()
    watcher = Watcher(
        work.settings, PASSWORD, wake=woken.set, stop=work.stop, log=work.log, delay=lambda failures, chance: 0.05
    )
    watcher.start()
    assert woken.wait(10)
    woken.clear()
    work.proxy.cut()
    assert woken.wait(10)  # it waits with the server again
    woken.clear()
    work.deliver(*mails(1))

    assert woken.wait(10)
    work.stop.set()
    watcher.join(10)


@pytest.mark.parametrize("how", ["cut", "hang", "garble", "bye"])
def test_a_farewell_that_fails_is_no_failure(work: Work, how: str) -> None:
    """`check` and a tidy end say LOGOUT: whatever comes back, they end in time."""
    fault = work.fault("LOGOUT", how)
    session = work.session()
    session.open()
    session.log_out()
    work.deliver(*mails(3))
    work.settle()

    assert 1 == fault.hits
    work.check()


def test_BYE_at_any_time_costs_a_connection_and_no_mail(work: Work) -> None:
    """Between two rounds, on the connection that the keeper holds."""
    for number in range(4):
        work.deliver(*mails(1, first=number))
        work.round()
        work.proxy.bye()
    work.settle()

    work.check()
