"""The customer master: replaced as a whole or not at all, found by number, key and address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from optout_daemon.core.model import Customer
from optout_daemon.errors import ImportRefused
from optout_daemon.store import customers
from optout_daemon.store.customers import ImportResult
from optout_daemon.store.database import Database

ANNA = Customer("20000001", "Anna Arden", "1 Birch Lane, Oakford", email="Anna@Bücher.example")


def keys(customer: Customer) -> Iterable[tuple[str, str]]:
    yield "name", customer.name.lower()
    yield "family", customer.name.split()[-1].lower()


def people(number: int) -> list[Customer]:
    return [Customer(f"{n:08}", f"Given{n} Family{n % 10}", f"{n} Birch Lane") for n in range(number)]


def load(
    tx: Connection, new: Iterable[Customer], *, partial: bool = False, max_removed: int | None = None, version: str = ""
) -> ImportResult:
    return customers.replace_all(tx, new, keys=keys, partial=partial, max_removed=max_removed, keys_version=version)


def snapshot(tx: Connection) -> tuple[list[object], list[object]]:
    rows = tx.execute(text("SELECT * FROM customer ORDER BY number")).all()
    return list(rows), list(tx.execute(text("SELECT * FROM customer_key ORDER BY kind, key, number")).all())


def test_an_import_adds_changes_and_removes(database: Database) -> None:
    """The file is the whole master; the counts are what the operator checks it by."""
    everybody = people(1200)
    with database.transaction() as tx:
        assert ImportResult(1200, 0, 0, 0) == load(tx, everybody)
        assert ImportResult(0, 0, 0, 1200) == load(tx, everybody)
        moved = [replace(everybody[0], address="2 Elm Road"), *everybody[1:1190], *people(1203)[1200:]]
        assert ImportResult(3, 1, 10, 1189) == load(tx, moved)
        assert 1193 == customers.count(tx)
        assert {"00000000": moved[0]} == customers.find(tx, ["00000000", "00001195"])


def test_a_partial_import_removes_nobody(database: Database) -> None:
    """New customers of one day."""
    with database.transaction() as tx:
        load(tx, people(10))
        assert ImportResult(1, 1, 0, 0) == load(tx, [ANNA, Customer("00000000", "New Name", "")], partial=True)
        assert 11 == customers.count(tx)


@pytest.mark.parametrize(("kept", "max_removed"), [(94, None), (98, 1), (0, None), (0, 99)])
def test_too_many_removals_change_nothing_and_are_counted(
    database: Database, kept: int, max_removed: int | None
) -> None:
    """A truncated export must not empty the master: every later mail would be an unknown customer."""
    with database.transaction() as tx:
        load(tx, people(100))
        before = snapshot(tx)
        changed = [replace(customer, address="moved") for customer in people(100)[:kept]]
        with pytest.raises(ImportRefused, match=f"{100 - kept} of 100 customers"):
            load(tx, changed, max_removed=max_removed)

        assert before == snapshot(tx)


@pytest.mark.parametrize(("kept", "max_removed"), [(95, None), (98, 2), (0, 100)])
def test_removals_within_the_limit_are_made(database: Database, kept: int, max_removed: int | None) -> None:
    """Exactly at the limit is within it; the keys of those removed go with them."""
    with database.transaction() as tx:
        load(tx, people(100))
        assert 100 - kept == load(tx, people(kept), max_removed=max_removed).removed
        _, left = snapshot(tx)
        assert 2 * kept == len(left)


@pytest.mark.parametrize("apart", [1, 700])
def test_a_number_that_comes_twice_is_refused_by_position(database: Database, apart: int) -> None:
    """Which of the two is the customer cannot be known; the message names positions, never the number."""
    everybody = people(800)
    everybody[apart] = everybody[0]
    with database.transaction() as tx:
        load(tx, people(3))
        with pytest.raises(ImportRefused) as caught:
            load(tx, everybody)

        assert (f"customers 1 and {apart + 1} of the file have the same number",) == caught.value.lines
        assert 3 == customers.count(tx)
        assert ImportResult(0, 0, 0, 3) == load(tx, people(3))


def test_an_error_in_the_middle_of_the_file_changes_nothing(database: Database) -> None:
    """The rows are read while they are written; a bad line is found after good ones were taken."""

    def rows() -> Iterator[Customer]:
        yield from people(900)
        raise ImportRefused("line 902: no name")

    with database.transaction() as tx:
        load(tx, [ANNA])
        with pytest.raises(ImportRefused):
            load(tx, rows(), max_removed=10)

        assert {ANNA.number: ANNA} == customers.find(tx, [ANNA.number, "00000001"])
        assert 1 == customers.count(tx)


def test_text_that_a_database_refuses_is_cleaned_and_compares_as_unchanged(database: Database) -> None:
    """Else the same file would be a change at every import."""
    odd = replace(ANNA, name="A\0nna \ud800Arden")
    with database.transaction() as tx:
        assert 1 == load(tx, [odd]).added
        assert ImportResult(0, 0, 0, 1) == load(tx, [odd])
        assert {ANNA.number: replace(ANNA, name="Anna Arden")} == customers.find(tx, [ANNA.number])


def test_a_customer_is_found_by_address_in_any_form(database: Database) -> None:
    """As given on record, in comparable form for the look-up; an empty address is nobody's."""
    with database.transaction() as tx:
        load(tx, [ANNA, *people(3)])

        assert [ANNA] == customers.by_email(tx, "anna@xn--bcher-kva.example")
        assert [] == customers.by_email(tx, "")


def test_candidates_are_those_with_the_most_keys_in_common(database: Database) -> None:
    """Staff see the likely ones first; a common family name fills no list by itself."""
    with database.transaction() as tx:
        load(tx, people(100))
        found = customers.by_keys(tx, [("family", "family7"), ("name", "given7 family7"), ("name", "x")], limit=3)

    assert ["00000007", "00000017", "00000027"] == [customer.number for customer in found]


def test_keys_follow_the_record_and_their_version(database: Database) -> None:
    """A better way of making keys reaches every customer at the next import, changed or not."""
    with database.transaction() as tx:
        load(tx, [ANNA])
        load(tx, [replace(ANNA, name="Anna Birch")])
        assert [] == customers.by_keys(tx, [("family", "arden")])
        assert 1 == len(customers.by_keys(tx, [("family", "birch")]))

        def better(customer: Customer) -> Iterable[tuple[str, str]]:
            yield "better", customer.number
            yield "better", customer.number

        again = [replace(ANNA, name="Anna Birch")]
        same = customers.replace_all(tx, again, keys=better, partial=False, max_removed=None, keys_version="2")
        assert ImportResult(0, 0, 0, 1) == same
        assert 1 == len(customers.by_keys(tx, [("better", ANNA.number)]))
        assert [] == customers.by_keys(tx, [("family", "birch")])


def test_many_numbers_are_looked_up_at_once(database: Database) -> None:
    """A mail may state thousands of numbers."""
    with database.transaction() as tx:
        load(tx, people(10))
        wanted = [f"{n:08}" for n in range(40_000)]

        assert 10 == len(customers.find(tx, wanted))
        assert {} == customers.find(tx, [])
