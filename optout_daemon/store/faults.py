"""What a database's refusal means to an operator: one plain line, without data, statement or parameters.

Only what may happen to a sound program is mapped: away, full, read-only, locked, damaged, not set up. A broken
constraint or a wrong statement is a defect and keeps its own exception.
"""

from __future__ import annotations

import sqlite3
from typing import Final

import psycopg
from sqlalchemy import exc

from optout_daemon.errors import SchemaError, StoreError

UPGRADE: Final = "run `optout-daemon db upgrade`"

# Primary result codes, https://sqlite.org/rescode.html
_SQLITE: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "it is read-only",
    "SQLITE_BUSY": "it is locked by another process",
    "SQLITE_LOCKED": "it is locked by another connection",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_PERM": "the file may not be opened",
    "SQLITE_IOERR": "the disk gave an input/output error",
    "SQLITE_NOTADB": "the file is not a SQLite database",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOMEM": "there is not enough memory",
    "SQLITE_PROTOCOL": "it is locked by another process",
}

# SQLSTATE, or its class, https://www.postgresql.org/docs/15/errcodes-appendix.html
_POSTGRESQL: Final = {
    "08": "the connection was lost",
    "28": "the server refused the user or password",
    "3D000": "there is no database of that name on the server",
    "25006": "it is read-only",
    "40": "another transaction was in the way",
    "42501": "the user may not do that",
    "53100": "the disk is full",
    "53": "the server is out of resources",
    "55P03": "a lock was not released in time",
    "57014": "a statement took too long",
    "57": "the server is shutting down or starting",
    "58": "the server's disk or system failed",
    "25P03": "a transaction was idle for too long",
    "XX": "the database is damaged",
}

# A refusal while connecting reaches us as libpq's English text only.
_CONNECTING: Final = {
    "authentication failed": "28",
    "no pg_hba.conf entry": "28",
    'FATAL:  role "': "28",
    'FATAL:  database "': "3D000",
    "the database system is": "57",
    "too many clients": "53",
}


def translated(error: BaseException, place: str) -> StoreError | None:
    """The StoreError for what `error` means at `place` (a file, or host and database); None for a defect."""
    if isinstance(error, exc.TimeoutError):
        return StoreError(f"{place}: no connection became free in time")
    if isinstance(error, exc.DBAPIError):
        error = error.orig or error
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, place)
    if isinstance(error, psycopg.Error):
        return _postgresql(error, place)
    return None


def spoilt(error: BaseException) -> bool:
    """Whether a SQLite connection is no good any more: one that was opened on a read-only disk stays read-only."""
    passing = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL")
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(tuple(_SQLITE)) and not name.startswith(passing)


def _sqlite(error: sqlite3.Error, place: str) -> StoreError | None:
    if isinstance(error, sqlite3.OperationalError) and str(error).startswith(("no such table", "no such column")):
        return SchemaError(f"{place}: the database is not set up for this program; {UPGRADE}")
    name = getattr(error, "sqlite_errorname", "")
    for code, meaning in _SQLITE.items():
        if name == code or name.startswith(code + "_"):
            return StoreError(f"{place}: {meaning}")
    return None


def _postgresql(error: psycopg.Error, place: str) -> StoreError | None:
    state = error.sqlstate or ""
    if state in ("42P01", "42703"):
        return SchemaError(f"{place}: the database is not set up for this program; {UPGRADE}")
    meaning = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if meaning:
        return StoreError(f"{place}: {meaning}")
    if isinstance(error, psycopg.OperationalError):  # no SQLSTATE: refused while connecting, or never reached
        for words, code in _CONNECTING.items():
            if words in str(error):
                return StoreError(f"{place}: {_POSTGRESQL[code]}")
        return StoreError(f"{place}: the server does not answer, or refuses the connection")
    return None
