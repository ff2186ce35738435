"""`optout-daemon socketmap`: answer a mail server's look-ups in the list, in the foreground, as systemd wants it."""

from __future__ import annotations

import typer

from optout_daemon.cli.session import database_of, settings_of, warn_of_exposed_secrets
from optout_daemon.config import desk_digests
from optout_daemon.log import Log
from optout_daemon.refusing import serve


def add_to(app: typer.Typer) -> None:
    app.command()(socketmap)


def socketmap(context: typer.Context) -> None:
    """Answer Postfix's socketmap look-ups until SIGTERM; the erased stay blocked."""
    settings = settings_of(context)
    warn_of_exposed_secrets(settings)
    digests = desk_digests(settings)
    with database_of(settings) as database:
        serve(settings, database, digests, log=Log(form=settings.log.format, level=settings.log.level))
