"""What an SMTP server may do wrong at each command: no reply is lost, none is failed for the server's own fault.

Delivery works here as daemon.py builds it: courier, outbox and a round after another; only the clock is ours. What a
process adds (a kill, a stop, a restart) is tested with the daemon itself.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.config import SmtpSettings
from optout_daemon.core.lifecycle import Delivery
from optout_daemon.core.model import OutgoingMessage
from optout_daemon.delivery import Unrecorded, deliver
from optout_daemon.edges import smtp
from optout_daemon.edges.smtp import Courier
from optout_daemon.log import Log
from optout_daemon.store import alarms, outbox
from optout_daemon.store.database import Database
from tests.fakes import FakeClock
from tests.flow.desk import Desk, import_customers, mixed_mails
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.process import free_port
from tests.servers.scripted import CLOSE, HANG
from tests.servers.sink import Received, SmtpSink
from tests.servers.tls import Authority
from tests.store.builders import reply, store

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PEOPLE = ("anna@example.org", "bert@example.org", "carl@example.org")
SIGN_ON = ("CONNECT", "EHLO", "AUTH")
"""What is refused here says nothing about any message."""
MESSAGE = ("MAIL", "RCPT", "DATA", "DOT")
UNTRIED = [(Delivery.QUEUED, 0)] * 3
TRIED = [(Delivery.QUEUED, 1)] * 3


def reply_to(person: str) -> OutgoingMessage:
    return reply(recipient=person, raw=f"Message-ID: <{person}>\r\nSubject: done\r\n\r\nDone.\r\n".encode())


class Sending:
    """Three replies in the outbox, and rounds of delivery to one server."""

    def __init__(self, database: Database, port: int, **changes: Any) -> None:
        values: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": "1s"}
        self.settings = SmtpSettings(**(values | {"username": "desk@example.com"} | changes))
        self.database = database
        self.clock = FakeClock(NOW)
        self.stop = threading.Event()
        self.log = io.StringIO()
        self.unrecorded = Unrecorded()
        self.courier = Courier(self.settings, "secret", stop=self.stop, monotonic=lambda: self.clock().timestamp())
        with database.transaction() as tx:
            self.ids = [outbox.enqueue(tx, reply_to(person), cause=store(tx), due=NOW) for person in PEOPLE]

    def round(self, after: float = 0.0) -> None:
        """One round, so many seconds later."""
        self.clock.pass_by(seconds=after)
        deliver(
            self.courier,
            database=self.database,
            settings=self.settings,
            now=self.clock,
            worker="test",
            stop=self.stop,
            log=Log(stream=self.log),
            unrecorded=self.unrecorded,
        )

    def items(self) -> list[outbox.OutboxItem]:
        with self.database.reading() as tx:
            return [item for item in (outbox.get(tx, item_id) for item_id in self.ids) if item is not None]

    def states(self) -> list[tuple[Delivery, int]]:
        return [(item.state, item.attempts) for item in self.items()]

    def alarms(self) -> int:
        with self.database.reading() as tx:
            return len(alarms.open_alarms(tx))


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """What the servers do is the same whatever the database; tests/flow/test_delivery.py runs on both."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def sending(database: Database, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sending]:
    monkeypatch.setattr(smtp, "CONNECT_TIMEOUT", 1.0)
    made = Sending(database, sink.port)
    yield made
    made.stop.set()
    made.courier.close()


def recipients(messages: Sequence[Received]) -> list[str]:
    return [recipient for message in messages for recipient in message.recipients]


def recovered(sending: Sending, sink: SmtpSink) -> list[str]:
    """The server is well again; who got a reply since."""
    sink.answers.clear()
    before = len(sink.messages)
    sending.round(after=120)
    return recipients(sink.messages[before:])


# refused


@pytest.mark.parametrize("code", ["421 4.3.2", "454 4.7.0", "535 5.7.8", "554 5.7.1"])
@pytest.mark.parametrize("verb", SIGN_ON)
def test_a_refusal_before_any_message_fails_none(sending: Sending, sink: SmtpSink, verb: str, code: str) -> None:
    """Also one for good: it is the settings or the server, and every reply waits for it to be put right."""
    sink.answers[verb] = f"{code} no"
    sending.round()
    during = sending.states()

    assert (UNTRIED, 0) == (during, sending.alarms())
    assert list(PEOPLE) == sorted(recovered(sending, sink))
    assert [(Delivery.SENT, 1)] * 3 == sending.states()


@pytest.mark.parametrize("verb", MESSAGE)
def test_a_refusal_for_now_is_tried_again_until_it_is_taken(sending: Sending, sink: SmtpSink, verb: str) -> None:
    """Each once, with its own back-off, and with the same bytes."""
    sink.answers[verb] = "451 4.3.0 later"
    sending.round()
    during = sending.states()

    assert (TRIED, 0) == (during, sending.alarms())
    assert list(PEOPLE) == sorted(recovered(sending, sink))
    assert [(Delivery.SENT, 2)] * 3 == sending.states()
    assert {item.raw for item in sending.items()} == {message.raw for message in sink.messages}


@pytest.mark.parametrize("verb", MESSAGE)
def test_a_refusal_for_good_fails_each_once_with_an_alarm(sending: Sending, sink: SmtpSink, verb: str) -> None:
    """Trying again would change nothing; an operator may."""
    sink.answers[verb] = "550 5.7.1 never"
    sending.round()

    assert [(Delivery.FAILED, 1)] * 3 == sending.states()
    assert 3 == sending.alarms()
    assert [] == recovered(sending, sink)
    with sending.database.transaction() as tx:
        outbox.retry(tx, sending.ids[1], now=sending.clock())
    assert [PEOPLE[1]] == recovered(sending, sink)


@pytest.mark.parametrize("verb", MESSAGE)
def test_a_server_that_closes_down_in_the_middle_costs_the_others_nothing(
    sending: Sending, sink: SmtpSink, verb: str
) -> None:
    """421 is about the server: the message in hand waits a little, the others are as before."""
    sink.answers[verb] = "421 4.3.2 closing down"
    sending.round()

    assert [(Delivery.QUEUED, 1), *UNTRIED[1:]] == sending.states()
    assert list(PEOPLE) == sorted(recovered(sending, sink))


@pytest.mark.parametrize(("reply_line", "state"), [("450 4.2.1 full", "queued"), ("550 5.1.1 unknown", "failed")])
def test_one_of_many_recipients_is_refused_and_the_others_get_theirs(
    sending: Sending, sink: SmtpSink, reply_line: str, state: str
) -> None:
    """One wrong address stands in nobody's way, and the connection serves them all."""
    sink.answers[f"RCPT {PEOPLE[1]}"] = reply_line
    sending.round()

    assert [PEOPLE[0], PEOPLE[2]] == recipients(sink.messages)
    assert [Delivery.SENT, Delivery(state), Delivery.SENT] == [item.state for item in sending.items()]
    assert 1 == sink.connections


# cut, hung, garbled


@pytest.mark.parametrize("verb", [*SIGN_ON, *MESSAGE[:-1]])
def test_a_cut_before_the_dot_repeats_nothing(sending: Sending, sink: SmtpSink, verb: str) -> None:
    """Nothing was accepted: each reply arrives once."""
    sink.answers[verb] = CLOSE
    sending.round()

    assert [] == sink.messages
    assert list(PEOPLE) == sorted(recovered(sending, sink))
    assert [0, 0, 0] == [item.repeats for item in sending.items()]


def test_a_cut_after_the_dot_repeats_one_reply_with_the_same_message_id(sending: Sending, sink: SmtpSink) -> None:
    """It may have been accepted. The others are not tried meanwhile: each would be a repeat too."""
    sink.answers["DOT"] = CLOSE
    sending.round()
    during = sending.states()
    arrived = recipients(sink.messages) + recovered(sending, sink)

    assert [(Delivery.QUEUED, 1), *UNTRIED[1:]] == during
    assert Counter({PEOPLE[0]: 2, PEOPLE[1]: 1, PEOPLE[2]: 1}) == Counter(arrived)
    assert [1, 0, 0] == [item.repeats for item in sending.items()]
    assert Counter({2: 1, 1: 2}) == Counter(Counter(message.raw for message in sink.messages).values())


@pytest.mark.slow
@pytest.mark.parametrize("verb", [*SIGN_ON, *MESSAGE])
def test_a_server_that_hangs_is_left_and_asked_again(sending: Sending, sink: SmtpSink, verb: str) -> None:
    """At whichever command: the round ends in time, and each reply arrives; only after the dot it may be a repeat."""
    sink.answers[verb] = HANG
    sending.round()
    during = sending.states()

    assert (UNTRIED if verb in SIGN_ON else [(Delivery.QUEUED, 1), *UNTRIED[1:]]) == during
    assert list(PEOPLE) == sorted(recovered(sending, sink))
    assert [int(verb == "DOT"), 0, 0] == [item.repeats for item in sending.items()]


@pytest.mark.parametrize("verb", [*SIGN_ON, *MESSAGE])
def test_an_answer_that_is_no_smtp_fails_nothing(sending: Sending, sink: SmtpSink, verb: str) -> None:
    """Something else listens on the port, or a proxy speaks in between."""
    sink.answers[verb] = "HTTP/1.1 400 Bad Request"
    sending.round()

    assert {Delivery.QUEUED} == {item.state for item in sending.items()}
    assert list(PEOPLE) == sorted(recovered(sending, sink))


def test_a_server_that_is_not_there_is_waited_for(database: Database) -> None:
    """Connection refused, for five hours: no attempt is counted, and all go out when it is back."""
    port = free_port()
    sending = Sending(database, port, username=None)
    for _ in range(60):
        sending.round(after=300)

    assert UNTRIED == sending.states()
    with SmtpSink(port=port) as sink:
        sending.round(after=120)
        sending.courier.close()

        assert list(PEOPLE) == recipients(sink.messages)


# TLS


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("fault", ["expired", "unknown authority", "another host", "no TLS at all"])
def test_tls_that_does_not_verify_sends_nothing_and_loses_nothing(
    database: Database, authority: Authority, tmp_path: Path, security: str, fault: str
) -> None:
    """Neither the reply nor the password goes to a stranger; all go out when the certificate is right again."""
    strange = Authority(tmp_path)
    wrong = {
        "expired": lambda: authority.issue(not_after=datetime.now(UTC) - timedelta(days=1)),
        "unknown authority": strange.issue,
        "another host": lambda: authority.issue("mail.example.net"),
        "no TLS at all": lambda: None,
    }[fault]()
    port = free_port()
    sending = Sending(database, port, security=security, host="localhost", ca_file=authority.ca_file)
    way = "certificate" if security == "tls" else "starttls"
    with SmtpSink(port=port, **{way: wrong}) as sink:  # type: ignore[arg-type]
        sending.round()

        assert UNTRIED == sending.states()
        assert not {"AUTH", "MAIL"} & set(sink.verbs)
    with SmtpSink(port=port, **{way: authority.issue()}) as sink:  # type: ignore[arg-type]
        sending.round(after=120)
        sending.courier.close()

        assert list(PEOPLE) == recipients(sink.messages)


# the daemon as a process

MAILS = 12


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink) -> Iterator[Desk]:
    made = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port)
    import_customers(made, MAILS)
    mailbox.append_all(mail.raw for mail in mixed_mails(MAILS))
    yield made
    made.close()


REPLIES = sum(mail.reply != "none" for mail in mixed_mails(MAILS))


@pytest.mark.slow
def test_queued_replies_survive_kills_and_restarts(desk: Desk, sink: SmtpSink) -> None:
    """The server is away all the time: a kill, a stop and a restart later each reply goes out once."""
    sink.answers["CONNECT"] = "421 4.3.2 not now"
    desk.start()
    desk.until(lambda: desk.queued() == REPLIES, "all replies are queued")
    desk.kill()
    desk.start()
    assert desk.stop() == 0
    sink.answers.clear()
    desk.start()
    desk.until(lambda: desk.unsent() == 0, "all replies are sent")

    assert {1: REPLIES} == Counter(Counter(message.raw for message in sink.messages).values())
    assert desk.stop() == 0


@pytest.mark.slow
def test_a_kill_after_the_dot_repeats_one_reply_with_the_same_bytes(desk: Desk, sink: SmtpSink) -> None:
    """The server had it, and nobody recorded that: at worst the same reply twice, never not at all."""
    sink.answers["DOT"] = HANG
    desk.start()
    sink.wait_for(1, limit=60)
    desk.kill()
    sink.answers.clear()
    desk.start()
    desk.until(lambda: desk.settled(MAILS), "everything is decided, answered and filed")
    copies = Counter(message.raw for message in sink.messages)

    assert {1: REPLIES - 1, 2: 1} == Counter(copies.values())
    assert desk.stop() == 0


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["CONNECT", "DOT"])
def test_the_stop_does_not_wait_for_a_server_that_hangs(desk: Desk, sink: SmtpSink, verb: str) -> None:
    """SIGTERM has ten seconds; what was claimed is given back, and what may have arrived is known."""
    sink.answers[verb] = HANG
    desk.start()
    desk.until(lambda: bool(sink.connections), "it speaks to the server")
    if verb == "DOT":
        sink.wait_for(1, limit=60)

    assert desk.stop() == 0
    with desk.database() as database, database.reading() as tx:
        items = outbox.listing(tx, limit=100)
    assert {Delivery.QUEUED} == {item.state for item in items}
    assert int(verb == "DOT") == sum(item.repeats for item in items)
