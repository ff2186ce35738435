"""The mailbox session against Dovecot: what it reads, what it leaves alone, what it moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.edges import imap_search
from optout_daemon.edges.imap import MailboxSession, Sought
from optout_daemon.errors import AuthenticationError, MailboxError
from tests.edges.conftest import Connect
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import fresh_user
from tests.servers.mailbox import Mailbox
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.tls import Authority

pytestmark = pytest.mark.slow

MAIL = b"Subject: stop\r\nMessage-Id: <1@example.org>\r\n\r\n\x93\x8d \xe9 \x1b$B;_$a\x1b(B\r\n"


def many(count: int) -> list[bytes]:
    return [b"Subject: mail %d\r\n\r\nstop\r\n" % number for number in range(1, count + 1)]


# who the server is


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_verified_server_is_talked_to(dovecot: Dovecot, connect: Connect, security: str) -> None:
    """The settings' ca_file is enough for a company's own authority."""
    port = dovecot.imaps_port if security == "tls" else dovecot.imap_port

    assert 0 == connect(security=security, port=port, ca_file=dovecot.ca_file, host="localhost").select().exists


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_unknown_authority_is_refused(dovecot: Dovecot, connect: Connect, security: str) -> None:
    """The password must not reach whoever answers on the port."""
    port = dovecot.imaps_port if security == "tls" else dovecot.imap_port

    with pytest.raises(MailboxError, match="certificate does not verify"):
        connect(security=security, port=port)


def test_a_certificate_for_another_host_is_refused(authority: Authority, connect: Connect) -> None:
    """A right chain for the wrong name is somebody else."""
    with (
        ScriptedImap(certificate=authority.issue("other.example")) as server,
        pytest.raises(MailboxError, match="certificate does not verify"),
    ):
        connect(security="tls", port=server.port, ca_file=authority.ca_file, host="localhost")


def test_a_ca_file_that_is_not_there_is_named_as_a_failure(dovecot: Dovecot, connect: Connect, tmp_path: Path) -> None:
    """It is no reason to fall back to the system's store."""
    with pytest.raises(MailboxError, match="No such file"):
        connect(security="tls", port=dovecot.imaps_port, ca_file=tmp_path / "none.pem")


# the password


def test_a_wrong_password_is_told_apart_from_a_server_that_is_away(connect: Connect) -> None:
    """It is tried again after an hour, not after a second: accounts get locked."""
    with pytest.raises(AuthenticationError) as caught:
        connect(password="wrong")

    assert str(caught.value).endswith("login: user name or password refused [AUTHENTICATIONFAILED]")


def test_a_missing_password_is_an_authentication_error(connect: Connect) -> None:
    """Nothing is sent at all."""
    with pytest.raises(AuthenticationError, match="no password_file"):
        connect(password=None)


def test_a_password_in_any_script_is_sent(connect: Connect) -> None:
    """LOGIN has no charset, AUTHENTICATE PLAIN is UTF-8: refused by the server, not by our own encoder."""
    with pytest.raises(AuthenticationError, match="refused"):
        connect(password="パスワード")


def test_a_server_that_is_not_there_is_a_mailbox_error(dovecot: Dovecot, connect: Connect) -> None:
    """Port 1 of loopback refuses at once."""
    with pytest.raises(MailboxError, match="connect: Connection refused"):
        connect(port=1)


def test_a_folder_that_is_not_there_is_a_mailbox_error(connect: Connect) -> None:
    """It may have been renamed, and be back tomorrow."""
    with pytest.raises(MailboxError, match=r"SELECT: refused"):
        connect(folder="Nowhere")


# looking for mail


def test_bytes_come_back_exactly_and_the_mail_stays_unseen(session: MailboxSession, mailbox: Mailbox) -> None:
    """The mailbox may be shared with people, who go by what is unread."""
    mailbox.append(MAIL)
    session.select()
    list(session.fetch([1]))

    assert [MAIL] == [fetched.raw for fetched in session.fetch([1], size=len(MAIL))]
    assert {1: set()} == mailbox.flags()


def test_sizes_and_dates_are_known_before_anything_is_fetched(session: MailboxSession, mailbox: Mailbox) -> None:
    """INTERNALDATE is aware: the baseline is compared with it."""
    then = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    mailbox.append(MAIL, then)
    session.select()
    (listed,) = session.sizes([1, 99])

    assert (1, len(MAIL)) == (listed.uid, listed.size)
    assert listed.received_at == then


def test_only_higher_uids_are_given(session: MailboxSession, mailbox: Mailbox) -> None:
    """ "9:*" names the last mail even where its UID is 3 (RFC 3501, section 6.4.8)."""
    mailbox.append_all(many(3))
    session.select()

    assert [] == session.uids_above(3)
    assert [] == session.uids_above(8)
    assert [2, 3] == session.uids_above(1)


def test_a_folder_larger_than_the_window_is_searched_in_pieces(
    session: MailboxSession, mailbox: Mailbox, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """imaplib refuses an answer of a million bytes, and UIDs have gaps of any size."""
    monkeypatch.setattr(imap_search, "WINDOW", 3)
    mailbox.append_all(many(4))
    dovecot.renumber(mailbox.user, uidvalidity=7, uidnext=5_000)
    mailbox.append_all(many(7)[4:])
    mailbox.delete(5_001)
    session.open()

    assert [5_000, 5_002, 5_003, 5_004, 5_005, 5_006] == session.uids_above(0)
    assert [5_003, 5_004, 5_005, 5_006] == session.uids_above(5_002)


def test_no_mail_is_passed_over_while_somebody_empties_the_folder(
    connect: Connect, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by its place in the folder, a mail would move into the window that was looked through already."""
    monkeypatch.setattr(imap_search, "WINDOW", 3)
    mailbox.append_all(many(12))
    session = connect()
    search, asked = imap_search._search, 0

    def searching(*arguments: Any) -> list[int]:
        nonlocal asked
        found = search(*arguments)
        if str(arguments[2][0]) == "UID" and (asked := asked + 1) == 1:
            mailbox.delete(1, 2, 3)
            session._alive()[1].noop()  # the server tells of it now, and not when it likes to
        return found

    monkeypatch.setattr(imap_search, "_search", searching)

    assert set(range(4, 13)) <= set(session.uids_above(0))


def test_a_gap_of_four_thousand_million_uids_is_skipped(
    session: MailboxSession, mailbox: Mailbox, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UIDs are 32 bits wide (RFC 3501, section 2.3.1.1), and every window asked for costs a round trip."""
    monkeypatch.setattr(imap_search, "WINDOW", 2)
    mailbox.append_all(many(3))
    dovecot.renumber(mailbox.user, uidvalidity=7, uidnext=4_200_000_000)
    mailbox.append_all(many(5)[3:])
    session.open()

    assert [4_200_000_000 + number for number in range(5)] == session.uids_above(0)


def test_a_folder_that_is_emptied_while_it_is_searched_is_empty(
    connect: Connect, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server said five mails at SELECT, and there is not one left."""
    monkeypatch.setattr(imap_search, "WINDOW", 2)
    mailbox.append_all(many(5))
    session = connect()
    mailbox.delete(1, 2, 3, 4, 5)
    session._alive()[1].noop()

    assert [] == session.uids_above(0)


def test_mail_since_a_day_can_be_asked_for(session: MailboxSession, mailbox: Mailbox) -> None:
    """The baseline of a date is found without listing ten years of mail."""
    for day in (1, 10, 20):
        mailbox.append(MAIL + b"%d" % day, datetime(2026, 3, day, 12, tzinfo=UTC))
    session.select()

    assert [2, 3] == session.uids_above(0, since=date(2026, 3, 10))


def test_the_head_of_a_large_mail_is_fetched_alone(session: MailboxSession, mailbox: Mailbox) -> None:
    """What is too large must not come into memory."""
    mailbox.append(MAIL + b"x" * 100_000)
    session.select()

    assert MAIL[:20] == session.fetch_head(1, 20)
    assert session.fetch_head(9, 20) is None


def test_a_mail_that_vanished_is_simply_left_out(session: MailboxSession, mailbox: Mailbox) -> None:
    """Between search and fetch a person may delete."""
    mailbox.append_all(many(3))
    session.select()
    mailbox.delete(2)
    session.select()

    assert [1, 3] == [fetched.uid for fetched in session.fetch([1, 2, 3])]
    assert {1, 3} == session.present([1, 2, 3])


def test_a_changed_uidvalidity_shows_at_the_next_select(
    session: MailboxSession, mailbox: Mailbox, dovecot: Dovecot
) -> None:
    """After a restore the numbers mean other mails."""
    mailbox.append(MAIL)
    dovecot.renumber(mailbox.user, uidvalidity=4242)
    session.open()

    assert 4242 == session.select().uidvalidity


# moving


def test_a_batch_is_moved_into_a_folder_that_is_made_on_demand(session: MailboxSession, mailbox: Mailbox) -> None:
    """The settings write "/", whatever the server's separator is."""
    mailbox.append_all(many(3))
    session.select()
    moved = session.move([1, 2, 9], "Desk/Done/2026-11")

    assert ((1, 2), (9,), ()) == (moved.done, moved.gone, moved.kept)
    assert many(2) == list(mailbox.messages("Desk/Done/2026-11").values())
    assert [3] == mailbox.uids()


def test_moved_mail_is_still_unseen(session: MailboxSession, mailbox: Mailbox) -> None:
    """People who look into the review folder go by what is unread."""
    mailbox.append(MAIL)
    session.select()
    session.move([1], "Desk/Review")

    assert [set()] == list(mailbox.flags("Desk/Review").values())


def test_a_folder_that_a_person_removed_is_made_again(session: MailboxSession, mailbox: Mailbox) -> None:
    """The session remembers which folders there are, and is wrong once."""
    mailbox.append_all(many(2))
    session.select()
    session.move([1], "Desk/Review")
    with mailbox.client() as client:
        client.delete_folder("Desk/Review")
    refused = session.move([2], "Desk/Review")
    moved = session.move([2], "Desk/Review")

    assert ((2,), "TRYCREATE") == (refused.kept, refused.because)
    assert (2,) == moved.done


def sought(key: int, raw: bytes, message_id: str | None = None, head: int | None = None) -> Sought:
    return Sought(key, message_id, len(raw), hashlib.sha256(raw[:head]).hexdigest(), head)


def test_mails_are_found_in_another_folder_by_their_bytes(session: MailboxSession, mailbox: Mailbox) -> None:
    """By Message-ID where there is one, else by size; a mail that merely looks alike is not it."""
    bare, other = b"Subject: bare\r\n\r\nstop\r\n", b"Subject: bear\r\n\r\nstop\r\n"
    large, forged = b"Subject: large\r\n\r\n" + b"x" * 5_000, MAIL + b"and more"
    mailbox.create("Done")
    for raw in (other, bare, forged, MAIL, large, MAIL):
        mailbox.append(raw, folder="Done")
    wanted = [
        sought(1, MAIL, "<1@example.org>"),
        sought(2, bare),
        sought(3, large, head=1_000),
        sought(4, b"Subject: none\r\n\r\n", "<none@example.org>"),
    ]

    assert {1: (4, 6), 2: (2,), 3: (5,)} == session.find("Done", wanted)
    assert {1: (6,)} == session.find("Done", wanted, newest=1)
    assert {} == session.find("Nowhere", wanted)
    assert 0 == len(session.uids_above(0))


def test_mail_is_moved_on_from_one_folder_to_the_next(session: MailboxSession, mailbox: Mailbox) -> None:
    """And the watched folder is selected again after it."""
    mailbox.create("Review")
    for raw in many(2):
        mailbox.append(raw, folder="Review")
    mailbox.append(MAIL)
    moved = session.move_on("Review", [1, 9], "Desk/Done")

    assert ((1,), (9,), ()) == (moved.done, moved.gone, moved.kept)
    assert many(1) == list(mailbox.messages("Desk/Done").values())
    assert [1] == session.uids_above(0)
    assert (3,) == session.move_on("Nowhere", [3], "Desk/Done").gone


@pytest.fixture(scope="module")
def old_server(authority: Authority) -> Iterator[Dovecot]:
    """A server without MOVE, whose folders lie below INBOX and are divided by dots."""
    server = Dovecot(authority, separator=".", prefix="INBOX.", capability="IMAP4rev1 UIDPLUS NAMESPACE IDLE LITERAL+")
    yield server
    server.close()


def test_without_move_mail_is_copied_and_only_that_mail_expunged(
    old_server: Dovecot, connect: Connect, mailbox: Mailbox
) -> None:
    """EXPUNGE alone would also remove what people had marked as deleted."""
    theirs = old_server.mailbox(mailbox.user)
    theirs.append_all(many(3))
    with theirs.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([3], silent=True)
    session = connect(port=old_server.imap_port)
    moved = session.move([1, 2], "Desk/Done/2026-11")

    assert (1, 2) == moved.done
    assert ["INBOX.Desk", "INBOX.Desk.Done", "INBOX.Desk.Done.2026-11"] == theirs.folders()
    assert many(2) == list(theirs.messages("INBOX.Desk.Done.2026-11").values())
    assert {3: {rb"\Deleted"}} == theirs.flags()


def test_without_move_and_uidplus_mail_stays_where_it_is(authority: Authority, connect: Connect) -> None:
    """A plain EXPUNGE is never worth it."""
    server = Dovecot(authority, capability="IMAP4rev1 NAMESPACE")
    try:
        user = fresh_user()
        server.mailbox(user).append_all(many(1))
        session = connect(port=server.imap_port, username=user)
        moved = session.move([1], "Desk/Review")

        assert not session.can_move
        assert ((1,), "no MOVE") == (moved.kept, moved.because)
        assert [1] == server.mailbox(user).uids()
    finally:
        server.close()


def test_what_the_server_refuses_to_take_is_kept_and_the_session_lives(
    dovecot: Dovecot, connect: Connect, mailbox: Mailbox
) -> None:
    """A folder that cannot be made must not stop the collecting of mail."""
    mailbox.append(MAIL)
    session = connect()
    moved = session.move([1], "Desk/" + "x" * 300)

    assert (1,) == moved.kept
    assert moved.because
    assert [1] == session.uids_above(0)
