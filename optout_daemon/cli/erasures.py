"""What the commands that erase a person have in common: sinks that are still to be told, and what was done."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from optout_daemon.cli.output import json_line, line, message
from optout_daemon.config import Settings
from optout_daemon.erasing import Erased
from optout_daemon.sink_standing import owed

TRY_AGAIN = 75
Untold = Annotated[bool, typer.Option("--untold", help="Also while a sink is still to be told; it never will be.")]


def refuse_while_owed(tx: Connection, settings: Settings, done: Erased, *, untold: bool) -> None:
    """End with exit code 75, the erasure undone, where a sink was not told yet of what names the person.

    Later nobody could: the name is gone, and a sink cannot compare the desk's own digests.
    """
    names = [] if untold else owed(tx, settings, done.entries)
    if names:
        message(f"nothing was erased: {', '.join(names)} was not told of the block yet, and could not be afterwards")
        message("see `optout-daemon sinks list`; --untold erases all the same")
        raise typer.Exit(TRY_AGAIN)


def say_erased(done: Erased, *, as_json: bool) -> None:
    """What an erasure did."""
    if as_json:
        json_line(done)
        return
    parts = ["the customer's record"] if done.customer else []
    parts += [f"the name in entries {', '.join(map(str, done.entries))}"] if done.entries else []
    line("erased: " + " and ".join(parts) if parts else "nothing to erase: not in the list")
    if done.kept:
        line(f"kept: {done.kept} address(es) that another customer has too")
