"""The lines of one kind of segment, folded, with their places in the folded text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.model import Segment, SegmentKind
from optout_daemon.core.reading.folding import Folded

LONGEST: Final = 65_536
"""Characters of own words, and of quotation, that are judged."""


@dataclass(slots=True)
class Line:
    """One line of the text, folded, with its place in the folded text."""

    start: int
    text: str
    bare: str


def lines_of(folded: Folded, segments: Sequence[Segment], kind: SegmentKind) -> list[Line]:
    """The lines of all segments of a kind; an empty line stands between two segments."""
    lines: list[Line] = []
    taken = 0
    start = 0
    spans = [(one.start, one.end) for one in segments if one.kind is kind]
    if not spans:
        return lines
    position = 0
    for piece in folded.text.split("\n"):
        end = start + len(piece)
        origin = folded.origin(start)
        while position < len(spans) and spans[position][1] <= origin:
            position += 1
            if lines and lines[-1].bare:
                lines.append(Line(start, "", ""))
        if position == len(spans) or taken > LONGEST:
            break
        if spans[position][0] <= origin:
            piece = piece[: max(0, LONGEST - taken)]
            lines.append(Line(start, piece, piece.strip()))
            taken += len(piece) + 1
        start = end + 1
    return lines
