"""Fixtures of the two databases: each test that asks for `database` runs on a SQLite file and on PostgreSQL.

The schema is made once for each kind; a test gets a copy of its own. The PostgreSQL half is marked slow.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from optout_daemon.store import migrate
from optout_daemon.store.database import Database
from tests.servers.postgres import Postgres

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


@dataclass(frozen=True, slots=True)
class PostgresTemplate:
    """The run's PostgreSQL and the name of a database in it that has the schema and no rows."""

    server: Postgres
    name: str


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The run's PostgreSQL. A test that stops it starts it again."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> PostgresTemplate:
    name = postgres.create()
    migrate.upgrade(postgres.url(name))
    return PostgresTemplate(postgres, name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "desk.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite file of this test's own, with the schema and no rows."""
    file = tmp_path / "desk.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres_template: PostgresTemplate) -> Iterator[str]:
    """A PostgreSQL database of this test's own, with the schema and no rows."""
    name = postgres_template.server.create(postgres_template.name)
    yield postgres_template.server.url(name)
    postgres_template.server.drop(name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with the schema and no rows, once of each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=BOTH)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that has no schema yet, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)
