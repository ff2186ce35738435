"""A mail with a token of List-Unsubscribe, from the mailbox's bytes to the list and the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optout_daemon import clicking
from optout_daemon.blocking import Subject
from optout_daemon.core.digests import Digests
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Disposition
from optout_daemon.core.one_click import OneClick, Target
from optout_daemon.erasing import erase
from optout_daemon.store import one_click_targets, suppressions
from optout_daemon.store.database import Database
from tests.flow.desk import mail
from tests.flow.situation import ANNA, NOW, Situation

TOKENS = OneClick(b"k" * 32)
DIGESTS = Digests(Keys(b"k" * 32))
CARL = "carl@mail.example"


@pytest.fixture
def situation(database: Database) -> Situation:
    made = Situation(database, digests=DIGESTS)
    made.parts = replace(made.parts, one_click=TOKENS)
    return made


def token(situation: Situation, subject: str = CARL, *, kind: str = "email", scope: str = "group") -> str:
    target = Target(kind, subject, "email", scope)
    made = TOKENS.token(target)
    with situation.database.transaction() as tx:
        one_click_targets.remember(tx, [(TOKENS.handle(made) or "", target)])
    return made


def clicked(subject: str, *headers: str, author: str = "someone@else.example") -> bytes:
    return mail(1, author, subject, "", *headers)


def test_a_token_in_the_subject_blocks_whom_it_means_and_answers_the_author(situation: Situation) -> None:
    """Whoever reads mail under another address than they were written to is blocked all the same."""
    number = situation.receive(clicked(token(situation).upper()))

    assert 1 == situation.process().applied
    assert situation.blocked(email=CARL)
    assert not situation.blocked(email="someone@else.example")
    assert ("confirmed", ["email"]) == (situation.inquiry(number).reply, list(situation.inquiry(number).channels))


def test_a_token_behind_the_plus_does_too_and_a_machine_is_not_answered(situation: Situation) -> None:
    """Providers send the mail by themselves, marked as automatic."""
    raw = clicked("unsubscribe", "Auto-Submitted: auto-generated", "Precedence: bulk")
    raw = raw.replace(b"To: desk@kaji.example", f"To: desk+{token(situation)}@example.com".encode())
    number = situation.receive(raw)
    situation.process()
    inquiry = situation.inquiry(number)

    assert (Disposition.APPLIED, "none") == (inquiry.disposition, inquiry.reply)
    assert situation.blocked(email=CARL)


def test_a_second_click_writes_nothing_more(situation: Situation) -> None:
    """The ledger tells what happened, not how often a button was pressed."""
    made = token(situation)
    situation.receive(clicked(made))
    situation.process()
    situation.receive(clicked(made).replace(b"flow-1@", b"flow-2@"))

    assert 1 == situation.process().applied
    with situation.database.reading() as tx:
        assert 1 == suppressions.version(tx)


def test_a_customers_token_blocks_the_number_and_the_address_on_record(situation: Situation) -> None:
    """As an opt-out by mail does."""
    situation.receive(clicked(token(situation, ANNA.number, kind="customer_number")))
    situation.process()

    assert situation.blocked(customer_number=ANNA.number)
    assert situation.blocked(email=ANNA.email)


def test_a_forged_token_is_no_token(situation: Situation) -> None:
    """The mail is judged as any other."""
    real = token(situation)
    number = situation.receive(clicked(("b" if real[0] != "b" else "c") + real[1:]))
    situation.process()

    assert Disposition.HELD == situation.inquiry(number).disposition
    assert not situation.blocked(email=CARL)


def test_the_token_of_an_erased_person_blocks_them_by_digest(situation: Situation) -> None:
    """No name comes back, and the mail that they still have keeps its promise."""
    made = token(situation)
    with situation.database.transaction() as tx:
        erase(tx, Subject(email=CARL), DIGESTS, by="test", now=NOW)
    situation.receive(clicked(made))
    situation.process()

    assert not situation.blocked(email=CARL)
    with situation.database.reading() as tx:
        assert suppressions.check(tx, email=CARL, channel="email", digests=DIGESTS)


def test_shadow_mode_decides_and_blocks_nobody(database: Database) -> None:
    """In shadow mode staff do by hand what the desk only records."""
    situation = Situation(database, digests=DIGESTS, shadow=True)
    situation.parts = replace(situation.parts, one_click=TOKENS)
    situation.receive(clicked(token(situation)))

    assert 1 == situation.process().applied
    assert not situation.blocked(email=CARL)


def test_the_click_by_https_is_the_same_entry(situation: Situation) -> None:
    """One way to the list, whichever link was followed."""
    made = token(situation, scope="travel")

    assert clicking.click(situation.database, TOKENS, made, digests=DIGESTS, now=NOW)
    assert not clicking.click(situation.database, TOKENS, "a" * 32, digests=DIGESTS, now=NOW)
    unknown = TOKENS.token(Target("email", "never@given.example", "email", "group"))
    assert not clicking.click(situation.database, TOKENS, unknown, digests=DIGESTS, now=NOW)
    with situation.database.reading() as tx:
        found = suppressions.check(tx, email=CARL, channel="email")
    assert ["travel"] == [one.scope for one in found]
