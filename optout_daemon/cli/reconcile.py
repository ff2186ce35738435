"""`optout-daemon reconcile`: compare every mail in the mailboxes and their folders with the inquiries."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Annotated

import typer

from optout_daemon.cli.output import AsJson, cell, json_line, line
from optout_daemon.cli.session import database_of, settings_of, warn_of_exposed_secrets
from optout_daemon.config import MailboxSettings, Settings, secret
from optout_daemon.edges.imap_census import surveying
from optout_daemon.reconciler import keep
from optout_daemon.reconciling import Reconciliation, reconcile
from optout_daemon.store import reconciled
from optout_daemon.store.database import Database
from optout_daemon.store.reconciled import Undecided


def add_to(app: typer.Typer) -> None:
    app.command("reconcile")(run)


def run(
    context: typer.Context,
    mailbox: Annotated[str | None, typer.Option(help="Only the mailbox of this name.", show_default=False)] = None,
    json: AsJson = False,
) -> None:
    """Look at every mail in each mailbox and its folders, and say what no inquiry accounts for; exit 1 if anything.

    The mailbox is only read. What lies below the baseline, or waits to be collected, is counted as such.
    """
    settings = settings_of(context)
    chosen = _chosen(settings, mailbox)
    warn_of_exposed_secrets(settings)
    unaccounted = 0
    with database_of(settings) as database:
        for box in chosen:
            found = _reconcile(box, database)
            with database.reading() as tx:
                oldest = reconciled.oldest_undecided(tx)
            if json:
                json_line(_as_json(found, oldest))
            else:
                _print(found, oldest)
            keep(database, found)
            unaccounted += found.word.unaccounted
    raise typer.Exit(1 if unaccounted else 0)


def _chosen(settings: Settings, name: str | None) -> list[MailboxSettings]:
    chosen = [box for box in settings.mailbox if name in (None, box.name)]
    if not chosen:
        allowed = ", ".join(box.name for box in settings.mailbox)
        raise typer.BadParameter(f'no mailbox "{name}"; allowed: {allowed}', param_hint="--mailbox")
    return chosen


def _reconcile(box: MailboxSettings, database: Database) -> Reconciliation:
    password = secret(box.password_file, f"mailbox {box.name}: password_file")
    stop = threading.Event()
    with surveying(box, password, stop=stop) as census:
        return reconcile(census, database=database, mailbox=box, now=datetime.now(UTC), stop=stop)


def _as_json(found: Reconciliation, oldest: Undecided | None) -> dict[str, object]:
    names = found.word.__dataclass_fields__
    return {**{name: getattr(found.word, name) for name in names}, "oldest_undecided": oldest, "places": found.places}


def _print(found: Reconciliation, oldest: Undecided | None) -> None:
    word = found.word
    line(f"mailbox {word.mailbox}: {word.mails} mails in {word.folders} folders, {word.inquiries} inquiries")
    line(f"  below the baseline: {word.below_baseline}")
    line(f"  not collected yet: {word.waiting}")
    if word.set_aside:
        line(f"  not handed out by the server, tried again: {word.set_aside}")
    waits = "none" if oldest is None else f"inquiry {oldest.inquiry_id}, received {cell(oldest.received_at)}"
    line(f"  oldest undecided: {waits}")
    line(f"  unaccounted for: {word.unaccounted}")
    for place in found.places:
        line(f"    {place.folder} UID {place.uid}")
    if word.unaccounted > len(found.places):
        line(f"    and {word.unaccounted - len(found.places)} more")
