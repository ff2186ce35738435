"""`optout-daemon db`: make and upgrade the database's schema, and the desk's key beside a SQLite file."""

from __future__ import annotations

import typer

from optout_daemon.cli.output import AsJson, json_line, line, message
from optout_daemon.cli.session import settings_of
from optout_daemon.config_secrets import make_key_file
from optout_daemon.store import migrate

app = typer.Typer(name="db", help="The database: its schema and the desk's key.", no_args_is_help=True)


@app.command()
def upgrade(context: typer.Context, json: AsJson = False) -> None:
    """Make the schema, or bring it to this program's.

    On SQLite a backup is made first, and the desk's key where there is none.
    """
    settings = settings_of(context)
    done = migrate.upgrade(settings.database.url)
    # On PostgreSQL several hosts share the key: it is made by hand and laid on each of them.
    key_made = settings.database.file is not None and make_key_file(settings.key_file)
    if json:
        json_line({"before": done.before, "after": done.after, "backup": done.backup, "key_made": key_made})
        return
    if done.backup is not None:
        line(f"backup: {done.backup}")
    if done.before == done.after:
        line(f"schema: {done.after}, nothing to do")
    else:
        line(f"schema: from {done.before or 'nothing'} to {done.after}")
    if key_made:
        line(f"key: made {settings.key_file}; keep a copy of it in a safe place")
    if key_made and done.before is not None:
        message(
            "warning: the database is older than its key; if you have the old key, put it back before the daemon runs"
        )


@app.command()
def current(context: typer.Context, json: AsJson = False) -> None:
    """Print the schema's version; exit 1 where it is not this program's."""
    settings = settings_of(context)
    found, wanted = migrate.current(settings.database.url), migrate.head()
    if json:
        json_line({"current": found, "wanted": wanted})
    elif found == wanted:
        line(f"schema: {found}")
    else:
        line(f"schema: {found or 'none'}; this program needs {wanted}: run `optout-daemon db upgrade`")
    raise typer.Exit(0 if found == wanted else 1)
