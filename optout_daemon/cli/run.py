"""`optout-daemon run`: the daemon itself, in the foreground, as systemd wants it."""

from __future__ import annotations

import typer

from optout_daemon.cli.session import settings_of, warn_of_exposed_secrets
from optout_daemon.daemon import Daemon
from optout_daemon.log import Log


def add_to(app: typer.Typer) -> None:
    app.command()(run)


def run(context: typer.Context) -> None:
    """Answer mail until SIGTERM."""
    settings = settings_of(context)
    warn_of_exposed_secrets(settings)
    log = Log(form=settings.log.format, level=settings.log.level)
    raise typer.Exit(Daemon(settings, log=log).run())
