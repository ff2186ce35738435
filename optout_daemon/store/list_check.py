"""Ask the suppression list about one, as often as senders do: prepared statements on the driver's own connection.

Answers what suppressions.check() does, in a small part of its time: no transaction is opened, no statement is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from optout_daemon.core.digests import KEYED, SHA256, Digests
from optout_daemon.core.model import GROUP
from optout_daemon.core.reading.address import comparable
from optout_daemon.store.columns import bounded, clean
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import EMAIL
from optout_daemon.store.suppressions import Blocked, subjects_of

_BLOCK: Final = "SELECT entry_id, since, scope, subject_kind, provisional, may_arrive_until FROM suppression"
_ONE: Final = _BLOCK + " WHERE subject_kind = ? AND subject = ? AND channel = ?"
_ONE_IN: Final = _ONE + f" AND scope IN ('{GROUP}', ?)"
_ALIASED: Final = (
    " UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL WHERE EXISTS (SELECT 1 FROM suppression WHERE subject_kind ="
    " ?) OR EXISTS (SELECT 1 FROM suppression WHERE subject_kind = ?)"
)
"""One more row where anybody of that kind is on the list by a digest: only then are digests made."""
_VERSION: Final = "SELECT coalesce(max(id), 0) FROM ledger"


class Checker:
    """Asks by one connection, and by one thread at a time."""

    def __init__(self, connection: Any, digests: Digests, *, is_sqlite: bool) -> None:
        self._ask = connection.execute if is_sqlite else partial(connection.execute, prepare=True)
        self._digests = digests
        mark = "?" if is_sqlite else "%s"
        self._one, self._one_in, self._version = (text.replace("?", mark) for text in (_ONE, _ONE_IN, _VERSION))
        self._first, self._first_in = ((text + _ALIASED).replace("?", mark) for text in (_ONE, _ONE_IN))

    def version(self) -> int:
        """The list's version. Ask it first: the answer after it is at least as new."""
        return int(self._ask(self._version).fetchone()[0])

    def check(
        self,
        *,
        email: str | None = None,
        customer_number: str | None = None,
        channel: str,
        scope: str | None = None,
        postal_key: str | None = None,
    ) -> list[Blocked]:
        """Every block of the address (in any case or IDNA form) or the customer; see suppressions.check()."""
        if email is not None and customer_number is None and postal_key is None:
            name = bounded(clean(comparable(email)))
            return self._of(EMAIL, name, channel, scope) if name else []
        found: list[Blocked] = []
        for kind, subject in subjects_of(email=email, customer_number=customer_number, postal_key=postal_key):
            found += self._of(kind, subject, channel, scope)
        return found

    def _of(self, kind: str, subject: str, channel: str, scope: str | None) -> list[Blocked]:
        ends = (kind + KEYED, kind + SHA256)
        if scope is None:
            rows = self._ask(self._first, (kind, subject, channel, *ends)).fetchall()
        else:
            rows = self._ask(self._first_in, (kind, subject, channel, scope, *ends)).fetchall()
        if rows and rows[-1][0] is None:
            rows.pop()
            for alias in self._digests.aliases(kind, subject):
                if scope is None:
                    rows += self._ask(self._one, (*alias, channel)).fetchall()
                else:
                    rows += self._ask(self._one_in, (*alias, channel, scope)).fetchall()
        return [_blocked(*row) for row in rows] if rows else rows


@contextmanager
def checker(database: Database, digests: Digests) -> Iterator[Checker]:
    """A checker for as long as it is needed; it may be kept for a long time. Raises StoreError."""
    with database.bare() as connection:
        yield Checker(connection, digests, is_sqlite=database.is_sqlite)


def _blocked(
    entry: int, since: str | datetime, scope: str, kind: str, provisional: int, until: str | date | None
) -> Blocked:
    """SQLite has moments and days as text, moments in UTC."""
    at = datetime.fromisoformat(since + "+00:00") if isinstance(since, str) else since
    day = date.fromisoformat(until) if isinstance(until, str) else until
    return Blocked(entry, at, scope, kind, bool(provisional), day)
