"""Lay text out for a terminal of 80 columns, in which a Japanese character takes two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

COLUMNS: Final = 80
_PIECE: Final = re.compile(r"\s+|[!-~\u00a1-\u024f]+|.")
_CLOSING: Final = frozenset("、。，．,.)」』）】!?！？ー々")
"""What does not begin a line."""


def padded(text: str, columns: int) -> str:
    """`text` with blanks behind it, so that what follows begins in the same column on every line."""
    return text + " " * max(0, columns - cell_len(text))


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of so many columns, broken at blanks, or anywhere between wide characters.

    What must not begin a line stands behind its end, two columns at most.
    """
    lines, line = [], ""
    for piece in _pieces(text, columns):
        if cell_len(line) + cell_len(piece.rstrip()) <= columns or (piece[0] in _CLOSING and line):
            line += piece if line or piece.strip() else ""
        else:
            lines.append(line.rstrip())
            line = piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str, columns: int) -> Iterator[str]:
    for found in _PIECE.finditer(text):
        piece = " " if found[0].isspace() else found[0]
        while cell_len(piece) > columns:  # an address of the web, say
            yield piece[:columns]
            piece = piece[columns:]
        if piece:
            yield piece


def block(name: str, texts: Sequence[str], *, indent: int = 2, width: int = 11) -> Iterator[str]:
    """A name in front of texts, each wrapped beside it; nothing where there is no text."""
    left = indent + width
    first = True
    for text in texts:
        for part in wrapped(text, COLUMNS - left - 2):
            yield (padded(" " * indent + name, left) if first else " " * left) + part
            first = False
