"""`optout-daemon tokens create|list|revoke`: let senders ask the list by the API, and end it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from optout_daemon.cli import output
from optout_daemon.cli.output import AsJson, json_line, line, message
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.core.scopes import Scope
from optout_daemon.store import api_tokens, api_uses

COLUMNS = ("id", "sender", "scopes", "per_minute", "state", "requests", "subjects", "refused", "last_used", "version")
By = Annotated[str | None, typer.Option(help="Who did it; by default the user.", show_default=False)]


def add_to(group: typer.Typer) -> None:
    for command in (create, list_tokens, revoke):
        group.command("list" if command is list_tokens else None)(command)


def create(
    context: typer.Context,
    sender: Annotated[str, typer.Argument(help="Who asks by it; receipts and ledger have this name.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; may be given again.", show_default=False)],
    per_minute: Annotated[int, typer.Option(min=1, help="Requests a minute that it may make.")] = 600,
    days: Annotated[int | None, typer.Option(min=1, help="So long it is valid.", show_default=False)] = None,
    by: By = None,
    json: AsJson = False,
) -> None:
    """Make a token and print it, this once. Give it to the sender by a way that nobody else reads."""
    if not sender.strip() or len(sender) > 100:
        raise typer.BadParameter("the sender's name must have 1 to 100 characters")
    now = datetime.now(UTC)
    expires_at = None if days is None else now + timedelta(days=days)
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        number, secret = api_tokens.create(
            tx,
            sender.strip(),
            set(scope),
            per_minute=per_minute,
            by=by or who(),
            now=now,
            expires_at=expires_at,
        )
    if json:
        json_line({"id": number, "sender": sender.strip(), "scopes": sorted(set(scope)), "token": secret})
    else:
        line(secret)
        message(f"token {number} for {output.cell(sender.strip())}: it is not shown again")


def list_tokens(context: typer.Context, json: AsJson = False) -> None:
    """List the tokens and what each was used for; the secrets are not kept."""
    now = datetime.now(UTC)
    with database_of(settings_of(context)) as database, database.reading() as tx:
        tokens, used = api_tokens.listing(tx), api_uses.totals(tx)
    rows: list[dict[str, object]] = []
    for token in tokens:
        use = used.get(token.id)
        state = "revoked" if token.revoked_at is not None else "valid" if token.is_valid(now) else "expired"
        rows.append(
            {
                "id": token.id,
                "sender": token.name,
                "scopes": " ".join(sorted(token.scopes)),
                "per_minute": token.per_minute,
                "state": state,
                "requests": use.requests if use else 0,
                "subjects": use.subjects if use else 0,
                "refused": use.refused if use else 0,
                "last_used": use.last if use else None,
                "version": use.version if use else None,
            }
        )
    output.table(rows, COLUMNS, as_json=json)


def revoke(
    context: typer.Context,
    number: Annotated[int, typer.Argument(min=1, help="The token's number, as `tokens list` shows it.")],
    by: By = None,
    json: AsJson = False,
) -> None:
    """End a token for good; within a second it opens nothing. Exit 1 where there was none to end."""
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        done = api_tokens.revoke(tx, number, by=by or who(), now=datetime.now(UTC))
    if json:
        json_line({"id": number, "revoked": done})
    elif done:
        line(f"token {number} is revoked")
    else:
        message(f"token {number}: there is none, or it was revoked before")
    raise typer.Exit(0 if done else 1)
