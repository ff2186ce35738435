"""`optout-daemon suppressions`: ask the suppression list, and change it by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from optout_daemon import blocking
from optout_daemon.cli import leaks, lists, output
from optout_daemon.cli.erasures import Untold, refuse_while_owed, say_erased
from optout_daemon.cli.options import By, Company, channels_of, company_of, subject_of
from optout_daemon.cli.output import AsJson, cell, json_line, line, message
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import desk_digests
from optout_daemon.core.model import EMAIL, GROUP
from optout_daemon.erasing import erase
from optout_daemon.parts import arrivals
from optout_daemon.store import suppressions

app = typer.Typer(name="suppressions", help="The suppression list.", no_args_is_help=True)

COLUMNS = ("subject_kind", "subject", "channel", "scope", "since", "provisional", "source", "by", "entry_id")
BLOCKED = 1

Email = Annotated[str | None, typer.Option(help="The e-mail address, in any case or IDNA form.", show_default=False)]
Number = Annotated[
    str | None, typer.Option("--number", "--customer-number", help="The customer number.", show_default=False)
]
Address = Annotated[str | None, typer.Option(help="The postal address, however it is written.", show_default=False)]
Note = Annotated[str, typer.Option(help="A note that is kept with the entry.", show_default=False)]
Channels = Annotated[
    list[str] | None,
    typer.Option("--channel", help="A channel; may be given again. Without it, every channel.", show_default=False),
]


@app.command("list")
def list_suppressions(
    context: typer.Context,
    channel: Annotated[str | None, typer.Option(help="Only this channel.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 100,
    json: AsJson = False,
) -> None:
    """List who is blocked now."""
    settings = settings_of(context)
    if channel is not None:
        channels_of(settings, [channel])
    with database_of(settings) as database, database.reading() as tx:
        found = suppressions.listing(tx, channel=channel, limit=limit)
    output.table([_row(one) for one in found], COLUMNS, as_json=json)


def _row(found: suppressions.Suppression) -> dict[str, object]:
    return {name: getattr(found, name) for name in (*COLUMNS, "reason")}


@app.command()
def check(
    context: typer.Context,
    email: Email = None,
    number: Number = None,
    address: Address = None,
    channel: Annotated[str, typer.Option(help="The channel that is meant to be used.")] = EMAIL,
    company: Company = None,
    json: AsJson = False,
) -> None:
    """May this address, or this customer, be sent information? Exit 0: yes; exit 1: no, blocked."""
    settings = settings_of(context)
    channels_of(settings, [channel])
    subject = subject_of(settings, email, number, address)
    digests = desk_digests(settings)
    with database_of(settings) as database, database.reading() as tx:
        found = suppressions.check(
            tx,
            email=subject.email,
            customer_number=subject.customer_number,
            channel=channel,
            digests=digests,
            scope=company_of(settings, company),
            postal_key=subject.postal_key,
        )
        version = suppressions.version(tx)
    if json:
        json_line({"allowed": not found, "channel": channel, "version": version, "blocks": found})
    elif not found:
        line(f"{channel}: may be sent")
    else:
        for block in found:
            kind = "provisionally blocked" if block.provisional else "blocked"
            what = block.subject_kind.replace("_", " ")
            line(f"{channel}: {kind} since {cell(block.since)} by {what} ({block.scope}, entry {block.entry_id})")
    raise typer.Exit(BLOCKED if found else 0)


@app.command()
def add(
    context: typer.Context,
    email: Email = None,
    number: Number = None,
    address: Address = None,
    channel: Channels = None,
    reason: Annotated[str, typer.Option(help="Why, in a word.")] = "opt_out",
    by: By = None,
    note: Note = "",
    company: Company = None,
    json: AsJson = False,
) -> None:
    """Block a customer or an address by hand: for a letter, a phone call, a visit."""
    settings = settings_of(context)
    subject = subject_of(settings, email, number, address)
    channels = channels_of(settings, channel or list(settings.policy.channels))
    with database_of(settings) as database, database.transaction() as tx:
        versions = blocking.block(
            tx,
            subject,
            channels,
            reason=reason,
            by=by or who(),
            note=note,
            now=datetime.now(UTC),
            digests=desk_digests(settings),
            scope=company_of(settings, company) or GROUP,
            arrivals=arrivals(settings),
        )
    _say(versions, "blocked", "nothing to do: blocked already", as_json=json)


@app.command()
def lift(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="Who lifts it.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, in a word or two.", show_default=False)],
    email: Email = None,
    number: Number = None,
    address: Address = None,
    channel: Channels = None,
    note: Annotated[
        str,
        typer.Option(help="The evidence: what shows that the person wants it, and where it is.", show_default=False),
    ] = "",
    inquiry: Annotated[
        int | None, typer.Option(min=1, help="The inquiry that is the evidence.", show_default=False)
    ] = None,
    company: Company = None,
    json: AsJson = False,
) -> None:
    """Lift a block; needs a person, a reason and the evidence. One more entry is appended, nothing is removed."""
    settings = settings_of(context)
    subject = subject_of(settings, email, number, address)
    if not by.strip() or not reason.strip():
        raise typer.BadParameter("--by and --reason must not be empty")
    if inquiry is None and not note.strip():
        raise typer.BadParameter("give the evidence: --note TEXT, or --inquiry ID")
    channels = channels_of(settings, channel or list(settings.policy.channels))
    with database_of(settings) as database, database.transaction() as tx:
        versions = blocking.lift(
            tx,
            subject,
            channels,
            reason=reason,
            by=by,
            note=note,
            now=datetime.now(UTC),
            digests=desk_digests(settings),
            cause=inquiry,
            scope=company_of(settings, company) or GROUP,
        )
    if not versions:
        message("nothing was lifted: not blocked on " + ", ".join(channels))
    _say(versions, "lifted", "", as_json=json)
    raise typer.Exit(0 if versions else 1)


@app.command()
def forget(
    context: typer.Context,
    by: By = None,
    email: Email = None,
    number: Number = None,
    address: Address = None,
    untold: Untold = False,
    json: AsJson = False,
) -> None:
    """Replace a person's address or number by a keyed digest in ledger and list. They stay blocked.

    With --number also the addresses of the customer's own entries. The customer's record stays: see `customers erase`.
    """
    settings = settings_of(context)
    subject = subject_of(settings, email, number, address)
    with database_of(settings) as database, database.transaction() as tx:
        done = erase(tx, subject, desk_digests(settings), by=by or who(), now=datetime.now(UTC), record=False)
        refuse_while_owed(tx, settings, done, untold=untold)
    say_erased(done, as_json=json)


@app.command()
def verify(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the list anew from the ledger where it differs.")
    ] = False,
    by: By = None,
    json: AsJson = False,
) -> None:
    """Compare the list with the one that the ledger gives; exit 1 where they differ, and were not repaired."""
    settings = settings_of(context)
    with database_of(settings) as database, database.transaction() if repair else database.reading() as tx:
        found = suppressions.compare(tx)
        version = suppressions.version(tx)
        if repair and found.differing:
            blocking.repair(tx, found.differing, by=by or who(), now=datetime.now(UTC))
    if json:
        json_line({"version": version, "lines": found.lines, "differing": found.differing, "named": found.named})
    else:
        for difference in found.named:
            line(str(difference))
        if found.differing > len(found.named):
            line(f"and {found.differing - len(found.named)} more")
        outcome = f"{found.differing} differ" if found.differing else "the list is what the ledger gives"
        line(f"version {version}, {found.lines} lines: {outcome}{'; repaired' if found.differing and repair else ''}")
    raise typer.Exit(1 if found.differing and not repair else 0)


def _say(versions: list[int], done: str, nothing: str, *, as_json: bool) -> None:
    if as_json:
        json_line({"entries": versions})
    elif versions or nothing:
        line(f"{done}: entries {', '.join(map(str, versions))}" if versions else nothing)


lists.add_to(app)
leaks.add_to(app)
