"""The customer directory as the desk asks it: by number, by match keys, by e-mail address.

One Protocol; `TableDirectory` answers from the customer table in our own database, `SqlDirectory` asks the company's
own database for the number, and the table, a copy of it, for the rest. Raises DirectoryError when the directory is
away: the inquiry then stays RECEIVED and no attempt is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from optout_daemon.core.model import Customer
from optout_daemon.edges.customer_database import CustomerDatabase
from optout_daemon.errors import DirectoryError, StoreError
from optout_daemon.store import customers
from optout_daemon.store.database import Database


class Directory(Protocol):
    """Who may be asked who a customer is."""

    def find(self, numbers: Collection[str]) -> dict[str, Customer]:
        """The records under these numbers, by number; unknown ones are left out."""

    def by_keys(self, keys: Iterable[tuple[str, str]], limit: int) -> list[Customer]:
        """Records that share a match key (core/matching/keys.py), for staff to choose from."""

    def by_email(self, address: str) -> list[Customer]:
        """Records with this comparable e-mail address."""


class TableDirectory:
    """The customer master as `customers import` left it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, numbers: Collection[str]) -> dict[str, Customer]:
        if not numbers:
            return {}
        try:
            with self._database.reading() as tx:
                return customers.find(tx, numbers)
        except StoreError as error:
            raise DirectoryError(str(error)) from error

    def by_keys(self, keys: Iterable[tuple[str, str]], limit: int) -> list[Customer]:
        try:
            with self._database.reading() as tx:
                return customers.by_keys(tx, list(keys), limit)
        except StoreError as error:
            raise DirectoryError(str(error)) from error

    def by_email(self, address: str) -> list[Customer]:
        try:
            with self._database.reading() as tx:
                return customers.by_email(tx, address)
        except StoreError as error:
            raise DirectoryError(str(error)) from error


class SqlDirectory(TableDirectory):
    """The company's own database for the record under a number, our copy of it for everything that needs our index."""

    def __init__(self, source: CustomerDatabase, database: Database) -> None:
        super().__init__(database)
        self._source = source

    def find(self, numbers: Collection[str]) -> dict[str, Customer]:
        return self._source.find(numbers) if numbers else {}
