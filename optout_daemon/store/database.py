"""The connection to SQLite or PostgreSQL: transactions that are all or nothing, and errors in one plain line.

Raises StoreError when the database is away, full, read-only or locked (then nothing was written), SchemaError when
its schema is not this program's. Any other database exception is a defect. Safe to share between threads; a
connection belongs to the thread that opened the transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection

from optout_daemon.errors import SchemaError, StoreError
from optout_daemon.store import schema
from optout_daemon.store.columns import dump
from optout_daemon.store.faults import UPGRADE, spoilt, translated

BUSY_TIMEOUT: Final = 10_000
"""Milliseconds that a SQLite writer waits for another one."""

_POSTGRESQL_TIMEOUTS: Final = {
    "lock_timeout": "15s",
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "10min",
}
# A host that is gone is noticed within a minute, also while a statement is on its way to it. One that is there and
# never answers is noticed at the connecting; later whoever asked it waits, and the stop does not wait for them.
_POSTGRESQL_NETWORK: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_WRITERS: Final = 0x6F70746F  # "opto": the advisory lock of serialise()
_LOCK: Final = text("SELECT pg_advisory_xact_lock(:key)")
_SERIALISED: Final = "optout_serialised"


class Database:
    """One database, by its URL (`sqlite:////path/desk.db` or `postgresql+psycopg://…`). Opens nothing yet."""

    def __init__(self, url: str) -> None:
        self.url = parse(url)
        self.place = place(self.url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = engine(self.url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end, rolled back on any exception."""
        with self._begin({"desk_begin": "IMMEDIATE"}) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database on SQLite, and in which nothing can be written."""
        with self._begin({"desk_begin": "DEFERRED"}, read_only=True) as connection:
            yield connection

    @contextmanager
    def _begin(self, options: dict[str, Any], *, read_only: bool = False) -> Iterator[Connection]:
        try:
            connection = self._engine.connect()
        except exc.TimeoutError as error:  # the pool's own; every other error passes the engine's handle_error
            raise translated(error, self.place) or error from None
        with connection:
            connection = connection.execution_options(**options)
            with connection.begin():
                if read_only and not self.is_sqlite:
                    # For this transaction alone: the driver's own switch would begin the next ones READ WRITE, and
                    # write to a database that was made read-only meanwhile.
                    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                yield connection

    @contextmanager
    def bare(self) -> Iterator[Any]:
        """The driver's own connection outside any transaction, for a question that has to cost no more than itself.

        Each statement sees what is committed when it begins. Only for reading; errors are translated like all others.
        """
        try:
            lent = self._engine.raw_connection()
        except exc.TimeoutError as error:
            raise translated(error, self.place) or error from None
        driver = lent.driver_connection
        try:
            if not self.is_sqlite:
                driver.autocommit = True  # type: ignore[union-attr]
            yield driver
        except (sqlite3.Error, psycopg.Error) as error:
            lent.invalidate()
            raise translated(error, self.place) or error from None
        finally:
            if not self.is_sqlite and lent.is_valid:
                driver.autocommit = False  # type: ignore[union-attr]
            lent.close()

    def check_schema(self) -> None:
        """Return when the schema is the one of this program; SchemaError says what to do where it is not."""
        version = text("SELECT version_num FROM alembic_version")
        with self.reading() as tx:
            found = tx.execute(version).scalars().all()
        if found != [schema.HEAD]:
            raise SchemaError(
                f"{self.place}: the schema is {', '.join(found) or 'empty'}, not {schema.HEAD}; {UPGRADE}"
            )

    def close(self) -> None:
        """Close the idle connections; the Database can be used again."""
        self._engine.dispose()


@contextmanager
def savepoint(tx: Connection) -> Iterator[None]:
    """What is written inside is kept or undone as a whole; on an exception the transaction itself goes on."""
    serialised = tx.info.get(_SERIALISED)
    try:
        with tx.begin_nested():
            yield
    except BaseException:
        tx.info[_SERIALISED] = serialised  # PostgreSQL lets go of a lock that was taken inside
        raise


def serialise(tx: Connection) -> None:
    """Let no other transaction past this point until this one ends: what is looked up now stays true until then.

    There is one such lock, taken before anything that two writers could meet at (ledger, audit chain, outbox
    counts), so that on PostgreSQL ids are committed in their order and no two writers can wait for each other.
    On SQLite a writing transaction has it from its start.
    """
    if tx.dialect.name != "postgresql":
        return
    transaction = tx.get_transaction()
    if tx.info.get(_SERIALISED) is not transaction:
        tx.execute(_LOCK, {"key": _WRITERS})
        tx.info[_SERIALISED] = transaction


def parse(url: str) -> URL:
    """The URL of a SQLite file or a PostgreSQL database; StoreError for any other."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise StoreError("database.url: not a URL; use sqlite:////path/desk.db or postgresql+psycopg://…") from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StoreError("database.url: use sqlite:////path/desk.db or postgresql+psycopg://…")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("database.url: a SQLite database must be a file: sqlite:////path/desk.db")
    return parsed


def place(url: URL) -> str:
    """How a message names the database: its file, or host, port and name; never the user or password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"PostgreSQL {url.host or 'local socket'}:{url.port or 5432}/{url.database or ''}"


def engine(url: URL, **options: Any) -> Engine:
    """An engine with this project's habits; also what migrations run on."""
    where = place(url)
    if url.get_backend_name() == "sqlite":
        made = create_engine(url, creator=lambda: _open(str(url.database)), **_COMMON, **options)
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_sqlite)
    else:
        made = create_engine(url, pool_pre_ping=True, connect_args=_POSTGRESQL_NETWORK, **_COMMON, **options)
        event.listen(made, "connect", _prepare_postgresql)

    def explain(context: ExceptionContext) -> None:
        error = translated(context.original_exception, where)
        if spoilt(context.original_exception):
            context.is_disconnect = True
            # A statement that some traceback still holds would keep the closed connection's files open, as they are.
            execution = context.execution_context
            if execution is not None and execution.cursor is not None:
                execution.cursor.close()
        if error is not None:
            raise error from None

    event.listen(made, "handle_error", explain)
    return made


# hide_parameters: a defect's traceback must not print what a mail said.
_COMMON: Final[dict[str, Any]] = {"hide_parameters": True, "json_serializer": dump}


def _open(file: str) -> sqlite3.Connection:
    """Open an existing file only: a new, empty database where the old one should be would be a loss unnoticed."""
    path = Path(file)
    if not path.parent.is_dir():
        raise StoreError(f"{file}: the folder {path.parent} does not exist")
    if not path.exists():
        raise SchemaError(f"{file}: there is no such database yet; {UPGRADE}")
    return sqlite3.connect(
        f"file:{quote(file)}?mode=rw", uri=True, check_same_thread=False, timeout=BUSY_TIMEOUT / 1000
    )


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # no BEGIN by the driver: it loses updates; ours is in _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -32768",
    ):
        cursor.execute("PRAGMA " + pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("desk_begin", "IMMEDIATE")
    connection.exec_driver_sql("PRAGMA query_only = " + ("OFF" if begin == "IMMEDIATE" else "ON"))
    connection.exec_driver_sql("BEGIN " + begin)


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for name, value in _POSTGRESQL_TIMEOUTS.items():
        cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    cursor.close()
    connection.commit()
