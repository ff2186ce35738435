"""Bring a database to the schema of this program, all or nothing; on SQLite with a backup made first.

Raises StoreError where the database is away, full or locked, SchemaError where it is newer than the program or its
rows break a foreign key. Killed in the middle it has done nothing, and the next upgrade does all of it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool

from optout_daemon.errors import SchemaError, StoreError
from optout_daemon.store.database import engine, parse, place
from optout_daemon.store.faults import translated

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 0x6F70746F6462  # "optodb": one upgrade at a time on PostgreSQL


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did; `before` is None for a new database, `backup` the file that was made first."""

    before: str | None
    after: str
    backup: Path | None = None


def options() -> dict[str, Any]:
    """How alembic is configured, in the migrations and where the schema is compared with the models."""
    return {"render_as_batch": True, "compare_type": True, "transactional_ddl": True}


def head() -> str:
    """The newest revision in the migrations folder."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(url: str) -> str | None:
    """The revision that a database is at, None for a new one; changes nothing."""
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return None
    with engine(parsed, poolclass=NullPool).connect() as connection:
        connection = connection.execution_options(desk_begin="DEFERRED")
        return _revision(connection)


def upgrade(url: str, backup_dir: Path | None = None, *, now: datetime | None = None) -> Upgrade:
    """Create or upgrade the schema. `backup_dir` is where the SQLite backup goes, beside the file by default."""
    parsed = parse(url)
    file = Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None
    made = engine(parsed, poolclass=NullPool)
    if file is not None:
        _create(file)
        event.listen(made, "connect", _foreign_keys_off)
    with made.connect() as connection, connection.begin():
        if file is None:
            _one_at_a_time(connection)
        before = _revision(connection)
        if before == head():
            return Upgrade(before, before)
        # Made under our write lock, by a second connection that sees the last commit: nothing falls in between.
        backup = _back_up(file, backup_dir or file.parent, before, now) if file is not None and before else None
        try:
            command.upgrade(_config(connection), "head")
        except CommandError:
            raise SchemaError(f"{place(parsed)}: schema {before} is not known here: a newer program made it") from None
        if file is not None and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise SchemaError(
                f"{place(parsed)}: after the upgrade rows would refer to missing ones; nothing was changed"
            )
        return Upgrade(before, head(), backup)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _create(file: Path) -> None:
    """An empty file that only its owner may read: it will hold mail. An existing one is left as it is."""
    if not file.parent.is_dir():
        raise StoreError(f"{file}: the folder {file.parent} does not exist")
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"{file}: the file cannot be made: {error.strerror}") from None


def _foreign_keys_off(connection: DBAPIConnection, _record: object) -> None:
    """Rebuilding a table with foreign keys on would delete its children; inside a transaction it cannot be set."""
    connection.cursor().execute("PRAGMA foreign_keys = OFF")


def _one_at_a_time(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    connection.execute(text("SET LOCAL statement_timeout = 0"))


def _back_up(file: Path, folder: Path, version: str, now: datetime | None) -> Path:
    """A consistent copy, complete under its name or not there at all."""
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    backup = folder / f"{file.name}.{version}.{stamp}.backup"
    unfinished = backup.with_suffix(".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, no -wal beside it
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.rename(backup)
    except sqlite3.Error as error:
        raise translated(error, str(backup)) or error from None
    except OSError as error:
        raise StoreError(f"{backup}: the backup cannot be made: {error.strerror}; nothing was changed") from None
    return backup
