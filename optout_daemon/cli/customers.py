"""`optout-daemon customers`: import or copy the customer master, look a customer up, count them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from optout_daemon import erasing, parts, syncing
from optout_daemon.cli import output
from optout_daemon.cli.erasures import Untold, refuse_while_owed, say_erased
from optout_daemon.cli.options import subject_of
from optout_daemon.cli.output import AsJson, json_line, line
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import desk_digests
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.reading.address import comparable
from optout_daemon.customer_file import import_file
from optout_daemon.store import customers

app = typer.Typer(name="customers", help="The customer master in the desk's own table.", no_args_is_help=True)

COLUMNS = ("number", "name", "postal_code", "address", "email", "company")


@app.command("import")
def import_customers(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="UTF-8 or cp932.")],
    partial: Annotated[bool, typer.Option("--partial", help="Add and change only; remove nobody.")] = False,
    max_removed: Annotated[
        int | None, typer.Option(min=0, help="So many customers may be removed, instead of 5 %.", show_default=False)
    ] = None,
    json: AsJson = False,
) -> None:
    """Make the table what the file says, whole or not at all: one bad line refuses the file.

    Customers who are missing from the file are removed, but for more than 5 % of them nothing changes. The suppression
    list is never touched.
    """
    settings = settings_of(context)
    if settings.customers.source == "sql":
        raise typer.BadParameter('customers.source is "sql" in the settings; use `customers sync`')
    with database_of(settings) as database, output.progress("importing", file.stat().st_size) as progress:
        done = import_file(
            file,
            database=database,
            settings=settings.customers,
            partial=partial,
            max_removed=max_removed,
            progress=progress,
        )
    if json:
        json_line(done)
    else:
        line(f"added {done.added}, changed {done.changed}, removed {done.removed}, unchanged {done.unchanged}")


@app.command()
def sync(
    context: typer.Context,
    max_removed: Annotated[
        int | None, typer.Option(min=0, help="So many customers may be removed, instead of 5 %.", show_default=False)
    ] = None,
    json: AsJson = False,
) -> None:
    """Copy the company's own customers now (customers.source = "sql"); the daemon does it by itself as well."""
    settings = settings_of(context)
    source = parts.customer_database(settings)
    if source is None:
        raise typer.BadParameter('customers.source is "table" in the settings; use `customers import FILE.csv`')
    with database_of(settings) as database:
        done = syncing.sync(source, database, max_removed=max_removed)
    if json:
        json_line(done)
        return
    result = done.result
    line(f"added {result.added}, changed {result.changed}, removed {result.removed}, unchanged {result.unchanged}")
    if done.twice:
        output.message(f"{done.twice} numbers have more than one record and are nobody's")


@app.command()
def find(
    context: typer.Context,
    number_or_email: Annotated[str, typer.Argument(metavar="NUMBER|EMAIL")],
    json: AsJson = False,
) -> None:
    """Print the customer with this number or e-mail address; exit 1 where there is none."""
    settings = settings_of(context)
    with database_of(settings) as database:
        directory = parts.directory_of(settings, database)
        if "@" in number_or_email:
            found = directory.by_email(comparable(number_or_email))
        else:
            number = normalise(number_or_email, settings.customers.number_prefixes)
            found = list(directory.find([number]).values())
    if found:
        output.table([vars_of(customer) for customer in found], COLUMNS, as_json=json)
    else:
        output.message("no such customer")
    raise typer.Exit(0 if found else 1)


def vars_of(customer: object) -> dict[str, object]:
    """A frozen value as a row."""
    row = output.plain(customer)
    assert isinstance(row, dict)
    return row


@app.command()
def erase(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    by: Annotated[str | None, typer.Option(help="Who did it; by default the user.", show_default=False)] = None,
    untold: Untold = False,
    json: AsJson = False,
) -> None:
    """Erase a customer's record and name from table, ledger and list. What is blocked stays blocked.

    The mails that the customer wrote are not touched, nor is the company's own database.
    """
    settings = settings_of(context)
    subject = subject_of(settings, None, number)
    with database_of(settings) as database, database.transaction() as tx:
        done = erasing.erase(tx, subject, desk_digests(settings), by=by or who(), now=datetime.now(UTC))
        refuse_while_owed(tx, settings, done, untold=untold)
    say_erased(done, as_json=json)
    raise typer.Exit(0 if done.customer or done.entries else 1)


@app.command()
def count(context: typer.Context, json: AsJson = False) -> None:
    """Print how many customers the table has."""
    settings = settings_of(context)
    with database_of(settings) as database, database.reading() as tx:
        number = customers.count(tx)
    if json:
        json_line({"customers": number})
    else:
        line(str(number))
