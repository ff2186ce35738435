"""`optout-daemon report`: what the desk decided in shadow mode, beside what staff did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon import staff_file
from optout_daemon.cli.output import AsJson, json_line, line
from optout_daemon.cli.session import database_of, settings_of
from optout_daemon.shadow import Compared, Comparison, Outcome, compare

app = typer.Typer(name="report", help="Reports on what the desk did.", no_args_is_help=True)


@app.callback()
def _reports() -> None:
    """Reports on what the desk did."""


@app.command()
def shadow(
    context: typer.Context,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only mail received since then (UTC)."),
    ] = None,
    staff: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            exists=True,
            dir_okay=False,
            help="All that staff did by hand: inquiry or message_id or customer_number, wish, channels.",
            show_default=False,
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Compare what the desk would have stopped with what staff stopped; exit 1 where they differ.

    What staff answered in the queue or entered with `suppressions add` counts as well. Without a file, mail that
    nothing is recorded of is not compared; with one, what it does not name was not stopped.
    """
    settings = settings_of(context)
    channels, prefixes = settings.policy.channels, settings.customers.number_prefixes
    acts = None if staff is None else staff_file.read(staff, channels=channels, number_prefixes=prefixes)
    with database_of(settings) as database:
        found = compare(
            database, since=since.replace(tzinfo=UTC) if since else None, number_prefixes=prefixes, acts=acts
        )
    if json:
        json_line(_as_json(found))
    else:
        _print(found)
    raise typer.Exit(1 if found.count(Outcome.DIFFERENT) else 0)


def _as_json(found: Comparison) -> dict[str, object]:
    return {
        "decided": len(found.compared),
        "dispositions": Counter(one.disposition.value for one in found.compared),
        "completed": found.completed,
        **{outcome.value: found.count(outcome) for outcome in Outcome},
        "differences": [
            {
                "inquiry": one.inquiry_id,
                "disposition": one.disposition,
                "reasons": one.reasons,
                "desk": sorted(one.desk),
                "staff": sorted(one.staff or ()),
            }
            for one in _different(found)
        ],
        "lines_without_inquiry": found.lines_without_inquiry,
    }


def _print(found: Comparison) -> None:
    kinds = Counter(one.disposition for one in found.compared)
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "none"
    line(f"decided in shadow mode: {len(found.compared)} ({told}); nothing of it was written, sent or moved")
    if found.completed:
        line(f"  besides, held and completed by a later mail: {found.completed}")
    line(f"  desk and staff stopped the same channels: {found.count(Outcome.SAME_CHANNELS)}")
    line(f"  neither stopped anything: {found.count(Outcome.BOTH_NOTHING)}")
    line(f"  held by the desk for a person, who stopped something: {found.count(Outcome.LEFT_TO_STAFF)}")
    line(f"  nothing is recorded of what staff did: {found.count(Outcome.UNKNOWN)}")
    line(f"  different: {found.count(Outcome.DIFFERENT)}")
    for one in _different(found):
        because = f" ({', '.join(one.reasons)})" if one.reasons else ""
        line(
            f"    inquiry {one.inquiry_id}: {one.disposition}{because}, the desk would stop {_said(one.desk)}; "
            f"staff stopped {_said(one.staff or ())}"
        )
    if found.lines_without_inquiry:
        line(f"  lines of the file that fit no inquiry: {', '.join(map(str, found.lines_without_inquiry))}")


def _different(found: Comparison) -> list[Compared]:
    return [one for one in found.compared if one.outcome is Outcome.DIFFERENT]


def _said(channels: Iterable[str]) -> str:
    return " and ".join(sorted(channels)) or "nothing"
