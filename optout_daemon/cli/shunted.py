"""`optout-daemon shunted`: mail at which the program itself failed, set aside for an operator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from optout_daemon.cli import inquiry, output
from optout_daemon.cli.output import AsJson, line, message
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.core.lifecycle import State
from optout_daemon.store import audit, inquiries

app = typer.Typer(name="shunted", help="Mail at which the program itself failed.", no_args_is_help=True)

COLUMNS = ("id", "received_at", "mailbox", "attempts", "last_error", "size")


@app.command("list")
def list_shunted(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 100,
    json: AsJson = False,
) -> None:
    """List shunted inquiries, oldest first."""
    with database_of(settings_of(context)) as database, database.reading() as tx:
        found = inquiries.listing(tx, state=State.SHUNTED, limit=limit)
    output.table([{name: getattr(one, name) for name in COLUMNS} for one in found], COLUMNS, as_json=json)


@app.command()
def show(context: typer.Context, id: int, json: AsJson = False) -> None:
    """Print all that is known of one shunted inquiry; exit 1 where it is not shunted."""
    with database_of(settings_of(context)) as database, database.reading() as tx:
        told = inquiry.story(tx, id)
    if told is None or told.inquiry.state is not State.SHUNTED:
        message(f"inquiry {id} is not shunted")
        raise typer.Exit(1)
    inquiry.show(told, (), as_json=json)


@app.command()
def retry(
    context: typer.Context,
    id: Annotated[list[int] | None, typer.Argument(show_default=False)] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are shunted.")] = False,
) -> None:
    """Give shunted inquiries back to the daemon, which decides them anew."""
    if bool(id) == every:
        raise typer.BadParameter("give the ids of inquiries, or --all")
    now = datetime.now(UTC)
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        ids = id or [found.id for found in inquiries.listing(tx, state=State.SHUNTED, limit=1_000_000)]
        for one in ids:
            inquiries.retry(tx, one, now=now)
            audit.record(tx, event="shunted_retried", actor=who(), now=now, inquiry_id=one)
    for one in ids:
        line(f"inquiry {one}: received")
