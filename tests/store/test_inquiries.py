"""Storing mail, moving inquiries through their states, and finding the one that another mail belongs to."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace

import pytest

from optout_daemon.core.lifecycle import IllegalStep, State, Step
from optout_daemon.core.model import Disposition, FieldName, Part, Reason, ReplyKind, Span
from optout_daemon.errors import Conflict
from optout_daemon.store import inquiries, locations, outbox
from optout_daemon.store.database import Database
from tests.store.builders import APPLIED, DAY, HELD, HOUR, IGNORED, MINUTE, NOW, decide, reading, reply, store

OTHERS = "another@example.org"


def test_a_mail_is_stored_once_with_its_bytes(database: Database) -> None:
    """Raw bytes first: they are what every later decision is made from."""
    with database.transaction() as tx:
        inquiry = store(tx, b"\x00\xff raw", uid=7)

    with database.reading() as tx:
        assert b"\x00\xff raw" == inquiries.raw(tx, inquiry)
        assert {7} == locations.known_uids(tx, "desk", 1, 1, 10)
        assert [inquiry] == [mail.id for mail in inquiries.pending(tx, limit=10)]


def test_the_same_bytes_under_another_uid_are_one_more_place_of_the_same_inquiry(database: Database) -> None:
    """A new UIDVALIDITY numbers every old mail anew; none of them may be answered again."""
    with database.transaction() as tx:
        first = store(tx, b"same", uid=7)
        again = inquiries.store_mail(
            tx,
            raw=b"same",
            digest=hashlib.sha256(b"same").hexdigest(),
            mailbox="desk",
            uidvalidity=2,
            uid=1,
            received_at=NOW,
            now=NOW,
        )

    assert inquiries.Stored(first, new=False) == again
    with database.reading() as tx:
        assert [(1, 7), (2, 1)] == [(place.uidvalidity, place.uid) for place in locations.of_inquiry(tx, first)]
        assert 1 == inquiries.counts(tx)["received"]


def test_the_same_uid_twice_changes_nothing(database: Database) -> None:
    """After a kill between commit and cursor the server offers the mail again."""
    with database.transaction() as tx:
        first = store(tx, b"same", uid=7)
    with database.transaction() as tx:
        assert first == store(tx, b"same", uid=7)
        assert 1 == len(locations.of_inquiry(tx, first))


def test_known_digests_are_those_of_stored_mail(database: Database) -> None:
    """After a change of UIDVALIDITY they tell old mail from new before anything is fetched twice."""
    stored = hashlib.sha256(b"same").hexdigest()
    with database.transaction() as tx:
        store(tx, b"same")

        assert {stored} == inquiries.known_digests(tx, [stored, *(f"{n:064}" for n in range(2_000))])
        assert set() == inquiries.known_digests(tx, [])


def test_pending_is_oldest_first_and_pages(database: Database) -> None:
    """A long backlog is taken in batches and in the order in which customers wrote."""
    with database.transaction() as tx:
        first, second, third = store(tx), store(tx), store(tx)
        decide(tx, second)
        found = inquiries.pending(tx, limit=1)
        assert [first] == [mail.id for mail in found]
        assert [third] == [mail.id for mail in inquiries.pending(tx, limit=1, after_id=first)]


def test_a_decision_keeps_what_it_rested_on(database: Database) -> None:
    """The evidence page and every report read the row, never the mail again."""
    decision = replace(
        HELD,
        reasons=(Reason.MISSING_ADDRESS,),
        fields={FieldName.NAME: "山田\0 太郎"},
        spans={FieldName.NAME: Span(Part.TEXT, 3, 8)},
        channels=("email",),
        reply=ReplyKind.MISSING,
        evidence=("fields.name: label",),
    )
    with database.transaction() as tx:
        inquiry = store(tx)
        decide(tx, inquiry, decision, reading("<1@example.org>"), reply_capped=True, rules_version="7")
        row = inquiries.get(tx, inquiry)

    assert row is not None
    assert State.HELD is row.state
    assert 2 == row.version
    assert (Reason.MISSING_ADDRESS,) == row.reasons
    assert {FieldName.NAME: "山田 太郎"} == row.fields
    assert {FieldName.NAME: Span(Part.TEXT, 3, 8)} == row.spans
    assert (("email",), ReplyKind.MISSING, True) == (row.channels, row.reply, row.reply_capped)
    assert ("anna@example.org", "<1@example.org>", "c") == (row.author, row.message_id, row.content_digest)
    assert (("fields.name: label",), "7", "machine", NOW) == (
        row.evidence,
        row.rules_version,
        row.decided_by,
        row.decided_at,
    )


def test_a_second_decision_of_the_same_inquiry_is_a_conflict(database: Database) -> None:
    """Two workers, or a clerk and a follow-up: the second must read again, not overwrite."""
    with database.transaction() as tx:
        inquiry = store(tx)
        decide(tx, inquiry, APPLIED)
        with pytest.raises(Conflict):
            decide(tx, inquiry, HELD)


def test_a_step_that_is_not_in_the_table_raises(database: Database) -> None:
    """core/lifecycle.py is the only place where a step can be allowed."""
    with database.transaction() as tx:
        inquiry = store(tx)
        decide(tx, inquiry, APPLIED)
        with pytest.raises(IllegalStep):
            decide(tx, inquiry, before=State.CLOSED, step=Step.CLOSE)


def test_a_lock_needs_the_state_and_the_version_that_the_caller_saw(database: Database) -> None:
    """Of two clerks on one inquiry the second is told."""
    with database.transaction() as tx:
        inquiry = store(tx)
        assert inquiries.lock(tx, inquiry, State.RECEIVED)
        assert inquiries.lock(tx, inquiry, State.RECEIVED, 1)
        assert not inquiries.lock(tx, inquiry, State.RECEIVED, 2)
        assert not inquiries.lock(tx, inquiry, State.HELD)
        assert not inquiries.lock(tx, inquiry + 1, State.RECEIVED)


@pytest.mark.slow
def test_a_locked_inquiry_is_passed_over_by_another_host(postgres_url: str) -> None:
    """Several hosts process one queue: nobody waits for an inquiry that somebody has in hand."""
    here, there = Database(postgres_url), Database(postgres_url)
    with here.transaction() as tx:
        inquiry = store(tx)
    with here.transaction() as tx:
        assert inquiries.lock(tx, inquiry, State.RECEIVED)
        with there.transaction() as other:
            assert not inquiries.lock(other, inquiry, State.RECEIVED)
    with there.transaction() as other:
        assert inquiries.lock(other, inquiry, State.RECEIVED)


def test_every_inquiry_is_decided_by_exactly_one_of_four_workers(database: Database) -> None:
    """Whatever the order in which they come, none is decided twice and none is left."""
    with database.transaction() as tx:
        everything = [store(tx) for _ in range(40)]
    decided: list[int] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for inquiry in everything:
                with database.transaction() as tx:
                    if inquiries.lock(tx, inquiry, State.RECEIVED):
                        decide(tx, inquiry, IGNORED)
                        decided.append(inquiry)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == errors
    assert everything == sorted(decided)


def test_a_follow_up_closes_the_inquiry_that_it_completes(database: Database) -> None:
    """Complete and certain: the held mail leaves the queue with it, and keeps its own evidence."""
    with database.transaction() as tx:
        held, follow_up = store(tx), store(tx)
        decide(tx, held, replace(HELD, evidence=("own",), reply=ReplyKind.MISSING))
        decide(tx, follow_up, APPLIED, parent_id=held)
        inquiries.absorb(tx, held, by_inquiry=follow_up, decision=APPLIED, now=NOW + HOUR)
        row, child = inquiries.get(tx, held), inquiries.get(tx, follow_up)

    assert row is not None
    assert child is not None
    assert (State.CLOSED, Disposition.APPLIED, "20000001") == (row.state, row.disposition, row.customer_number)
    assert (follow_up, ("own",), ReplyKind.MISSING) == (row.absorbed_by, row.evidence, row.reply)
    assert held == child.parent_id


def test_only_a_held_inquiry_can_be_absorbed(database: Database) -> None:
    """Staff may have decided it in between: their word stands."""
    with database.transaction() as tx:
        held, follow_up = store(tx), store(tx)
        decide(tx, held, APPLIED)
        with pytest.raises(Conflict):
            inquiries.absorb(tx, held, by_inquiry=follow_up, decision=APPLIED, now=NOW)


def test_a_known_parent_stays_when_staff_decide(database: Database) -> None:
    """The conversation is evidence; a clerk's correction does not cut it."""
    with database.transaction() as tx:
        first, second = store(tx), store(tx)
        decide(tx, first)
        decide(tx, second, HELD, parent_id=first)
        decide(tx, second, APPLIED, before=State.HELD)
        row = inquiries.get(tx, second)

    assert row is not None
    assert first == row.parent_id


def test_a_reopened_inquiry_is_held_again(database: Database) -> None:
    """Staff find that the desk was wrong; it goes back to the queue as theirs."""
    with database.transaction() as tx:
        inquiry = store(tx)
        decide(tx, inquiry, IGNORED)
        inquiries.reopen(tx, inquiry, by="clerk", now=NOW + DAY)
        row = inquiries.get(tx, inquiry)

    assert row is not None
    assert (State.HELD, Disposition.HELD, "clerk") == (row.state, row.disposition, row.assigned_to)
    assert (NOW, NOW + DAY) == (row.decided_at, row.state_since)


def test_attempts_are_counted_and_a_shunted_inquiry_can_be_retried(database: Database) -> None:
    """In the database, so that a mail that kills the daemon is set aside after three starts and not never."""
    with database.transaction() as tx:
        inquiry, other = store(tx), store(tx)
        assert [1, 2, 3] == [inquiries.count_attempt(tx, inquiry, "ValueError") for _ in range(3)]
        inquiries.shunt(tx, inquiry, now=NOW)
        assert [other] == [mail.id for mail in inquiries.pending(tx, limit=10)]
        row = inquiries.get(tx, inquiry)
        assert row is not None
        assert (State.SHUNTED, 3, "ValueError") == (row.state, row.attempts, row.last_error)
        inquiries.retry(tx, inquiry, now=NOW)
        assert [(inquiry, 0), (other, 0)] == [(mail.id, mail.attempts) for mail in inquiries.pending(tx, limit=10)]


def test_what_our_code_failed_on_waits_for_its_next_attempt(database: Database) -> None:
    """Three attempts within a second are one; what made the first fail may be gone in a minute."""
    with database.transaction() as tx:
        inquiry, other = store(tx), store(tx)
        inquiries.count_attempt(tx, inquiry, "ValueError")
        inquiries.put_off(tx, inquiry, until=NOW + MINUTE)

        assert [other] == [mail.id for mail in inquiries.pending(tx, limit=10, now=NOW)]
        assert [inquiry, other] == [mail.id for mail in inquiries.pending(tx, limit=10, now=NOW + MINUTE)]
        assert [inquiry, other] == [mail.id for mail in inquiries.pending(tx, limit=10)]


def test_a_clock_that_was_ahead_does_not_put_an_attempt_off_for_a_day(database: Database) -> None:
    """No back-off is that long: what lies further away is due now."""
    with database.transaction() as tx:
        inquiry = store(tx)
        inquiries.put_off(tx, inquiry, until=NOW + DAY)

        assert [inquiry] == [mail.id for mail in inquiries.pending(tx, limit=10, now=NOW)]


def test_a_batch_fits_into_memory(database: Database) -> None:
    """Fifty mails of 25 MB do not; one that is larger than the limit alone is a batch of its own."""
    with database.transaction() as tx:
        sizes = (3_000, 9_000, 2_000, 2_000, 1)
        ids = [store(tx, b"%d" % place * size) for place, size in enumerate(sizes)]
        batches, last = [], 0
        while batch := inquiries.pending(tx, limit=10, after_id=last, most_bytes=4_000):
            batches.append([mail.id for mail in batch])
            last = batch[-1].id

    assert [ids[:1], ids[1:2], ids[2:4], ids[4:]] == batches


def test_only_what_is_undecided_can_be_shunted(database: Database) -> None:
    """A worker that comes late must not take a decided inquiry out of its state."""
    with database.transaction() as tx:
        inquiry = store(tx)
        decide(tx, inquiry)
        with pytest.raises(Conflict):
            inquiries.shunt(tx, inquiry, now=NOW)
        with pytest.raises(Conflict):
            inquiries.retry(tx, inquiry, now=NOW)
        with pytest.raises(Conflict):
            inquiries.count_attempt(tx, inquiry + 1, "ValueError")
        with pytest.raises(Conflict):
            inquiries.put_off(tx, inquiry, until=NOW)


def test_the_queue_lists_what_waits_for_a_person(database: Database) -> None:
    """Held inquiries, and applied ones whose writer asked for something else as well until that is done."""
    with database.transaction() as tx:
        held, applied, plain, ignored = store(tx), store(tx), store(tx), store(tx)
        decide(tx, held)
        decide(tx, applied, replace(APPLIED, follow_up=True))
        decide(tx, plain, APPLIED)
        decide(tx, ignored, IGNORED)
        assert [held] == [row.id for row in inquiries.listing(tx, state=State.HELD)]
        assert [applied] == [row.id for row in inquiries.listing(tx, follow_up=True)]
        assert [held, plain, ignored] == [row.id for row in inquiries.listing(tx, follow_up=False)]
        assert [ignored] == [row.id for row in inquiries.listing(tx, disposition=Disposition.IGNORED)]
        assert [plain] == [row.id for row in inquiries.listing(tx, state=State.CLOSED, after_id=applied, limit=1)]
        assert {"received": 0, "held": 1, "closed": 3, "shunted": 0, "follow_up": 1} == inquiries.counts(tx)

        inquiries.follow_up_done(tx, applied, now=NOW)
        assert [] == inquiries.listing(tx, follow_up=True)
        assert 0 == inquiries.counts(tx)["follow_up"]
        with pytest.raises(Conflict):
            inquiries.follow_up_done(tx, applied, now=NOW)


def test_the_same_mail_again_is_found(database: Database) -> None:
    """Equal Message-ID and equal content; one alone is another mail (policy, `duplicate`)."""
    with database.transaction() as tx:
        first, second = store(tx), store(tx)
        decide(tx, first, APPLIED, reading("<1@example.org>", content="same"))

        def same(message_id: str, content: str) -> int | None:
            return inquiries.find_same(tx, message_id=message_id, content_digest=content, other_than=second)

        assert first == same("<1@example.org>", "same")
        assert same("<1@example.org>", "other") is None
        assert same("<2@example.org>", "same") is None


def test_a_mail_is_no_duplicate_of_itself_nor_of_its_duplicate(database: Database) -> None:
    """Judged once more, the first of two copies must not turn into a copy of the second."""
    given = reading("<1@example.org>")
    with database.transaction() as tx:
        first, second = store(tx), store(tx)
        decide(tx, first, HELD, given)
        decide(tx, second, replace(IGNORED, reasons=(Reason.DUPLICATE,)), given)

        assert inquiries.find_same(tx, message_id="<1@example.org>", content_digest="c", other_than=first) is None
        assert first == inquiries.find_same(tx, message_id="<1@example.org>", content_digest="c", other_than=second)


@pytest.mark.slow
def test_of_two_copies_that_are_judged_at_once_one_is_the_duplicate(postgres_url: str) -> None:
    """Two hosts with one copy each: the second to ask waits until the first has decided."""
    here, there = Database(postgres_url), Database(postgres_url)
    given = reading("<1@example.org>")
    with here.transaction() as tx:
        first, second = store(tx), store(tx)
    found: list[int | None] = []

    def judge_the_second() -> None:
        with there.transaction() as tx:
            found.append(inquiries.find_same(tx, message_id="<1@example.org>", content_digest="c", other_than=second))

    other = threading.Thread(target=judge_the_second)
    with here.transaction() as tx:
        assert inquiries.find_same(tx, message_id="<1@example.org>", content_digest="c", other_than=first) is None
        other.start()
        other.join(0.3)
        decide(tx, first, APPLIED, given)
    other.join()

    assert [first] == found


def test_an_answer_is_found_by_our_reply_or_by_the_held_mail_itself(database: Database) -> None:
    """Mail programs set In-Reply-To to either, and some copy our Message-ID into References only."""
    with database.transaction() as tx:
        held = store(tx)
        decide(tx, held, HELD, reading("<held@example.org>"))
        outbox.enqueue(tx, reply(message_id="<ours@desk.example>"), cause=held, due=NOW)

        def answered(*references: str, author: str = "anna@example.org") -> int | None:
            return inquiries.find_answered(tx, references=references, author=author)

        assert held == answered("<ours@desk.example>")
        assert held == answered("<other@example.org>", "<held@example.org>")
        assert answered("<other@example.org>") is None
        assert answered() is None
        assert answered("<ours@desk.example>", author=OTHERS) is None


def test_an_answer_belongs_to_the_nearest_held_inquiry(database: Database) -> None:
    """A long thread references all of its mails; the nearest one is what was answered."""
    with database.transaction() as tx:
        older, newer = store(tx), store(tx)
        decide(tx, older, HELD, reading("<older@example.org>"))
        decide(tx, newer, HELD, reading("<newer@example.org>"))

        assert newer == inquiries.find_answered(
            tx, references=["<newer@example.org>", "<older@example.org>"], author="anna@example.org"
        )
        assert older == inquiries.find_answered(
            tx, references=["<older@example.org>", "<newer@example.org>"], author="anna@example.org"
        )


def test_a_closed_inquiry_is_not_answered_any_more(database: Database) -> None:
    """What is said after the case is closed is a new inquiry."""
    with database.transaction() as tx:
        closed = store(tx)
        decide(tx, closed, APPLIED, reading("<closed@example.org>"))

        assert inquiries.find_answered(tx, references=["<closed@example.org>"], author="anna@example.org") is None


def test_a_hundred_thousand_references_are_no_burden(database: Database) -> None:
    """A stranger's header: only the nearest ancestors are looked up."""
    with database.transaction() as tx:
        held = store(tx)
        decide(tx, held, HELD, reading("<held@example.org>"))
        many = [f"<{number}@example.org>" for number in range(100_000)]

        assert held == inquiries.find_answered(tx, references=["<held@example.org>", *many], author="anna@example.org")
