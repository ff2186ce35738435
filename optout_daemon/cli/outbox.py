"""`optout-daemon outbox`: the replies on their way out, and sending a failed one again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.inquiry import reply_row
from optout_daemon.cli.output import AsJson, line, message
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.core.lifecycle import Delivery
from optout_daemon.store import audit, outbox
from optout_daemon.store.outbox import OutboxItem

app = typer.Typer(name="outbox", help="The replies and their delivery.", no_args_is_help=True)

COLUMNS = ("id", "inquiry_id", "kind", "state", "due", "attempts", "status", "error", "recipient")


@app.command("list")
def list_outbox(
    context: typer.Context,
    state: Annotated[Delivery | None, typer.Option(help="Only those in this state.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 100,
    json: AsJson = False,
) -> None:
    """List the newest replies."""
    with database_of(settings_of(context)) as database, database.reading() as tx:
        found = outbox.listing(tx, state, limit)
    output.table([reply_row(item) for item in found], COLUMNS, as_json=json)


@app.command()
def retry(context: typer.Context, id: list[int]) -> None:
    """Send failed replies on their way again, as if they were queued now: all of them, or none; exit 1 then."""
    now = datetime.now(UTC)
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        wrong = [f"reply {one}: {why}" for one in id if (why := _not_to_retry(outbox.get(tx, one)))]
        for one in dict.fromkeys([] if wrong else id):
            outbox.retry(tx, one, now=now)
            audit.record(tx, event="outbox_retried", actor=who(), now=now, data={"outbox": one})
    for why in wrong:
        message(why)
    if wrong:
        message("nothing was changed")
        raise typer.Exit(1)
    for one in dict.fromkeys(id):
        line(f"reply {one}: queued again; it leaves with the daemon's next delivery")


def _not_to_retry(item: OutboxItem | None) -> str:
    """Why a reply cannot be sent again; "" where it can."""
    if item is None:
        return "there is none"
    if item.state is Delivery.SENT:
        return "sent already; only a failed one can be sent again"
    return "" if item.state is Delivery.FAILED else "on its way already; only a failed one can be sent again"
