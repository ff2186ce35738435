"""Write the suppression list, or what changed in it since a version, into a file for a sender, and keep a receipt.

CSV or NDJSON, plain or as digests, with a JSON file beside it that says version, rows, checksum and receiver. Memory
does not grow with the list. Raises ExportRefused, which names a ledger entry and never a person; no file is left then.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from optout_daemon.core.digests import KEYED, SHA256, plain_kind
from optout_daemon.core.model import Act
from optout_daemon.errors import OptoutError
from optout_daemon.given_file import whole
from optout_daemon.store import audit, list_lines, receipts, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.list_lines import ListLine

COLUMNS: Final = (
    *("subject_kind", "subject", "channel", "scope", "action", "since", "provisional", "entry"),
    "may_arrive_until",
)
HMAC: Final = "_hmac"
"""Ending of the kind of a subject that a partner's key digested."""
_ENTRY: Final = COLUMNS.index("entry")
_CHUNK: Final = 2_000

Row = tuple[str, str, str, str, str, str, str, int, str]


class ExportRefused(OptoutError):
    """The file was not written."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the file is written; `digest` and `ending` turn a plain subject into a digest of that kind."""

    format: Literal["csv", "ndjson"] = "csv"
    encoding: str = "utf-8"
    escape: bool = False
    """Write what the encoding lacks as `\\uXXXX`; else it refuses the file."""
    digest: Callable[[str], str] | None = None
    ending: str = ""
    name: str = ""
    """How the receipt names the digest."""

    def __str__(self) -> str:
        return " ".join(part for part in (self.format, self.encoding, self.name) if part)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands beside the file, and in the receipt."""

    file: str
    receipt: int
    receiver: str
    at: str
    version: int
    since: int | None
    channel: str
    scope: str
    form: str
    rows: int
    omitted: int
    """Lines that the digest asked for cannot hold: of the erased, whose name nobody has any more."""
    escaped: int
    checksum: str


def export(
    database: Database,
    path: Path,
    form: Form,
    *,
    receiver: str,
    by: str,
    now: datetime,
    since: int | None = None,
    channel: str | None = None,
    scope: str | None = None,
    progress: Callable[[int], None] = lambda _lines: None,
) -> Manifest:
    """Write `path` and `path`.json; with `scope` what stops that company: its own blocks and the group's.

    The receipt is committed before the files have their names."""
    with whole(path) as file, whole(beside(path)) as manifest_file:
        with database.reading() as tx:
            version = suppressions.version(tx)
            if since is not None and since > version:
                raise ExportRefused(f"the list's version is {version}; there is nothing since {since} yet")
            lines = _Lines(list_lines.stream(tx, since=since, channel=channel, scope=scope), form, progress)
            if form.format == "csv":
                file.write(_csv([COLUMNS]).encode(form.encoding))
            while chunk := list(islice(lines, _CHUNK)):
                file.write(lines.encoded(chunk))
        receipt = receipts.Receipt(
            Act.EXPORT,
            now,
            receiver,
            by,
            version,
            since,
            channel or "",
            str(form),
            rows=lines.rows,
            blocked=lines.rows,
            checksum=file.checksum,
            scope=scope or "",
        )
        with database.transaction() as tx:
            number = receipts.record(tx, receipt)
            audit.record(tx, event="list_exported", actor=by, now=now, data={"receipt": number})
        manifest = Manifest(
            path.name,
            number,
            receiver,
            _iso(now),
            version,
            since,
            channel or "",
            scope or "",
            str(form),
            lines.rows,
            lines.omitted,
            lines.escaped,
            file.checksum,
        )
        manifest_file.write(json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode() + b"\n")
    return manifest


def beside(path: Path) -> Path:
    """Where the manifest of a file is."""
    return path.with_name(path.name + ".json")


class _Lines:
    """The rows of the file, counted as they go by."""

    def __init__(self, source: Iterator[ListLine], form: Form, progress: Callable[[int], None]) -> None:
        self._source = source
        self._form = form
        self._progress = progress
        self.rows = self.omitted = self.escaped = 0

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        for line in self._source:
            who = self._subject(line)
            if (self.rows + self.omitted) % _CHUNK == 0:
                self._progress(self.rows + self.omitted)
            if who is None:
                self.omitted += 1
                continue
            self.rows += 1
            since = "" if line.since is None else _iso(line.since)
            provisional = "yes" if line.provisional else "no"
            until = "" if line.may_arrive_until is None else line.may_arrive_until.isoformat()
            return (*who, line.channel, line.scope, line.action.value, since, provisional, line.entry_id, until)
        raise StopIteration

    def _subject(self, line: ListLine) -> tuple[str, str] | None:
        form, kind = self._form, line.subject_kind
        if form.digest is None or (kind.endswith(form.ending) and form.ending in (KEYED, SHA256)):
            return kind, line.subject
        return (kind + form.ending, form.digest(line.subject)) if plain_kind(kind) == kind else None

    def encoded(self, rows: list[Row]) -> bytes:
        """The rows' bytes; ExportRefused where the encoding lacks a character of them."""
        encoding = self._form.encoding
        try:
            return self._text(rows).encode(encoding)
        except UnicodeEncodeError:
            pass
        lacking = [row for row in rows if not _fits(row, encoding)]
        if not self._form.escape:
            raise ExportRefused(
                f"entry {lacking[0][_ENTRY]}: it has a character that {encoding} lacks; use --encoding utf-8, or"
                " --escape to have it written as \\uXXXX (such a line matches nobody)"
            )
        self.escaped += len(lacking)
        return self._text(rows).encode(encoding, "backslashreplace")

    def _text(self, rows: list[Row]) -> str:
        if self._form.format == "csv":
            return _csv(rows)
        return "".join(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


def _fits(row: Row, encoding: str) -> bool:
    try:
        "".join(row[:4]).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _csv(rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)  # RFC 4180: CRLF, quoted where it must be
    return text.getvalue()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
