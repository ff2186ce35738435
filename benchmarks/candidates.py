"""Candidates for staff at a million customers, against one look-up by number of the same run.

Invents a customer master (seeded; `--customers N`) in a SQLite file of a temporary folder, then times what is done for
a held mail (match keys, look-ups, ranking: `review.candidates`) against the directory's answer for one number: at
most 20 times as long. Loading is printed and counts for nothing. Prints a ratio a mail and the worst; run it with
`make bench`.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.people import People
from optout_daemon import review
from optout_daemon.core.matching.keys import KEYS_VERSION, match_keys
from optout_daemon.core.model import Customer, Reading
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.directory import TableDirectory
from optout_daemon.store import customers, migrate
from optout_daemon.store.database import Database

MOST: Final = 20.0
ROUNDS: Final = 60
TOLD: Final = 40
"""Customers from the middle of the master in whose names mails are written."""
_CHUNK: Final = 20_000


def load(folder: Path, number: int) -> tuple[Database, list[Customer]]:
    """A database with so many customers, in the rows that an import would write, and some of them."""
    url = f"sqlite:///{folder / 'desk.db'}"
    migrate.upgrade(url)
    people = People(seed=20261102).invent(number)
    some: list[Customer] = []
    plain = sqlite3.connect(folder / "desk.db")
    plain.executescript(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; CREATE TEMP TABLE k (kind, key, number)"
    )
    try:
        indexes = plain.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'customer%'"
        )
        later = [(name, sql) for name, sql in indexes if sql]
        for name, _ in later:
            plain.execute(f"DROP INDEX {name}")
        while chunk := list(islice(people, _CHUNK)):
            for customer, keys in chunk[:: _CHUNK // 10]:
                if set(keys) != set(match_keys(customer)):
                    raise SystemExit(f"the invented match keys are not those of an import: {customer.number}")
            rows = [customers.row(customer, KEYS_VERSION) for customer, _ in chunk]
            names = list(rows[0])
            marks = ", ".join(f":{name}" for name in names)
            plain.executemany(f"INSERT INTO customer ({', '.join(names)}) VALUES ({marks})", rows)
            plain.executemany(
                "INSERT INTO k VALUES (?, ?, ?)",
                ((kind, key, customer.number) for customer, keys in chunk for kind, key in keys),
            )
            some += [customer for customer, _ in chunk[:: max(1, number // TOLD)]]
        plain.execute("INSERT INTO customer_key (kind, key, number) SELECT * FROM k ORDER BY kind, key, number")
        for _, sql in later:
            plain.execute(sql)
        plain.commit()
    finally:
        plain.close()
    return Database(url), some[:TOLD]


def _other(number: str) -> str:
    """The number with one digit wrong."""
    return number[:4] + str((int(number[4]) + 1) % 10) + number[5:]


def _labels(c: Customer, number: str = "") -> str:
    given = f"お客様番号：{number}\n" if number else ""
    return f"{given}お名前：{c.name}\nご住所：〒{c.postal_code} {c.address}\nカタログの送付を停止してください。\n"


def _form(c: Customer, number: str = "") -> str:
    given = f"Customer number: {number}\n" if number else ""
    return f"{given}Name: {c.name}\nAddress: {c.address} {c.postal_code}\nPlease stop the catalogues.\n"


_TALK: Final = "いつもお世話になっております。先日はご丁寧なご案内をいただき、ありがとうございました。\n"
JAPANESE: Final[dict[str, Callable[[Customer], str]]] = {
    "number missing": _labels,
    "wrong digit": lambda c: _labels(c, _other(c.number)),
    "unknown number": lambda c: _labels(c, "99999999"),
    "number missing, prose": lambda c: f"{c.address}の{c.name}です。メールを止めてください。\n",
    "family name only": lambda c: f"{c.name.split()[0]}と申します。配信を停止してください。\n",
    "wrong digit, nothing else": lambda c: f"お客様番号{_other(c.number)}です。配信を停止してください。\n",
    "number missing, 5 kB": lambda c: _labels(c) + _TALK * 40,
}
ENGLISH: Final[dict[str, Callable[[Customer], str]]] = {
    "number missing": _form,
    "wrong digit": lambda c: _form(c, _other(c.number)),
    "unknown number": lambda c: _form(c, "99999999"),
    "number missing, prose": lambda c: f"I am {c.name} of {c.address}. Stop sending me letters.\n",
}


def mails(some: list[Customer], reader: Reader) -> Iterator[tuple[str, list[Reading]]]:
    """Held mails by kind, each in the names of several customers."""
    for language, kinds in (("ja", JAPANESE), ("en", ENGLISH)):
        named = [customer for customer in some if bool(customer.name_kana) is (language == "ja")][:4]
        for kind, write in kinds.items():
            yield f"{language}, {kind}", [reader.read(_mail(customer, write(customer))) for customer in named]


def _mail(customer: Customer, body: str) -> bytes:
    head = f"From: {customer.email or 'someone@example.org'}\nTo: desk@example.com\nMessage-ID: <1@example.org>\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{body}".encode()


def quickest(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the quickest of some calls: what a busy machine adds is left out, on both sides of the ratio."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def ratio(directory: TableDirectory, readings: list[Reading], numbers: list[str]) -> tuple[float, int]:
    """How many look-ups by number the candidates of one mail take as long as, and how many are found at most."""
    found = max(len(review.likely(directory, reading)) for reading in readings)
    ratios = []
    for reading, number in zip(readings, numbers, strict=False):
        floor = quickest(lambda number=number: directory.find([number]), ROUNDS * 5)  # type: ignore[misc]
        work = quickest(lambda reading=reading: review.likely(directory, reading), ROUNDS)  # type: ignore[misc]
        ratios.append(work / floor)
    return statistics.median(ratios), found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, metavar="N", help="size of the master")
    number = parser.parse_args().customers
    reader = Reader(ReaderSettings())
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        began = time.perf_counter()
        database, some = load(Path(folder), number)
        print(f"{number} customers loaded in {time.perf_counter() - began:.0f} s")
        directory, worst = TableDirectory(database), 0.0
        for kind, readings in mails(some, reader):
            times, found = ratio(directory, readings, [customer.number for customer in some])
            worst = max(worst, times)
            print(f"candidates, {kind}: {times:.1f} look-ups by number, {found} found")
        print(f"candidates, worst: {worst:.1f} look-ups by number (at most {MOST:.0f})")
        database.close()
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
