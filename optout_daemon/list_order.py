"""Bring a long list of entries into the order of their subjects, on disk, before it is written into the ledger.

In that order every index of the list grows at one place. In a file's own order each row touches pages all over it, and
beyond the database's cache a million rows take hours instead of minutes. Of one subject the file's order stays.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from optout_daemon.core.model import LedgerEntry

_CACHE: Final = "PRAGMA cache_size = -32768"
_SCHEMA: Final = "CREATE TABLE entry (place INTEGER PRIMARY KEY, subject TEXT NOT NULL, data TEXT NOT NULL)"


@contextmanager
def in_order(entries: Iterable[LedgerEntry]) -> Iterator[Iterator[LedgerEntry]]:
    """All `entries` are taken, and what they raise is raised, before the first is given.

    They lie in a temporary file of SQLite's own, gone at the end; memory does not grow with them. They must have all
    but subject, channel, scope, reason and dates in common.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as made:
        for statement in ("PRAGMA journal_mode = OFF", _CACHE, _SCHEMA, "BEGIN"):
            made.execute(statement)
        pattern: list[LedgerEntry] = []

        def rows() -> Iterator[tuple[str, str]]:
            for entry in entries:
                if not pattern:
                    pattern.append(entry)
                yield _subject(entry), _packed(entry)

        made.executemany("INSERT INTO entry (subject, data) VALUES (?, ?)", rows())
        found = made.execute("SELECT data FROM entry ORDER BY subject, place")
        yield (_unpacked(pattern[0], data) for (data,) in found)


def _subject(entry: LedgerEntry) -> str:
    """As the list orders its lines: by kind, then by name."""
    if entry.digests:
        return "\0".join(entry.digests[0])
    if entry.customer_number:
        return f"customer_number\0{entry.customer_number}"
    return f"email\0{entry.emails[0]}" if entry.emails else f"postal\0{entry.postal_key}"


def _packed(entry: LedgerEntry) -> str:
    until = entry.may_arrive_until
    who = (entry.customer_number, entry.emails, entry.postal_key, entry.digests)
    what = (entry.channel, entry.scope, entry.reason, entry.valid_from.timestamp(), until and until.isoformat())
    return json.dumps((*who, *what))


def _unpacked(pattern: LedgerEntry, data: str) -> LedgerEntry:
    number, emails, postal, digests, channel, scope, reason, since, until = json.loads(data)
    return replace(
        pattern,
        customer_number=number,
        emails=tuple(emails),
        postal_key=postal,
        digests=tuple((kind, digest) for kind, digest in digests),
        channel=channel,
        scope=scope,
        reason=reason,
        valid_from=datetime.fromtimestamp(since, UTC),
        may_arrive_until=until and date.fromisoformat(until),
    )
