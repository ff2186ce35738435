"""Deciding a batch: what one bad mail, a defect of ours, a missing directory or another worker may do to it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from types import SimpleNamespace

import pytest

from optout_daemon import processing
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition, Reason
from optout_daemon.directory import TableDirectory
from optout_daemon.edges.readers import Job, ReaderDefect, ReaderFailure, ReadersClosed
from optout_daemon.errors import DirectoryError
from optout_daemon.settling import Caps
from optout_daemon.store import alarms, audit, inquiries, suppressions
from optout_daemon.store.database import Database
from tests.flow.situation import ADDRESS, FORM, INCOMPLETE, NOW, TO_FIRST, Situation, mail


@pytest.fixture
def desk(database: Database) -> Situation:
    return Situation(database)


def test_everything_that_follows_is_written_with_the_decision(desk: Situation):
    """State, list, reply and audit event stand or fall together."""
    number = desk.receive(mail("one"))
    done = desk.process()

    assert (done.applied, done.held, done.ignored, done.failed) == (1, 0, 0, 0)
    row = desk.inquiry(number)
    assert (row.state, row.disposition, row.customer_number) == (State.CLOSED, Disposition.APPLIED, "20000001")
    assert desk.blocked(customer_number="20000001")
    assert desk.blocked(email="anna@example.org")
    [reply] = desk.replies(number)
    assert reply.recipient == "anna@example.org"
    with desk.database.reading() as tx:
        assert audit.verify(tx) is None


def test_the_authors_own_address_is_covered_only_where_it_is_nobody_elses(desk: Situation):
    """Boris's address must not be blocked because Anna wrote from it."""
    desk.receive(mail("shared", author="boris@example.org"))
    desk.receive(mail("work", author="work@example.net", text=FORM.replace("20000001", "20000001 ")))
    desk.process()

    assert not desk.blocked(email="boris@example.org")
    assert desk.blocked(email="work@example.net")


def test_a_second_opt_out_is_applied_again_without_a_second_entry(desk: Situation):
    """Policy, section 5; the equal reply within a day is capped, the disposition is what it would be."""
    first, second = desk.receive(mail("one")), desk.receive(mail("two"))
    desk.process()

    assert desk.inquiry(second).disposition is Disposition.APPLIED
    with desk.database.reading() as tx:
        assert suppressions.version(tx) == 2  # e-mail and print, once
        assert [alarm.kind for alarm in alarms.open_alarms(tx)] == ["reply_capped"]
    assert len(desk.replies(first)) == 1
    assert desk.replies(second) == []
    assert desk.inquiry(second).reply_capped


def test_the_cap_ends_after_a_day(desk: Situation):
    """One equal outcome in 24 hours."""
    desk.receive(mail("one"))
    desk.process()
    later = desk.receive(mail("two"))
    desk.process(NOW + timedelta(hours=25))

    assert len(desk.replies(later)) == 1


@pytest.mark.parametrize(
    ("caps", "silent"),
    [
        (Caps(equal_per_address_per_day=2), []),
        (Caps(equal_per_address_per_day=9, per_address_per_day=1), ["per_address_per_day"]),
        (Caps(equal_per_address_per_day=9, per_address_per_30_days=1), ["per_address_per_30_days"]),
        (Caps(equal_per_address_per_day=9, per_domain_per_hour=1), ["per_domain_per_hour"]),
        (Caps(equal_per_address_per_day=9, per_hour=1), ["per_hour"]),
    ],
)
def test_every_cap_silences(database: Database, caps: Caps, silent: list[str]):
    """An address, a domain, in all."""
    desk = Situation(database, caps=caps)
    desk.receive(mail("one"))
    desk.receive(mail("two"))
    desk.process()

    with database.reading() as tx:
        assert silent == [alarm.key for alarm in alarms.open_alarms(tx)]


def test_the_same_mail_in_other_bytes_is_a_duplicate(desk: Situation):
    """Equal Message-ID and content, another Received header; also within one batch."""
    first = desk.receive(mail("one"))
    second = desk.receive(mail("one", FORM, "anna@example.org", "Received: from elsewhere"))
    desk.process()

    assert desk.inquiry(first).disposition is Disposition.APPLIED
    assert desk.inquiry(second).reasons == (Reason.DUPLICATE,)


def test_an_answer_in_the_same_batch_waits_for_what_it_answers(desk: Situation):
    """Both arrived while the desk was away: the first is held, then the second completes it."""
    first = desk.receive(mail("first", FORM.replace("Address: 1 Birch Lane, Oakford\n", "")))
    second = desk.receive(
        mail("second", "Address: 1 Birch Lane, Oakford\n", "anna@example.org", "In-Reply-To: <first@example.org>")
    )
    desk.process()

    assert desk.inquiry(second).disposition is Disposition.APPLIED
    assert desk.inquiry(second).parent_id == first
    assert desk.inquiry(first).state is State.CLOSED


def test_what_kills_its_reader_is_held_at_the_first_attempt_with_its_bytes_kept(desk: Situation):
    """Nobody is answered, since nobody is known to have written it; the next mail is decided as ever."""
    bad, good = mail("bad"), mail("good")
    desk.readers.told[bad] = ReaderFailure("over the memory limit")
    first, second = desk.receive(bad), desk.receive(good)
    desk.process()

    row = desk.inquiry(first)
    assert (row.state, row.reasons, row.attempts) == (State.HELD, (Reason.UNREADABLE,), 0)
    assert "unreadable: over the memory limit" in row.evidence
    with desk.database.reading() as tx:
        assert inquiries.raw(tx, first) == bad
    assert desk.replies(first) == []
    assert desk.inquiry(second).disposition is Disposition.APPLIED


def test_three_attempts_at_which_our_code_raised_shunt_the_inquiry(desk: Situation):
    """Counted in the database; an operator sees it, the others pass."""
    bad = mail("bad")
    desk.readers.told[bad] = ReaderDefect("KeyError")
    number, good = desk.receive(bad), desk.receive(mail("good"))
    states = []
    for hours in range(3):
        desk.process(NOW + timedelta(hours=hours))
        states.append((desk.inquiry(number).state, desk.inquiry(number).attempts))

    assert states == [(State.RECEIVED, 1), (State.RECEIVED, 2), (State.SHUNTED, 3)]
    assert desk.inquiry(good).disposition is Disposition.APPLIED
    with desk.database.reading() as tx:
        assert [(alarm.kind, alarm.key) for alarm in alarms.open_alarms(tx)] == [("shunted", "KeyError")]


def test_an_attempt_that_failed_is_followed_by_a_pause(desk: Situation):
    """Every new mail wakes processing: three attempts within a second would say no more than one."""
    bad = mail("bad")
    desk.readers.told[bad] = ReaderDefect("KeyError")
    number = desk.receive(bad)
    attempts = []
    for seconds in (0, 1, 40, 61, 62, 61 + 80, 61 + 121):
        desk.process(NOW + timedelta(seconds=seconds))
        attempts.append(desk.inquiry(number).attempts)

    assert attempts == [1, 1, 1, 2, 2, 2, 3]
    assert desk.inquiry(number).state is State.SHUNTED


def test_what_is_read_is_committed_while_the_next_is_read(desk: Situation):
    """A mail that takes its reader twenty seconds delays only those behind it, and by no more than that."""
    first, second = desk.receive(mail("one")), desk.receive(mail("two", author="other@example.net"))
    seen = []
    desk.readers.ready = 1
    desk.readers.before = lambda place: seen.append((desk.inquiry(first).state, desk.inquiry(second).state))
    desk.process()

    assert seen == [(State.RECEIVED, State.RECEIVED), (State.CLOSED, State.RECEIVED)]
    assert desk.inquiry(second).state is State.CLOSED


def test_a_pass_over_poisoned_mail_comes_round(desk: Situation, monkeypatch: pytest.MonkeyPatch):
    """Fifty mails of twenty seconds each outlast the watchdog: the pass ends and asks to be run again."""
    numbers = [desk.receive(mail(f"m{place}", author=f"a{place}@example.net")) for place in range(4)]
    clock = itertools.count(0, 40)
    desk.readers.ready = 1
    monkeypatch.setattr(processing, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    done = desk.process()

    assert done.more
    assert 0 < len(done.decided) < len(numbers)
    monkeypatch.undo()
    assert not desk.process().more
    assert {desk.inquiry(number).state for number in numbers} == {State.CLOSED}


def test_readers_that_are_closed_count_no_attempt(desk: Situation, monkeypatch: pytest.MonkeyPatch):
    """The daemon stops while the mail that this one answers is read: nothing was learnt about either."""
    desk.receive(mail("first", INCOMPLETE))
    desk.process()
    number = desk.receive(mail("second", ADDRESS, "anna@example.org", TO_FIRST))

    def closed(jobs):
        raise ReadersClosed("the readers are closed")

    [answer] = desk.readers.read([Job(mail("second", ADDRESS, "anna@example.org", TO_FIRST))])
    monkeypatch.setattr(desk.readers, "answers", lambda jobs: (ready for ready in [[(0, answer)]]))
    monkeypatch.setattr(desk.readers, "read", closed)
    with pytest.raises(ReadersClosed):
        desk.process()
    monkeypatch.undo()

    assert desk.inquiry(number).attempts == 0
    assert desk.process().applied == 1


def test_a_decision_that_raises_leaves_nothing_behind(desk: Situation, monkeypatch: pytest.MonkeyPatch):
    """Also where it raises at the very end: no block, no reply, no event; the other mail of the batch is settled."""
    bad, good = desk.receive(mail("bad")), desk.receive(mail("good", author="other@example.net"))
    record = audit.record

    def fail(tx, **values):
        if values["inquiry_id"] == bad:
            raise RuntimeError("a defect")
        record(tx, **values)

    monkeypatch.setattr("optout_daemon.settling.audit.record", fail)
    done = desk.process()

    assert done.failed == 1
    assert (desk.inquiry(bad).state, desk.inquiry(bad).last_error) == (State.RECEIVED, "RuntimeError")
    assert desk.replies(bad) == []
    assert desk.inquiry(good).disposition is Disposition.APPLIED


def test_a_directory_that_is_away_counts_no_attempt(desk: Situation, monkeypatch: pytest.MonkeyPatch):
    """It is not the mail's fault: the inquiry stays RECEIVED and is tried later."""
    number = desk.receive(mail("one"))

    def away(self, numbers):
        raise DirectoryError("the directory is away")

    monkeypatch.setattr(TableDirectory, "find", away)
    with pytest.raises(DirectoryError):
        desk.process()
    monkeypatch.undo()

    assert (desk.inquiry(number).state, desk.inquiry(number).attempts) == (State.RECEIVED, 0)
    assert desk.process().applied == 1


def test_shadow_decides_and_records_and_does_nothing_else(database: Database):
    """`[desk] mode = "shadow"`: no suppression, no reply."""
    desk = Situation(database, shadow=True)
    number = desk.receive(mail("one"))
    desk.process()

    assert desk.inquiry(number).disposition is Disposition.APPLIED
    assert not desk.blocked(customer_number="20000001")
    assert desk.replies(number) == []
