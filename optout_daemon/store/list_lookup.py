"""Ask the suppression list about many at once: which of these names or digests are blocked on a channel.

One statement for thousands of names, so that scrubbing a mailing list costs little more than the join itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final

from sqlalchemy import Connection, TextClause, exists, select, text

from optout_daemon.core.digests import KEYED, SHA256, Digests
from optout_daemon.core.model import GROUP
from optout_daemon.store import list_lines
from optout_daemon.store.schema import suppression as table

Lookup = Callable[[Collection[str]], dict[str, bool]]
"""From names to those that are blocked, each with whether only provisionally."""

_WHERE: Final = "ON s.subject_kind = :kind AND s.subject = j.value AND s.channel = :channel"
_WITHIN: Final = f" AND s.scope IN ('{GROUP}', :scope)"


def _find_by(where: str) -> dict[str, TextClause]:
    return {
        "sqlite": text(
            f"SELECT s.subject, s.provisional FROM json_each(:names) AS j CROSS JOIN suppression AS s {where}"  # noqa: S608
        ),
        "postgresql": text(
            "SELECT s.subject, s.provisional FROM json_array_elements_text(CAST(:names AS json)) AS j(value)"  # noqa: S608
            f" JOIN suppression AS s {where}"
        ),
    }


_FIND: Final = _find_by(_WHERE)
_FIND_WITHIN: Final = _find_by(_WHERE + _WITHIN)
_CHUNK: Final = 5_000


def by_name(tx: Connection, kind: str, channel: str, digests: Digests, scope: str | None = None) -> Lookup:
    """Look names in comparable form up, also among the erased and whoever came as a digest, where there are any.

    In every scope, or with `scope` where that company is stopped: by its own blocks and by the whole group's.
    """
    aliased = any(tx.execute(select(exists().where(table.c.subject_kind == kind + end))).scalar() for end in _ENDINGS)

    def look_up(names: Collection[str]) -> dict[str, bool]:
        found = _find(tx, kind, channel, names, scope)
        if aliased:
            names_of: dict[str, dict[str, str]] = {}
            for name in names:
                for a_kind, alias in digests.aliases(kind, name):
                    names_of.setdefault(a_kind, {})[alias] = name
            for a_kind, of in names_of.items():
                for alias, provisional in _find(tx, a_kind, channel, of, scope).items():
                    found[of[alias]] = found.get(of[alias], True) and provisional
        return found

    return look_up


@contextmanager
def by_digest(
    tx: Connection,
    kind: str,
    channel: str,
    digest: Callable[[str], str],
    ending: str,
    scope: str | None = None,
) -> Iterator[Lookup]:
    """Look digests up: of every plain name on the list, made here, and those that the list has under `ending`.

    They lie in a temporary file of SQLite's own, gone at the end.
    """
    made = sqlite3.connect("")
    try:
        made.execute("CREATE TABLE digest (value TEXT PRIMARY KEY, provisional INTEGER NOT NULL) WITHOUT ROWID")
        wanted: dict[str, Callable[[str], str]] = {kind: digest, kind + ending: str}
        pairs = (
            (wanted[line.subject_kind](line.subject), line.provisional)
            for line in list_lines.stream(tx, channel=channel, scope=scope)
            if line.subject_kind in wanted
        )
        while chunk := list(islice(pairs, _CHUNK)):
            made.executemany(
                "INSERT INTO digest VALUES (?, ?) ON CONFLICT DO UPDATE SET provisional = provisional AND"
                " excluded.provisional",
                chunk,
            )

        def look_up(names: Collection[str]) -> dict[str, bool]:
            rows = made.execute(
                "SELECT d.value, d.provisional FROM json_each(?) AS j CROSS JOIN digest AS d ON d.value = j.value",
                (json.dumps(sorted(names)),),
            )
            return {value: bool(provisional) for value, provisional in rows}

        yield look_up
    finally:
        made.close()


def _find(tx: Connection, kind: str, channel: str, names: Collection[str], scope: str | None) -> dict[str, bool]:
    found: dict[str, bool] = {}
    given = json.dumps(sorted(names))  # in the order of the index: neighbours share its pages
    wanted = {"names": given, "kind": kind, "channel": channel}
    if scope is None:
        rows = tx.execute(_FIND[tx.dialect.name], wanted)
    else:
        rows = tx.execute(_FIND_WITHIN[tx.dialect.name], wanted | {"scope": scope})
    for name, provisional in rows.all():
        found[name] = found.get(name, True) and bool(provisional)
    return found


_ENDINGS: Final = (KEYED, SHA256)
