"""Print results on standard output and messages on standard error, for people or as JSON.

JSON is one object a line. What a stranger wrote is printed without control characters: a mail must not steer the
terminal of the clerk who looks at it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def prepare() -> None:
    """UTF-8 whatever the locale says; lone surrogates of broken mail leave as escapes, not as a crash."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def line(text: str = "") -> None:
    """One line of a result."""
    typer.echo(safe(text))


def message(text: str) -> None:
    """What is not a result: errors, warnings, progress."""
    typer.echo(safe(text), err=True)


def safe(text: str) -> str:
    """`text` with every control character but line ends and tabs shown as U+FFFD."""
    if text.isprintable():
        return text
    return "".join(char if _shows(char) else "�" for char in text)


def _shows(char: str) -> bool:
    # isprintable() is False for U+3000, the space of Japanese names.
    return char.isprintable() or char in "\n\t" or unicodedata.category(char) == "Zs"


def json_line(value: object) -> None:
    """One JSON object on one line."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False))


def plain(value: object) -> object:
    """`value` in JSON's own types; times as UTC in ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, Path):
        return str(value)
    return value


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    """Rows as a table on a terminal, as tab-separated lines with a head elsewhere, or as JSON with every key."""
    if as_json:
        for row in rows:
            json_line(row)
        return
    cells = [[cell(row[column]) for column in columns] for row in rows]
    if sys.stdout.isatty():
        drawn = Table(box=None, pad_edge=False)
        for column in columns:
            drawn.add_column(column, overflow="fold")
        for row_cells in cells:
            drawn.add_row(*row_cells)
        Console(markup=False, highlight=False).print(drawn)
        return
    for row_cells in (list(columns), *cells):
        typer.echo("\t".join(row_cells))


def cell(value: object) -> str:
    """One value on one line."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(cell(item) for item in value)
    return safe(str(value)).replace("\n", " ").replace("\t", " ")


def details(pairs: Sequence[tuple[str, object]]) -> None:
    """Name and value, a line each; values of several lines are indented, empty ones left out."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        if value is None or value in ("", [], ()):
            continue
        lines = [cell(item) for item in value] if isinstance(value, list | tuple) else [cell(value)]
        for index, text in enumerate(lines):
            line(f"  {name if index == 0 else '':<{width}}  {text}")


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while it is a terminal; yields the function that is told what is done of `total`."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(what, total=total)
        yield lambda done: bars.update(bar, completed=done)
