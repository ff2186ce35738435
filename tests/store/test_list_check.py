"""The quick way to ask about one gives what the plain one does, on both databases."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from optout_daemon import erasing
from optout_daemon.blocking import Subject
from optout_daemon.core.digests import SHA256, Digests, sha256
from optout_daemon.core.keys import Keys
from optout_daemon.errors import StoreError
from optout_daemon.store import suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import PROVISIONAL
from optout_daemon.store.list_check import checker
from tests.store.builders import NOW, entry

DIGESTS = Digests(Keys(b"k" * 32))
EMAILS = ("a@example.org", "B@Example.org ", "c@example.org", "hashed@example.org", "free@例.example", "", "none")
ERASED = "c@example.org"


def fill(database: Database) -> None:
    """Plain, provisional, of one company, print with a last day, erased, and imported as a digest."""
    with database.transaction() as tx:
        new = [entry(customer_number=None, emails=(one,)) for one in ("a@example.org", ERASED)]
        new.append(entry(customer_number=None, emails=("b@example.org",), reason=PROVISIONAL))
        new.append(entry(customer_number=None, emails=("b@example.org",), scope="a company"))
        new.append(entry(customer_number="A1", emails=(), channel="print", may_arrive_until=date(2026, 4, 30)))
        new.append(entry(customer_number=None, digests=(("email" + SHA256, sha256("hashed@example.org")),)))
        suppressions.append(tx, new, now=NOW)


@pytest.mark.parametrize("erase", [False, True])
def test_every_question_has_the_answer_of_check(database: Database, erase: bool) -> None:
    """With and without digests on the list, in every scope and in one company's."""
    fill(database)
    if erase:
        with database.transaction() as tx:
            erasing.erase(tx, Subject(email=ERASED), DIGESTS, by="clerk", now=NOW)
    asked = list(product([*EMAILS, None], [None, "A1", "A2"], ["email", "print"], [None, "a company", "another"]))
    with database.reading() as tx:
        expected = [
            suppressions.check(tx, email=email, customer_number=number, channel=channel, digests=DIGESTS, scope=scope)
            for email, number, channel, scope in asked
        ]
    with checker(database, DIGESTS) as list_:
        found = [
            list_.check(email=email, customer_number=number, channel=channel, scope=scope)
            for email, number, channel, scope in asked
        ]

    assert expected == found
    assert 30 < sum(map(bool, found)) < len(asked)


def test_a_checker_that_is_kept_sees_what_is_committed_meanwhile(database: Database) -> None:
    """A sender's process may keep it for days."""
    with checker(database, DIGESTS) as list_:
        before = (list_.version(), list_.check(email="a@example.org", channel="email"))
        fill(database)
        after = (list_.version(), [one.entry_id for one in list_.check(email="A@example.org", channel="email")])

    assert ((0, []), (6, [1])) == (before, after)


def test_nothing_can_be_asked_of_a_list_that_is_not_there(database: Database) -> None:
    """An error in one plain line, never "not blocked"."""
    with pytest.raises(StoreError), database.bare() as connection:
        connection.execute("SELECT subject FROM no_such_table")
