"""What every command starts from: the settings that `--config` names and the database that they name.

Raises SettingsError, SchemaError or StoreError; main() turns them into one line and an exit code.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from optout_daemon.cli.output import message
from optout_daemon.config import Settings, load
from optout_daemon.config_secrets import exposed
from optout_daemon.log import Log
from optout_daemon.parts import Built, build
from optout_daemon.store.database import Database


@dataclass(frozen=True, slots=True)
class Session:
    """The options before the verb."""

    config: Path | None = None


def settings_of(context: typer.Context) -> Settings:
    """The settings of this call."""
    return load(context.ensure_object(Session).config)


@contextmanager
def database_of(settings: Settings) -> Iterator[Database]:
    """The database, with the schema of this program."""
    database = Database(settings.database.url)
    try:
        database.check_schema()
        yield database
    finally:
        database.close()


@contextmanager
def desk_of(settings: Settings) -> Iterator[Built]:
    """Everything that decides, for a command of a clerk: quiet but for warnings."""
    warn_of_exposed_secrets(settings)
    with build(settings, log=Log(form=settings.log.format, level="warning")) as built:
        built.database.check_schema()
        yield built


def warn_of_exposed_secrets(settings: Settings) -> None:
    """Say which secrets every user of this machine can read."""
    for warning in exposed(settings.secret_files):
        message(f"warning: {warning}")


def who() -> str:
    """The name of the person at the keyboard, as the system knows it: `--by` where it is not given."""
    name = os.environ.get("SUDO_USER")
    if name:
        return name
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
