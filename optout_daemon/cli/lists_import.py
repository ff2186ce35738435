"""`optout-daemon suppressions import`: take opt-outs in from a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.options import By, Company, channels_of, company_of
from optout_daemon.cli.output import AsJson, json_line, line
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import desk_digests
from optout_daemon.core.model import EMAIL, GROUP
from optout_daemon.list_import import Wishes, import_file
from optout_daemon.list_shapes import FIELDS
from optout_daemon.parts import arrivals


def import_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="UTF-8 or cp932.")],
    channel: Annotated[str, typer.Option(help="The channel that is stopped, where the file does not say.")] = EMAIL,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help=f"Which column holds {', '.join(FIELDS)}; may be given again. Without it, by the header line.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why, in a word; by default what the file says.", show_default=False)
    ] = None,
    company: Company = None,
    by: By = None,
    json: AsJson = False,
) -> None:
    """Add the opt-outs of a file, whole or not at all: one bad line refuses the file. It never lifts a block.

    Known by their header line: our own export, SES, SendGrid, Mailchimp (unsubscribed, cleaned), listmonk.
    """
    settings = settings_of(context)
    channels_of(settings, [channel])
    mapped = dict(_pair(one) for one in column or [])
    wishes = Wishes(
        channels=settings.policy.channels,
        channel=channel,
        by=by or who(),
        number_pattern=settings.customers.number_pattern,
        number_prefixes=settings.customers.number_prefixes,
        columns=mapped,
        reason=reason,
        scope=company_of(settings, company) or GROUP,
        companies=[one.name for one in settings.company],
        arrivals=arrivals(settings),
    )
    digests = desk_digests(settings)
    with database_of(settings) as database, output.progress("importing", file.stat().st_size) as progress:
        done = import_file(
            file, database=database, wishes=wishes, digests=digests, now=datetime.now(UTC), progress=progress
        )
    if json:
        json_line(done)
        return
    line(f"{done.shape}: {done.rows} rows, added {done.added}, blocked already {done.already}; version {done.version}")
    for status, rows in done.left_alone.items():
        line(f"left alone: {rows} {status}")


def _pair(text: str) -> tuple[str, str]:
    what, equals, name = text.partition("=")
    if not equals or what not in FIELDS or not name:
        raise typer.BadParameter(f"use FIELD=NAME; FIELD is one of {', '.join(FIELDS)}", param_hint="--column")
    return what, name
