"""Take a list of opt-outs from a CSV file into the ledger, whole or not at all; it can only strengthen.

UTF-8 or cp932, in a shape that list_shapes.py knows. A row that says somebody may be mailed again is left alone and
counted: lifting a block needs a person and a reason. Memory does not grow with the rows. Raises ImportRefused with one
line for each bad line of the file, by number and column, never a value; nothing has changed then.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from optout_daemon.core.arrival import NOTHING_PRINTED, Arrivals
from optout_daemon.core.digests import KEYED, SHA256, Digests, is_digest
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.matching.postal_key import postal_key
from optout_daemon.core.model import GROUP, Action, LedgerEntry
from optout_daemon.core.reading.address import Address, comparable
from optout_daemon.customer_file import STRIDE, BadLines, detect_encoding
from optout_daemon.errors import ImportRefused
from optout_daemon.list_order import in_order
from optout_daemon.list_shapes import Shape, recognise
from optout_daemon.store import audit, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import CUSTOMER_NUMBER, EMAIL, POSTAL

SOURCE: Final = "import"
_DIGESTED: Final = tuple(kind + ending for kind in (EMAIL, CUSTOMER_NUMBER, POSTAL) for ending in (KEYED, SHA256))
_CHUNK: Final = 500
_READING: Final = 0.25
"""What part of the time goes into reading the file, for a progress bar."""
_AHEAD: Final = timedelta(days=1)
_SECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)
_GO_TIME: Final = re.compile(r"^(\S+ [0-9:.]+) ([+-][0-9]{4}) \S+$")
"""`2026-03-01 09:00:00.5 +0000 UTC`"""
_NO_TIME: Final = "0001-01-01"
"""What Go prints where there is none."""
_WORD: Final = re.compile(r"[\w .-]{1,60}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the settings and the person who imports say of the file."""

    channels: Sequence[str]
    channel: str
    by: str
    number_pattern: str
    number_prefixes: Sequence[str] = ()
    columns: Mapping[str, str] | None = None
    reason: str | None = None
    scope: str = GROUP
    """The company, or the whole group, where the file does not say."""
    companies: Sequence[str] = ()
    arrivals: Arrivals = NOTHING_PRINTED
    """Until when matter in print may still arrive, where the file does not say: it counts from the import."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in rows: appended as entries, blocked already, and left alone by their status."""

    shape: str
    rows: int
    added: int
    already: int
    left_alone: Mapping[str, int]
    version: int


def import_file(
    path: Path,
    *,
    database: Database,
    wishes: Wishes,
    digests: Digests,
    now: datetime,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> Imported:
    """Append what the file adds to the list, in one transaction. Raises ImportRefused or StoreError."""
    encoding, size = detect_encoding(path), path.stat().st_size
    with path.open("rb") as raw:
        reading = _Reading(raw, encoding, wishes, now, lambda read: progress(int(read * _READING)))
        with in_order(reading) as entries, database.transaction() as tx:
            added = done = 0
            while chunk := list(islice(entries, _CHUNK)):
                added += len(suppressions.append(tx, chunk, now=now, digests=digests))
                done += len(chunk)
                progress(int(size * (_READING + (1 - _READING) * done / reading.rows)))
            version = suppressions.version(tx)
            if added:
                data = {"rows": reading.rows, "added": added, "version": version}
                audit.record(tx, event="list_imported", actor=wishes.by, now=now, data=data)
    left = dict(reading.left_alone)
    return Imported(reading.shape.name, reading.rows, added, reading.rows - added - sum(left.values()), left, version)


class _Reading:
    """The file's opt-outs as entries. From the first bad line on none is given, and at its end it refuses."""

    def __init__(
        self, raw: BinaryIO, encoding: str, wishes: Wishes, now: datetime, progress: Callable[[int], None]
    ) -> None:
        self._raw = raw
        self._reader = csv.reader(io.TextIOWrapper(raw, encoding=encoding, newline=""), strict=True)
        self._wishes = wishes
        self._pattern = re.compile(wishes.number_pattern)
        self._now = now
        self._progress = progress
        self.rows = 0
        self.left_alone: Counter[str] = Counter()
        try:
            header = next(self._reader, None)
        except csv.Error as error:
            raise ImportRefused("the file is not readable as CSV", (f"line 1: {error}",)) from None
        if header is None:
            raise ImportRefused("the file is empty", ("line 1: the names of the columns are needed",))
        self.shape: Shape = recognise(header, wishes.columns or {})

    def __iter__(self) -> Iterator[LedgerEntry]:
        bad = BadLines()
        line = self._reader.line_num + 1
        try:
            for count, row in enumerate(self._reader):
                if count % STRIDE == 0:
                    self._progress(self._raw.tell())
                if row:
                    self.rows += 1
                    problems: list[str] = []
                    entry = self._entry(row, problems)
                    bad.add(line, problems)
                    if entry is not None and not bad.count:
                        yield entry
                line = self._reader.line_num + 1
        except csv.Error as error:
            bad.add(line, [f"not readable as CSV: {error}; the lines after it were not looked at"])
        bad.refuse()

    def _entry(self, row: Sequence[str], problems: list[str]) -> LedgerEntry | None:
        """The row as an entry; None where it is no opt-out, or has `problems`."""
        shape, wishes = self.shape, self._wishes
        if len(row) != shape.width:
            problems.append(f"{len(row)} columns, where the first line has {shape.width}")
            return None
        values = {what: row[place].strip() for what, place in shape.columns.items()}
        if shape.stops and not self._is_stop(values, problems):
            return None
        channel = values.get("channel", wishes.channel)
        if channel not in wishes.channels:
            problems.append("channel: not one of policy.channels")
        scope = values.get("scope", "") or wishes.scope
        if scope != GROUP and scope not in wishes.companies:
            problems.append("scope: neither group nor a [[company]] of the settings")
        reason = wishes.reason or values.get("reason", "").lower() or shape.reason
        if not _WORD.fullmatch(reason):
            problems.append("reason: not a word or two")
        email, number, digests = self._subjects(values, problems)
        since = self._since(values.get("since", ""), problems)
        until = _day(values.get("until", ""), problems)
        if problems:
            return None
        return LedgerEntry(
            channel,
            Action.STOP,
            reason,
            SOURCE,
            wishes.by,
            since,
            customer_number=number or None,
            emails=(email,) if email else (),
            postal_key=_postal(values),
            digests=digests,
            scope=scope,
            may_arrive_until=until or wishes.arrivals.until(channel, self._now),
        )

    def _is_stop(self, values: Mapping[str, str], problems: list[str]) -> bool:
        status = values["status"].lower()
        if status in self.shape.stops and values.get("provisional") == "yes":
            self.left_alone["provisional"] += 1
            return False
        if status in self.shape.others:
            self.left_alone[status] += 1
        elif status not in self.shape.stops:
            problems.append("status: not one that is known")
        return status in self.shape.stops

    def _subjects(self, values: Mapping[str, str], problems: list[str]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        named = dict(values)
        if "kind" in values:
            named[values["kind"]] = values["subject"]
            if values["kind"] not in (EMAIL, CUSTOMER_NUMBER, POSTAL, *_DIGESTED):
                problems.append("subject_kind: not one that the list can hold")
                return "", "", ()
        email, number = comparable(named.get(EMAIL, "")), normalise(named.get(CUSTOMER_NUMBER, ""))
        if number:
            number = normalise(number, self._wishes.number_prefixes)
        digests = tuple((kind, named[kind].lower()) for kind in _DIGESTED if named.get(kind))
        if email and not Address("", email).plain:
            problems.append("email: not a mail address")
        if number and not self._pattern.fullmatch(number):
            problems.append("customer_number: not of the form that customers.number_pattern asks for")
        if not all(is_digest(digest) for _, digest in digests):
            problems.append("digest: not 64 hexadecimal digits")
        if not email and not number and not digests and not _postal(values):
            problems.append("nobody is named")
        return email, number, digests

    def _since(self, text: str, problems: list[str]) -> datetime:
        text = _GO_TIME.sub(r"\1\2", text)
        if not text or text.startswith(_NO_TIME):
            return self._now
        try:
            at = datetime.fromtimestamp(float(text), UTC) if _SECONDS.fullmatch(text) else datetime.fromisoformat(text)
        except (ValueError, OverflowError, OSError):
            problems.append("time: neither ISO 8601 nor seconds since 1970")
            return self._now
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if at > self._now + _AHEAD:
            problems.append("time: in the future")
        return at


def _postal(values: Mapping[str, str]) -> str:
    """A key as our own export has it, or the normal form of an address."""
    return values["subject"] if values.get("kind") == POSTAL else postal_key(values.get("address", ""))


def _day(text: str, problems: list[str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems.append("may_arrive_until: not a day, as in 2026-04-14")
        return None
