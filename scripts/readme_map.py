#!/usr/bin/env python3
"""Write the map of the house into README.md: every module with the first line of its docstring.

`--check` changes nothing and exits 1 where the map is not what the tree says; `--write` brings it up to date.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PACKAGE = ROOT / "optout_daemon"
BEGIN, END = "<!-- map: written by scripts/readme_map.py -->\n", "<!-- end of map -->\n"
LEFT_OUT = {"__pycache__", "versions"}
"""Folders that no reader looks for a room in."""

FIRST = ["cli", "web", "daemon.py", "demo"]
LAST = ["core", "edges", "store"]
"""Folders that come after the modules of the package itself."""


def first_line(path: Path) -> str:
    """The first line of a module's docstring, or nothing."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return docstring.splitlines()[0].strip() if docstring else ""


def rooms(folder: Path) -> list[Path]:
    """What is shown of a folder, in the order in which a reader wants it."""
    entries = [
        path
        for path in folder.iterdir()
        if path.name not in LEFT_OUT
        and ((path.is_dir() and any(path.rglob("*.py"))) or (path.suffix == ".py" and path.name != "__init__.py"))
    ]

    def order(path: Path) -> tuple[int, int, str]:
        if folder == PACKAGE and path.name in FIRST:
            return 0, FIRST.index(path.name), path.name
        if folder == PACKAGE and path.name in LAST:
            return 3, LAST.index(path.name), path.name
        return (2 if path.is_dir() else 1), 0, path.name

    return sorted(entries, key=order)


def lines(folder: Path, indent: str = "") -> Iterator[tuple[str, str]]:
    """Name and description of everything below a folder, drawn as a tree."""
    entries = rooms(folder)
    for index, path in enumerate(entries):
        last = index == len(entries) - 1
        branch, below = ("└── ", "    ") if last else ("├── ", "│   ")
        module = path / "__init__.py" if path.is_dir() else path
        name = path.name + ("/" if path.is_dir() else "")
        yield indent + branch + name, first_line(module) if module.is_file() else ""
        if path.is_dir():
            yield from lines(path, indent + below)


def drawn() -> str:
    """The map as it should stand in the README, with its markers."""
    rows = [("optout_daemon/", first_line(PACKAGE / "__init__.py")), *lines(PACKAGE)]
    width = max(len(name) for name, _text in rows)
    tree = "\n".join(f"{name:<{width}}  {text}".rstrip() for name, text in rows)
    return f"{BEGIN}```text\n{tree}\n```\n{END}"


def main(arguments: list[str]) -> int:
    """The exit code."""
    if arguments not in (["--check"], ["--write"]):
        print("usage: readme_map.py --check | --write", file=sys.stderr)
        return 2
    text = README.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        print(f"README.md: the markers of the map are missing: {BEGIN.strip()} and {END.strip()}", file=sys.stderr)
        return 2
    wanted = before + drawn() + after
    if arguments == ["--write"]:
        README.write_text(wanted, encoding="utf-8")
        return 0
    if text != wanted:
        print("README.md: the map is not what the tree says; run scripts/readme_map.py --write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
