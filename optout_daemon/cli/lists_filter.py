"""`optout-daemon suppressions filter`: scrub a mailing list by the list."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.options import (
    DELIMITERS,
    By,
    Company,
    Delimiter,
    Digest,
    Kind,
    Partner,
    channels_of,
    company_of,
    digested,
)
from optout_daemon.cli.output import AsJson, json_line, line
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import desk_digests
from optout_daemon.core.model import EMAIL
from optout_daemon.list_export import Form
from optout_daemon.list_filter import Wanted, scrub


def filter_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="LIST.csv", exists=True, dir_okay=False, help="UTF-8 or cp932.")],
    column: Annotated[str, typer.Option(help="The column that names the recipient.", show_default=False)],
    write: Annotated[
        Path, typer.Option("--output", metavar="FILE", dir_okay=False, help="Written whole.", show_default=False)
    ],
    channel: Annotated[str, typer.Option(help="The channel that is meant to be used.")] = EMAIL,
    company: Company = None,
    kind: Annotated[Kind, typer.Option(help="What the column holds.")] = Kind.EMAIL,
    mark: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Keep every row and say in a new column who is blocked.", show_default=False
        ),
    ] = None,
    delimiter: Annotated[Delimiter, typer.Option(help="What divides the columns.")] = Delimiter.COMMA,
    digest: Annotated[Digest, typer.Option(help="How the column was digested.")] = Digest.NONE,
    partner: Partner = None,
    drop_unreadable: Annotated[
        bool, typer.Option("--drop-unreadable", help="Drop (or mark) rows that name nobody readable.")
    ] = False,
    to: Annotated[str, typer.Option(help="For whom; stands in the receipt.")] = "",
    by: By = None,
    json: AsJson = False,
) -> None:
    """Scrub a mailing list: drop or mark who is blocked, keep all else byte for byte, and keep a receipt."""
    settings = settings_of(context)
    channels_of(settings, [channel])
    if mark is not None and re.fullmatch(r"[\w -]+", mark) is None:
        raise typer.BadParameter("use letters, digits, spaces, - and _", param_hint="--mark")
    form = digested(settings, Form(), digest, partner)
    wanted = Wanted(
        column,
        channel,
        kind.value,
        mark,
        DELIMITERS[delimiter],
        drop_unreadable,
        form.digest,
        form.ending,
        form.name,
        settings.customers.number_prefixes,
        company_of(settings, company),
    )
    digests = desk_digests(settings)
    with database_of(settings) as database, output.progress("scrubbing", file.stat().st_size) as progress:
        done = scrub(
            file,
            write,
            wanted,
            database=database,
            digests=digests,
            receiver=to,
            by=by or who(),
            now=datetime.now(UTC),
            progress=progress,
        )
    if json:
        json_line(done)
        return
    line(
        f"version {done.version}: {done.read} rows read, {done.kept} written, {done.blocked} blocked,"
        f" {done.provisional} provisionally, {done.unreadable} unreadable, {done.empty} without a name"
    )
    line(f"receipt {done.receipt}, {done.checksum}")
