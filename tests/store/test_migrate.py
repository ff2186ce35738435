"""The schema: made and upgraded all or nothing, and the same as the models say."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from optout_daemon.errors import SchemaError, StoreError
from optout_daemon.store import inquiries, migrate, schema
from optout_daemon.store.database import Database, engine, parse

NOW = datetime(2025, 4, 1, 9, 30, tzinfo=UTC)


def test_a_new_database_gets_the_schema_and_a_second_upgrade_changes_nothing(bare_url: str) -> None:
    """`db upgrade` is the first command of every installation, and may be run again at any time."""
    first, second = migrate.upgrade(bare_url), migrate.upgrade(bare_url)

    assert migrate.Upgrade(None, schema.HEAD) == first
    assert migrate.Upgrade(schema.HEAD, schema.HEAD) == second
    assert schema.HEAD == migrate.current(bare_url)
    Database(bare_url).check_schema()


def test_the_revision_in_the_code_is_the_newest_file() -> None:
    """check_schema() compares with the constant, so that starting does not load the migrations."""
    assert migrate.head() == schema.HEAD


def test_the_migrated_schema_is_the_one_of_the_models(database: Database) -> None:
    """A model changed without a migration would work in new tests and fail at every installation."""
    with engine(database.url).connect() as connection:
        context = MigrationContext.configure(connection, opts=migrate.options())
        differences = compare_metadata(context, schema.metadata)

    assert [] == differences


def test_checks_and_defaults_of_the_models_are_in_the_database(database: Database) -> None:
    """The comparison above does not see CHECK constraints; a new enum member without a migration shows here."""
    expected = {
        table.name: {str(constraint.name) for constraint in table.constraints if str(constraint.name).startswith("ck_")}
        for table in schema.metadata.sorted_tables
    }
    inspector = inspect(engine(database.url))
    found = {name: {str(check["name"]) for check in inspector.get_check_constraints(name)} for name in expected}

    assert expected == found
    for table in schema.metadata.sorted_tables:
        written = " ".join(str(check["sqltext"]) for check in inspector.get_check_constraints(table.name))
        for column in table.columns:
            for value in getattr(column.type, "enums", ()):
                assert f"'{value}'" in written, (table.name, column.name, value)


def test_current_is_none_before_the_first_upgrade(bare_url: str) -> None:
    """And asking makes no file: an empty database where the old one should be must not pass for it."""
    assert migrate.current(bare_url) is None
    if bare_url.startswith("sqlite"):
        assert not Path(bare_url.removeprefix("sqlite:///")).exists()


def test_a_database_without_schema_is_refused_with_what_to_do(bare_url: str) -> None:
    """The daemon ends at once instead of failing at its first mail."""
    if bare_url.startswith("sqlite"):
        Path(bare_url.removeprefix("sqlite:///")).touch()

    with pytest.raises(SchemaError, match="db upgrade"):
        Database(bare_url).check_schema()


def test_the_schema_of_another_program_version_is_refused(database: Database) -> None:
    """Half of an upgrade on one of several hosts must not write with the other half's ideas."""
    with database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaError, match="9999"):
        database.check_schema()
    with pytest.raises(SchemaError, match="newer"):
        migrate.upgrade(database.url.render_as_string(hide_password=False))


def test_a_new_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    """It will hold customers' mail; the -wal file takes its mode over."""
    file = tmp_path / "desk.db"
    migrate.upgrade(f"sqlite:///{file}")

    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """StateDirectory= makes it; a typing error in the settings must not be answered by a traceback."""
    with pytest.raises(StoreError, match=r"folder .*/nowhere does not exist"):
        migrate.upgrade(f"sqlite:///{tmp_path}/nowhere/desk.db")


class Later:
    """A revision after the newest one, written for these tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, body: str) -> None:
        (self.folder / "9001_later.py").write_text(
            "from alembic import op\nimport sqlalchemy as sa\n"
            f"revision = '9001'\ndown_revision = {schema.HEAD!r}\n"
            "def upgrade():\n" + "".join(f"    {line}\n" for line in body.splitlines())
        )


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Later:
    """Give alembic one more folder of revisions."""
    folder = tmp_path / "later"
    folder.mkdir()
    plain = migrate._config

    def with_folder(*arguments: object) -> object:
        config = plain(*arguments)  # type: ignore[arg-type]
        own = Path(str(config.get_main_option("script_location"))) / "versions"
        config.set_main_option("version_locations", f"{own}:{folder}")
        config.set_main_option("path_separator", ":")
        return config

    monkeypatch.setattr(migrate, "_config", with_folder)
    return Later(folder)


BREAKS_IN_THE_MIDDLE = """
op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
with op.batch_alter_table("job") as batch:
    batch.add_column(sa.Column("more", sa.Text()))
raise RuntimeError("killed")
"""
REBUILDS_A_PARENT = """
with op.batch_alter_table("inquiry", recreate="always") as batch:
    batch.add_column(sa.Column("more", sa.Text()))
"""
LOSES_A_PARENT = """
op.execute("DELETE FROM inquiry")
"""


def test_an_upgrade_that_breaks_in_the_middle_has_changed_nothing(database_url: str, later: Later) -> None:
    """A kill during the migration: the next upgrade finds the old schema whole, and completes."""
    later.write(BREAKS_IN_THE_MIDDLE)
    with pytest.raises(RuntimeError, match="killed"):
        migrate.upgrade(database_url)

    assert schema.HEAD == migrate.current(database_url)
    assert not inspect(engine(parse(database_url))).has_table("later")
    later.write(BREAKS_IN_THE_MIDDLE.replace('raise RuntimeError("killed")', ""))
    assert "9001" == migrate.upgrade(database_url).after
    assert inspect(engine(parse(database_url))).has_table("later")


def store_one(url: str) -> None:
    with Database(url).transaction() as tx:
        inquiries.store_mail(
            tx, raw=b"bytes", digest="d", mailbox="desk", uidvalidity=1, uid=1, received_at=NOW, now=NOW
        )


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(sqlite_url: str, later: Later) -> None:
    """SQLite rebuilds a table to change it; with foreign keys on that takes its children along."""
    store_one(sqlite_url)
    later.write(REBUILDS_A_PARENT)
    migrate.upgrade(sqlite_url)

    with Database(sqlite_url).reading() as tx:
        assert 1 == tx.execute(text("SELECT count(*) FROM raw_mail JOIN inquiry ON inquiry_id = id")).scalar()


def test_an_upgrade_that_would_orphan_rows_is_undone(sqlite_url: str, later: Later) -> None:
    """Foreign keys are off meanwhile, so they are checked before the commit."""
    store_one(sqlite_url)
    later.write(LOSES_A_PARENT)
    with pytest.raises(SchemaError, match="refer to missing"):
        migrate.upgrade(sqlite_url)

    with Database(sqlite_url).reading() as tx:
        assert 1 == tx.execute(text("SELECT count(*) FROM inquiry")).scalar()


def test_the_old_database_is_backed_up_first(sqlite_url: str, later: Later, tmp_path: Path) -> None:
    """Named by version and time, complete in one file, and readable by its owner alone."""
    store_one(sqlite_url)
    later.write(REBUILDS_A_PARENT)
    done = migrate.upgrade(sqlite_url, now=NOW)

    assert migrate.Upgrade(schema.HEAD, "9001", tmp_path / f"desk.db.{schema.HEAD}.20250401T093000Z.backup") == done
    assert done.backup is not None
    assert 0o600 == stat.S_IMODE(done.backup.stat().st_mode)
    with sqlite3.connect(f"file:{done.backup}?mode=ro&immutable=1", uri=True) as copy:
        assert [(schema.HEAD,)] == copy.execute("SELECT version_num FROM alembic_version").fetchall()
        assert [(b"bytes",)] == copy.execute("SELECT raw FROM raw_mail").fetchall()


def test_without_room_for_a_backup_nothing_is_upgraded(sqlite_url: str, later: Later, tmp_path: Path) -> None:
    """The upgrade is what the backup is for."""
    later.write(REBUILDS_A_PARENT)
    with pytest.raises(StoreError, match="backup cannot be made"):
        migrate.upgrade(sqlite_url, backup_dir=tmp_path / "nowhere")

    assert schema.HEAD == migrate.current(sqlite_url)
