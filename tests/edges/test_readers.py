"""Reading in child processes with limits."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from optout_daemon.core.model import Reading
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.edges import readers
from optout_daemon.edges.readers import Job, ReaderDefect, ReaderFailure, ReaderPool, ReadersClosed

pytestmark = pytest.mark.slow
MAIL = b"From: a@example.org\r\nSubject: stop\r\n\r\nPlease stop.\r\n"
SLOW = MAIL.replace(b"Please", b"Slowly")


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(ReaderSettings(), workers=1, time_limit=3, memory_limit=512 * 2**20) as made:
        yield made


@pytest.fixture
def patient() -> Iterator[ReaderPool]:
    """With a limit that a busy machine does not reach by itself."""
    with ReaderPool(ReaderSettings(), workers=1, time_limit=40, memory_limit=512 * 2**20) as made:
        yield made


def hang(raw: bytes, truncated: bool) -> Reading:
    time.sleep(60)
    raise AssertionError


def swell(raw: bytes, truncated: bool) -> Reading:
    return b"x" * 2**30  # type: ignore[return-value]


def die(raw: bytes, truncated: bool) -> Reading:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def fail(raw: bytes, truncated: bool) -> Reading:
    raise KeyError("a defect")


def hang_where_told(raw: bytes, truncated: bool) -> Reading:
    return hang(raw, truncated) if raw == SLOW else Reader(ReaderSettings()).read(raw, truncated=truncated)


def die_where_told(raw: bytes, truncated: bool) -> Reading:
    return die(raw, truncated) if raw == SLOW else Reader(ReaderSettings()).read(raw, truncated=truncated)


def slow_where_told(raw: bytes, truncated: bool) -> Reading:
    time.sleep(2 if raw == SLOW else 0)
    return Reader(ReaderSettings()).read(raw, truncated=truncated)


def first(pool: ReaderPool, wanted: Callable[[object], bool]) -> object:
    """Ask until the answer is the wanted one; None stands for ReadersClosed."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            [answer] = pool.read([Job(MAIL)])
        except ReadersClosed:
            answer = None
        if wanted(answer):
            return answer
    raise AssertionError("waited in vain")


def test_mails_are_read_in_order(pool: ReaderPool):
    """One answer a job."""
    answers = pool.read([Job(MAIL), Job(MAIL.replace(b"stop\r\n\r\n", b"halt\r\n\r\n")), Job(MAIL, truncated=True)])

    assert [a.subject for a in answers if isinstance(a, Reading)] == ["stop", "halt", "stop"]
    assert [a.readable for a in answers if isinstance(a, Reading)] == [True, True, False]


@pytest.mark.parametrize(
    ("work", "answer"),
    [
        (hang, ReaderFailure("over the time limit")),
        (swell, ReaderFailure("over the memory limit")),
        (die, ReaderFailure("its reader process died")),
        (fail, ReaderDefect("KeyError")),
    ],
)
def test_a_mail_that_breaks_its_reader_harms_no_other(pool, work, answer, monkeypatch):
    """Over a limit is a failure at once; our own defect is told apart; the next mail is read as ever."""
    monkeypatch.setattr(readers, "_read", work)
    broken = pool.read([Job(MAIL)])
    monkeypatch.undo()
    [after] = pool.read([Job(MAIL)])

    assert [answer] == broken
    assert isinstance(after, Reading)


def test_a_pool_whose_readers_do_not_start_recovers(monkeypatch):
    """Out of memory, a damaged installation: when it is better again, reading goes on without a restart."""
    with ReaderPool(ReaderSettings(languages=("xx",)), workers=1, time_limit=3, memory_limit=512 * 2**20) as pool:
        assert first(pool, lambda answer: answer is None) is None
        monkeypatch.setattr(pool, "_settings", ReaderSettings())
        assert isinstance(first(pool, lambda answer: answer is not None), Reading)


def test_closing_learns_nothing_about_the_mail(pool: ReaderPool, monkeypatch):
    """A mail given up at the stop must stay RECEIVED, never be held as unreadable."""
    monkeypatch.setattr(readers, "_read", hang)
    threading.Timer(1.0, pool.close).start()

    with pytest.raises(ReadersClosed):
        pool.read([Job(MAIL)])


def test_what_is_read_is_handed_out_before_a_slow_mail_behind_it(pool: ReaderPool, monkeypatch):
    """A batch that waits for its slowest mail delays every other one by that mail's limit."""
    monkeypatch.setattr(readers, "_read", hang_where_told)
    answers = pool.answers([Job(MAIL), Job(SLOW), Job(MAIL)])
    first_ready = next(answers)
    rest = [pair for ready in answers for pair in ready]

    assert [0] == [place for place, _ in first_ready]
    assert [(1, ReaderFailure("over the time limit"))] == rest[:1]
    assert [2] == [place for place, answer in rest[1:] if isinstance(answer, Reading)]


def test_a_mail_whose_reader_died_is_tried_again_after_all_others(pool: ReaderPool, monkeypatch):
    """Its second attempt may take the whole limit once more: nobody waits for it."""
    monkeypatch.setattr(readers, "_read", die_where_told)
    places = [place for ready in pool.answers([Job(SLOW), Job(MAIL), Job(MAIL)]) for place, _ in ready]

    assert [1, 2, 0] == places


def test_giving_up_the_answers_leaves_the_pool_good(patient: ReaderPool, monkeypatch):
    """A pass that ends early must not wait for what it will read again anyway."""
    monkeypatch.setattr(readers, "_read", hang_where_told)
    answers = patient.answers([Job(MAIL), Job(SLOW), Job(SLOW)])
    next(answers)
    answers.close()
    began = time.monotonic()
    [after] = patient.read([Job(MAIL)])

    assert isinstance(after, Reading)
    assert time.monotonic() - began < 30


def test_a_clock_that_steps_condemns_no_mail(patient: ReaderPool, monkeypatch):
    """The time limit is a duration: a day forward is not a mail that took a day."""
    monkeypatch.setattr(readers, "_read", slow_where_told)
    now = time.time
    threading.Timer(1.0, lambda: monkeypatch.setattr(time, "time", lambda: now() + 86_400)).start()
    [answer] = patient.read([Job(SLOW)])

    assert isinstance(answer, Reading)


def test_a_clock_that_goes_back_does_not_prolong_the_limit(pool: ReaderPool, monkeypatch):
    """An hour back is not an hour more for a mail that hangs."""
    monkeypatch.setattr(readers, "_read", hang)
    now = time.time
    threading.Timer(1.0, lambda: monkeypatch.setattr(time, "time", lambda: now() - 3_600)).start()
    began = time.monotonic()

    assert [ReaderFailure("over the time limit")] == pool.read([Job(SLOW)])
    assert time.monotonic() - began < 15
