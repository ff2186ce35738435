"""Deciding a batch: what one bad mail, a defect of ours, a missing directory or another worker may do to it."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import SimpleNamespace

import pytest

from optout_daemon import blocking, processing, review
from optout_daemon.composing import Composer
from optout_daemon.config import DeskSettings
from optout_daemon.core.keys import Keys
from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Corrections, Customer, Disposition, Policy, Reading, Reason, StaffAction
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.directory import TableDirectory
from optout_daemon.edges.readers import Answer, Job, ReaderDefect, ReaderFailure, ReadersClosed
from optout_daemon.errors import Conflict, DirectoryError
from optout_daemon.judging import Parts
from optout_daemon.log import Log
from optout_daemon.processing import process
from optout_daemon.settling import Caps, Desk
from optout_daemon.store import alarms, audit, customers, inquiries, outbox, suppressions
from optout_daemon.store.database import Database

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DESK = "desk@example.com"
ANNA = Customer("20000001", "Anna Arden", "1 Birch Lane, Oakford", email="anna@example.org")
BORIS = Customer("20000002", "Boris Blake", "2 Birch Lane, Oakford", email="boris@example.org")
FORM = (
    "Customer number: 20000001\nName: Anna Arden\nAddress: 1 Birch Lane, Oakford\nInquiry: Please stop all mailings.\n"
)
NEVER = threading.Event()


class InProcessReaders:
    """Reads without child processes; a mail whose bytes are in `told` gets that answer."""

    def __init__(self) -> None:
        self.reader = Reader(ReaderSettings(own_addresses=(DESK,)))
        self.told: dict[bytes, Answer] = {}
        self.ready = 50
        self.before: Callable[[int], None] = lambda place: None

    def read(self, jobs: Iterable[Job]) -> list[Answer]:
        return [self.told.get(job.raw) or self.reader.read(job.raw, truncated=job.truncated) for job in jobs]

    def answers(self, jobs: Sequence[Job]) -> Generator[list[tuple[int, Answer]], None, None]:
        """So many at once as `ready` says."""
        for first in range(0, len(jobs), self.ready):
            self.before(first)
            yield list(enumerate(self.read(jobs[first : first + self.ready]), first))


class Situation:
    """A database with two customers, and the parts around it."""

    def __init__(self, database: Database, **desk: object) -> None:
        self.database, self.readers = database, InProcessReaders()
        with database.transaction() as tx:
            customers.replace_all(tx, [ANNA, BORIS], keys=match_keys, partial=False, max_removed=None)
        keys = Keys(b"k" * 32)
        settings = DeskSettings(address=DESK)
        envelope_from = str(desk.pop("envelope_from", "<>"))
        values = {
            "policy": Policy(),
            "own_addresses": frozenset({DESK}),
            "caps": Caps(),
            "composer": Composer(templates=None, desk=settings, keys=keys, envelope_from=envelope_from),
            "directory": TableDirectory(database),
            "log": Log(stream=StringIO()),
            **desk,
        }
        self.parts = Parts(database, self.readers, Desk(**values), keys)  # type: ignore[arg-type]
        self._uid = itertools.count(1)

    def receive(self, raw: bytes) -> int:
        with self.database.transaction() as tx:
            return inquiries.store_mail(
                tx,
                raw=raw,
                digest=hashlib.sha256(raw).hexdigest(),
                mailbox="desk",
                uidvalidity=1,
                uid=next(self._uid),
                received_at=NOW,
                now=NOW,
            ).inquiry_id

    def process(self, now: datetime = NOW) -> processing.Processed:
        return process(self.parts, now=now, stop=NEVER)

    def inquiry(self, number: int) -> inquiries.Inquiry:
        with self.database.reading() as tx:
            found = inquiries.get(tx, number)
        assert found is not None
        return found

    def blocked(self, *, customer_number: str | None = None, email: str | None = None) -> bool:
        with self.database.reading() as tx:
            return bool(suppressions.check(tx, channel="email", customer_number=customer_number, email=email))

    def replies(self, number: int) -> list[outbox.OutboxItem]:
        with self.database.reading() as tx:
            return outbox.of_inquiry(tx, number)


@pytest.fixture
def desk(database: Database) -> Situation:
    return Situation(database)


def mail(name: str, text: str = FORM, author: str = "anna@example.org", *headers: str) -> bytes:
    lines = (f"From: {author}", f"To: {DESK}", f"Subject: {name}", f"Message-ID: <{name}@example.org>", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


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


def bounce(to: str, returned: str) -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: {to}\r\nSubject: Undelivered\r\n"
        "Message-ID: <b@mx.example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Final-Recipient: rfc822; anna@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{returned}\r\n\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("by_token", [True, False])
def test_a_bounce_of_our_reply_marks_it_and_the_block_stands(database: Database, by_token: bool):
    """Known by the token in the address it came to, or by the Message-ID that it returns."""
    desk = Situation(database, envelope_from="desk+bounce@example.com")
    number = desk.receive(mail("one"))
    desk.process()
    [reply] = desk.replies(number)
    assert reply.envelope_from.startswith("desk+bounce")
    assert reply.envelope_from != "desk+bounce@example.com"
    to, returned = (reply.envelope_from, "X: y") if by_token else (DESK, f"Message-ID: {reply.message_id}")
    bounced = desk.receive(bounce(to, returned))
    desk.process()

    assert desk.inquiry(bounced).reasons == (Reason.BOUNCE,)
    [reply] = desk.replies(number)
    assert reply.bounced_at == NOW
    assert desk.blocked(customer_number="20000001")


def test_a_bounce_to_the_desks_plain_address_is_known_by_what_it_returns(database: Database):
    """All replies have the same reverse-path then: one that returns nothing of ours belongs to none of them."""
    desk = Situation(database, envelope_from=DESK)
    number = desk.receive(mail("one"))
    desk.process()
    [reply] = desk.replies(number)
    desk.receive(bounce(DESK, "Message-ID: <another@example.org>"))
    desk.process()
    [before] = desk.replies(number)
    desk.receive(bounce(DESK, f"Message-ID: {reply.message_id}"))
    desk.process()

    assert DESK == reply.envelope_from
    assert before.bounced_at is None
    assert [NOW] == [one.bounced_at for one in desk.replies(number)]


def test_our_own_reply_sent_back_is_a_loop(desk: Situation):
    """By its Message-ID in the outbox, whatever its headers say."""
    number = desk.receive(mail("one"))
    desk.process()
    [reply] = desk.replies(number)
    back = desk.receive(reply.raw)
    desk.process()

    assert desk.inquiry(back).reasons == (Reason.LOOP,)


INCOMPLETE = FORM.replace("Address: 1 Birch Lane, Oakford\n", "")
ADDRESS = "Address: 1 Birch Lane, Oakford\n"
TO_FIRST = "In-Reply-To: <first@example.org>"


@pytest.mark.parametrize(
    "headers",
    [
        ("Authentication-Results: mx.example.com; dmarc=fail header.from=example.org",),
        ("Auto-Submitted: auto-generated",),
        ("X-Spam-Flag: YES",),
    ],
)
def test_a_doubt_about_the_sender_is_not_answered_away(database: Database, headers: tuple[str, ...]):
    """Somebody forged Anna's opt-out; her "what is this?" must not complete it."""
    desk = Situation(database)
    desk.readers.reader = Reader(ReaderSettings(own_addresses=(DESK,), trusted_authserv_ids=("mx.example.com",)))
    desk.receive(mail("first", FORM, "anna@example.org", *headers))
    desk.process()
    desk.receive(mail("second", "What is this? I never wrote that mail.\n" + ADDRESS, "anna@example.org", TO_FIRST))
    desk.process()

    assert not desk.blocked(customer_number="20000001")


@pytest.mark.parametrize(
    "text",
    [
        "Please disregard my previous message.\nAnna Arden\n" + ADDRESS,
        "I withdraw my request.\n" + ADDRESS,
        "先日の依頼は取り消します。\n" + ADDRESS,
        "That was not me.\n" + ADDRESS,
        "Please keep sending me everything.\n" + ADDRESS,
    ],
)
def test_an_answer_that_takes_it_back_completes_nothing(desk: Situation, text: str):
    """The missing field is there, and the wish is gone."""
    desk.receive(mail("first", INCOMPLETE))
    second = desk.receive(mail("second", text, "anna@example.org", TO_FIRST, "Content-Type: text/plain; charset=utf-8"))
    desk.process()

    assert desk.inquiry(second).disposition is Disposition.HELD
    assert not desk.blocked(customer_number="20000001")


def test_a_whole_conversation_leaves_the_queue_together(desk: Situation):
    """Two mails were held for what they lacked; the third completes both."""
    first = desk.receive(mail("first", FORM.replace("Name: Anna Arden\n" + ADDRESS, "")))
    second = desk.receive(mail("second", "Name: Anna Arden\n", "anna@example.org", TO_FIRST))
    desk.process()
    assert desk.inquiry(second).parent_id == first
    third = desk.receive(mail("third", ADDRESS, "anna@example.org", "In-Reply-To: <second@example.org>"))
    desk.process()

    assert desk.inquiry(third).disposition is Disposition.APPLIED
    assert {desk.inquiry(number).state for number in (first, second, third)} == {State.CLOSED}


def test_what_a_clerk_closed_is_not_opened_by_an_answer(desk: Situation):
    """The wish of a mail that staff put aside is nobody's any more."""
    first = desk.receive(mail("first", INCOMPLETE))
    second = desk.receive(mail("second", "Name: Anna Arden\n", "anna@example.org", TO_FIRST))
    desk.process()
    put_aside = Corrections(by="kei", action=StaffAction.NOT_AN_OPT_OUT)
    review.resolve(first, put_aside, parts=desk.parts, now=NOW)
    third = desk.receive(
        mail("third", FORM.partition("Inquiry")[0], "anna@example.org", "In-Reply-To: <second@example.org>")
    )
    desk.process()

    assert desk.inquiry(second).state is State.HELD
    assert desk.inquiry(third).disposition is Disposition.HELD


def test_a_mail_that_was_too_large_is_not_completed_by_an_answer(desk: Situation):
    """Only its head was fetched: nobody knows what else it says."""
    raw = mail("first", INCOMPLETE)
    with desk.database.transaction() as tx:
        inquiries.store_mail(
            tx, raw=raw, digest="d", mailbox="desk", uidvalidity=1, uid=99, received_at=NOW, now=NOW, truncated=True
        )
    desk.process()
    second = desk.receive(mail("second", ADDRESS, "anna@example.org", TO_FIRST))
    desk.process()

    assert desk.inquiry(second).disposition is Disposition.HELD


@pytest.mark.parametrize("author", ['"anna.arden"@example.org', "anna@example..org"])
def test_nobody_is_confirmed_to_whom_no_reply_can_be_written(desk: Situation, author: str):
    """Policy, section 5: where nobody can be answered, the mail is held."""
    number = desk.receive(mail("one", FORM, author))
    desk.process()

    row = desk.inquiry(number)
    assert (row.disposition, row.reply, desk.replies(number)) == (Disposition.HELD, "none", [])


# -- a person's answer -------------------------------------------------------------------------------------------


def hold(desk: Situation) -> int:
    number = desk.receive(mail("held", FORM.replace("1 Birch Lane", "9 Elm Road")))
    desk.process()
    assert desk.inquiry(number).reasons == (Reason.ADDRESS_MISMATCH,)
    return number


def test_staff_apply_a_held_inquiry_through_the_same_path(desk: Situation):
    """Suppression, reply and audit in one transaction; who decided is kept."""
    number = hold(desk)
    review.resolve(number, Corrections(by="kei", address="1 Birch Lane"), parts=desk.parts, now=NOW)

    row = desk.inquiry(number)
    assert (row.state, row.disposition, row.decided_by) == (State.CLOSED, Disposition.APPLIED, "kei")
    assert desk.blocked(customer_number="20000001")
    assert {reply.kind.value for reply in desk.replies(number)} == {"received", "confirmed"}


def test_two_clerks_on_one_inquiry_the_second_is_told(desk: Situation):
    """By its version as the clerk saw it, or because it is no longer in the queue."""
    number = hold(desk)
    seen = desk.inquiry(number).version
    ask = Corrections(by="kei", action=StaffAction.ASK)
    review.resolve(number, ask, parts=desk.parts, now=NOW, version=seen)

    with pytest.raises(Conflict, match="changed by somebody else"):
        review.resolve(number, replace(ask, by="mio"), parts=desk.parts, now=NOW, version=seen)
    review.resolve(number, replace(ask, action=StaffAction.SPAM), parts=desk.parts, now=NOW)
    with pytest.raises(review.NotHeld, match="not in the review queue"):
        review.resolve(number, ask, parts=desk.parts, now=NOW)


def test_staff_cannot_apply_to_nobodys_number(desk: Situation):
    """The wrong number changes nothing."""
    number = hold(desk)
    with pytest.raises(review.UnknownCustomer):
        review.resolve(number, Corrections(by="kei", customer_number="29999999"), parts=desk.parts, now=NOW)

    assert desk.inquiry(number).state is State.HELD


@pytest.mark.parametrize("make", [lambda desk: 999, lambda desk: desk.receive(mail("undecided"))])
def test_only_a_held_inquiry_can_be_resolved(desk: Situation, make: Callable[[Situation], int]):
    """Not one that does not exist, nor one that the machine has not decided."""
    with pytest.raises(review.NotHeld):
        review.resolve(make(desk), Corrections(by="kei"), parts=desk.parts, now=NOW)


def test_candidates_are_shown_with_reasons(desk: Situation):
    """For staff only: who the mail may be from."""
    number = hold(desk)
    reading = review.read_again(desk.parts, number)
    [first, *_] = review.candidates(desk.parts, reading)

    assert isinstance(reading, Reading)
    assert first.customer.number == "20000001"
    assert first.reasons


def test_lifting_one_customers_block_leaves_the_address_of_another_who_stays_blocked(desk: Situation):
    """A family shares an address; only when the last of them has lifted may it be mailed again."""
    family = [replace(one, email="family@example.org") for one in (ANNA, BORIS)]
    with desk.database.transaction() as tx:
        customers.replace_all(tx, family, keys=match_keys, partial=False, max_removed=None)
        for one in family:
            who = blocking.Subject(customer_number=one.number)
            blocking.block(tx, who, ["email"], reason="opt_out", by="kei", note="", now=NOW)
    for one, still in zip(family, (True, False), strict=True):
        with desk.database.transaction() as tx:
            who = blocking.Subject(customer_number=one.number)
            blocking.lift(tx, who, ["email"], reason="asked", by="kei", note="letter", now=NOW)

        assert not desk.blocked(customer_number=one.number)
        assert still == desk.blocked(email="family@example.org")
