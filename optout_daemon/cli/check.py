"""`optout-daemon check`: the settings, each connection, how the work stands, one plain line each; never a secret."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from optout_daemon.checking import check_all
from optout_daemon.cli.output import AsJson, json_line, line
from optout_daemon.cli.session import settings_of, warn_of_exposed_secrets
from optout_daemon.standing import Finding, Verdict

EXIT_CODES = {Verdict.GOOD: 0, Verdict.BAD: 1, Verdict.AWAY: 75, Verdict.SETTINGS: 78}


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(context: typer.Context, json: AsJson = False) -> None:
    """Try the settings and every connection, then say how the work stands; one line each.

    Exit 0: all is well; 78: the settings, the schema or a secret file are wrong; 1: a server refused, or mail is
    unaccounted for; 75: a server or the database is away, or no pass over a mailbox came to its end for long.
    """
    settings = settings_of(context)
    warn_of_exposed_secrets(settings)
    worst = Verdict.GOOD
    for finding in check_all(settings, now=datetime.now(UTC)):
        worst = max(worst, finding.verdict)
        if json:
            json_line({"what": finding.what, "verdict": finding.verdict.name.lower(), "says": finding.says})
        else:
            _print(finding)
    raise typer.Exit(EXIT_CODES[worst])


def _print(finding: Finding) -> None:
    word = "ok  " if finding.verdict is Verdict.GOOD else "FAIL"
    line(f"{word}  {finding.what}: {finding.says}")
