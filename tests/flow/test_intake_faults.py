"""Taking mail in while something goes wrong: the mail, the server, our own code, the database."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from optout_daemon.errors import AuthenticationError, MailboxError, StoreError
from optout_daemon.intake import Collected
from optout_daemon.store import cursors, inquiries
from optout_daemon.store.database import Database
from tests.flow.intake_desk import DEAD, START, IntakeDesk, raising_of


@pytest.fixture
def desk(database: Database) -> IntakeDesk:
    return IntakeDesk(database)


def test_a_mail_that_vanished_is_simply_gone(desk: IntakeDesk) -> None:
    """A person was faster; the cursor goes on over it."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)

    def vanish(call: str) -> None:
        if call.startswith("fetch"):
            desk.box.mails.pop(2, None)

    desk.box.before = vanish
    desk.collect()

    assert [b"one", b"three"] == desk.raws()
    assert 3 == desk.cursor().last_uid
    assert [] == desk.alarms()


def test_a_mail_that_breaks_the_session_does_not_stop_the_others(desk: IntakeDesk) -> None:
    """It is tried again ever more rarely, and one alarm says so; nothing above it waits."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)
    desk.box.fail["fetch 2"] = DEAD
    first, second = desk.collect(), desk.collect()
    desk.clock.pass_by(hours=2)
    desk.collect()

    assert (2, 0) == (first.new, second.new)
    assert [b"one", b"three"] == desk.raws()
    assert ["unfetchable desk/7/2"] == desk.alarms()
    assert 1 == desk.log.getvalue().count("event=alarm")
    assert 3 == desk.cursor().last_uid
    assert [(2, 2, "MailboxError 4.4.2")] == [(mail.uid, mail.attempts, mail.cause) for mail in desk.aside()]


def test_a_connection_that_breaks_once_sets_nothing_aside(desk: IntakeDesk) -> None:
    """Most passes find a single mail: a cut at that moment is no reason for an alarm, nor for a minute's wait."""
    desk.box.add(b"one")
    desk.box.fail["fetch 1"] = DEAD
    desk.box.before = lambda call: desk.box.fail.clear() if call == "open" else None
    collected = desk.collect()

    assert Collected(new=1) == collected
    assert ([], []) == (desk.alarms(), desk.aside())


def test_a_mail_that_was_set_aside_is_taken_when_it_can_be(desk: IntakeDesk) -> None:
    """And the alarm goes."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)
    desk.box.fail["sizes 2"] = DEAD
    desk.collect()
    desk.box.fail.clear()
    desk.box.add(b"four")
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert {b"one", b"two", b"three", b"four"} == set(desk.raws())
    assert ([], []) == (desk.alarms(), desk.aside())
    assert 4 == desk.cursor().last_uid


def test_a_mail_that_was_set_aside_may_vanish(desk: IntakeDesk) -> None:
    """A person looked after it: nothing is left to ask for."""
    desk.box.add(b"one")
    desk.box.fail["fetch 1"] = DEAD
    desk.collect()
    del desk.box.mails[1]
    desk.box.fail.clear()
    desk.box.add(b"two")
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert [b"two"] == desk.raws()
    assert ([], []) == (desk.alarms(), desk.aside())


def test_a_mail_that_is_listed_and_not_handed_out_is_asked_for_again(desk: IntakeDesk) -> None:
    """The server cannot read its own file; an administrator may."""
    for raw in (b"one", b"two"):
        desk.box.add(raw)
    desk.box.unreadable.add(1)
    desk.collect()
    aside = desk.aside()
    desk.box.unreadable.clear()
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert ["not handed out"] == [mail.cause for mail in aside]
    assert {b"one", b"two"} == set(desk.raws())


def test_what_is_not_handed_out_has_its_row_before_the_cursor_moves_over_it(
    desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in between, nobody would ask for the mail again."""
    for raw in (b"one", b"two"):
        desk.box.add(raw)
    desk.box.unreadable.add(1)
    monkeypatch.setattr(cursors, "advance", raising_of(StoreError("the disk is full")))
    with pytest.raises(StoreError):
        desk.collect()

    assert [1] == [mail.uid for mail in desk.aside()]
    assert 0 == desk.cursor().last_uid


def test_any_number_of_mails_that_break_the_session_ends_in_a_pass_that_completes(desk: IntakeDesk) -> None:
    """Else the session would be backed off for ever, and filing, which shares it, would starve."""
    for number in range(12):
        desk.box.add(b"%d" % number)
    desk.box.fail |= {f"fetch {uid}": DEAD for uid in range(2, 12)}
    broken = 0
    for _ in range(8):
        try:
            desk.collect()
        except MailboxError:
            broken += 1
            desk.box.open()

    assert 3 == broken
    assert [b"0", b"11"] == desk.raws()
    assert 10 == len(desk.aside())
    assert START == desk.cursor().last_pass


def test_known_bad_mails_never_end_a_pass(desk: IntakeDesk) -> None:
    """Three of them may cost a connection each, then the others wait for the next pass."""
    for number in range(5):
        desk.box.add(b"%d" % number)
        desk.box.fail[f"fetch {number + 1}"] = DEAD
    for _ in range(3):
        with contextlib.suppress(MailboxError):
            desk.collect()
        desk.box.open()
    desk.clock.pass_by(hours=2)
    desk.box.calls.clear()
    desk.collect()

    assert 5 == len(desk.aside())
    assert 3 * 2 == sum(call.startswith("fetch") for call in desk.box.calls)
    assert desk.clock() == desk.cursor().last_pass


def test_a_server_that_breaks_at_every_mail_ends_the_pass(desk: IntakeDesk) -> None:
    """After a few it is the server and not the mails; what was set aside comes again."""
    for number in range(10):
        desk.box.add(b"%d" % number)
    desk.box.fail["fetch"] = DEAD
    with pytest.raises(MailboxError):
        desk.collect()
    desk.box.fail.clear()
    desk.box.open()
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert 10 == len(desk.raws())
    assert [] == desk.alarms()


def test_a_mail_at_which_our_own_code_fails_is_set_aside(desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect must not stop the mailbox: it has a row, an alarm, and is tried again after the next upgrade."""
    for raw in (b"one", b"two", b"three"):
        desk.box.add(raw)
    store_mail = inquiries.store_mail

    def failing(*arguments: Any, **values: Any) -> inquiries.Stored:
        if values["raw"] == b"two":
            raise ValueError("anna@example.org")
        return store_mail(*arguments, **values)

    monkeypatch.setattr(inquiries, "store_mail", failing)
    desk.collect()
    aside, raised = desk.aside(), desk.alarms()
    monkeypatch.setattr(inquiries, "store_mail", store_mail)
    desk.clock.pass_by(minutes=2)
    desk.collect()

    assert [(2, "ValueError")] == [(mail.uid, mail.cause) for mail in aside]
    assert ["unfetchable desk/7/2"] == raised
    assert {b"one", b"two", b"three"} == set(desk.raws())
    assert "anna" not in desk.log.getvalue()


def test_a_clock_that_was_ahead_puts_no_mail_off_for_long(desk: IntakeDesk) -> None:
    """Back in its own day, the desk does not wait for tomorrow."""
    desk.box.add(b"one")
    desk.box.fail["fetch 1"] = DEAD
    desk.clock.pass_by(days=1)
    desk.collect()
    desk.box.fail.clear()
    desk.clock.pass_by(days=-1)
    desk.collect()

    assert [b"one"] == desk.raws()


@pytest.mark.parametrize("call", ["select", "uids_above", "open"])
def test_a_server_that_is_away_ends_the_pass(desk: IntakeDesk, call: str) -> None:
    """Nothing is lost by it: the cursor stands where it stood."""
    desk.box.add(b"one")
    desk.box.fail = {"fetch": DEAD, call: DEAD}
    with pytest.raises(MailboxError):
        desk.collect()
    desk.box.fail.clear()
    desk.box.open()

    assert Collected(new=1) == desk.collect()


def test_a_password_that_changed_meanwhile_is_not_taken_for_a_bad_mail(desk: IntakeDesk) -> None:
    """It is told as what it is."""
    desk.box.add(b"one")
    desk.box.fail = {"fetch": DEAD, "open": AuthenticationError("refused", "4.7.8")}
    with pytest.raises(AuthenticationError):
        desk.collect()

    assert [] == desk.alarms()


def test_what_cannot_be_stored_is_not_acknowledged(desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail and cursor are one transaction: after a full disk the mail is new still."""
    desk.box.add(b"one")
    advance = cursors.advance
    monkeypatch.setattr(cursors, "advance", raising_of(StoreError("the disk is full")))
    with pytest.raises(StoreError):
        desk.collect()
    left = desk.raws()
    monkeypatch.setattr(cursors, "advance", advance)

    assert [] == left
    assert Collected(new=1) == desk.collect()


def test_the_pass_is_recorded_only_when_it_came_to_its_end(desk: IntakeDesk) -> None:
    """Health is the age of the last completed pass."""
    desk.box.add(b"one")
    desk.box.fail = {"fetch": DEAD, "open": DEAD}
    with pytest.raises(MailboxError):
        desk.collect()
    before = desk.cursor().last_pass
    desk.box.fail.clear()
    desk.box.open()
    desk.collect()

    assert (None, START) == (before, desk.cursor().last_pass)


def test_the_log_names_no_person(desk: IntakeDesk) -> None:
    """Numbers alone: the mail may be about anybody."""
    desk.box.add(b"From: anna@example.org\r\nSubject: Anna Arden\r\n\r\nstop\r\n")
    desk.collect()

    assert "anna" not in desk.log.getvalue().lower()
    assert "event=stored" in desk.log.getvalue()
