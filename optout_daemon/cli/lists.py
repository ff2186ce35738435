"""`optout-daemon suppressions export`, `import`, `filter`, `receipts`: the list as files."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.output import AsJson, json_line, line, message
from optout_daemon.cli.queue import channels_of
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import Settings, desk_digests, desk_key
from optout_daemon.core.digests import KEYED, SHA256, keyed, partner_key, sha256
from optout_daemon.core.model import EMAIL
from optout_daemon.list_export import HMAC, Form, beside, export
from optout_daemon.list_filter import Wanted, scrub
from optout_daemon.list_import import Wishes, import_file
from optout_daemon.list_shapes import FIELDS
from optout_daemon.store import list_lines, receipts

RECEIPT_COLUMNS = (
    *("id", "at", "act", "receiver", "recorded_by", "version", "since", "channel", "form", "rows", "blocked"),
    "checksum",
)

By = Annotated[str | None, typer.Option(help="Who did it; by default the user.", show_default=False)]
Channel = Annotated[str | None, typer.Option(help="Only this channel.", show_default=False)]
Partner = Annotated[str | None, typer.Option(help="Whose key digests with; see `partner-key`.", show_default=False)]


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


class Encoding(StrEnum):
    UTF8 = "utf-8"
    UTF8_BOM = "utf-8-sig"
    CP932 = "cp932"


class Digest(StrEnum):
    NONE = "none"
    SHA256 = "sha256"
    HMAC = "hmac"


class Kind(StrEnum):
    EMAIL = "email"
    NUMBER = "customer_number"


class Delimiter(StrEnum):
    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"


DELIMITERS = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.TAB: "\t"}


def add_to(group: typer.Typer) -> None:
    """The commands of this file, in the order of their help."""
    group.command("export")(export_list)
    group.command("import")(import_list)
    group.command("filter")(filter_list)
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
    if not to.strip():
        raise typer.BadParameter("it is empty; name the receiver", param_hint="--to")
    form = digested(settings, Form(format.value, encoding.value, escape), digest, partner)
    with database_of(settings) as database:
        with database.reading() as tx:
            total = list_lines.count(tx, since=since, channel=channel)
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


def digested(settings: Settings, form: Form, digest: Digest, partner: str | None) -> Form:
    """The form with the digest that was asked for."""
    if partner is not None and digest is not Digest.HMAC:
        raise typer.BadParameter("it goes with --digest hmac", param_hint="--partner")
    if digest is Digest.NONE:
        return form
    if digest is Digest.SHA256:
        return replace(form, digest=sha256, ending=SHA256, name="sha256")
    if partner is None:
        return replace(form, digest=desk_digests(settings).of, ending=KEYED, name="hmac")
    key = partner_key(desk_key(settings), partner)
    return replace(form, digest=lambda subject: keyed(key, subject), ending=HMAC, name=f"hmac:{partner}")


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


def filter_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="LIST.csv", exists=True, dir_okay=False, help="UTF-8 or cp932.")],
    column: Annotated[str, typer.Option(help="The column that names the recipient.", show_default=False)],
    write: Annotated[
        Path, typer.Option("--output", metavar="FILE", dir_okay=False, help="Written whole.", show_default=False)
    ],
    channel: Annotated[str, typer.Option(help="The channel that is meant to be used.")] = EMAIL,
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
