"""`optout-daemon queue`: what waits for a person, all about one inquiry, and a person's answer to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from optout_daemon import answering, review
from optout_daemon.cli import inquiry, output
from optout_daemon.cli.options import channels_of, scope_of
from optout_daemon.cli.output import AsJson, json_line, line, message
from optout_daemon.cli.session import database_of, desk_of, settings_of, who
from optout_daemon.config import Settings
from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.candidates import Candidate
from optout_daemon.core.model import Corrections, StaffAction
from optout_daemon.store import inquiries
from optout_daemon.store.inquiry_values import Inquiry

app = typer.Typer(name="queue", help="The review queue: what waits for a person.", no_args_is_help=True)

COLUMNS = ("id", "received_at", "state", "reasons", "category", "language", "author", "subject")


@app.command("list")
def list_queue(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 100,
    json: AsJson = False,
) -> None:
    """List held inquiries, and applied ones that ask for something else as well, oldest first."""
    with database_of(settings_of(context)) as database, database.reading() as tx:
        held = inquiries.listing(tx, state=State.HELD, limit=limit)
        waiting = inquiries.listing(tx, follow_up=True, limit=limit)
    rows = sorted({found.id: found for found in (*held, *waiting)}.values(), key=lambda found: found.id)[:limit]
    output.table([row(found) for found in rows], COLUMNS, as_json=json)


def row(found: Inquiry) -> dict[str, object]:
    """An inquiry as a row of a list."""
    names = (*COLUMNS, "disposition", "follow_up", "mailbox", "customer_number", "reply", "shadow", "version")
    return {name: getattr(found, name) for name in names}


@app.command()
def show(context: typer.Context, id: int, json: AsJson = False) -> None:
    """Print all that is known of one inquiry."""
    settings = settings_of(context)
    with database_of(settings) as database, database.reading() as tx:
        told = inquiry.story(tx, id)
        raw_kept = inquiries.raw(tx, id) is not None
    if told is None:
        message(f"there is no inquiry {id}")
        raise typer.Exit(1)
    found: tuple[Candidate, ...] = ()
    if raw_kept and told.inquiry.state is State.HELD:
        with desk_of(settings) as built:
            found = review.candidates(built.parts, review.read_again(built.parts, id))
    inquiry.show(told, found, as_json=json)


@app.command()
def resolve(
    context: typer.Context,
    id: int,
    apply: Annotated[bool, typer.Option("--apply", help="Honour the opt-out.")] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the customer for what is missing.")] = False,
    close: Annotated[bool, typer.Option("--close", help="It is answered; close it.")] = False,
    not_an_opt_out: Annotated[bool, typer.Option("--not-an-opt-out", help="It asks for something else.")] = False,
    spam: Annotated[bool, typer.Option("--spam", help="It is spam.")] = False,
    number: Annotated[str | None, typer.Option(help="The customer's number.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option(help="The name, as it should have been read.", show_default=False)] = None,
    address: Annotated[str | None, typer.Option(help="The address, likewise.", show_default=False)] = None,
    inquiry_text: Annotated[
        str | None, typer.Option("--inquiry", help="The inquiry, likewise.", show_default=False)
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="A channel to stop; may be given again.", show_default=False)
    ] = None,
    company: Annotated[
        str | None,
        typer.Option(
            help="For one company, or `group` for all of them; by default as the mail was read.", show_default=False
        ),
    ] = None,
    follow_up: Annotated[
        bool | None, typer.Option("--follow-up/--no-follow-up", help="It asks for more besides.", show_default=False)
    ] = None,
    note: Annotated[str, typer.Option(help="A note that is kept with the decision.", show_default=False)] = "",
    by: Annotated[str | None, typer.Option(help="Who decided; by default the user.", show_default=False)] = None,
    version: Annotated[
        int | None, typer.Option(help="The inquiry's version as it was shown; refused if it moved.", show_default=False)
    ] = None,
    json: AsJson = False,
) -> None:
    """Decide a held inquiry; everything that follows is written in one step, as for the machine's decisions."""
    chosen = [
        action
        for action, given in (
            (StaffAction.APPLY, apply),
            (StaffAction.ASK, ask),
            (StaffAction.CLOSE, close),
            (StaffAction.NOT_AN_OPT_OUT, not_an_opt_out),
            (StaffAction.SPAM, spam),
        )
        if given
    ]
    if len(chosen) != 1:
        raise typer.BadParameter("give exactly one of --apply, --ask, --close, --not-an-opt-out and --spam")
    settings = settings_of(context)
    if close and _answer_follow_up(settings, id, by=by or who(), json=json):
        return
    corrections = Corrections(
        by=by or who(),
        action=chosen[0],
        customer_number=number,
        name=name,
        address=address,
        inquiry=inquiry_text,
        channels=channels_of(settings, channel) if channel else None,
        scope=scope_of(settings, company),
        follow_up=follow_up,
        note=note,
    )
    with desk_of(settings) as built:
        decision = review.resolve(id, corrections, parts=built.parts, now=datetime.now(UTC), version=version)
        with built.database.reading() as tx:
            stored = inquiries.get(tx, id)
        capped = stored is not None and stored.reply_capped
    if json:
        names = (
            "disposition",
            "reasons",
            "follow_up",
            "customer_number",
            "channels",
            "scope",
            "reply",
            "no_reply_because",
        )
        json_line({"id": id, **{key: getattr(decision, key) for key in names}, "reply_capped": capped})
    else:
        silenced = " (not sent: a cap on replies silenced it; [policy] has the caps)" if capped else ""
        line(f"inquiry {id}: {decision.disposition}, reply: {decision.reply}{silenced}")
    if settings.desk.mode == "shadow":
        message("shadow mode: it is recorded; nothing is written to the list, sent or moved")


def _answer_follow_up(settings: Settings, id: int, *, by: str, json: bool) -> bool:
    """An applied mail that asked for something else as well needs no decision any more, only its answer noted."""
    with database_of(settings) as database, database.transaction() as tx:
        if not answering.waits(tx, id):
            return False
        answering.answered(tx, id, by=by, now=datetime.now(UTC))
    if json:
        json_line({"id": id, "follow_up": False})
    else:
        line(f"inquiry {id}: its other request is answered")
    return True
