"""Customers in the company's own database: asked live by number, copied for what needs an index of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Customer
from optout_daemon.directory import SqlDirectory
from optout_daemon.edges.customer_database import CustomerDatabase
from optout_daemon.errors import DirectoryError, ImportRefused
from optout_daemon.log import Log
from optout_daemon.store import alarms, customers
from optout_daemon.store.database import Database
from optout_daemon.syncing import sync, sync_and_tell
from tests.servers.postgres import Postgres

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MAPPING = {"customer_number": "code", "name": "full_name", "name_kana": "yomi"}
ANNA = Customer("20000001", "Anna Arden", "1 Birch Lane, Oakford", email="anna@example.org")
YAMADA = Customer("20000002", "山田 太郎", "東京都千代田区千代田1-1", name_kana="ヤマダ タロウ")

Crm = Callable[[str], None]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[CustomerDatabase, Crm]]:
    """A company's database with two customers under names of its own, and a way to write to it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'crm.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.url(server.create())
    engine = create_engine(url)

    def write(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(text(statement))

    write(
        "CREATE TABLE people (code VARCHAR(20), full_name VARCHAR(200), yomi VARCHAR(200), address VARCHAR(200), "
        "email VARCHAR(200), tier INTEGER)"
    )
    write(
        "INSERT INTO people VALUES ('20000001', 'Anna Arden', NULL, '1 Birch Lane, Oakford', 'anna@example.org', 1), "
        "('20000002', '山田 太郎', 'ヤマダ タロウ', '東京都千代田区千代田1-1', NULL, 2)"
    )
    source = CustomerDatabase(url, "people", MAPPING)
    yield source, write
    source.close()
    engine.dispose()


def test_a_number_is_looked_up_where_the_company_keeps_it(crm: tuple[CustomerDatabase, Crm], database: Database):
    """A customer of a minute ago is known, though the copy is an hour old."""
    source, write = crm
    directory = SqlDirectory(source, database)

    assert {} == directory.find([])
    assert {"20000001": ANNA, "20000002": YAMADA} == directory.find(["20000001", "20000002", "99999999"])
    write("INSERT INTO people VALUES ('20000003', 'New', NULL, 'Here 1', NULL, 1)")
    assert ["20000003"] == list(directory.find(["20000003"]))


def test_a_number_of_two_records_is_nobodys(crm: tuple[CustomerDatabase, Crm], database: Database):
    """Which of the two wrote cannot be told from the number; a person has to look."""
    source, write = crm
    write("INSERT INTO people VALUES ('20000001', 'Other Person', NULL, 'There 2', NULL, 1)")

    assert {} == source.find(["20000001"])
    done = sync(source, database)
    assert (1, 1) == (done.result.added, done.twice)


def test_a_sync_makes_the_copy_what_the_source_says(crm: tuple[CustomerDatabase, Crm], database: Database):
    """Added, changed, removed; the keys with them."""
    source, write = crm
    first = sync(source, database)
    write("UPDATE people SET full_name = 'Anna Birch' WHERE code = '20000001'")
    write("DELETE FROM people WHERE code = '20000002'")
    second = sync(source, database, max_removed=1)

    assert (2, 0, 0) == (first.result.added, first.result.changed, first.result.removed)
    assert (0, 1, 1) == (second.result.added, second.result.changed, second.result.removed)
    directory = SqlDirectory(source, database)
    [found] = directory.by_keys(match_keys(Customer("20000001", "Anna Birch", "")), 10)
    assert "Anna Birch" == found.name
    assert ["20000001"] == [customer.number for customer in directory.by_email("anna@example.org")]


def test_keys_of_an_earlier_program_are_made_anew_by_a_sync(crm: tuple[CustomerDatabase, Crm], database: Database):
    """Staff's candidates are found by today's rules, also where no record changed."""
    source, _ = crm
    sync(source, database)
    with database.transaction() as tx:
        tx.execute(text("UPDATE customer SET keys_version = 'of old'"))
        tx.execute(text("DELETE FROM customer_key"))
    sync(source, database)

    with database.reading() as tx:
        assert ["20000001"] == [one.number for one in customers.by_keys(tx, match_keys(ANNA))]


def test_a_source_that_lost_its_rows_does_not_empty_the_copy(crm: tuple[CustomerDatabase, Crm], database: Database):
    """A half-finished load over there is not the end of all customers here; one alarm, and the old copy stays."""
    source, write = crm
    sync(source, database)
    write("DELETE FROM people")
    said = StringIO()
    for _ in range(2):
        sync_and_tell(source, database, now=NOW, log=Log(stream=said))

    with pytest.raises(ImportRefused):
        sync(source, database)
    with database.reading() as tx:
        assert 2 == customers.count(tx)
        assert ["sync_refused"] == [alarm.kind for alarm in alarms.open_alarms(tx)]
    assert 1 == said.getvalue().count("event=alarm")
    write("INSERT INTO people VALUES ('20000001', 'A', NULL, 'B 1', NULL, 1), ('20000002', 'C', NULL, 'D 2', NULL, 1)")
    sync_and_tell(source, database, now=NOW, log=Log(stream=said))
    with database.reading() as tx:
        assert [] == alarms.open_alarms(tx)


def test_records_without_name_or_address_are_left_out(crm: tuple[CustomerDatabase, Crm], database: Database):
    """Nobody can be compared with them; the others are copied all the same."""
    source, write = crm
    write("INSERT INTO people VALUES ('20000009', NULL, NULL, 'Here 1', NULL, 1), (NULL, 'X', NULL, 'Y 1', NULL, 1)")

    assert 2 == sync(source, database).result.added


def test_nothing_can_be_written_through_it(crm: tuple[CustomerDatabase, Crm]):
    """The company's database is not ours."""
    source, _ = crm
    source.check()
    engine, _table = source.open()
    with pytest.raises(Exception, match=r"readonly|read-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM people"))


def test_a_column_of_numbers_is_asked_with_numbers(tmp_path: Path):
    """Many a company keeps the customer number as an integer; what is no number is unknown there."""
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.execute("CREATE TABLE people (customer_number INTEGER, name TEXT, address TEXT)")
        connection.execute("INSERT INTO people VALUES (20000001, 'Anna Arden', '1 Birch Lane, Oakford')")
        connection.commit()
    source = CustomerDatabase(f"sqlite:///{tmp_path / 'crm.db'}", "people", {})

    assert ["20000001"] == list(source.find(["20000001", "2000000A", "²"]))


@pytest.mark.parametrize(
    ("url", "table", "says", "temporary"),
    [
        ("sqlite:///{folder}/crm.db", "people", "no such table", False),
        ("sqlite:///{folder}/none/crm.db", "people", "cannot be asked", True),
        ("postgresql+psycopg://reader:hunter2@127.0.0.1:9/crm", "crm.people", "cannot be asked", True),
        ("nosuchkind://reader:hunter2@db.example/crm", "people", "no driver", False),
        ("not a url", "people", "no driver", False),
    ],
)
def test_what_is_wrong_is_said_without_the_password(tmp_path: Path, url: str, table: str, says: str, temporary: bool):
    """It goes to the log; a source that is away is tried again, wrong settings are named."""
    source = CustomerDatabase(url.format(folder=tmp_path), table, {})
    with pytest.raises(DirectoryError, match=says) as refused:
        source.find(["20000001"])

    assert temporary == refused.value.temporary
    assert "hunter2" not in str(refused.value)


def test_a_missing_column_is_named_with_the_setting(crm: tuple[CustomerDatabase, Crm]):
    """Nobody's columns are called as ours are; the mapping says which is which."""
    source, _ = crm
    unmapped = CustomerDatabase(source._url, "people", {"name": "full_name"})
    with pytest.raises(DirectoryError, match=r"no column customer_number; set customers\.mapping"):
        unmapped.check()
