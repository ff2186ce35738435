"""The mailbox session against servers that hang, cut, trickle and lie: always a MailboxError, always in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from optout_daemon.edges.imap import MailboxSession
from optout_daemon.errors import AuthenticationError, MailboxError
from tests.edges.conftest import settings_for
from tests.servers.scripted import CLOSE, HANG, TRICKLE, ScriptedServer
from tests.servers.scripted_imap import ScriptedImap


def session_with(server: ScriptedServer, stop: threading.Event, timeout: str = "1s") -> MailboxSession:
    return MailboxSession(settings_for(server.port, "desk", timeout=timeout), "secret-word", stop=stop)


COMMANDS: dict[str, Callable[[MailboxSession], object]] = {
    "GREETING": lambda session: None,
    "LOGIN": lambda session: None,
    "NAMESPACE": lambda session: None,
    "SELECT": lambda session: None,
    "SEARCH": lambda session: session.uids_above(0),
    "FETCH": lambda session: list(session.fetch([1])),
    "MOVE": lambda session: session.move([1], "Desk/Review"),
    "LIST": lambda session: session.move([1], "Desk/Review"),
    "IDLE": lambda session: session.idle(5.0, begun=lambda: None),
}
"""How to come to each command: some are part of opening the session."""


def reach(command: str, session: MailboxSession) -> None:
    session.open()
    COMMANDS[command](session)


def answers_for(command: str, action: str) -> dict[str, str]:
    """Mail 1 is there, so that a move gets as far as MOVE."""
    present = "* SEARCH 1\r\n{tag} OK done\r\n"
    listed = '* LIST () "/" Desk\r\n{tag} OK done\r\n'
    return {"SEARCH": present, "LIST": listed} | {command: action}


def fails(command: str, action: str, stop: threading.Event) -> tuple[MailboxError, float]:
    """The error of the command at which the server misbehaves, and how long it took."""
    with ScriptedImap(answers_for(command, action)) as server:
        session = session_with(server, stop)
        began = time.monotonic()
        with pytest.raises(MailboxError) as caught:
            reach(command, session)
        session.close()
    return caught.value, time.monotonic() - began


@pytest.mark.parametrize("command", COMMANDS)
def test_a_connection_that_is_cut_is_a_mailbox_error(command: str, stop: threading.Event) -> None:
    """At LOGIN too: it must not pass for a wrong password, which backs off for an hour."""
    error, seconds = fails(command, CLOSE, stop)

    assert not isinstance(error, AuthenticationError)
    assert seconds < 2


@pytest.mark.slow
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "GREETING"])
def test_a_server_that_hangs_is_left_in_time(command: str, stop: threading.Event) -> None:
    """The read time-out is a second here."""
    error, seconds = fails(command, HANG, stop)

    assert error.temporary
    assert seconds < 5


@pytest.mark.slow
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "GREETING"])
def test_a_server_that_trickles_is_left_in_time(command: str, stop: threading.Event) -> None:
    """A byte now and then never runs into a time-out of the socket: only the guard ends it."""
    error, seconds = fails(command, TRICKLE, stop)

    assert error.temporary
    assert seconds < 6


@pytest.mark.slow
@pytest.mark.parametrize("action", [HANG, TRICKLE])
def test_a_greeting_that_does_not_come_is_left_in_time(action: str, stop: threading.Event) -> None:
    """Connect and greeting have the connect time-out on top."""
    _, seconds = fails("GREETING", action, stop)

    assert seconds < 15


@pytest.mark.slow
@pytest.mark.parametrize("command", ["GREETING", "LOGIN", "SEARCH", "IDLE"])
def test_the_stop_ends_a_hanging_command(command: str) -> None:
    """SIGTERM has ten seconds, and a server that hangs must not use them up."""
    stop = threading.Event()
    with ScriptedImap(answers_for(command, HANG)) as server:
        session = session_with(server, stop, timeout="60s")
        threading.Timer(0.5, stop.set).start()
        began = time.monotonic()
        with pytest.raises(MailboxError, match="stopped"):
            reach(command, session)

        assert time.monotonic() - began < 4


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH"])
@pytest.mark.parametrize(
    "answer",
    [
        "* BYE going down for Anna Arden\r\n",
        "nonsense about anna@example.org\r\n",
        "* FETCH (BODY[] {10}\r\nanna@ex\r\n",
        "{tag} OK done\r\n{tag} OK done for Anna\r\n",
        "* 1 FETCH (UID x BODY[] anna@example.org)\r\n{tag} OK done\r\n",
        "* SEARCH anna\r\n{tag} OK done\r\n",
        "{tag} NO [ANNA] anna@example.org is not welcome\r\n",
        "{tag} BAD anna@example.org\r\n",
        "x" * 1_100_000 + "\r\n",
    ],
)
def test_no_answer_ends_in_anything_else_or_is_quoted(command: str, answer: str, stop: threading.Event) -> None:
    """The line goes to the log, and what a server sends may be somebody's mail."""
    with ScriptedImap({command: answer}) as server:
        session = session_with(server, stop)
        text = ""
        try:
            session.open()
            session.uids_above(0)
            list(session.fetch([1]))
            session.select()  # an answer that was one too many shows at the next command
        except MailboxError as error:
            text = str(error)
        session.close()

    assert "anna" not in text.lower()
    assert "secret-word" not in text


def test_a_mailbox_without_uidvalidity_is_refused(stop: threading.Event) -> None:
    """Without it a UID means nothing tomorrow."""
    with ScriptedImap({"SELECT": "* 0 EXISTS\r\n{tag} OK done\r\n"}) as server:
        session = session_with(server, stop)
        with pytest.raises(MailboxError, match="keeps no UIDVALIDITY"):
            session.open()


def test_starttls_that_is_not_offered_is_a_failure(stop: threading.Event) -> None:
    """Going on in clear text would send the password to anybody on the way."""
    with ScriptedImap() as server:
        settings = settings_for(server.port, "desk", security="starttls")
        with pytest.raises(MailboxError, match="STARTTLS"):
            MailboxSession(settings, "secret-word", stop=stop).open()

        assert "LOGIN" not in server.commands


def test_starttls_that_is_refused_is_a_failure(stop: threading.Event) -> None:
    """The same, where the server offers it and then has no certificate."""
    with ScriptedImap({"STARTTLS": "{tag} NO no\r\n"}, capabilities="IMAP4rev1 STARTTLS") as server:
        settings = settings_for(server.port, "desk", security="starttls")
        with pytest.raises(MailboxError, match="STARTTLS"):
            MailboxSession(settings, "secret-word", stop=stop).open()

        assert "LOGIN" not in server.commands


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INUSE", "LIMIT"])
def test_a_sign_in_that_is_refused_for_now_is_no_wrong_password(code: str, stop: threading.Event) -> None:
    """The server's own database may be away (RFC 5530)."""
    with ScriptedImap({"LOGIN": f"{{tag}} NO [{code}] later\r\n"}) as server, pytest.raises(MailboxError) as caught:
        session_with(server, stop).open()

    assert not isinstance(caught.value, AuthenticationError)


def test_a_move_that_is_refused_leaves_the_session_usable(stop: threading.Event) -> None:
    """A full quota must not stop the collecting of mail."""
    answers = answers_for("MOVE", "{tag} NO [OVERQUOTA] the mailbox of Anna is full\r\n")
    with ScriptedImap(answers) as server:
        session = session_with(server, stop)
        session.open()
        moved = session.move([1], "Desk/Review")

        assert ((1,), "OVERQUOTA") == (moved.kept, moved.because)
        assert [1] == session.uids_above(0)
        session.close()


def test_a_read_only_folder_keeps_its_mail(stop: threading.Event) -> None:
    """imapclient's calls would return as if they had done something."""
    select = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n{tag} OK [READ-ONLY] done\r\n"
    with ScriptedImap({"SELECT": select}) as server:
        session = session_with(server, stop)
        session.open()

        assert "READ-ONLY" == session.move([1], "Desk/Review").because
        assert "MOVE" not in server.commands
        session.close()


def test_a_session_can_be_opened_again_after_an_error(stop: threading.Event) -> None:
    """Whoever holds it need not make a new one."""
    with ScriptedImap({"SEARCH": CLOSE}) as server:
        session = session_with(server, stop)
        session.open()
        with pytest.raises(MailboxError):
            session.uids_above(0)
        server.answers.clear()
        session.open()

        assert [] == session.uids_above(0)
        session.close()


def test_a_session_that_was_never_opened_says_so(stop: threading.Event) -> None:
    """A defect of ours must not look like an assertion of Python's."""
    with pytest.raises(MailboxError, match="not connected"):
        MailboxSession(settings_for(1, "desk"), "secret-word", stop=stop).uids_above(0)
