"""`optout-daemon suppressions export`, `receipts`, `partner-key`: the list as a file for a sender."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon.cli import lists_filter, lists_import, output
from optout_daemon.cli.options import By, Company, Digest, Partner, channels_of, company_of, digested
from optout_daemon.cli.output import AsJson, json_line, line, message
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import desk_key
from optout_daemon.core.digests import partner_key
from optout_daemon.list_export import Form, beside, export
from optout_daemon.store import list_lines, receipts

RECEIPT_COLUMNS = (
    *("id", "at", "act", "receiver", "recorded_by", "version", "since", "channel", "scope", "form", "rows", "blocked"),
    "checksum",
)

Channel = Annotated[str | None, typer.Option(help="Only this channel.", show_default=False)]


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


class Encoding(StrEnum):
    UTF8 = "utf-8"
    UTF8_BOM = "utf-8-sig"
    CP932 = "cp932"


def add_to(group: typer.Typer) -> None:
    """The commands of this file, in the order of their help."""
    group.command("export")(export_list)
    group.command("import")(lists_import.import_list)
    group.command("filter")(lists_filter.filter_list)
    group.command("receipts")(list_receipts)
    group.command("partner-key")(show_partner_key)


def export_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="Written whole; FILE.json beside it.")],
    to: Annotated[str, typer.Option(help="Who gets it; stands in the receipt.", show_default=False)],
    since: Annotated[
        int | None, typer.Option(min=0, help="Only what changed after this version.", show_default=False)
    ] = None,
    channel: Channel = None,
    company: Company = None,
    format: Annotated[Format, typer.Option(help="CSV or a JSON object a line.")] = Format.CSV,
    encoding: Annotated[Encoding, typer.Option(help="cp932 for Japanese Excel and mailing houses.")] = Encoding.UTF8,
    escape: Annotated[
        bool, typer.Option("--escape", help="Write what the encoding lacks as \\uXXXX instead of refusing.")
    ] = False,
    digest: Annotated[Digest, typer.Option(help="Give digests instead of names.")] = Digest.NONE,
    partner: Partner = None,
    by: By = None,
    json: AsJson = False,
) -> None:
    """Write the list for a sender, with a receipt: version, rows, checksum, receiver."""
    settings = settings_of(context)
    if channel is not None:
        channels_of(settings, [channel])
    scope = company_of(settings, company)
    if not to.strip():
        raise typer.BadParameter("it is empty; name the receiver", param_hint="--to")
    form = digested(settings, Form(format.value, encoding.value, escape), digest, partner)
    with database_of(settings) as database:
        with database.reading() as tx:
            total = list_lines.count(tx, since=since, channel=channel, scope=scope)
        with output.progress("exporting", total) as progress:
            done = export(
                database,
                file,
                form,
                receiver=to,
                by=by or who(),
                now=datetime.now(UTC),
                since=since,
                channel=channel,
                scope=scope,
                progress=progress,
            )
    if json:
        json_line(done)
    else:
        line(f"{done.rows} lines of version {done.version} for {to}: {file}, {beside(file).name}")
        line(f"receipt {done.receipt}, {done.checksum}")
    if done.omitted:
        message(
            f"{done.omitted} lines are not in it: of erased persons, or known by another digest only;"
            " `suppressions filter` and --digest hmac without --partner know the erased"
        )
    if done.escaped:
        message(f"{done.escaped} lines have \\uXXXX in them and match nobody as they are")


def list_receipts(
    context: typer.Context,
    to: Annotated[str | None, typer.Option(help="Only of this receiver.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 100,
    json: AsJson = False,
) -> None:
    """List who was given what of the list, newest first."""
    with database_of(settings_of(context)) as database, database.reading() as tx:
        found = receipts.listing(tx, receiver=to, limit=limit)
    rows = [{name: getattr(one, name) for name in RECEIPT_COLUMNS} for one in found]
    output.table(rows, RECEIPT_COLUMNS, as_json=json)


def show_partner_key(
    context: typer.Context, partner: Annotated[str, typer.Argument(metavar="NAME", help="The partner.")]
) -> None:
    """Print the key, hexadecimal, with which this partner digests its own list. Hand it over safely."""
    line(partner_key(desk_key(settings_of(context)), partner).hex())
