"""Scrub a mailing list by the suppression list: drop or mark who is blocked, keep all else byte for byte.

Reads a column of addresses, customer numbers or digests, and keeps a receipt. Raises ImportRefused where a record or a
name in it cannot be read, since what cannot be read cannot be looked up; no file is left then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core.digests import Digests, is_digest
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.matching.postal_key import postal_key
from optout_daemon.core.model import Act
from optout_daemon.core.reading.address import ORDINARY, Address, comparable
from optout_daemon.customer_file import detect_encoding
from optout_daemon.errors import ImportRefused
from optout_daemon.given_file import whole
from optout_daemon.list_rows import Record, Records
from optout_daemon.store import receipts, suppressions
from optout_daemon.store.columns import bounded
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import EMAIL, POSTAL
from optout_daemon.store.list_lookup import Lookup, by_digest, by_name

BLOCKED, PROVISIONAL, UNREADABLE = "blocked", "provisional", "unreadable"
_CHUNK: Final = 20_000
_MOST_LINES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is in the list and what is to become of who is blocked.

    `digest` and `ending` say of a column of digests how they were made.
    """

    column: str
    channel: str
    kind: str = EMAIL
    mark: str | None = None
    delimiter: str = ","
    drop_unreadable: bool = False
    digest: Callable[[str], str] | None = None
    ending: str = ""
    digest_name: str = ""
    number_prefixes: tuple[str, ...] = ()
    scope: str | None = None
    """Only what stops this company: its own blocks and the whole group's."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """What was done, in rows; `empty` had nobody in the column and were kept."""

    version: int
    read: int
    kept: int
    blocked: int
    provisional: int
    unreadable: int
    empty: int
    receipt: int
    checksum: str


def scrub(
    source: Path,
    target: Path,
    wanted: Wanted,
    *,
    database: Database,
    digests: Digests,
    receiver: str,
    by: str,
    now: datetime,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> Filtered:
    """Write `target` from `source`; the receipt is committed before the file has its name."""
    encoding = detect_encoding(source)
    with source.open("rb") as raw, whole(target) as file:
        records = Records(raw, encoding, wanted.column, wanted.delimiter)
        if wanted.mark is not None and wanted.mark in records.names:
            raise ImportRefused("the list has such a column already", (f'line 1: the column "{wanted.mark}"',))
        with database.reading() as tx, _lookup(tx, wanted, digests) as look_up:
            version = suppressions.version(tx)
            work = _Work(wanted, look_up, encoding)
            file.write(work.header(records.header))
            rows = iter(records)
            while chunk := list(islice(rows, _CHUNK)):
                file.write(work.scrubbed(chunk))
                progress(raw.tell())
        work.refuse()
        form = " ".join(part for part in ("csv", encoding, wanted.digest_name, "marked" if wanted.mark else "") if part)
        stopped = work.counts[BLOCKED] + work.counts[PROVISIONAL]
        receipt = receipts.Receipt(
            Act.FILTER,
            now,
            receiver,
            by,
            version,
            None,
            wanted.channel,
            form,
            rows=work.kept,
            blocked=stopped,
            checksum=file.checksum,
            scope=wanted.scope or "",
        )
        with database.transaction() as tx:
            number = receipts.record(tx, receipt)
    counts = work.counts
    return Filtered(
        version,
        work.read,
        work.kept,
        counts[BLOCKED],
        counts[PROVISIONAL],
        counts[UNREADABLE],
        work.empty,
        number,
        receipt.checksum,
    )


@contextmanager
def _lookup(tx: Connection, wanted: Wanted, digests: Digests) -> Iterator[Lookup]:
    if wanted.digest is None:
        yield by_name(tx, wanted.kind, wanted.channel, digests, wanted.scope)
        return
    with by_digest(tx, wanted.kind, wanted.channel, wanted.digest, wanted.ending, wanted.scope) as look_up:
        yield look_up


class _Work:
    """The scrubbing of one list: what is counted, and the bytes of each chunk."""

    def __init__(self, wanted: Wanted, look_up: Lookup, encoding: str) -> None:
        self._wanted = wanted
        self._look_up = look_up
        self._codec = "utf-8" if encoding == "utf-8-sig" else encoding
        self._mark = wanted.delimiter.encode()
        self._bad: list[str] = []
        self.counts = dict.fromkeys((BLOCKED, PROVISIONAL, UNREADABLE), 0)
        self.read = self.empty = 0

    def header(self, line: bytes) -> bytes:
        return line if self._wanted.mark is None else self._marked(line, self._wanted.mark)

    def scrubbed(self, chunk: list[Record]) -> bytes:
        """The records that stay, or all with their marks."""
        key_of = self._key
        keys = [text and key_of(text) for _, _, text in chunk]
        found = self._look_up({key for key in keys if key})
        marks = self._wanted.mark is not None
        out: list[bytes] = []
        for key, (line, piece, text) in zip(keys, chunk, strict=True):
            if key and key not in found and not marks:  # nearly every row of nearly every list
                self.read += 1
                out.append(piece)
                continue
            if text is None:  # an empty line is no row
                out.append(piece)
                continue
            state = self._state(key, found, line)
            self.read += 1
            if marks:
                out.append(self._marked(piece, state))
            elif not state:
                out.append(piece)
        return b"".join(out)

    def _state(self, key: str | None, found: Mapping[str, bool], line: int) -> str:
        """What a row is, "" where it stays as it is; counted."""
        if key is None:
            self._unreadable(line)
            state = UNREADABLE
        elif not key:
            self.empty += 1
            return ""
        elif key not in found:
            return ""
        else:
            state = PROVISIONAL if found[key] else BLOCKED
        self.counts[state] += 1
        return state

    @property
    def kept(self) -> int:
        """Rows of the file that is written."""
        return self.read if self._wanted.mark is not None else self.read - sum(self.counts.values())

    def refuse(self) -> None:
        """Raise where names could not be read and nobody said that those rows may go."""
        if self._bad:
            count = self.counts[UNREADABLE]
            raise ImportRefused(
                f"{count} {'row names' if count == 1 else 'rows name'} nobody that can be looked up; nothing was"
                " written (--drop-unreadable treats them as blocked)",
                tuple(self._bad),
            )

    def _unreadable(self, line: int) -> None:
        if not self._wanted.drop_unreadable and len(self._bad) < _MOST_LINES:
            self._bad.append(f"line {line}: {self._wanted.column}: not readable")

    def _key(self, text: str) -> str | None:
        """The comparable form of what the column says; "" where it is empty, None where it cannot be one."""
        if self._wanted.digest is not None:
            digest = text.strip().lower()
            return digest if not digest or is_digest(digest) else None
        return name_in(text, self._wanted.kind, self._wanted.number_prefixes)

    def _marked(self, piece: bytes, word: str) -> bytes:
        body = piece.rstrip(b"\r\n")
        return body + self._mark + word.encode(self._codec) + piece[len(body) :]


def name_in(text: str, kind: str, number_prefixes: tuple[str, ...] = ()) -> str | None:
    """The comparable form of an address, a customer number or a postal address.

    "" where there is none, None where it is not readable.
    """
    if kind == POSTAL:
        return bounded(postal_key(text))
    if kind != EMAIL:
        return bounded(normalise(text, number_prefixes))
    if ORDINARY.fullmatch(text):
        return text.lower()
    key = comparable(text)
    return bounded(key) if not key or Address("", key).plain else None
