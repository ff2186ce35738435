"""`optout-daemon suppressions leaks`: who was mailed after their block, from a sender's own log."""

from __future__ import annotations

import csv
import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.options import Digest, Partner, channels_of, digested
from optout_daemon.cli.output import AsJson, cell, json_line, message
from optout_daemon.cli.session import database_of, settings_of
from optout_daemon.config import desk_digests
from optout_daemon.core.model import EMAIL
from optout_daemon.list_export import Form
from optout_daemon.list_leaks import Leak, Looked, Sent, leaks

LEAKED = 1
COLUMNS = tuple(field.name for field in dataclasses.fields(Leak))


def add_to(group: typer.Typer) -> None:
    group.command("leaks")(report)


def report(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="SENT.csv", exists=True, dir_okay=False, help="UTF-8 or cp932.")],
    column: Annotated[str, typer.Option(help="The column of addresses.")] = "email",
    time: Annotated[str, typer.Option(help="The column that says when: ISO 8601 or seconds since 1970; UTC.")] = "time",
    campaign: Annotated[str, typer.Option(help="The column of campaigns, where there is one.")] = "campaign",
    channel: Annotated[str, typer.Option(help="The channel that was used.")] = EMAIL,
    company: Annotated[
        str, typer.Option(help="Only blocks of the group and of this company.", show_default=False)
    ] = "",
    to: Annotated[
        str | None,
        typer.Option(help="The sender as their receipts name them; by default any receipt.", show_default=False),
    ] = None,
    digest: Annotated[Digest, typer.Option(help="How the column was digested.")] = Digest.NONE,
    partner: Partner = None,
    json: AsJson = False,
) -> None:
    """List the mails that went to somebody who was blocked then, as CSV. Exit 0: none; exit 1: some after a block."""
    settings = settings_of(context)
    channels_of(settings, [channel])
    form = digested(settings, Form(), digest, partner)
    sent = Sent(column, time, campaign, channel, company, to, form.digest, form.ending)
    looked = Looked()
    digests = desk_digests(settings)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not json:
        writer.writerow(COLUMNS)
    with (
        database_of(settings) as database,
        database.reading() as tx,
        output.progress("looking", file.stat().st_size) as progress,
    ):
        for leak in leaks(file, sent, looked, tx=tx, digests=digests, progress=progress):
            if json:
                json_line(leak)
            else:
                writer.writerow([cell(getattr(leak, name)) for name in COLUMNS])
    message(
        f"{looked.rows} mails: {looked.after_block} after a block, {looked.before_recorded} after an opt-out that was"
        " recorded only later"
    )
    raise typer.Exit(LEAKED if looked.after_block else 0)
