"""The command line: `optout-daemon VERB ...`, one file a verb group.

Exit codes: 0 done, 1 the answer is "no", 2 wrong use, 75 try again later, 78 settings wrong (sysexits.h); 70 is a
defect of this program, reported without the values that were at hand, because they may be a person's.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from optout_daemon import __version__
from optout_daemon.cli import (
    audit,
    check,
    customers,
    db,
    demo,
    explain,
    outbox,
    output,
    queue,
    reconcile,
    replay,
    report,
    run,
    shunted,
    sinks,
    socketmap,
    staff,
    suppressions,
    tokens,
    web,
)
from optout_daemon.cli.session import Session
from optout_daemon.edges.readers import ReadersClosed
from optout_daemon.errors import (
    AnotherDaemon,
    Conflict,
    EdgeError,
    ImportRefused,
    OptoutError,
    SchemaError,
    SettingsError,
    StoreError,
)

NO: Final = 1
DEFECT: Final = 70
TRY_AGAIN: Final = 75
SETTINGS_WRONG: Final = 78
INTERRUPTED: Final = 130
LINES_NAMED: Final = 50
"""So many bad lines of an imported file are printed."""

app = typer.Typer(
    name="optout-daemon",
    help="Answers the opt-out inquiries that reach a customer desk by mail, and keeps the suppression list.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for verb in (run, web, socketmap, demo, check, explain, replay, reconcile):
    verb.add_to(app)
for group in (queue, outbox, shunted, customers, suppressions, sinks, tokens, report, audit, staff, db):
    app.add_typer(group.app)


def _version(wanted: bool) -> None:
    if wanted:
        output.line(f"optout-daemon {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            help="The settings file; by default $OPTOUT_CONFIG, else /etc/optout-daemon/config.toml.",
            show_default=False,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    if config is not None and not config.parts:
        raise typer.BadParameter("it is empty; name a file", param_hint="--config")
    context.obj = Session(config)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process with its exit code."""
    output.prepare()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        typer.main.get_command(app).main(args=config_first(given), prog_name="optout-daemon")
    except OptoutError as error:
        explain_error(error)
        sys.exit(exit_code(error))
    except ReadersClosed:
        output.message(
            "optout-daemon: the processes that read mail do not start; is memory short, or review.read_memory_limit?"
        )
        sys.exit(TRY_AGAIN)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        sys.exit(0)
    except OSError as error:
        output.message(f"optout-daemon: {error.strerror or type(error).__name__}")
        sys.exit(TRY_AGAIN)
    except Exception as error:
        output.message(f"optout-daemon: a defect of this program: {type(error).__name__}; please report these lines:")
        output.message("".join(traceback.format_tb(error.__traceback__)).rstrip())
        sys.exit(DEFECT)
    sys.exit(0)


def config_first(arguments: Sequence[str]) -> list[str]:
    """`--config FILE` may stand anywhere before `--`; it is moved in front of the verb, where it is declared."""
    moved: list[str] = []
    kept: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            kept += [argument, *waiting]
        elif argument == "--config":
            moved += [argument, *[value for value in [next(waiting, None)] if value is not None]]
        elif argument.startswith("--config="):
            moved.append(argument)
        else:
            kept.append(argument)
    return moved + kept


def explain_error(error: OptoutError) -> None:
    """The error's own lines on standard error, without a traceback."""
    for line in str(error).splitlines():
        output.message(line if isinstance(error, SettingsError) else f"optout-daemon: {line}")
    if isinstance(error, ImportRefused):
        for line in error.lines[:LINES_NAMED]:
            output.message(f"  {line}")
        if len(error.lines) > LINES_NAMED:
            output.message(f"  and {len(error.lines) - LINES_NAMED} more")


def exit_code(error: OptoutError) -> int:
    """What a script may conclude from `error`."""
    if isinstance(error, SettingsError | SchemaError):
        return SETTINGS_WRONG
    if isinstance(error, Conflict):
        return NO
    if isinstance(error, StoreError | AnotherDaemon) or (isinstance(error, EdgeError) and error.temporary):
        return TRY_AGAIN
    return NO
