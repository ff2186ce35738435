"""Keep the addresses that get no more e-mail in a small file of their own, for a mail server's look-ups.

The file (`lookup.db`) has one table, `suppressed_email(email, scope, since)`, and no write-ahead log. Its content is
replaced in one transaction: a reader sees what was or what is, also one that has had the file open for a day, as
Postfix has. It is locked for some 50 microseconds then, since Postfix does not wait for a lock (docs/adr/0014). Only a
file that is missing or damaged is made anew under its name. Raises StoreError; the file is then as it was before.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from optout_daemon.errors import StoreError
from optout_daemon.store.faults import translated

TABLE: Final = (
    "CREATE TABLE suppressed_email (email TEXT NOT NULL, scope TEXT NOT NULL, since TEXT NOT NULL,"
    " PRIMARY KEY (email, scope)) WITHOUT ROWID"
)
REWRITING: Final = ("erased", "list_repaired")
"""Audit events after which the list differs without a new ledger entry."""
WHOLE_EVERY: Final = 3600.0
"""Seconds after which everything is compared again, whatever the ledger says."""
_BUSY: Final = 5.0
"""Seconds to wait for a look-up that is going on: one takes a millisecond."""
_SPIN: Final = 20e-6

_GONE: Final = (
    "DELETE FROM main.suppressed_email AS m WHERE NOT EXISTS (SELECT 1 FROM desk.suppressed_email AS d"
    " WHERE d.email = m.email AND d.scope = m.scope AND d.since = m.since)"
)
_NEW: Final = (
    "INSERT INTO main.suppressed_email SELECT email, scope, since FROM desk.suppressed_email AS d WHERE NOT EXISTS"
    " (SELECT 1 FROM main.suppressed_email AS m WHERE m.email = d.email AND m.scope = d.scope)"
)
_TOUCHED: Final = "SELECT subject FROM desk.ledger_subject WHERE entry_id > ? AND +subject_kind = 'email'"
_DROP_TOUCHED: Final = f"DELETE FROM main.suppressed_email WHERE email IN ({_TOUCHED})"  # noqa: S608
_ADD_TOUCHED: Final = (
    "INSERT INTO main.suppressed_email SELECT email, scope, since FROM desk.suppressed_email"  # noqa: S608
    f" WHERE email IN ({_TOUCHED})"
)
_ALL: Final = "INSERT INTO main.suppressed_email SELECT email, scope, since FROM desk.suppressed_email ORDER BY 1, 2"


class LookupFile:
    """The file of one desk on SQLite. For one thread at a time."""

    def __init__(
        self, desk: Path, file: Path, *, mode: int = 0o640, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`desk` is the desk's own database, which is only read."""
        self._desk, self._file, self._mode = desk, file, mode
        self._monotonic = monotonic
        self._connection: sqlite3.Connection | None = None
        self._seen: int | None = None
        self._held: int | None = None
        self._version = self._event = 0
        self._whole_at = 0.0

    def refresh(self) -> bool:
        """Bring the file up to date where the desk's database has changed since; whether there was anything to do.

        Costs a look at one number where nothing was committed.
        """
        with self._explained():
            if self._connection is not None and self._inode() != self._held:
                self.close()
            connection = self._connected()
            seen = int(connection.execute("PRAGMA desk.data_version").fetchone()[0])
            if seen == self._seen and not self._whole_due:
                return False
            changed = self._bring_up_to_date(connection)
            self._seen = seen
            return changed

    def close(self) -> None:
        """Let go of both files; the object can be used again."""
        connection, self._connection, self._seen = self._connection, None, None
        if connection is not None:
            connection.close()

    @property
    def _whole_due(self) -> bool:
        return self._monotonic() >= self._whole_at

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> bool:
        before = connection.total_changes
        connection.execute("BEGIN")
        try:
            version = _number(connection, "SELECT coalesce(max(id), 0) FROM desk.ledger")
            event = _number(connection, "SELECT coalesce(max(id), 0) FROM desk.audit_event")
            whole = self._whole_due or version < self._version or event < self._event or self._rewritten(connection)
            if whole:
                connection.execute(_GONE)
                connection.execute(_NEW)
            elif version > self._version:
                connection.execute(_DROP_TOUCHED, (self._version,))
                connection.execute(_ADD_TOUCHED, (self._version,))
            self._commit(connection)
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._version, self._event = version, event
        if whole:
            self._whole_at = self._monotonic() + WHOLE_EVERY
        return connection.total_changes != before

    def _commit(self, connection: sqlite3.Connection) -> None:
        """Commit as soon as the readers of this moment are done: SQLite's own waiting would keep new ones out by ms."""
        until = self._monotonic() + _BUSY
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    connection.execute("COMMIT")
                    break
                except sqlite3.OperationalError as error:
                    if not error.sqlite_errorname.startswith("SQLITE_BUSY") or self._monotonic() > until:
                        raise
                    time.sleep(_SPIN)
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * _BUSY)}")
        _flush(self._file)  # after the lock, not under it

    def _rewritten(self, connection: sqlite3.Connection) -> bool:
        events = "SELECT 1 FROM desk.audit_event WHERE id > ? AND event IN (?, ?) LIMIT 1"
        return connection.execute(events, (self._event, *REWRITING)).fetchone() is not None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            if not self._is_sound():
                self._make()
            self._connection = _connect(self._file, self._desk)
            os.chmod(self._file, self._mode)
            self._held = self._inode()
            self._whole_at = 0.0  # what happened while nobody looked is found by comparing everything
        return self._connection

    def _inode(self) -> int | None:
        try:
            return self._file.stat().st_ino
        except FileNotFoundError:
            return None

    def _is_sound(self) -> bool:
        if not self._file.is_file():
            return False
        try:
            with closing(sqlite3.connect(_uri(self._file, "rw"), uri=True, timeout=_BUSY)) as connection:
                tables = connection.execute("SELECT sql FROM sqlite_master").fetchall()
                return tables == [(TABLE,)] and connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
                return False
            raise

    def _make(self) -> None:
        """A new file, complete under its name or not there at all."""
        made = self._file.with_name(f".{self._file.name}.new")
        try:
            made.unlink(missing_ok=True)
            os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, self._mode))
            os.chmod(made, self._mode)  # the umask does not count
            with closing(_connect(made, self._desk)) as connection:
                connection.execute("PRAGMA main.journal_mode = OFF")
                connection.execute(TABLE)
                connection.execute(_ALL)
            _flush(made)
            self._file.with_name(self._file.name + "-journal").unlink(missing_ok=True)  # it belongs to the old file
            os.replace(made, self._file)
            _flush(self._file.parent)
        except BaseException:
            made.unlink(missing_ok=True)
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self.close()
            raise translated(error, f"{self._file} or {self._desk}") or error from None
        except OSError as error:
            self.close()
            raise StoreError(f"{self._file}: cannot be written: {error.strerror}") from None


def _connect(file: Path, desk: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        _uri(file, "rw"), uri=True, timeout=_BUSY, isolation_level=None, check_same_thread=False
    )
    try:
        # No flush and no early lock while readers are kept out; what an erasure takes out is overwritten.
        for pragma in ("journal_mode = DELETE", "synchronous = OFF", "secure_delete = ON", "cache_spill = OFF"):
            connection.execute(f"PRAGMA main.{pragma}")
        connection.execute("ATTACH ? AS desk", (_uri(desk, "ro"),))
    except BaseException:
        connection.close()
        raise
    return connection


def _uri(file: Path, mode: str) -> str:
    return f"file:{quote(str(file))}?mode={mode}"


def _number(connection: sqlite3.Connection, statement: str) -> int:
    return int(connection.execute(statement).fetchone()[0])


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
