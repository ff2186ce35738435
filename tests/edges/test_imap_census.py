"""The census: every mail of a folder, read only, against Dovecot and against servers that refuse, hang and cut."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator

import pytest

from optout_daemon.edges import imap_census, imap_search
from optout_daemon.edges.imap_census import Census, Examined, surveying
from optout_daemon.errors import AuthenticationError, MailboxError
from tests.edges.conftest import settings_for
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.fixtures import fresh_user
from tests.servers.mailbox import Mailbox
from tests.servers.scripted import CLOSE, HANG, TRICKLE
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.tls import Authority

pytestmark = pytest.mark.slow


@pytest.fixture
def census(dovecot: Dovecot, mailbox: Mailbox, stop: threading.Event) -> Iterator[Census]:
    """An open census of this test's mailbox."""
    with surveying(settings_for(dovecot.imap_port, mailbox.user), PASSWORD, stop=stop) as opened:
        yield opened


def uids(census: Census) -> list[list[int]]:
    return [[mail.uid for mail in mails] for mails in census.mails()]


def test_it_tells_what_a_mail_is_known_by(census: Census, mailbox: Mailbox) -> None:
    """UID, size and Message-ID as the reader finds it: the first header, unfolded, or none."""
    raws = [
        b"Message-ID: <1@a.example>\r\n\r\nx\r\n",
        b"Subject: none\r\n\r\nx\r\n",
        b"message-id:\r\n <3@a.example>\r\nMessage-ID: <4@a.example>\r\n\r\nx\r\n",
        b"Message-ID: <" + b"5" * 5_000 + b"@a.example>\r\n\r\nx\r\n",
    ]
    mailbox.append_all(raws)
    examined = census.examine("INBOX")
    [mails] = list(census.mails())

    assert Examined(mailbox.uidvalidity(), 4) == examined
    assert [len(raw) for raw in raws] == [mail.size for mail in mails]
    assert ["<1@a.example>", None, "<3@a.example>", None] == [mail.message_id for mail in mails]
    assert all(mail.received_at is not None for mail in mails)


def test_bytes_are_told_by_their_digest(census: Census, mailbox: Mailbox) -> None:
    """The whole mail, or the beginning of one that is too large; None for one that is gone."""
    raw = b"Subject: x\r\n\r\n" + b"y" * 100 + b"\r\n"
    mailbox.append(raw)
    census.examine("INBOX")

    assert hashlib.sha256(raw).hexdigest() == census.digest(1, size=len(raw))
    assert hashlib.sha256(raw[:20]).hexdigest() == census.digest(1, size=len(raw), head=20)
    assert None is census.digest(2, size=10)


def test_a_folder_comes_in_pieces_across_every_gap(
    census: Census, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many mails there are, only a few are in memory, and none is left out or told twice."""
    monkeypatch.setattr(imap_search, "WINDOW", 4)
    monkeypatch.setattr(imap_census, "AT_ONCE", 3)
    mailbox.append_all(b"Subject: %d\r\n\r\nx\r\n" % number for number in range(15))
    mailbox.delete(1, 2, 6, 7, 8, 9, 10, 15)
    census.examine("INBOX")
    found = uids(census)

    assert [3, 4, 5, 11, 12, 13, 14] == [uid for piece in found for uid in piece]
    assert 3 >= max(len(piece) for piece in found)


def test_an_empty_folder_has_nothing(census: Census) -> None:
    """And no command is sent for nothing's mails."""
    census.examine("INBOX")

    assert [] == [mail for mails in census.mails() for mail in mails]


def test_a_folder_that_is_not_there_is_none(census: Census) -> None:
    """A person removed it; the session goes on."""
    assert None is census.examine("Desk/Nowhere")
    assert None is not census.examine("INBOX")


def test_the_folders_of_a_path_are_found_by_its_months(census: Census, mailbox: Mailbox) -> None:
    """Of every month there was, and no folder of somebody's own beside them."""
    for name in ("Desk/Done/2026-10", "Desk/Done/2026-11", "Desk/Done/old-ones", "Desk/Done/2026-11/x", "Desk/Review"):
        mailbox.create(name)

    assert ["Desk/Done/2026-10", "Desk/Done/2026-11"] == census.folders("Desk/Done/%Y-%m")
    assert ["Desk/Review"] == census.folders("Desk/Review")
    assert [] == census.folders("Desk/Ignored/%Y-%m")


def test_a_servers_own_prefix_and_separator_are_followed(authority: Authority, stop: threading.Event) -> None:
    """The settings write "/", whatever the server's separator is."""
    server = Dovecot(authority, separator=".", prefix="INBOX.")
    try:
        user = fresh_user()
        server.mailbox(user).create("INBOX.Desk.Done.2026-11")
        with surveying(settings_for(server.imap_port, user), PASSWORD, stop=stop) as census:
            found = census.folders("Desk/Done/%Y-%m")
    finally:
        server.close()

    assert ["INBOX.Desk.Done.2026-11"] == found


def test_nothing_is_marked_as_read(census: Census, mailbox: Mailbox) -> None:
    """EXAMINE and BODY.PEEK: the mailbox is as it was."""
    mailbox.append(b"Subject: x\r\n\r\nx\r\n")
    census.examine("INBOX")
    assert [[1]] == uids(census)
    census.digest(1, size=10)

    assert {1: set()} == mailbox.flags()


def test_a_wrong_password_is_said(dovecot: Dovecot, mailbox: Mailbox, stop: threading.Event) -> None:
    """As by every other session."""
    with (
        pytest.raises(AuthenticationError),
        surveying(settings_for(dovecot.imap_port, mailbox.user), "wrong", stop=stop),
    ):
        pass


ONE = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 9] ok\r\n{tag} OK done\r\n"


def test_a_mail_that_the_server_cannot_show_is_counted_without_its_size(stop: threading.Event) -> None:
    """It is there, and nothing may look as if it were not."""
    answers = {"EXAMINE": ONE, "SEARCH": "* SEARCH 8\r\n{tag} OK done\r\n", "FETCH": "{tag} NO broken\r\n"}
    with (
        ScriptedImap(answers) as server,
        surveying(settings_for(server.port, "desk"), "word", stop=stop) as census,
    ):
        census.examine("INBOX")
        [[mail]] = list(census.mails())

    assert (8, None, None) == (mail.uid, mail.size, mail.message_id)


def test_a_server_without_uidvalidity_cannot_be_reconciled(stop: threading.Event) -> None:
    """Its UIDs say nothing (RFC 3501, section 2.3.1.1)."""
    with (
        ScriptedImap({"EXAMINE": "* 0 EXISTS\r\n{tag} OK done\r\n"}) as server,
        surveying(settings_for(server.port, "desk"), "word", stop=stop) as census,
        pytest.raises(MailboxError, match="no UIDVALIDITY"),
    ):
        census.examine("INBOX")


def survey(server: ScriptedImap, stop: threading.Event) -> None:
    with surveying(settings_for(server.port, "desk", timeout="1s"), "word", stop=stop) as census:
        census.folders("Desk/Review")
        census.examine("INBOX")
        list(census.mails())


@pytest.mark.parametrize("action", [HANG, CLOSE, TRICKLE])
@pytest.mark.parametrize("command", ["LOGIN", "LIST", "EXAMINE", "SEARCH", "FETCH"])
def test_a_server_that_misbehaves_ends_it_in_time(command: str, action: str, stop: threading.Event) -> None:
    """A reconcile that fails is tried again; one that hangs for ever would not be."""
    answers = {"EXAMINE": ONE, "SEARCH": "* SEARCH 8\r\n{tag} OK done\r\n"} | {command: action}
    began = time.monotonic()
    with ScriptedImap(answers) as server, pytest.raises(MailboxError):
        survey(server, stop)

    assert time.monotonic() - began < 30
