"""Importing the customer master: the whole file or nothing, and each bad line by its number."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.project.desk import CUSTOMERS, SETTINGS, Desk

HEADER = CUSTOMERS.splitlines()[0]


def master(number: int, first: int = 20_000_001) -> str:
    """A file of so many customers."""
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow(HEADER.split(","))
    for at in range(first, first + number):
        lines.writerow([at, f"Customer {at}", "", "", "", f"{at} High Street", "", ""])
    return file.getvalue()


def test_a_file_is_imported_and_its_customers_are_found(desk: Desk) -> None:
    """By number, however it is typed, and by address, whatever its case."""
    desk("db", "upgrade")
    said = desk("customers", "import", desk.file("c.csv", CUSTOMERS))

    assert (0, "added 3, changed 0, removed 0, unchanged 0\n") == (said.code, said.out)
    assert [{"customers": 3}] == desk("customers", "count", "--json").objects
    assert "山田 太郎" == desk("customers", "find", "１０００ー０００１", "--json").objects[0]["name"]
    assert "10000002" == desk("customers", "find", "ANNA@Mail.Example", "--json").objects[0]["number"]


def test_keys_of_an_earlier_program_are_made_anew(desk: Desk) -> None:
    """Staff's candidates are found by today's rules, also where no record changed."""

    def keys() -> list[tuple[str, str]]:
        with closing(sqlite3.connect(desk.folder / "desk.db")) as database:
            return database.execute("SELECT kind, key FROM customer_key ORDER BY kind, key").fetchall()

    desk.stocked()
    made = keys()
    with closing(sqlite3.connect(desk.folder / "desk.db")) as database:
        database.execute("UPDATE customer SET keys_version = 'of old'")
        database.execute("DELETE FROM customer_key WHERE kind = 'family'")
        database.commit()
    desk("customers", "import", desk.file("c.csv", CUSTOMERS))

    assert made == keys()


def test_a_customer_who_is_not_there_is_a_no(desk: Desk) -> None:
    """1, and nothing on standard output."""
    desk.stocked()
    said = desk("customers", "find", "99999999", "--json")

    assert (1, "") == (said.code, said.out)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_usual_encodings_are_recognised(desk: Desk, encoding: str) -> None:
    """UTF-8 with and without BOM, and what Japanese Excel writes, with characters that only NEC and IBM had."""
    desk("db", "upgrade")
    text = CUSTOMERS.replace("山田", "髙﨑①").replace("\n", "\r\n")
    said = desk("customers", "import", desk.file("c.csv", text.encode(encoding)))

    assert 0 == said.code, said.err
    assert "髙﨑① 太郎" == desk("customers", "find", "10000001", "--json").objects[0]["name"]


def test_a_file_in_another_encoding_is_refused_with_the_line(desk: Desk) -> None:
    """A guess would write wrong names."""
    desk("db", "upgrade")
    said = desk("customers", "import", desk.file("c.csv", HEADER.encode() + b"\n10000001,\xff\xff,\xa0,,,x,,\n"))

    assert 1 == said.code
    assert "neither UTF-8 nor cp932" in said.err
    assert "line 2: not UTF-8" in said.err


BAD = f"""\
{HEADER}
10000001,山田 太郎,,,,東京都千代田区1-1,,
1000000,Seven Digits,,,,1 High Street,,
10000003,,,,,3 High Street,,
10000004,No Address,,,,,,
10000005,Bad Mail,,,,5 High Street,not-an-address,
10000006,Too few,6 High Street
10000001,Twice,,,,7 High Street,,
10000008,"Two
lines",,,,8 High Street,,
10000009,"Quote"d,,,,9 High Street,,
"""


def test_one_bad_row_refuses_the_whole_file_and_each_is_named(desk: Desk) -> None:
    """A half imported master would hold, or suppress, the wrong people."""
    desk.stocked()
    said = desk("customers", "import", desk.file("bad.csv", BAD))

    assert (1, "") == (said.code, said.out)
    assert [
        "  line 3: customer_number: not of the form that the settings' customers.number_pattern asks for",
        "  line 4: name: empty",
        "  line 5: address: empty",
        "  line 6: email: not a mail address",
        "  line 7: 3 columns, where the first line has 8",
        "  line 8: customer_number: stands in an earlier line too",
    ] == said.err.splitlines()[1:7]
    assert said.err.splitlines()[7].startswith("  line 11: not readable as CSV")
    assert "10000001" not in said.err
    assert [{"customers": 3}] == desk("customers", "count", "--json").objects
    assert "山田 太郎" == desk("customers", "find", "10000001", "--json").objects[0]["name"]


def test_only_the_first_bad_lines_are_printed_and_all_are_counted(desk: Desk) -> None:
    """A file of the wrong shape has a million of them."""
    desk("db", "upgrade")
    said = desk("customers", "import", desk.file("c.csv", HEADER + "\n" + "x,,,,,,,\n" * 200))

    assert 1 == said.code
    assert said.err.startswith("optout-daemon: 200 lines are wrong; nothing was imported\n")
    assert 52 == len(said.err.splitlines())
    assert "  and 150 more" == said.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("first_line", "expected"),
    [
        ("customer_number,name,email", 'line 1: the column "address" is missing'),
        ("customer_number;name;address", "line 1: divide the columns by commas"),
        ("customer_number,name,name,address", 'line 1: the column "name" stands there twice'),
        ("", 'line 1: the column "customer_number" is missing'),
    ],
)
def test_a_first_line_that_does_not_name_the_columns_is_refused(desk: Desk, first_line: str, expected: str) -> None:
    """Without it nothing tells a name from an address."""
    desk("db", "upgrade")
    said = desk("customers", "import", desk.file("c.csv", first_line + "\n1,2,3\n"))

    assert 1 == said.code
    assert expected in said.err


def test_columns_of_other_names_are_mapped_in_the_settings(desk: Desk) -> None:
    """A master comes from a system that nobody will change for us."""
    mapping = '[customers]\nmapping = { customer_number = "会員番号", name = "氏名", address = "住所" }\n'
    desk.settings(SETTINGS + mapping)
    desk("db", "upgrade")
    said = desk(
        "customers", "import", desk.file("c.csv", "住所,会員番号,備考,氏名\n京都市1-2,１２３４-５６７８,x,鈴木\n")
    )

    assert 0 == said.code, said.err
    assert "鈴木" == desk("customers", "find", "12345678", "--json").objects[0]["name"]


def test_customers_who_are_missing_are_removed(desk: Desk) -> None:
    """The file is the whole master."""
    desk("db", "upgrade")
    desk("customers", "import", desk.file("all.csv", master(100)))
    said = desk("customers", "import", desk.file("most.csv", master(96)), "--json")

    assert {"added": 0, "changed": 0, "removed": 4, "unchanged": 96} == said.objects[0]


def test_more_than_five_percent_missing_changes_nothing(desk: Desk) -> None:
    """A file cut short in transfer must not empty the directory."""
    desk("db", "upgrade")
    desk("customers", "import", desk.file("all.csv", master(100)))
    said = desk("customers", "import", desk.file("half.csv", master(94)))

    assert (1, "") == (said.code, said.out)
    assert "6 of 100" in said.err
    assert [{"customers": 100}] == desk("customers", "count", "--json").objects


def test_a_larger_removal_can_be_meant(desk: Desk) -> None:
    """A company is sold with its customers: the operator says how many."""
    desk("db", "upgrade")
    desk("customers", "import", desk.file("all.csv", master(100)))

    assert 1 == desk("customers", "import", desk.file("half.csv", master(50)), "--max-removed", "49").code
    assert 0 == desk("customers", "import", desk.file("half.csv", master(50)), "--max-removed", "50").code
    assert [{"customers": 50}] == desk("customers", "count", "--json").objects


def test_a_partial_file_removes_nobody(desk: Desk) -> None:
    """The daily changes of a large master."""
    desk("db", "upgrade")
    desk("customers", "import", desk.file("all.csv", master(100)))
    changes = f"{HEADER}\n20000001,New Name,,,,1 New Street,,\n30000001,New Customer,,,,1 New Street,,\n"
    said = desk("customers", "import", "--partial", desk.file("some.csv", changes), "--json")

    assert {"added": 1, "changed": 1, "removed": 0, "unchanged": 0} == said.objects[0]
    assert [{"customers": 101}] == desk("customers", "count", "--json").objects


def test_an_import_never_touches_the_suppression_list(desk: Desk) -> None:
    """Others lose opt-outs this way: the block is on the person, not on a row of the master."""
    desk.stocked()
    desk("suppressions", "add", "--number", "10000002", "--by", "Aki")
    without = "\n".join(line for line in CUSTOMERS.splitlines() if "10000002" not in line)
    gone = desk("customers", "import", desk.file("c.csv", without), "--max-removed", "1")
    back = desk("customers", "import", desk.file("c.csv", CUSTOMERS))

    assert (0, 0) == (gone.code, back.code)
    assert 1 == desk("suppressions", "check", "--number", "10000002").code
    assert 1 == desk("suppressions", "check", "--email", "anna@mail.example").code


def test_a_file_that_is_not_there_is_wrong_use(desk: Desk) -> None:
    """2, as for every file that cannot be opened."""
    desk.stocked()

    assert 2 == desk("customers", "import", Path("nowhere.csv")).code


def test_customers_in_the_companys_own_database_are_copied_and_found(desk: Desk) -> None:
    """`find` asks the company's database; a file is refused, for the next sync would undo it."""
    with closing(sqlite3.connect(desk.folder / "crm.db")) as crm:
        crm.execute("CREATE TABLE people (code TEXT, name TEXT, address TEXT)")
        crm.execute("INSERT INTO people VALUES ('10000001', 'Anna Weber', '12 Mill Street, Bath')")
        crm.commit()
        desk.file("customers-url", f"sqlite:///{desk.folder / 'crm.db'}\n")
        desk.settings(
            f"{SETTINGS}[customers]\nsource = 'sql'\nurl_file = 'customers-url'\ntable = 'people'\n"
            "mapping = { customer_number = 'code' }\n"
        )
        desk("db", "upgrade")
        said = desk("customers", "sync")
        crm.execute("INSERT INTO people VALUES ('10000009', 'Ben Weber', '12 Mill Street, Bath')")
        crm.commit()

    assert (0, "added 1, changed 0, removed 0, unchanged 0\n") == (said.code, said.out)
    assert "Ben Weber" == desk("customers", "find", "10000009", "--json").objects[0]["name"]
    refused = desk("customers", "import", desk.file("c.csv", CUSTOMERS))
    assert 2 == refused.code
    assert "customers sync" in refused.err


def test_a_sync_without_a_source_says_what_to_use(desk: Desk) -> None:
    """The table of one's own is filled from files."""
    said = desk.stocked()("customers", "sync")

    assert 2 == said.code
    assert "customers import" in said.err


def test_an_empty_file_is_called_empty(desk: Desk) -> None:
    """An export that failed leaves one; its columns are not what is wrong with it."""
    desk.stocked()
    said = desk("customers", "import", desk.file("empty.csv", ""))

    assert 1 == said.code
    assert "optout-daemon: the file is empty" == said.err.splitlines()[0]
    assert "3\n" == desk("customers", "count").out
