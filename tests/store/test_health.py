"""The health of the desk in one value, and what is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optout_daemon.config import MailboxSettings, Settings
from optout_daemon.core.lifecycle import State
from optout_daemon.standing import Finding, Verdict, judge
from optout_daemon.store import alarms, cursors, health, inquiries, outbox, reconciled
from optout_daemon.store.alarms import Alarm
from optout_daemon.store.database import Database
from optout_daemon.store.health import Health, MailboxHealth
from optout_daemon.store.reconciled import Reconciled
from tests.store.builders import DAY, HOUR, MINUTE, NOW, decide, reply, store

WORD = Reconciled("desk", NOW, 7, 3, 12, 10, 2, 1, 0, 0)
WELL = Health((MailboxHealth("desk", NOW, rescanning=False, reconciled=WORD),), 0, None, 0, 0, 0, None, 0, (), ())


def test_it_tells_what_waits_and_since_when(database: Database) -> None:
    """The figures that an operator looks for first, of the whole desk in one look."""
    with database.transaction() as tx:
        cursors.start(tx, mailbox="desk", uidvalidity=7, baseline_uid=0, below_baseline=0, now=NOW)
        cursors.completed(tx, mailbox="desk", now=NOW + HOUR)
        store(tx, received_at=NOW - DAY)
        store(tx, received_at=NOW - HOUR)
        decide(tx, held := store(tx, received_at=NOW - 9 * DAY))
        inquiries.shunt(tx, store(tx), now=NOW)
        for hours in (3, 2, 1):
            outbox.enqueue(tx, reply(), cause=held, due=NOW - hours * HOUR)
        outbox.claim(tx, now=NOW, limit=1, worker="w")
        alarms.raise_once(tx, kind="shunted", key="ValueError", now=NOW)
        reconciled.remember(tx, WORD)
        health.job_done(tx, "reconcile:desk", NOW)
    with database.reading() as tx:
        found = health.of_desk(tx, ["desk", "never met"])

    assert (2, NOW - DAY, 1, 1) == (found.received, found.oldest_received, found.held, found.shunted)
    assert (3, NOW - 3 * HOUR, 0) == (found.outbox, found.oldest_queued, found.failed)
    assert [("desk", NOW + HOUR, WORD), ("never met", None, None)] == [
        (box.mailbox, box.last_pass, box.reconciled) for box in found.mailboxes
    ]
    assert (["shunted"], ["reconcile:desk"]) == ([a.kind for a in found.alarms], [job.job for job in found.jobs])


def test_an_empty_desk_has_nothing_that_waits(database: Database) -> None:
    """No row is no failure."""
    with database.reading() as tx:
        found = health.of_desk(tx, ["desk"])

    assert (0, None, 0, None) == (found.received, found.oldest_received, found.outbox, found.oldest_queued)


def test_a_later_word_takes_the_place_of_the_one_before(database: Database) -> None:
    """One row a mailbox."""
    later = replace(WORD, at=NOW + DAY, mails=20, unaccounted=3)
    with database.transaction() as tx:
        for word in (WORD, later, replace(WORD, mailbox="other")):
            reconciled.remember(tx, word)
    with database.reading() as tx:
        assert later == reconciled.last(tx, "desk")
        assert reconciled.last(tx, "unknown") is None


def test_the_oldest_undecided_is_by_arrival(database: Database) -> None:
    """Not by the order in which intake happened to store it."""
    with database.transaction() as tx:
        store(tx, received_at=NOW)
        older = store(tx, received_at=NOW - DAY)
        decide(tx, store(tx, received_at=NOW - 2 * DAY))
    with database.reading() as tx:
        assert reconciled.Undecided(older, NOW - DAY) == reconciled.oldest_undecided(tx)
        assert State.RECEIVED is inquiries.listing(tx, state=State.RECEIVED)[0].state


# what is made of it


def settings(**mailbox: str) -> Settings:
    values = {"name": "desk", "host": "127.0.0.1", "username": "desk", "security": "none"} | mailbox
    return Settings.model_validate(
        {
            "desk": {"address": "desk@shop.example"},
            "mailbox": (MailboxSettings.model_validate(values),),
            "smtp": {"host": "127.0.0.1", "security": "none"},
        }
    )


def judged(found: Health, *, after: timedelta = timedelta(0), **mailbox: str) -> dict[str, Finding]:
    return {finding.what: finding for finding in judge(found, settings(**mailbox), now=NOW + after)}


def test_a_desk_that_works_is_well() -> None:
    """Every line is good, and each says its figures."""
    found = judged(WELL, after=MINUTE)

    assert {Verdict.GOOD} == {finding.verdict for finding in found.values()}
    assert "the last complete one was at 2025-04-01T09:30:00Z" == found["passes desk"].says
    assert "12 mails, 10 inquiries, 2 below the baseline, 1 not collected yet" in found["reconcile desk"].says


@pytest.mark.parametrize(
    ("poll", "after", "verdict"),
    [
        ("60s", 10 * MINUTE, Verdict.GOOD),
        ("60s", 11 * MINUTE, Verdict.AWAY),
        ("5m", 50 * MINUTE, Verdict.GOOD),
        ("5m", 51 * MINUTE, Verdict.AWAY),
    ],
)
def test_health_follows_the_last_complete_pass(poll: str, after: timedelta, verdict: Verdict) -> None:
    """A process that lives and collects nothing is not well; how soon that is said follows the interval."""
    assert verdict is judged(WELL, after=after, poll_interval=poll)["passes desk"].verdict


def test_a_desk_before_its_first_pass_is_not_ill() -> None:
    """`check` belongs to the installation, before the first start."""
    never = replace(WELL, mailboxes=(MailboxHealth("desk", None, rescanning=False, reconciled=None),))
    found = judged(never, after=DAY)

    assert {Verdict.GOOD} == {finding.verdict for finding in found.values()}
    assert "none yet" in found["passes desk"].says


def test_mail_that_is_unaccounted_for_is_bad() -> None:
    """The one thing that must never be."""
    lost = replace(WORD, unaccounted=2)
    found = judged(replace(WELL, mailboxes=(replace(WELL.mailboxes[0], reconciled=lost),)))

    assert Verdict.BAD is found["reconcile desk"].verdict
    assert "2 unaccounted for; `optout-daemon reconcile` names them" in found["reconcile desk"].says


def test_ages_are_told_in_two_units() -> None:
    """Long enough to act on, short enough for one line."""
    waits = replace(
        WELL, received=3, oldest_received=NOW - timedelta(hours=49, minutes=5), outbox=1, oldest_queued=NOW, shunted=2
    )
    found = judged(waits)

    assert "3 undecided (the oldest for 2 d 1 h), 0 held for a person, 2 shunted; see `optout-daemon shunted list`" == (
        found["inquiries"].says
    )
    assert "1 to be sent (the oldest for 0 s), 0 failed" == found["outbox"].says


def test_open_alarms_are_named_and_no_page_is_filled_with_them() -> None:
    """The log said each once, perhaps weeks ago; nothing else names them by their thing."""
    one = replace(WELL, alarms=(Alarm("cannot_file", "desk", NOW),))
    many = replace(WELL, alarms=tuple(Alarm("delivery_failed", str(n), NOW) for n in range(12)))

    assert "1 open: cannot_file desk since 2025-04-01T09:30:00Z" == judged(one)["alarms"].says
    assert judged(many)["alarms"].says.startswith("12 open: delivery_failed 0 since ")
    assert judged(many)["alarms"].says.endswith("; and 2 more")
