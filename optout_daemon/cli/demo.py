"""`optout-daemon demo`: a whole desk at work on sample mail, on this machine only."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Keep everything running until Ctrl-C.")] = False,
) -> None:
    """Show a desk at work: servers, customers and mail of its own in a temporary folder; exit 1 on any surprise."""
    from optout_daemon.demo.play import play  # its two servers are of no use to any other command

    raise typer.Exit(play(serve=serve))
