"""Hold a sender's log of what was sent against the ledger: who was mailed after their block.

One row in memory after the other, however long the file. Raises ImportRefused for a file that cannot be read, with a
line for each bad line; what is given by then stands.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core.digests import Digests, is_digest
from optout_daemon.core.reading.address import Address, comparable
from optout_daemon.customer_file import BadLines, detect_encoding
from optout_daemon.errors import ImportRefused
from optout_daemon.store import api_uses, receipts
from optout_daemon.store.api_uses import Asked
from optout_daemon.store.columns import bounded
from optout_daemon.store.ledger import EMAIL
from optout_daemon.store.list_past import Told, asked_before, blocks_at, named_by, told_of
from optout_daemon.store.receipts import Receipt

AFTER_BLOCK, BEFORE_RECORDED = "after_block", "before_recorded"
GROUP: Final = "group"
_CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True)
class Sent:
    """What is looked at: the columns of the file, the channel, and how the addresses were digested."""

    column: str = "email"
    time: str = "time"
    campaign: str = "campaign"
    channel: str = EMAIL
    company: str = ""
    receiver: str | None = None
    digest: Callable[[str], str] | None = None
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """One mail that should not have been sent; `kind` says whether the list knew then."""

    line: int
    kind: str
    email: str
    time: datetime
    campaign: str
    channel: str
    scope: str
    provisional: bool
    entry: int
    valid_from: datetime
    recorded_at: datetime
    asked_version: int | None
    """The list's version that the sender had last asked for before the mail; None: never."""
    asked_at: datetime | None
    knew: bool
    """Whether the block stood in what the sender had been given."""


@dataclass(slots=True)
class Looked:
    """What was looked at so far."""

    rows: int = 0
    after_block: int = 0
    before_recorded: int = 0


def leaks(
    path: Path, sent: Sent, looked: Looked, *, tx: Connection, digests: Digests, progress: Callable[[int], None]
) -> Iterator[Leak]:
    """Every leak in the order of the file; `looked` counts meanwhile."""
    with (
        path.open("rb") as raw,
        named_by(tx, EMAIL, digests, sent.digest, sent.ending) as named,
    ):
        text = io.TextIOWrapper(raw, encoding=detect_encoding(path), newline="")
        rows = _rows(text, sent)
        while chunk := list(islice(rows, _CHUNK)):
            looked.rows += len(chunk)
            names = named({name for _, name, _, _ in chunk})
            told = told_of(tx, {pair for pairs in names.values() for pair in pairs}, channel=sent.channel)
            for line, name, at, campaign in chunk:
                one = sorted(
                    {each for pair in names.get(name, ()) for each in told.get(pair, ())}, key=lambda each: each.id
                )
                found = _worst(one, at, sent.company)
                if found is not None:
                    kind, entry = found
                    looked.after_block += kind == AFTER_BLOCK
                    looked.before_recorded += kind == BEFORE_RECORDED
                    yield _leak(tx, sent, line, kind, name, at, campaign, entry)
            progress(raw.tell())


def _worst(told: list[Told], at: datetime, company: str) -> tuple[str, Told] | None:
    mine = [one for one in told if not company or one.scope in (GROUP, company)]
    standing = blocks_at(mine, at)
    if standing:
        return AFTER_BLOCK, min(standing, key=lambda one: (one.provisional, one.recorded_at))
    late = asked_before(mine, at)
    return None if late is None else (BEFORE_RECORDED, late)


def _leak(
    tx: Connection, sent: Sent, line: int, kind: str, name: str, at: datetime, campaign: str, entry: Told
) -> Leak:
    asked = _last_told(tx, sent, at)
    return Leak(
        line=line,
        kind=kind,
        email=name,
        time=at,
        campaign=campaign,
        channel=sent.channel,
        scope=entry.scope,
        provisional=entry.provisional,
        entry=entry.id,
        valid_from=entry.valid_from,
        recorded_at=entry.recorded_at,
        asked_version=None if asked is None else asked.version,
        asked_at=None if asked is None else asked.at,
        knew=asked is not None and asked.version >= entry.id,
    )


def _last_told(tx: Connection, sent: Sent, at: datetime) -> Receipt | Asked | None:
    """By a file or by the API, whichever told of the newer list."""
    by_file = receipts.last_before(tx, at, receiver=sent.receiver, channel=sent.channel)
    by_api = api_uses.last_before(tx, at, receiver=sent.receiver, channel=sent.channel)
    told = [each for each in (by_file, by_api) if each is not None]
    return max(told, key=lambda each: each.version, default=None)


def _rows(text: io.TextIOWrapper, sent: Sent) -> Iterator[tuple[int, str, datetime, str]]:
    """(line, comparable name or digest, time, campaign); refuses at the end where lines were bad."""
    reader = csv.reader(text, strict=True)
    bad = BadLines()
    try:
        names = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
        missing = [name for name in (sent.column, sent.time) if names.count(name) != 1]
        if missing:
            raise ImportRefused(
                "the first line does not name the columns that are needed (--column, --time)",
                tuple(f'line 1: the column "{name}" is missing, or stands there twice' for name in missing),
            )
        who, when = names.index(sent.column), names.index(sent.time)
        what = names.index(sent.campaign) if sent.campaign in names else None
        line = reader.line_num + 1
        for row in reader:
            if row:
                problems: list[str] = []
                name, at = "", None
                if len(row) != len(names):
                    problems.append(f"{len(row)} columns, where the first line has {len(names)}")
                else:
                    name, at = _name(row[who], sent, problems), _time(row[when].strip(), problems)
                bad.add(line, problems)
                if name and at is not None:
                    yield line, name, at, "" if what is None else row[what]
            line = reader.line_num + 1
    except csv.Error as error:
        bad.add(reader.line_num, [f"not readable as CSV: {error}; the lines after it were not looked at"])
    if bad.count:
        noun = "line was" if bad.count == 1 else "lines were"
        raise ImportRefused(f"{bad.count} {noun} not looked at, so that the report is not complete", tuple(bad.named))


def _name(text: str, sent: Sent, problems: list[str]) -> str:
    if sent.digest is not None:
        name = text.strip().lower()
        good = is_digest(name)
    else:
        name = bounded(comparable(text))
        good = bool(name) and Address("", name).plain
    if not good:
        problems.append(f"{sent.column}: not a {'digest' if sent.digest is not None else 'mail address'}")
    return name if good else ""


def _time(text: str, problems: list[str]) -> datetime | None:
    try:
        at = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        problems.append("time: neither ISO 8601 nor seconds since 1970")
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
