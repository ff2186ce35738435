"""`optout-daemon tokens unsubscribe`: add the headers of one-click unsubscribing (RFC 8058) to a mailing list."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.options import DELIMITERS, Delimiter, Kind, channels_of
from optout_daemon.cli.output import AsJson, json_line, line
from optout_daemon.cli.session import database_of, settings_of
from optout_daemon.clicking import add_headers
from optout_daemon.config import one_click
from optout_daemon.core.model import EMAIL, GROUP
from optout_daemon.core.one_click import LENGTH, plus_address


class MailTo(StrEnum):
    SUBJECT = "subject"
    PLUS = "plus"
    NONE = "none"


def add_to(group: typer.Typer) -> None:
    group.command("unsubscribe")(unsubscribe)


def unsubscribe(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="LIST.csv", exists=True, dir_okay=False, help="UTF-8 or cp932.")],
    write: Annotated[Path, typer.Option("--output", metavar="FILE", dir_okay=False, help="The list with the headers.")],
    column: Annotated[str, typer.Option(help="The column that names the recipient.")] = "email",
    kind: Annotated[Kind, typer.Option(help="What it holds.")] = Kind.EMAIL,
    channel: Annotated[str, typer.Option(help="The channel that a click stops.")] = EMAIL,
    company: Annotated[str, typer.Option(help="The company whose sendings stop; by default all.")] = GROUP,
    mailto: Annotated[
        MailTo,
        typer.Option(help="The token in the subject, in the desk's address (desk+TOKEN@…), or no mailto at all."),
    ] = MailTo.SUBJECT,
    https: Annotated[
        bool, typer.Option("--https/--no-https", help="With the HTTPS end point (web.public_url).")
    ] = True,
    delimiter: Annotated[Delimiter, typer.Option(help="What divides the columns.")] = Delimiter.COMMA,
    json: AsJson = False,
) -> None:
    """Add the columns List-Unsubscribe and List-Unsubscribe-Post to a mailing list, a token for each recipient."""
    settings = settings_of(context)
    channels_of(settings, [channel])
    if kind is Kind.POSTAL:
        raise typer.BadParameter("nobody is mailed by a postal address", param_hint="--kind")
    base = settings.web.public_url
    if https and base is None:
        raise typer.BadParameter("web.public_url is not set; set it, or give --no-https", param_hint="--https")
    if not https and mailto is MailTo.NONE:
        raise typer.BadParameter("with --no-https there is no way left to unsubscribe", param_hint="--mailto")
    desk = settings.desk.address
    if mailto is MailTo.PLUS and plus_address(desk, "x" * LENGTH) is None:
        raise typer.BadParameter("desk.address is too long for a token; use --mailto subject", param_hint="--mailto")

    def made(token: str) -> str:
        ways = [f"<{base}/u/{token}>"] if https else []
        if mailto is MailTo.SUBJECT:
            ways.append(f"<mailto:{desk}?subject={token}>")
        elif mailto is MailTo.PLUS:
            ways.append(f"<mailto:{plus_address(desk, token)}?subject=unsubscribe>")
        return ", ".join(ways)

    tokens = one_click(settings)
    with database_of(settings) as database, output.progress("signing", file.stat().st_size) as progress:
        done = add_headers(
            file,
            write,
            made,
            tokens,
            column=column,
            kind=kind.value,
            channel=channel,
            scope=company,
            delimiter=DELIMITERS[delimiter],
            prefixes=settings.customers.number_prefixes,
            post=https,
            database=database,
            progress=progress,
        )
    if json:
        json_line(done)
    else:
        line(f"{done.rows} rows: {done.added} with headers, {done.empty} without a name")
