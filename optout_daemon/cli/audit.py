"""`optout-daemon audit`: check that the chain of audit events was not tampered with."""

from __future__ import annotations

import typer

from optout_daemon.cli.output import AsJson, json_line, line
from optout_daemon.cli.session import database_of, settings_of
from optout_daemon.store import audit

app = typer.Typer(name="audit", help="The audit events.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `verify` a verb of its own while it is the only one."""


@app.command()
def verify(context: typer.Context, json: AsJson = False) -> None:
    """Walk the whole chain; exit 1 at the first event that was changed, or where one is missing."""
    with database_of(settings_of(context)) as database, database.reading() as tx:
        broken = audit.verify(tx)
    if json:
        json_line({"holds": broken is None, "event": broken and broken.event_id, "why": broken and broken.why})
    elif broken is None:
        line("the chain holds")
    else:
        line(f"the chain breaks at event {broken.event_id}: {broken.why}")
    raise typer.Exit(0 if broken is None else 1)
