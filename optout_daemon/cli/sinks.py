"""`optout-daemon sinks`: how far each sink has been told of the list, telling it again, and trying one that failed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.output import AsJson, line, message
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import Settings
from optout_daemon.sink_standing import SinkStanding, standings
from optout_daemon.store import audit, sinks

app = typer.Typer(name="sinks", help="The outside systems that are told of the list.", no_args_is_help=True)

COLUMNS = ("name", "kind", "state", "version", "waiting", "oldest_waiting", "last_success", "attempts", "next_try")
MORE = ("error", "rejected", "replays", "first_contact")
"""In JSON only."""
Name = Annotated[str, typer.Argument(help="The sink's name in the settings.", show_default=False)]


@app.command("list")
def list_sinks(context: typer.Context, json: AsJson = False) -> None:
    """List every sink: the version that it has, what waits, and what went wrong last."""
    settings = settings_of(context)
    with database_of(settings) as database, database.reading() as tx:
        found = standings(tx, settings)
    kinds = {sink.name: sink.kind for sink in settings.sink}
    rows = [_row(one, kinds.get(one.name, "not in the settings")) for one in found]
    output.table(rows, COLUMNS + MORE if json else COLUMNS, as_json=json)
    if not json:
        for one in found:
            if one.state is not None and one.state.error:
                message(f"{one.name}: {one.state.error}")


@app.command()
def retry(context: typer.Context, name: Name) -> None:
    """Try a sink now that failed, refused or said that it is gone; exit 1 where it was never met."""
    _change(context, name, "sink_retried", None)
    line(f"{name}: due now; the daemon tries it within seconds")


@app.command()
def replay(
    context: typer.Context,
    name: Name,
    since: Annotated[int, typer.Option(min=0, help="What came after this version; 0 is all.", show_default=False)],
) -> None:
    """Tell a sink again what came after a version, under new ids; exit 1 where it was never met, or is not so far."""
    _change(context, name, "sink_replayed", since)
    line(f"{name}: told again from version {since} on; the daemon begins within seconds")


def _change(context: typer.Context, name: str, event: str, since: int | None) -> None:
    settings, now = settings_of(context), datetime.now(UTC)
    with database_of(settings) as database, database.transaction() as tx:
        why = _not_to_change(sinks.get(tx, name), name, settings, since)
        if not why:
            if since is None:
                sinks.retry(tx, name, now=now)
            else:
                sinks.replay(tx, name, since=since, now=now)
            data = {"sink": name} if since is None else {"sink": name, "since": since}
            audit.record(tx, event=event, actor=who(), now=now, data=data)
    if why:
        message(why)
        raise typer.Exit(1)


def _not_to_change(state: sinks.SinkState | None, name: str, settings: Settings, since: int | None) -> str:
    """Why nothing is changed; "" where it can be."""
    if state is None:
        known = ", ".join(sink.name for sink in settings.sink) or "none"
        return f'no sink "{name[:64]}" was met yet; in the settings: {known}'
    if since is not None and since > state.delivered:
        return f"{name}: it has version {state.delivered}; it is told what comes after that anyhow"
    return ""


def _row(found: SinkStanding, kind: str) -> dict[str, object]:
    state = found.state
    row: dict[str, object] = {"name": found.name, "kind": kind, "state": found.word}
    if state is None:
        return row | dict.fromkeys(("version", "waiting", *COLUMNS[5:], *MORE))
    return row | {
        "version": state.delivered,
        "waiting": found.waiting,
        "oldest_waiting": found.oldest,
        "last_success": state.last_success,
        "attempts": state.attempts,
        "next_try": state.due if state.failing_since is not None and not state.gone else None,
        "error": state.error,
        "rejected": state.rejected,
        "replays": state.replays,
        "first_contact": state.first_contact,
    }
