"""The courier against Postfix, and against a server that refuses, breaks and hangs at each command."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from optout_daemon.config import SmtpSettings
from optout_daemon.edges import smtp
from optout_daemon.edges.smtp import Courier
from optout_daemon.errors import DeliveryFailure
from tests.servers.dovecot import PASSWORD
from tests.servers.fixtures import fresh_user
from tests.servers.mailbox import Mailbox
from tests.servers.postfix import Postfix
from tests.servers.scripted import CLOSE, HANG, TRICKLE
from tests.servers.sink import Received, SmtpSink
from tests.servers.tls import Authority

Make = Callable[..., Courier]

RAW = b"Message-ID: <1@example.com>\nSubject: done\n\n.dot at the start\nend"
SENT = b"Message-ID: <1@example.com>\r\nSubject: done\r\n\r\n.dot at the start\r\nend\r\n"
ANNA = "anna@example.org"


@pytest.fixture
def make() -> Iterator[Make]:
    """Couriers to a port of loopback, in clear text unless told otherwise."""
    stop = threading.Event()
    made: list[Courier] = []

    def courier(
        port: int, *, password: str | None = None, event: threading.Event | None = None, **changes: Any
    ) -> Courier:
        values: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "timeout": "1s"}
        made.append(Courier(SmtpSettings(**(values | changes)), password, stop=event or stop))
        return made[-1]

    yield courier
    stop.set()
    for courier_ in made:
        courier_.close()


def failure(courier: Courier, recipient: str = ANNA, raw: bytes = RAW) -> DeliveryFailure:
    with pytest.raises(DeliveryFailure) as caught:
        courier.send("<>", recipient, raw)
    return caught.value


# what is handed over


def test_a_message_arrives_with_its_bytes_and_the_null_sender(make: Make, sink: SmtpSink) -> None:
    """Line ends become CR LF; the dot of a line is stuffed and comes back single (RFC 5321, section 4.5.2)."""
    status = make(sink.port).send("<>", ANNA, RAW)

    assert "2.0.0" == status
    assert [Received("", (ANNA,), SENT)] == sink.messages


def test_an_envelope_sender_is_used_as_given(make: Make, sink: SmtpSink) -> None:
    """Bounces come back to it."""
    make(sink.port).send("desk+bounce=x@example.com", ANNA, RAW)

    assert "desk+bounce=x@example.com" == sink.messages[0].envelope_from


def test_an_address_of_an_old_carrier_goes_out_unchanged(make: Make, sink: SmtpSink) -> None:
    """It is against RFC 5322, and thousands have one."""
    make(sink.port).send("<>", "abc..def.@docomo.example", RAW)

    assert ("abc..def.@docomo.example",) == sink.messages[0].recipients


def test_a_lone_line_end_cannot_smuggle_a_second_message(make: Make, sink: SmtpSink) -> None:
    """LF, dot, LF would end the message for some servers."""
    make(sink.port).send("<>", ANNA, b"Subject: x\n\na\n.\nMAIL FROM:<x@example.net>\r.\rb\n")

    assert [b"Subject: x\r\n\r\na\r\n.\r\nMAIL FROM:<x@example.net>\r\n.\r\nb\r\n"] == [m.raw for m in sink.messages]


@pytest.mark.parametrize(
    "recipient", ["", "a b@example.org", "a@example.org>\r\nDATA", "a\n@example.org", "<a@example.org>"]
)
def test_what_cannot_stand_in_a_command_is_refused_for_good(make: Make, sink: SmtpSink, recipient: str) -> None:
    """No server need be asked, and none is."""
    assert "5.1.3" == failure(make(sink.port), recipient).status
    assert [] == sink.verbs


def test_an_address_in_another_script_needs_a_server_for_it(make: Make, sink: SmtpSink) -> None:
    """Without SMTPUTF8 the server would get garbage (RFC 6531)."""
    assert "5.6.7" == failure(make(sink.port), "花子@example.org").status


def test_an_address_in_another_script_is_sent_where_it_can_be(make: Make) -> None:
    """The command is UTF-8 then, and says so."""
    with SmtpSink(extensions=("SMTPUTF8", "8BITMIME")) as sink:
        make(sink.port).send("<>", "花子@example.org", RAW)

        assert ("花子@example.org",) == sink.messages[0].recipients


# the connection


def test_the_connection_is_kept(make: Make, sink: SmtpSink) -> None:
    """A connection a message costs as much again as the message."""
    courier = make(sink.port)
    for _ in range(3):
        courier.send("<>", ANNA, RAW)

    assert (1, 3) == (sink.connections, len(sink.messages))


def test_a_kept_connection_that_the_server_ended_is_made_anew(make: Make, sink: SmtpSink) -> None:
    """Nothing was said of the message yet: it goes out all the same, once."""
    courier = make(sink.port)
    courier.send("<>", ANNA, RAW)
    sink.cut()
    courier.send("<>", ANNA, RAW)

    assert (2, 2) == (sink.connections, len(sink.messages))


def test_a_connection_that_was_silent_is_asked_first(make: Make, sink: SmtpSink) -> None:
    """NOOP finds a dead one before MAIL does."""
    clock = iter(range(0, 1_000, 10))
    stop = threading.Event()
    settings = SmtpSettings(host="127.0.0.1", port=sink.port, security="none")
    courier = Courier(settings, None, stop=stop, monotonic=lambda: float(next(clock)))
    courier.send("<>", ANNA, RAW)
    courier.send("<>", ANNA, RAW)
    courier.close()

    assert 1 == sink.connections
    assert "NOOP" in sink.verbs


def test_a_refusal_leaves_the_connection_good_for_the_next(make: Make, sink: SmtpSink) -> None:
    """One wrong address must not cost a connection."""
    courier = make(sink.port)
    sink.answers["RCPT"] = "550 5.1.1 no anna@example.org here"
    failure(courier)
    sink.answers.clear()
    courier.send("<>", ANNA, RAW)

    assert (1, 1) == (sink.connections, len(sink.messages))


@pytest.mark.slow
def test_the_final_dot_does_not_wait_for_an_acknowledgement(make: Make, postfix: Postfix) -> None:
    """It is a small packet behind another: with Nagle's algorithm each message takes 40 ms more."""
    courier = make(postfix.port)
    courier.open()
    began = time.monotonic()
    for _ in range(50):
        courier.send("<>", ANNA, RAW)

    assert time.monotonic() - began < 1.5


# what the server says


@pytest.mark.parametrize(
    ("verb", "reply", "status", "server"),
    [
        ("MAIL", "451 4.7.1 later", "4.7.1", False),
        ("MAIL", "550 5.7.1 no", "5.7.1", False),
        ("MAIL", "552 5.3.4 too big", "5.3.4", False),
        ("MAIL", "530 5.7.0 sign in first", "4.7.0", True),
        ("RCPT", "450 4.2.0 greylisted", "4.2.0", False),
        ("RCPT", "550 5.1.1 unknown", "5.1.1", False),
        ("RCPT", "550 unknown", "5.0.0", False),
        ("RCPT", "452 full", "4.0.0", False),
        ("RCPT", "450 5.1.1 the code wins", "4.0.0", False),
        ("RCPT", "421 4.3.2 going down", "4.3.2", True),
        ("DATA", "451 4.3.0 later", "4.3.0", False),
        ("DATA", "554 5.6.0 no", "5.6.0", False),
        ("DATA", "250 what", "4.5.0", True),
        ("DOT", "451 4.3.0 later", "4.3.0", False),
        ("DOT", "554 5.7.1 spam", "5.7.1", False),
        ("DOT", "421 4.3.2 going down", "4.3.2", True),
        ("CONNECT", "421 4.3.2 busy", "4.3.2", True),
        ("CONNECT", "554 5.7.1 not you", "4.7.1", True),
        ("EHLO", "550 5.7.1 not you", "4.7.1", True),
    ],
)
def test_each_refusal_has_its_status(
    make: Make, sink: SmtpSink, verb: str, reply: str, status: str, server: bool
) -> None:
    """4 is tried again, 5 never; what is the server's own state is no message's fault and never for good."""
    sink.answers[verb] = reply + " for anna@example.org"
    if verb in ("CONNECT", "EHLO"):
        sink.answers["HELO"] = sink.answers[verb]
    caught = failure(make(sink.port))

    assert (status, server, False) == (caught.status, caught.server, caught.unsettled)
    assert "anna" not in str(caught)


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_that_is_cut_before_the_dot_is_tried_again(make: Make, sink: SmtpSink, verb: str) -> None:
    """Nothing was accepted."""
    sink.answers[verb] = CLOSE
    caught = failure(make(sink.port))

    assert ("4", True, False) == (caught.status[0], caught.server, caught.unsettled)
    assert [] == sink.messages


def test_a_connection_that_is_cut_after_the_dot_is_unsettled(make: Make, sink: SmtpSink) -> None:
    """It may have been accepted: the next try has the same Message-ID."""
    sink.answers["DOT"] = CLOSE
    caught = failure(make(sink.port))

    assert ("4.4.2", True) == (caught.status, caught.unsettled)
    assert 1 == len(sink.messages)


@pytest.mark.slow
@pytest.mark.parametrize("action", [HANG, TRICKLE])
@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA", "DOT"])
def test_a_server_that_hangs_is_left_in_time(make: Make, sink: SmtpSink, verb: str, action: str) -> None:
    """The time-out is a second here; a byte now and then does not renew it."""
    sink.answers[verb] = action
    began = time.monotonic()
    caught = failure(make(sink.port))

    assert (True, verb == "DOT") == (caught.temporary, caught.unsettled)
    assert time.monotonic() - began < 13  # EHLO still has the connect time-out


@pytest.mark.slow
def test_a_message_is_over_in_time_with_a_server_that_is_slow_at_everything(
    make: Make, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer comes just in time; all together they must not outlast the job's deadline."""
    monkeypatch.setattr(smtp, "MESSAGE_TIMEOUTS", 3)
    sink.delay = 0.8
    began = time.monotonic()
    caught = failure(make(sink.port))

    assert ("4", True) == (caught.status[0], "no answer in time" in str(caught))
    assert time.monotonic() - began < 4.5


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["CONNECT", "MAIL", "DOT"])
def test_the_stop_ends_a_hanging_command(make: Make, sink: SmtpSink, verb: str) -> None:
    """SIGTERM has ten seconds."""
    stop = threading.Event()
    sink.answers[verb] = HANG
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    failure(make(sink.port, timeout="60s", event=stop))

    assert time.monotonic() - began < 4


def test_a_server_that_is_away_is_not_asked_again_at_once(make: Make) -> None:
    """However many replies are queued meanwhile."""
    courier = make(1)
    with pytest.raises(DeliveryFailure, match="Connection refused") as caught:
        courier.open()

    assert ("4.4.1", True) == (caught.value.status, caught.value.server)
    assert not courier.ready


def test_a_courier_is_ready_at_first(make: Make, sink: SmtpSink) -> None:
    """And stays so while the server takes messages, or refuses one for what it is."""
    courier = make(sink.port)
    sink.answers["RCPT"] = "550 5.1.1 unknown"
    failure(courier)

    assert courier.ready


# who the server is


@pytest.mark.slow
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_message_goes_to_the_right_server_only(make: Make, postfix: Postfix, security: str) -> None:
    """The reply and the password are for nobody else."""
    port = postfix.tls_port if security == "tls" else postfix.port
    stranger = make(port, security=security, host="localhost")
    known = make(port, security=security, host="localhost", ca_file=postfix.ca_file)

    assert ("4.7.5", True) == (failure(stranger).status, failure(stranger).server)
    assert known.send("<>", fresh_user(), RAW).startswith("2.")


def test_starttls_that_is_not_offered_is_a_failure(make: Make, sink: SmtpSink) -> None:
    """Never on in clear text."""
    caught = failure(make(sink.port, security="starttls", username="desk"))

    assert caught.server
    assert not {"AUTH", "MAIL"} & set(sink.verbs)


def test_starttls_that_is_refused_is_a_failure(make: Make, authority: Authority) -> None:
    """The same, where the server offers it first."""
    with SmtpSink({"STARTTLS": "454 4.7.0 not now"}, starttls=authority.issue()) as sink:
        caught = failure(make(sink.port, security="starttls", username="desk"), ANNA)

        assert caught.server
        assert not {"AUTH", "MAIL"} & set(sink.verbs)


@pytest.mark.slow
def test_a_reply_passes_through_postfix_to_its_mailbox(make: Make, postfix: Postfix, mailbox: Mailbox) -> None:
    """With a password, over TLS, as in a real desk."""
    courier = make(
        postfix.tls_port,
        security="tls",
        host="localhost",
        ca_file=postfix.ca_file,
        username="desk@example.com",
        password=PASSWORD,
    )
    courier.send("<>", mailbox.user, RAW)
    deadline = time.monotonic() + 10
    while not mailbox.uids() and time.monotonic() < deadline:
        time.sleep(0.05)
    (raw,) = mailbox.messages().values()

    assert raw.endswith(b"\r\n\r\n.dot at the start\r\nend\r\n")


@pytest.mark.slow
def test_a_wrong_password_blames_the_settings_not_the_message(make: Make, postfix: Postfix) -> None:
    """535 is a 5: every reply in the queue would be lost with it."""
    courier = make(postfix.port, username="desk@example.com", password="wrong")
    caught = failure(courier)

    assert (True, True) == (caught.temporary, caught.server)
    assert "AUTH: reply 535" in str(caught)


def test_a_user_name_without_a_password_is_a_failure_of_the_settings(make: Make, sink: SmtpSink) -> None:
    """Nothing is sent unauthenticated instead."""
    caught = failure(make(sink.port, username="desk"))

    assert "no password_file" in str(caught)
    assert "MAIL" not in sink.verbs
