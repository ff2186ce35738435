"""The decoded mail as pieces for a page: where each field was found, what is quoted, and how a record differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from optout_daemon.core.model import FieldName, Part, Reading, SegmentKind, Span

LONGEST: Final = 300
"""Characters of a value that are compared letter by letter."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `field` was read from it, or it is `quoted` and not the customer's own statement."""

    text: str
    field: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a recorded value; `other` where the mail says something else."""

    text: str
    other: bool


def pieces(text: str, part: Part, reading: Reading, spans: Mapping[FieldName, Span]) -> list[Piece]:
    """The subject or the text, cut where a field or a quotation begins or ends."""
    marks = [(span.start, span.end, name.value) for name, span in spans.items() if span.part is part]
    marks = [(max(0, start), min(end, len(text)), name) for start, end, name in marks if start < min(end, len(text))]
    quoted = [
        (segment.start, segment.end)
        for segment in reading.segments
        if part is Part.TEXT and segment.kind is not SegmentKind.OWN
    ]
    cuts = {0, len(text)}
    cuts.update(at for start, end, _ in marks for at in (start, end))
    cuts.update(min(at, len(text)) for pair in quoted for at in pair)
    places = sorted(cuts)
    found: list[Piece] = []
    for start, end in pairwise(places):
        names = [name for begin, stop, name in marks if begin <= start and end <= stop]
        inside = any(begin <= start and end <= stop for begin, stop in quoted)
        # The narrowest field wins: the inquiry often holds the others.
        names.sort(key=lambda name: next(stop - begin for begin, stop, each in marks if each == name))
        found.append(Piece(text[start:end], names[0] if names else "", inside))
    return found


def compared(stated: str, recorded: str) -> list[Stretch]:
    """The recorded value, with what in it is not as stated; nothing is marked where nothing is stated."""
    if not stated or not recorded:
        return [Stretch(recorded, False)] if recorded else []
    a, b = stated[:LONGEST], recorded[:LONGEST]
    matcher = SequenceMatcher(None, a.casefold(), b.casefold(), autojunk=False)
    if len(a.casefold()) != len(a) or len(b.casefold()) != len(b):
        matcher = SequenceMatcher(None, a, b, autojunk=False)
    found = [Stretch(b[start:end], tag != "equal") for tag, _, _, start, end in matcher.get_opcodes() if start < end]
    return [*found, *rest(recorded)]


def rest(recorded: str) -> Iterable[Stretch]:
    """What is too long to be compared."""
    return [Stretch(recorded[LONGEST:], False)] if len(recorded) > LONGEST else []
