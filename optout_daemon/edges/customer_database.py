"""Ask the customers' own database for customers: by number while a mail waits, and for all of them to be copied.

One table or view, read only, through SQLAlchemy: SQLite and PostgreSQL as they come, others where their driver is
installed. Raises DirectoryError for everything that fails, with a text that names the place and never the password.
A number under which two records stand is nobody's: it is left out, as if it were unknown.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Engine, Integer, MetaData, Select, Table, create_engine, event, exc, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection

from optout_daemon.core.model import Customer
from optout_daemon.errors import DirectoryError

NUMBER: Final = "customer_number"
_ASKED: Final = 500
"""Numbers in one question."""
_FETCHED: Final = 1_000
"""Rows that are held at a time while all are read."""
_TIMEOUT: Final = 10
"""Seconds that a look-up may take: a mail waits for it."""


class CustomerDatabase:
    """One table of customers. Opens nothing until it is asked; safe to share between threads."""

    def __init__(self, url: str, table: str, mapping: Mapping[str, str]) -> None:
        """`mapping`: our column names to theirs; a column that is not in it has the same name there, if at all."""
        self._url, self._name, self._mapping = url, table, mapping
        self._engine: Engine | None = None
        self._table: Table | None = None
        self._opening = threading.Lock()

    @property
    def place(self) -> str:
        """How a message names it: the kind, host, database and table."""
        try:
            url = make_url(self._url)
        except exc.ArgumentError:
            return "the customers' database"
        where = f"{url.host}:{url.port}/{url.database}" if url.host else str(url.database)
        return f"{url.get_backend_name()} {where}, table {self._name}"

    def find(self, numbers: Collection[str]) -> dict[str, Customer]:
        """The records under these numbers, by number; unknown ones and those that stand there twice are left out."""
        found: dict[str, Customer] = {}
        twice: set[str] = set()
        wanted = list(dict.fromkeys(numbers))
        for start in range(0, len(wanted), _ASKED):
            some = wanted[start : start + _ASKED]
            with _Asking(self) as (connection, table):
                column = table.c[self._theirs(NUMBER)]
                values: list[Any] = list(some)
                if isinstance(column.type, Integer):
                    values = [int(number) for number in some if number.isascii() and number.isdigit()]
                for row in connection.execute(self._select(table).where(column.in_(values))):
                    customer = _customer(row)
                    if customer.number in found:
                        twice.add(customer.number)
                    found[customer.number] = customer
        return {number: customer for number, customer in found.items() if number not in twice and number in numbers}

    def everyone(self) -> Iterator[Customer]:
        """Every record with a number, name and address, in the order of the numbers."""
        with _Asking(self) as (connection, table):
            rows = self._select(table).order_by(table.c[self._theirs(NUMBER)])
            for row in connection.execution_options(yield_per=_FETCHED).execute(rows):
                customer = _customer(row)
                if customer.number and customer.name and customer.address:
                    yield customer

    def check(self) -> None:
        """Return when the table is there and can be read."""
        with _Asking(self) as (connection, table):
            connection.execute(self._select(table).limit(1)).all()

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()

    def _theirs(self, ours: str) -> str:
        return self._mapping.get(ours, ours)

    def _select(self, table: Table) -> Select[Any]:
        columns = [
            table.c[self._theirs(name)].label(name) for name in (NUMBER, *_OTHERS) if self._theirs(name) in table.c
        ]
        return select(*columns)

    def open(self) -> tuple[Engine, Table]:
        """The engine and the table as it is there. Raises DirectoryError where a needed column is missing."""
        with self._opening:
            if self._engine is None:
                self._engine = _engine(self._url)
            if self._table is None:
                schema, _, name = self._name.rpartition(".")
                table = Table(name, MetaData(), schema=schema or None, autoload_with=self._engine)
                needed = {self._theirs(ours) for ours in (NUMBER, "name", "address")} | set(self._mapping.values())
                missing = sorted(name for name in needed if name not in table.c)
                if missing:
                    raise DirectoryError(
                        f"{self.place}: no column {', '.join(missing)}; set customers.mapping", status="5.3.5"
                    )
                self._table = table
            return self._engine, self._table


class _Asking:
    """A connection for one question; what fails is told as a DirectoryError."""

    def __init__(self, database: CustomerDatabase) -> None:
        self._database = database
        self._connection: Connection | None = None

    def __enter__(self) -> tuple[Connection, Table]:
        try:
            engine, table = self._database.open()
            self._connection = engine.connect()
        except Exception as error:
            raise self._told(error) from None
        return self._connection, table

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._connection is not None:
            self._connection.close()
        if isinstance(error, exc.SQLAlchemyError):
            raise self._told(error) from None

    def _told(self, error: Exception) -> Exception:
        if isinstance(error, DirectoryError):
            return error
        place = self._database.place
        if isinstance(error, exc.NoSuchTableError):
            return DirectoryError(f"{place}: there is no such table or view", status="5.3.5")
        if isinstance(error, exc.NoSuchModuleError | ImportError | exc.ArgumentError):
            return DirectoryError(
                f"{place}: no driver for such a database is installed; use sqlite:///… or postgresql+psycopg://…",
                status="5.3.5",
            )
        if isinstance(error, exc.SQLAlchemyError):
            return DirectoryError(f"{place}: it cannot be asked: {type(error).__name__}", status="4.4.3")
        return error


_OTHERS: Final = ("name", "address", "name_kana", "name_romaji", "postal_code", "email", "company")


def _customer(row: Any) -> Customer:
    values = {name: "" if value is None else str(value).strip() for name, value in row._mapping.items()}
    return Customer(number=values.pop(NUMBER), **values)


def _engine(url: str) -> Engine:
    """Nothing can be written through it, where the database knows how to refuse that."""
    parsed = make_url(url)
    arguments: dict[str, Any] = {}
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        options = f"-c default_transaction_read_only=on -c statement_timeout={_TIMEOUT}s"
        arguments = {"connect_timeout": _TIMEOUT, "options": options}
    elif parsed.get_backend_name() == "sqlite":
        arguments = {"timeout": _TIMEOUT}
    engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, pool_recycle=1800, connect_args=arguments)
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _query_only)
    return engine


def _query_only(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()
