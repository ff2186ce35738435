"""The list outlives the person: what is forgotten by name is still blocked, found by keyed digest."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from optout_daemon import blocking, erasing
from optout_daemon.blocking import Subject
from optout_daemon.core.digests import Digests, sha256
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Customer, LedgerEntry
from optout_daemon.store import audit, customers, suppressions
from optout_daemon.store.database import Database
from tests.store.builders import DAY, NOW, entry

ANNA, ADDRESS, WORK = "20000001", "anna@example.org", "anna@work.example"
RECORD = Customer(ANNA, "Anna Arden", "1 Birch Lane, Oakford", email=ADDRESS)
KEYS = Keys(b"k" * 32)
DIGESTS = Digests(KEYS)


def append(tx: Connection, *new: LedgerEntry) -> list[int]:
    return suppressions.append(tx, new, now=NOW)


def directory(tx: Connection, *records: Customer) -> None:
    customers.replace_all(tx, records, keys=lambda _: [("name", "arden")], max_removed=None)


def erase(tx: Connection, number: str = ANNA) -> erasing.Erased:
    return erasing.erase(tx, Subject(customer_number=number), DIGESTS, by="clerk", now=NOW)


def kinds(tx: Connection, digests: Digests | None = DIGESTS, *, channel: str = "email", **who: str) -> list[str]:
    return [block.subject_kind for block in suppressions.check(tx, channel=channel, digests=digests, **who)]


def test_an_erased_customer_stays_blocked_by_number_and_by_every_address(database: Database) -> None:
    """Deleting a person deletes the block elsewhere: then they are mailed again."""
    with database.transaction() as tx:
        directory(tx, RECORD)
        append(tx, entry(emails=(ADDRESS, WORK), note="called Anna"), entry(channel="print"))
        before = suppressions.version(tx)

        assert erasing.Erased((1, 2), True, 0) == erase(tx)
        assert ["customer_number_digest"] == kinds(tx, customer_number=ANNA)
        assert ["customer_number_digest"] == kinds(tx, customer_number=ANNA, channel="print")
        assert ["email_digest"] == kinds(tx, email="ANNA@Example.org. ")
        assert ["email_digest"] == kinds(tx, email=WORK)
        assert [] == kinds(tx, email=WORK, channel="print")
        assert [] == kinds(tx, email="arno@example.org")
        assert (before, []) == (suppressions.version(tx), suppressions.verify(tx))
        assert 0 == customers.count(tx)


def test_nothing_that_names_the_erased_is_left(database: Database) -> None:
    """Number, addresses and the note in free text are gone from every row."""
    with database.transaction() as tx:
        directory(tx, RECORD)
        append(tx, entry(emails=(ADDRESS, WORK), note="called Anna"))
        erase(tx)
        tables = ("ledger", "ledger_subject", "suppression", "customer", "customer_key", "audit_event")
        rows = [str(tuple(row)) for name in tables for row in tx.execute(text(f"SELECT * FROM {name}"))]

        assert 8 == len(rows)
        assert [] == [row for row in rows if any(name in row for name in (ANNA, ADDRESS, WORK, "Anna"))]
        assert audit.verify(tx) is None


def test_importing_the_directory_again_leaves_the_erased_blocked(database: Database) -> None:
    """An import lifts blocks elsewhere; here it does not know of any."""
    with database.transaction() as tx:
        directory(tx, RECORD)
        append(tx, entry(emails=(ADDRESS,)))
        erase(tx)
        directory(tx, RECORD)

        assert (["customer_number_digest"], ["email_digest"]) == (
            kinds(tx, customer_number=ANNA),
            kinds(tx, email=ADDRESS),
        )


def test_the_erased_who_come_back_and_are_erased_again_have_one_history(database: Database) -> None:
    """The first date counts, and the list is still what the ledger gives."""
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,)))
        erase(tx)
        append(tx, entry(emails=(ADDRESS,), valid_from=NOW + DAY))
        assert ["customer_number", "customer_number_digest"] == kinds(tx, customer_number=ANNA)
        erase(tx)
        [block] = suppressions.check(tx, email=ADDRESS, channel="email", digests=DIGESTS)

        assert (1, NOW) == (block.entry_id, block.since)
        assert [] == suppressions.verify(tx)


def test_a_familys_address_stays_by_name_while_another_customer_has_it(database: Database) -> None:
    """It names that customer too, and a mail server that asks by the plain address must still be told."""
    with database.transaction() as tx:
        directory(tx, RECORD, Customer("20000002", "Ben Arden", "1 Birch Lane, Oakford", email=ADDRESS))
        append(tx, entry(emails=(ADDRESS,)))

        assert erasing.Erased((1,), True, 1) == erase(tx)
        assert ["email"] == kinds(tx, email=ADDRESS)
        assert ["customer_number_digest"] == kinds(tx, customer_number=ANNA)


def test_a_lifted_block_does_not_come_back_by_an_erasure(database: Database) -> None:
    """Stop and resume of one address are forgotten together."""
    who = Subject(customer_number=ANNA)
    with database.transaction() as tx:
        directory(tx, RECORD)
        append(tx, entry(emails=(ADDRESS,)))
        blocking.lift(tx, who, ["email"], reason="asked", by="clerk", note="letter", now=NOW)
        erase(tx)

        assert ([], []) == (kinds(tx, customer_number=ANNA), kinds(tx, email=ADDRESS))
        assert [] == suppressions.verify(tx)


def test_a_person_can_lift_the_block_of_somebody_who_was_erased(database: Database) -> None:
    """They came back and asked for it; number and addresses of their own entries are free again."""
    who = Subject(customer_number=ANNA)
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,)), entry(channel="print"))
        erase(tx)

        assert [3] == blocking.lift(tx, who, ["email"], reason="asked", by="b", note="letter", now=NOW, digests=DIGESTS)
        assert ([], []) == (kinds(tx, customer_number=ANNA), kinds(tx, email=ADDRESS))
        assert ["customer_number_digest"] == kinds(tx, customer_number=ANNA, channel="print")
        assert [] == suppressions.verify(tx)


def test_lifting_an_erased_customers_block_leaves_the_address_of_another_erased_one(database: Database) -> None:
    """A family's address stays blocked until all of them have lifted, erased or not."""
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,)), entry(customer_number="20000002", emails=(ADDRESS, WORK)))
        erasing.erase(tx, Subject(email=ADDRESS), DIGESTS, by="clerk", now=NOW)
        erase(tx)
        erase(tx, "20000002")
        who = Subject(customer_number=ANNA)
        blocking.lift(tx, who, ["email"], reason="asked", by="b", note="letter", now=NOW, digests=DIGESTS)

        assert ([], ["email_digest"]) == (kinds(tx, customer_number=ANNA), kinds(tx, email=ADDRESS))


def test_who_is_blocked_by_digest_is_not_named_anew(database: Database) -> None:
    """An import of an old list must not bring an erased person's address back."""
    with database.transaction() as tx:
        append(tx, entry(customer_number=None, emails=(ADDRESS,)))
        erasing.erase(tx, Subject(email=ADDRESS), DIGESTS, by="clerk", now=NOW)
        again = entry(customer_number=None, emails=(ADDRESS,), source="import")

        assert [] == suppressions.append(tx, [again], now=NOW, digests=DIGESTS)


def test_who_came_as_a_plain_digest_is_found_by_the_address(database: Database) -> None:
    """A partner's list of hashed opt-outs is worth what a plain one is."""
    with database.transaction() as tx:
        append(tx, entry(customer_number=None, digests=(("email_sha256", sha256(ADDRESS)),)))

        assert ["email_sha256"] == kinds(tx, email="Anna@Example.org")
        [told] = suppressions.changes(tx, since=0)
        assert (("email_sha256", sha256(ADDRESS)),) == told.entry.digests


@pytest.mark.parametrize(("former", "found"), [([KEYS], ["email_digest"]), ([], [])])
def test_a_new_key_finds_the_erased_while_the_old_one_is_named(
    database: Database, former: list[Keys], found: list[str]
) -> None:
    """Nobody can digest a forgotten address anew: the old key has to stay."""
    with database.transaction() as tx:
        append(tx, entry(customer_number=None, emails=(ADDRESS,)))
        erasing.erase(tx, Subject(email=ADDRESS), DIGESTS, by="clerk", now=NOW)

        assert found == kinds(tx, Digests(Keys(b"n" * 32), former), email=ADDRESS)


def test_a_digest_is_the_keyed_one_of_the_comparable_form() -> None:
    """The form is a contract: a program that has the key can make the same digest."""
    assert [("email_digest", KEYS.digest(ADDRESS)), ("email_sha256", sha256(ADDRESS))] == DIGESTS.aliases(
        "email", ADDRESS
    )
    assert sha256(ADDRESS) != DIGESTS.of(ADDRESS) != Digests(Keys(b"n" * 32)).of(ADDRESS)
