"""`optout-daemon tokens`: what the desk signs and hands out."""

from __future__ import annotations

import typer

from optout_daemon.cli import api_tokens, unsubscribe_tokens

app = typer.Typer(name="tokens", help="Tokens: for those who ask the list, and for List-Unsubscribe.")
api_tokens.add_to(app)
unsubscribe_tokens.add_to(app)


@app.callback(invoke_without_command=True)
def tokens(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
