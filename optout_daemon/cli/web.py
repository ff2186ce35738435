"""`optout-daemon web`: the review desk in a browser and the API for senders, in the foreground, as systemd wants it."""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime

import typer

from optout_daemon.cli.output import message
from optout_daemon.cli.session import desk_of, settings_of


def add_to(app: typer.Typer) -> None:
    app.command()(web)


def web(context: typer.Context) -> None:
    """Serve the review desk and the API until SIGTERM."""
    from optout_daemon.web.app import build  # the other commands start faster without it
    from optout_daemon.web.server import WebServer, listen
    from optout_daemon.web.sign_in import Sessions, open_door, open_other_door
    from optout_daemon.web.site import Site

    settings = settings_of(context)
    # The server raises the signal once more when it has finished: an ordered end is exit code 0, as of `run`.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with desk_of(settings) as built, listen(settings.web) as opened:
        door = open_door(settings, built.database)
        sessions = Sessions(door, open_other_door(settings, built.database, door))
        app = build(Site(settings, built, lambda: datetime.now(UTC), sessions))
        message(f"optout-daemon: the review desk answers on {settings.web.address}")
        WebServer(app, settings.web, opened).run()
