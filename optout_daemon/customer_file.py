"""Read a customer master from a CSV file and bring it into the desk's table, whole or not at all.

UTF-8 with or without BOM, else cp932. Memory does not grow with the rows but for the set of their numbers. Raises
ImportRefused, with one line for each bad line of the file; nothing has changed then. A text of it holds line numbers
and column names, never a value.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from optout_daemon.config import CUSTOMER_COLUMNS, CustomersSettings
from optout_daemon.core.matching.keys import KEYS_VERSION, match_keys
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.model import Customer
from optout_daemon.errors import ImportRefused
from optout_daemon.store import customers
from optout_daemon.store.customers import ImportResult
from optout_daemon.store.database import Database

REQUIRED: Final = ("customer_number", "name", "address")
LONGEST_VALUE: Final = 1000
MOST_LINES: Final = 1000
"""So many bad lines are kept to be named; the rest is counted."""
STRIDE: Final = 1000
"""Rows between two reports of progress."""

_EMAIL: Final = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}")  # lenient: old carrier addresses break RFC 5322
_NOT_CP932: Final = re.compile("[\x80\uf8f0-\uf8f3]")  # what Python makes of 80, A0, FD, FE, FF: bytes of no character
_CHUNK: Final = 1 << 20


def import_file(
    path: Path,
    *,
    database: Database,
    settings: CustomersSettings,
    partial: bool = False,
    max_removed: int | None = None,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> ImportResult:
    """Make the table what the file says, in one transaction; `partial` adds and changes only.

    `progress` is told how many bytes of the file are read. Raises ImportRefused or StoreError.
    """
    rows = read(path, settings, progress=progress)
    with database.transaction() as tx:
        return customers.replace_all(
            tx, rows, keys=match_keys, partial=partial, max_removed=max_removed, keys_version=KEYS_VERSION
        )


def read(
    path: Path, settings: CustomersSettings, *, progress: Callable[[int], None] = lambda _bytes: None
) -> Iterator[Customer]:
    """The customers of the file, in its order. From the first bad line on nothing more is given, and at the end of
    the file ImportRefused is raised: take nothing as imported before the iterator ends.
    """
    encoding = detect_encoding(path)
    with path.open("rb") as raw:
        yield from _rows(raw, encoding, settings, progress)


def detect_encoding(path: Path) -> str:
    """ "utf-8-sig" or "cp932", by decoding the whole file; ImportRefused names the line where both fail."""
    failures: list[str] = []
    for encoding in ("utf-8", "cp932"):
        try:
            line = _undecodable(path, encoding)
        except OSError as error:
            raise ImportRefused(f"{path}: the file cannot be read: {error.strerror}") from error
        if line is None:
            return "utf-8-sig" if encoding == "utf-8" else encoding
        failures.append(f"line {line}: not {encoding.upper() if encoding == 'utf-8' else encoding}")
    raise ImportRefused(f"{path}: the file is neither UTF-8 nor cp932; save it in one of the two", tuple(failures))


def _undecodable(path: Path, encoding: str) -> int | None:
    """The first line that is not in `encoding`, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                text = decoder.decode(chunk)
                if encoding == "cp932" and (found := _NOT_CP932.search(text)):
                    return line + text.count("\n", 0, found.start())
                line += text.count("\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + error.object.count(b"\n", 0, error.start)
    return None


def _rows(
    raw: BinaryIO, encoding: str, settings: CustomersSettings, progress: Callable[[int], None]
) -> Iterator[Customer]:
    reader = csv.reader(io.TextIOWrapper(raw, encoding=encoding, newline=""), strict=True)
    bad = BadLines()
    seen: set[str] = set()
    line = 1
    try:
        checker = _Checker(_header(reader, settings), settings)
        line = reader.line_num + 1
        for count, row in enumerate(reader):
            if count % STRIDE == 0:
                progress(raw.tell())
            if row:
                customer, problems = checker.check(row)
                if customer.number in seen and customer.number:
                    problems.append("customer_number: stands in an earlier line too")
                seen.add(customer.number)
                bad.add(line, problems)
                if not bad.count:
                    yield customer
            line = reader.line_num + 1
    except csv.Error as error:
        bad.add(line, [f"not readable as CSV: {error}; the lines after it were not looked at"])
    progress(raw.tell())
    bad.refuse()


def _header(reader: Iterator[list[str]], settings: CustomersSettings) -> dict[str, int]:
    """Which column of the file each of ours is."""
    first = next(reader, None)
    if first is None:
        raise ImportRefused(
            "the file is empty", ("line 1: the names of the columns are needed, then a line a customer",)
        )
    names = [name.strip() for name in first]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        raise ImportRefused("the file's columns are not divided by commas", ("line 1: divide the columns by commas",))
    places: dict[str, int] = {}
    problems = []
    for column in CUSTOMER_COLUMNS:
        name = settings.mapping.get(column, column)
        if names.count(name) > 1:
            problems.append(f'line 1: the column "{name}" stands there twice')
        elif name in names:
            places[column] = names.index(name)
        elif column in REQUIRED or column in settings.mapping:
            hint = "" if column in settings.mapping else "; other names are mapped in the settings, customers.mapping"
            problems.append(f'line 1: the column "{name}" is missing{hint}')
    if problems:
        raise ImportRefused("the file's first line does not name the columns that are needed", tuple(problems))
    return {**places, "": len(names)}


class _Checker:
    """Turns one row into a Customer and says what is wrong with it."""

    def __init__(self, places: dict[str, int], settings: CustomersSettings) -> None:
        self.fields = places.pop("")
        self.places = places
        self.prefixes = settings.number_prefixes
        self.pattern = re.compile(settings.number_pattern)

    def check(self, row: Sequence[str]) -> tuple[Customer, list[str]]:
        if len(row) != self.fields:
            return Customer("", "", ""), [f"{len(row)} columns, where the first line has {self.fields}"]
        values = {column: row[place].strip() for column, place in self.places.items()}
        problems = [f"{column}: empty" for column in REQUIRED if not values[column]]
        number = normalise(values.pop("customer_number"), self.prefixes)
        if number and not self.pattern.fullmatch(number):
            problems.append("customer_number: not of the form that the settings' customers.number_pattern asks for")
        if values.get("email") and not _EMAIL.fullmatch(values["email"]):
            problems.append("email: not a mail address")
        for column, value in values.items():
            if len(value) > LONGEST_VALUE:
                problems.append(f"{column}: longer than {LONGEST_VALUE} characters")
            elif "�" in value or "\0" in value:
                problems.append(f"{column}: damaged characters")
        return Customer(number=number, **values), problems


class BadLines:
    """The bad lines so far: the first ones by name, all by number."""

    def __init__(self) -> None:
        self.count = 0
        self.named: list[str] = []

    def add(self, line: int, problems: Sequence[str]) -> None:
        if not problems:
            return
        self.count += 1
        if len(self.named) < MOST_LINES:
            self.named.append(f"line {line}: {'; '.join(problems)}")

    def refuse(self) -> None:
        """Raise where there is a bad line."""
        if self.count:
            noun = "line is" if self.count == 1 else "lines are"
            raise ImportRefused(f"{self.count} {noun} wrong; nothing was imported", tuple(self.named))
