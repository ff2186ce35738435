"""Machines that answer machines, over a real Postfix and Dovecot: every such conversation ends by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes
from pathlib import Path

import pytest

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition, Reason
from optout_daemon.store import outbox
from tests.flow.desk import NAMES, STREETS, Desk, import_customers, number
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import fresh_user
from tests.servers.postfix import Postfix
from tests.servers.sink import SmtpSink
from tests.servers.tls import Authority

pytestmark = pytest.mark.slow

QUIET = 3.0
"""Seconds without any new mail after which a conversation is over; the desk polls every second."""
Made = Callable[..., Desk]


@pytest.fixture(scope="module")
def world() -> Iterator[SmtpSink]:
    """Where Postfix delivers what is for nobody here; it takes no mail for karl@gone.example."""
    with SmtpSink({"RCPT karl@gone.example": "550 5.1.1 no such user"}) as sink:
        yield sink


@pytest.fixture(scope="module")
def plus(authority: Authority) -> Iterator[Dovecot]:
    """A Dovecot in which desk+anything@ is the desk's mailbox, as bounces need it."""
    server = Dovecot(authority, extra="recipient_delimiter = +\n")
    yield server
    server.close()


@pytest.fixture(scope="module")
def mta(authority: Authority, plus: Dovecot, world: SmtpSink) -> Iterator[Postfix]:
    server = Postfix(authority, plus, sink_port=world.port)
    yield server
    server.close()


@pytest.fixture
def new_desk(tmp_path: Path, plus: Dovecot, mta: Postfix) -> Iterator[Made]:
    """Makes running desks whose address is their mailbox's, so that they can write to each other."""
    with ExitStack() as ends:

        def make(bounces_to: str = "") -> Desk:
            address = fresh_user("looped")
            folder = tmp_path / address
            folder.mkdir()
            smtp = f'envelope_from = "{address.replace("@", bounces_to + "@")}"' if bounces_to else ""
            desk = Desk(folder, plus.mailbox(address), plus, smtp_port=mta.port, address=address, smtp=smtp)
            (folder / "key").write_text(address.ljust(64, "k"))  # no two desks know each other's markers
            import_customers(desk, 5)
            ends.callback(desk.close)
            desk.start()
            return desk

        yield make


def letter(author: str, desk: Desk, text: str, *headers: str, message_id: str = "") -> bytes:
    """A mail to a desk that no header marks."""
    name = message_id or f"<{time.monotonic_ns()}@robots.example>"
    lines = (
        *(
            f"From: {author}",
            f"To: {desk.mailbox.user}",
            "Subject: Your letter",
            "Date: Mon, 02 Nov 2026 10:00:00 +0900",
        ),
        *(f"Message-ID: {name}", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", *headers),
    )
    return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


def form(index: int) -> str:
    """A complete opt-out of one of the customers."""
    address = f"{index + 1} {STREETS[index % 4]}, Oakford"
    return (
        f"Customer number: {number(index)}\nName: {NAMES[index % 4]}\nAddress: {address}\nPlease stop all mailings.\n"
    )


def wait_until_quiet(*desks: Desk, at_least: int) -> None:
    """Until everything is decided and sent, at least so many mails, and nothing new has come for a while."""
    before, since = -1, time.monotonic()

    def quiet() -> bool:
        nonlocal before, since
        rows = [row for desk in desks for row in desk.inquiries()]
        busy = any(row.state is State.RECEIVED for row in rows) or any(desk.queued() or desk.unsent() for desk in desks)
        if busy or len(rows) != before or len(rows) < at_least:
            before, since = len(rows), time.monotonic()
        return time.monotonic() - since > QUIET

    desks[0].until(quiet, "the conversation is over", within=240)


def sent(desk: Desk) -> list[outbox.OutboxItem]:
    with desk.database() as database, database.reading() as tx:
        return outbox.listing(tx, limit=1_000)


def test_two_desks_that_answer_each_other_stop_after_one_exchange(new_desk: Made):
    """Each was written to in the other's name; each answers once, and neither answers an answer (RFC 3834)."""
    first, second = new_desk(), new_desk()
    first.mailbox.append(letter(second.mailbox.user, first, "Please stop the catalogues."))
    second.mailbox.append(letter(first.mailbox.user, second, "When will my order arrive?"))
    wait_until_quiet(first, second, at_least=4)

    for desk, other in ((first, second), (second, first)):
        assert [other.mailbox.user] == [item.recipient for item in sent(desk)]
        asked, answer = sorted(desk.inquiries(), key=lambda row: row.id)
        assert (Disposition.HELD, Disposition.IGNORED) == (asked.disposition, answer.disposition)
        assert (Reason.BOUNCE,) == answer.reasons, "the null reverse-path comes before Auto-Submitted"


class Robot:
    """Answers whatever reaches it with a mail that carries no header of a machine, as long as it is answered."""

    def __init__(self, address: str, desk: Desk, world: SmtpSink) -> None:
        self.address, self.answers = address, 0
        self._desk, self._world, self._stop = desk, world, threading.Event()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def received(self) -> list[bytes]:
        return [message.raw for message in list(self._world.messages) if message.recipients == (self.address,)]

    def _answer(self) -> None:
        while not self._stop.wait(0.1):
            for raw in self.received()[self.answers :]:
                self.answers += 1
                kinds = (
                    "Your ticket is %d. Please stop by at any time.",
                    "Ticket %d: we received your letter, thank you.",
                )
                reply_to = message_from_bytes(raw)["Message-ID"]
                text = kinds[self.answers % 2] % self.answers
                self._desk.mailbox.append(letter(self.address, self._desk, text, f"In-Reply-To: {reply_to}"))

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.mark.parametrize("first", ["Please stop the catalogues.", "When will my order arrive?", form(2)])
def test_a_vacation_robot_without_any_header_is_answered_up_to_the_cap(new_desk: Made, world: SmtpSink, first: str):
    """No rule can know it; the caps end it with the same dispositions, and with one alarm."""
    desk = new_desk()
    robot = Robot(f"robot-{time.monotonic_ns()}@robots.example", desk, world)
    try:
        desk.mailbox.append(letter(robot.address, desk, first))
        wait_until_quiet(desk, at_least=2)
    finally:
        robot.close()

    kinds = [item.kind for item in sent(desk)]
    assert 1 <= len(kinds) == len(set(kinds)) <= 3, "one equal outcome a day, three of any"
    assert len(kinds) == len(robot.received()) == robot.answers
    rows = desk.inquiries()
    assert 1 + robot.answers == len(rows)
    silenced = [row for row in rows if row.reply_capped]
    assert {Disposition.HELD} == {row.disposition for row in silenced}
    assert 1 == len(desk.events("alarm"))


def test_a_mail_to_ourselves_is_not_answered(new_desk: Made):
    """A forged author of ours: held where it carries a complete opt-out, else ignored (policy, section 1)."""
    desk = new_desk()
    own = desk.mailbox.user
    desk.mailbox.append(letter(own, desk, "When will my order arrive?"))
    desk.mailbox.append(letter(own, desk, form(1)))
    desk.mailbox.append(letter(f"Desk <{own.upper()}>", desk, "Please stop the catalogues."))
    wait_until_quiet(desk, at_least=3)

    question, complete, capital = sorted(desk.inquiries(), key=lambda row: row.id)
    assert (Disposition.IGNORED, (Reason.LOOP,)) == (question.disposition, question.reasons)
    assert Disposition.HELD is complete.disposition
    assert (Disposition.IGNORED, (Reason.LOOP,)) == (capital.disposition, capital.reasons)
    assert [] == sent(desk)
    assert not desk.blocked(number(1), "email")


def test_a_reply_that_comes_back_to_us_is_a_loop(new_desk: Made, world: SmtpSink):
    """Forwarded to us unchanged, or with its author rewritten: the marker and the outbox know it."""
    desk = new_desk()
    author = f"person-{time.monotonic_ns()}@mail.example"
    desk.mailbox.append(letter(author, desk, "When will my order arrive?", f"Reply-To: {desk.mailbox.user}"))
    wait_until_quiet(desk, at_least=1)
    [reply] = [message.raw for message in world.messages if message.recipients == (author,)]
    desk.mailbox.append(reply)
    desk.mailbox.append(
        reply.replace(b"From: ", b"X-Was-From: ", 1).replace(b"\r\n\r\n", b"\r\nFrom: x@mail.example\r\n\r\n", 1)
    )
    wait_until_quiet(desk, at_least=3)

    _, *returned = sorted(desk.inquiries(), key=lambda row: row.id)
    assert [(Disposition.IGNORED, (Reason.LOOP,))] * 2 == [(row.disposition, row.reasons) for row in returned]
    assert [author] == [item.recipient for item in sent(desk)], "and a Reply-To of ours is not a place to answer to"


def test_our_reply_that_bounces_comes_back_to_its_inquiry(new_desk: Made):
    """The customer's server refuses the confirmation: that is shown at the inquiry, and the block stands."""
    desk = new_desk("+bounce")
    desk.mailbox.append(letter("karl@gone.example", desk, form(3)))
    wait_until_quiet(desk, at_least=2)

    asked, bounce = sorted(desk.inquiries(), key=lambda row: row.id)
    [reply] = sent(desk)
    assert (Disposition.IGNORED, (Reason.BOUNCE,)) == (bounce.disposition, bounce.reasons)
    assert (asked.id, bounce.id) == (reply.inquiry_id, reply.bounce_inquiry_id)
    assert reply.bounced_at is not None
    assert Disposition.APPLIED is asked.disposition
    assert desk.blocked(number(3), "email")
    assert "it did not reach the customer" in desk.command("queue", "show", str(asked.id))
