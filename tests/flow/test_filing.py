"""Filing decided mail: into the right folder, in batches, and never a second inquiry when it fails."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from optout_daemon import filing
from optout_daemon.config import FilingSettings, MailboxSettings
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Decision, Disposition
from optout_daemon.errors import MailboxError
from optout_daemon.filing import Filed, file_away
from optout_daemon.log import Log
from optout_daemon.store import alarms, cursors, inquiries, locations
from optout_daemon.store.database import Database
from tests.fakes import FakeClock, FakeMailbox
from tests.store.builders import APPLIED, HELD, IGNORED, decide, store

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Desk:
    """Filing for one mailbox, as the daemon would call it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.box = FakeMailbox()
        self.clock = FakeClock(START)
        self.log = io.StringIO()
        with database.transaction() as tx:
            cursors.start(tx, mailbox="desk", uidvalidity=7, baseline_uid=0, below_baseline=0, now=START)

    def mail(self, decision: Decision | None, *, raw: bytes = b"", decided_at: datetime = START) -> int:
        """A stored mail, decided or not; its UID."""
        uid = self.box.add(raw or b"mail %d" % len(self.box.mails))
        with self.database.transaction() as tx:
            mail = self.box.mails[uid].raw
            inquiry_id = store(tx, mail, uidvalidity=self.box.uidvalidity, uid=uid)
            if decision is not None:
                decide(tx, inquiry_id, decision, now=decided_at)
        return uid

    def file(self, *, stop: threading.Event | None = None, **settings: Any) -> Filed:
        values = {"name": "desk", "host": "127.0.0.1", "username": "desk", "security": "none"}
        return file_away(
            self.box,
            database=self.database,
            mailbox=MailboxSettings(**(values | settings)),
            time_zone="Asia/Tokyo",
            now=self.clock(),
            log=Log(stream=self.log),
            stop=stop,
        )

    def folder_of(self, inquiry: int) -> str | None:
        """Where the inquiry's mail is said to be filed."""
        with self.database.reading() as tx:
            (place,) = locations.of_inquiry(tx, inquiry)
            return place.folder

    def left(self) -> list[int]:
        """UIDs that are due."""
        with self.database.reading() as tx:
            rows = locations.unfiled(tx, mailbox="desk", uidvalidity=7, now=self.clock(), limit=100)
            return [row.uid for row in rows]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_each_disposition_has_its_folder(desk: Desk) -> None:
    """Done and ignored by the month; what waits for a person in one place."""
    for decision in (APPLIED, IGNORED, HELD):
        desk.mail(decision, raw=decision.disposition.value.encode())

    assert Filed(moved=3) == desk.file()
    assert {
        "Desk/Done/2026-11": [b"applied"],
        "Desk/Ignored/2026-11": [b"ignored"],
        "Desk/Review": [b"held"],
    } == desk.box.folders


def test_what_is_not_decided_stays(desk: Desk) -> None:
    """It is not known yet where it belongs."""
    desk.mail(None)

    assert Filed() == desk.file()
    assert [1] == list(desk.box.mails)


def test_the_month_is_the_decisions_in_the_desks_time_zone(desk: Desk) -> None:
    """In Tokyo it is December already."""
    desk.mail(APPLIED, decided_at=datetime(2026, 11, 30, 15, 0, tzinfo=UTC))
    desk.file()

    assert ["Desk/Done/2026-12"] == list(desk.box.folders)


def test_one_move_is_made_for_a_folder(desk: Desk) -> None:
    """One by one into a folder that grows costs seventy milliseconds a mail."""
    for decision in (APPLIED, IGNORED, APPLIED, APPLIED):
        desk.mail(decision)
    desk.file()

    assert {"move 1 3 4", "move 2"} == {call for call in desk.box.calls if call.startswith("move")}


def test_what_is_filed_is_not_filed_again(desk: Desk) -> None:
    """It is done."""
    desk.mail(APPLIED)
    desk.file()
    desk.box.calls.clear()

    assert Filed() == desk.file()
    assert ["select"] == desk.box.calls


def test_a_mail_that_a_person_moved_is_gone(desk: Desk) -> None:
    """They know where it is; it is not looked for again."""
    del desk.box.mails[desk.mail(APPLIED, raw=b"moved")]
    desk.mail(APPLIED)

    assert Filed(moved=1, gone=1) == desk.file()
    assert [] == desk.left()
    assert "event=gone" in desk.log.getvalue()


def test_a_move_that_is_refused_is_tried_again_later(desk: Desk) -> None:
    """A full quota is not for ever; the mail stays where it is."""
    desk.mail(APPLIED)
    desk.box.refuse_moves = "OVERQUOTA"
    refused = desk.file()
    soon = desk.file()
    desk.clock.pass_by(hours=1)
    desk.box.refuse_moves = ""
    later = desk.file()

    assert (Filed(deferred=1), Filed(), Filed(moved=1)) == (refused, soon, later)
    assert "because=OVERQUOTA" in desk.log.getvalue()


def test_each_refusal_waits_longer(desk: Desk) -> None:
    """A folder that cannot be made is not asked for every minute for a year."""
    desk.mail(APPLIED)
    desk.box.refuse_moves = "NOPERM"
    desk.file()
    desk.clock.pass_by(seconds=61)
    desk.file()
    desk.clock.pass_by(seconds=61)

    assert Filed() == desk.file()
    desk.clock.pass_by(seconds=60)
    assert Filed(deferred=1) == desk.file()


def test_a_session_that_dies_changes_nothing(desk: Desk) -> None:
    """The move may have happened or not: the next pass looks."""
    desk.mail(APPLIED)
    desk.box.fail["move"] = MailboxError("the connection broke", "4.4.2")
    with pytest.raises(MailboxError):
        desk.file()
    left = desk.left()
    desk.box.fail.clear()
    desk.box.open()

    assert [1] == left
    assert Filed(moved=1) == desk.file()


@pytest.mark.parametrize("reason", ["no move", "read-only"])
def test_a_mailbox_that_lets_nothing_be_moved_is_told_of_once(desk: Desk, reason: str) -> None:
    """The mail stays where it is, and each pass is quiet."""
    desk.mail(APPLIED)
    desk.box.can_move, desk.box.readonly = reason != "no move", reason == "read-only"
    results = [desk.file(), desk.file()]

    assert [Filed(), Filed()] == results
    assert [1] == list(desk.box.mails)
    assert 1 == desk.log.getvalue().count("kind=cannot_file")


def test_once_it_can_move_the_alarm_is_over(desk: Desk) -> None:
    """And the next time it is told again."""
    desk.mail(APPLIED)
    desk.box.can_move = False
    desk.file()
    desk.box.can_move = True
    desk.file()
    with desk.database.reading() as tx:
        assert [] == alarms.open_alarms(tx)


def test_filing_can_be_switched_off(desk: Desk) -> None:
    """Then the mailbox is not even looked at."""
    desk.mail(APPLIED)

    assert Filed() == desk.file(file_into=False)
    assert [] == desk.box.calls


def test_a_target_that_is_the_watched_folder_is_left_alone(desk: Desk) -> None:
    """Moved onto itself, a mail would get a new UID and be filed again, for ever."""
    desk.mail(HELD)

    assert Filed(moved=1) == desk.file(file_into=FilingSettings(parent="", review="Inbox"))
    assert [1] == list(desk.box.mails)
    assert [] == desk.left()


def test_the_second_place_of_a_mail_is_filed_too(desk: Desk) -> None:
    """The same bytes again are no second inquiry, and must not stay in the folder either."""
    desk.mail(APPLIED, raw=b"twice")
    uid = desk.box.add(b"twice")
    with desk.database.transaction() as tx:
        store(tx, b"twice", uidvalidity=7, uid=uid)

    assert Filed(moved=2) == desk.file()


def review(desk: Desk, decision: Decision = APPLIED, inquiry: int = 1) -> None:
    """Staff decide a held mail."""
    with desk.database.transaction() as tx:
        decide(tx, inquiry, decision, before=State.HELD)


@pytest.mark.parametrize(("decision", "folder"), [(APPLIED, "Desk/Done/2025-04"), (IGNORED, "Desk/Ignored/2025-04")])
def test_a_held_mail_that_is_closed_later_leaves_the_review_folder(desk: Desk, decision: Decision, folder: str) -> None:
    """What lies there waits for a person, and nothing else does."""
    desk.mail(HELD, raw=b"closed")
    desk.mail(HELD, raw=b"waits")
    desk.file()
    review(desk, decision)

    assert Filed(moved=1) == desk.file()
    assert {"Desk/Review": [b"waits"], folder: [b"closed"]} == desk.box.folders
    assert Filed() == desk.file()


def test_a_held_mail_that_is_held_again_stays(desk: Desk) -> None:
    """Staff corrected it, and it is not certain yet."""
    desk.mail(HELD)
    desk.file()
    review(desk, HELD)

    assert Filed() == desk.file()


def test_a_mail_that_is_reopened_goes_back_to_the_review_folder(desk: Desk) -> None:
    """It waits for a person again."""
    desk.mail(APPLIED, raw=b"again")
    desk.file()
    with desk.database.transaction() as tx:
        inquiries.reopen(tx, 1, by="clerk", now=START)

    assert Filed(moved=1) == desk.file()
    assert [b"again"] == desk.box.folders["Desk/Review"]


def test_both_copies_of_a_held_mail_leave_the_review_folder(desk: Desk) -> None:
    """Each place has a copy of its own."""
    desk.mail(HELD, raw=b"twice")
    uid = desk.box.add(b"twice")
    with desk.database.transaction() as tx:
        store(tx, b"twice", uidvalidity=7, uid=uid)
    desk.file()
    review(desk)

    assert Filed(moved=2) == desk.file()
    assert [b"twice", b"twice"] == desk.box.folders["Desk/Done/2025-04"]
    assert [] == desk.box.folders["Desk/Review"]


def test_a_mail_that_staff_took_out_of_the_review_folder_is_left_to_them(desk: Desk) -> None:
    """They know where it is."""
    desk.mail(HELD)
    desk.file()
    desk.box.folders["Desk/Review"].clear()
    review(desk)

    assert Filed(gone=1) == desk.file()
    assert Filed() == desk.file()


def test_a_move_out_of_the_review_folder_that_is_refused_is_tried_again(desk: Desk) -> None:
    """A full quota is not for ever."""
    desk.mail(HELD)
    desk.file()
    review(desk)
    desk.box.refuse_moves = "OVERQUOTA"
    refused = desk.file()
    desk.box.refuse_moves = ""
    desk.clock.pass_by(hours=1)

    assert (Filed(deferred=1), Filed(moved=1)) == (refused, desk.file())


# what a kill leaves


def test_a_mail_that_a_killed_move_had_moved_is_filed_and_not_gone(desk: Desk) -> None:
    """The server did it, and nobody heard the answer."""
    desk.mail(APPLIED, raw=b"moved")
    desk.box.folders["Desk/Done/2026-11"] = [b"other", desk.box.mails.pop(1).raw]

    assert Filed(moved=1) == desk.file()
    assert "event=gone" not in desk.log.getvalue()
    assert "Desk/Done/2026-11" == desk.folder_of(1)


def test_a_copy_that_is_filed_already_is_not_taken_for_another_that_is_gone(desk: Desk) -> None:
    """Of two copies one was filed, and a person deleted the other."""
    desk.mail(APPLIED, raw=b"twice")
    desk.file()
    with desk.database.transaction() as tx:
        store(tx, b"twice", uidvalidity=7, uid=99)
    desk.box._next = 100

    assert Filed(gone=1) == desk.file()


def test_a_mail_that_was_decided_while_its_killed_move_was_unknown_is_moved_on(desk: Desk) -> None:
    """Killed on its way to the review folder, and closed by staff before the daemon came back."""
    desk.mail(HELD, raw=b"held")
    desk.box.folders["Desk/Review"] = [desk.box.mails.pop(1).raw]
    review(desk)

    assert Filed(moved=1) == desk.file()
    assert [b"held"] == desk.box.folders["Desk/Done/2025-04"]


def test_a_second_move_that_was_killed_is_found_where_it_ended(desk: Desk) -> None:
    """From the review folder to the month's, and no answer."""
    desk.mail(HELD, raw=b"held")
    desk.file()
    review(desk)
    desk.box.folders["Desk/Done/2025-04"] = desk.box.folders.pop("Desk/Review")

    assert Filed(moved=1) == desk.file()
    assert [b"held"] == desk.box.folders["Desk/Done/2025-04"]


# other numbers


def renumber(desk: Desk, *, rescanned: bool) -> None:
    """The mailbox has another UIDVALIDITY, and intake has seen it."""
    desk.box.renumber(8)
    with desk.database.transaction() as tx:
        cursors.renumber(tx, mailbox="desk", uidvalidity=8, baseline_uid=0)
        if rescanned:
            cursors.completed(tx, mailbox="desk", now=START)


def test_nothing_is_filed_before_intake_has_seen_that_the_numbers_changed(desk: Desk) -> None:
    """Their numbers mean other mails now."""
    desk.mail(APPLIED)
    desk.box.renumber(8)

    assert Filed() == desk.file()
    assert [1] == list(desk.box.mails)


def test_nothing_is_filed_under_numbers_that_were_rolled_back(desk: Desk) -> None:
    """The mail under this UID may be one that nobody has read: filed, it would be lost."""
    uid = desk.mail(APPLIED)
    with desk.database.transaction() as tx:
        cursors.advance(tx, mailbox="desk", uidvalidity=7, last_uid=uid, now=START)
    desk.box._next = uid

    assert Filed() == desk.file()
    assert [1] == list(desk.box.mails)


def test_nothing_is_filed_under_a_uid_whose_mail_came_at_another_time(desk: Desk) -> None:
    """Rolled back, and past the cursor again: INTERNALDATE tells the mail that we know from the one that we do not."""
    uid = desk.mail(APPLIED)
    with desk.database.transaction() as tx:
        store(tx, b"known", uidvalidity=7, uid=50, listed_at=START)
        decide(tx, 2, APPLIED, now=START)
    desk.box.add(b"unknown", START + timedelta(hours=1), uid=50)
    refused = desk.file()
    with desk.database.reading() as tx:
        cursor = cursors.get(tx, "desk")

    assert Filed() == refused
    assert [uid, 50] == list(desk.box.mails)
    assert cursor is not None
    assert (True, 0) == (cursor.rescanning, cursor.last_uid)
    assert "event=uids_rolled_back" in desk.log.getvalue()


def test_places_under_old_numbers_wait_until_everything_was_read_again(desk: Desk) -> None:
    """The mail may lie in the folder under a number that is not known yet."""
    desk.mail(APPLIED)
    renumber(desk, rescanned=False)

    assert Filed() == desk.file()


def test_a_place_under_old_numbers_is_found_where_it_was_filed(desk: Desk) -> None:
    """Killed during the move, and renumbered before the next start."""
    desk.mail(APPLIED, raw=b"moved")
    desk.box.folders["Desk/Done/2026-11"] = [desk.box.mails.pop(1).raw]
    renumber(desk, rescanned=True)

    assert Filed(moved=1) == desk.file()
    assert "Desk/Done/2026-11" == desk.folder_of(1)


def test_a_place_under_old_numbers_that_is_nowhere_is_settled_as_gone(desk: Desk) -> None:
    """Else it would be unfiled for ever."""
    del desk.box.mails[desk.mail(APPLIED)]
    renumber(desk, rescanned=True)

    assert Filed(gone=1) == desk.file()
    assert Filed() == desk.file()
    assert "event=gone" in desk.log.getvalue()


def test_a_clock_that_was_ahead_puts_no_filing_off_for_long(desk: Desk) -> None:
    """Back in its own day, the desk does not wait for tomorrow."""
    desk.mail(APPLIED)
    desk.box.refuse_moves = "OVERQUOTA"
    desk.clock.pass_by(days=1)
    desk.file()
    desk.box.refuse_moves = ""
    desk.clock.pass_by(days=-1)

    assert Filed(moved=1) == desk.file()


def test_the_stop_ends_a_pass_between_folders(desk: Desk) -> None:
    """A move that is cut in the middle is the worst place to stop."""
    stop = threading.Event()
    for decision in (APPLIED, IGNORED):
        desk.mail(decision)
    desk.box.before = lambda call: stop.set() if call.startswith("move") else None

    assert Filed(moved=1, more=True) == desk.file(stop=stop)
    desk.box.before = lambda call: None
    assert Filed(moved=1) == desk.file()


def test_a_long_pass_ends_and_the_next_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass that takes an hour looks like one that hangs, and the watchdog would end it."""
    desk.mail(APPLIED)
    monkeypatch.setattr(filing, "PASS_SECONDS", -1.0)

    assert Filed(more=True) == desk.file()


@pytest.mark.parametrize(
    ("state", "disposition", "expected"),
    [
        (State.HELD, Disposition.HELD, "Amt/Pruefung"),
        (State.CLOSED, Disposition.APPLIED, "Amt/2026/11"),
        (State.CLOSED, Disposition.IGNORED, "Amt/Weg"),
        (State.CLOSED, Disposition.HELD, "Amt/2026/11"),
        (State.HELD, Disposition.APPLIED, "Amt/Pruefung"),
    ],
)
def test_the_folders_are_the_settings(state: State, disposition: Disposition, expected: str) -> None:
    """What staff closed without a block is done as well."""
    settings = FilingSettings(parent="Amt", done="%Y/%m", review="Pruefung", ignored="Weg")
    row = locations.Location(1, 1, "desk", 7, 1, disposition, state, START, 0, None, None, None)

    assert expected == filing.path_of(row, settings, ZoneInfo("UTC"), START + timedelta(days=40))
