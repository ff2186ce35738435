"""Tell the customer's own words from quotation, signature, disclaimer and footer.

The whole text is covered by segments in order, cut at line ends. A quotation is known by its marks, by the line
that introduces it, or by the block of header lines an office program puts above it; a signature by its rule line or
by the company that it names. What a customer signs with (name, home address, number) is own words. Deletes nothing.
One pass over the lines, each looked at a fixed number of times: linear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.model import Segment, SegmentKind
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.marked_line import RULE_SIGNS, MarkedLine, is_rule, says
from optout_daemon.core.reading.signature import States, looks_like_a_number, mark_tail
from optout_daemon.core.reading.words import Language

_ADDRESS: Final = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_DAY: Final = re.compile(r"(?:19|20)[0-9]{2}|[0-9]{1,2}[/月.][0-9]{1,2}")
_HEADER: Final = re.compile(r"[*\s]*([^:\s*][^:*]{0,14}?)[*\s]*:[*\s]")
_MARKS: Final = ("-", "_", "=", "*", "<", "【", "[", "+")
"""With which a line like `-----Original Message-----` may begin."""
_ENDS_OF_INTRODUCTION: Final = frozenset(":e。")


def segments(
    text: str, languages: Sequence[Language], folded: Folded | None = None, states: States | None = None
) -> tuple[Segment, ...]:
    """Stretches of `text` in order, without gaps; none for an empty text. `states` tells of a folded text whether it
    states a customer number: what does, and nothing before it, is no signature."""
    folded = folded or Folded(text)
    lines = _lines(folded)
    _mark_quotations(lines, languages)
    for first, last in _own_runs(lines):
        mark_tail(lines, first, last, languages, states or looks_like_a_number)
    return _joined(lines, folded, len(text))


def _lines(folded: Folded) -> list[MarkedLine]:
    lines = []
    start = 0
    for piece in folded.text.split("\n"):
        lines.append(MarkedLine(start, start + len(piece) + 1, piece.strip()))
        start += len(piece) + 1
    if lines[-1].start == len(folded.text):
        lines.pop()
    return lines


def _joined(lines: list[MarkedLine], folded: Folded, size: int) -> tuple[Segment, ...]:
    found: list[Segment] = []
    first = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or lines[number].kind is not lines[first].kind:
            start = folded.origin(lines[first].start) if found else 0
            end = size if number == len(lines) else folded.origin(lines[number].start)
            found.append(Segment(lines[first].kind, start, end))
            first = number
    return tuple(found)


# Quotation


def _mark_quotations(lines: list[MarkedLine], languages: Sequence[Language]) -> None:
    for line in lines:
        if line.text.startswith(">"):
            line.kind = SegmentKind.QUOTATION
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.kind is SegmentKind.OWN and line.text:
            length, whole = _introduction(lines, number, languages)
            if length:
                end = len(lines) if whole else number + length
                for inside in lines[number:end]:
                    inside.kind = SegmentKind.QUOTATION
                number = end
                continue
        number += 1


def _introduction(lines: list[MarkedLine], number: int, languages: Sequence[Language]) -> tuple[int, bool]:
    """(lines of what introduces a quotation here, whether all that follows is quoted); (0, False) for none."""
    text = lines[number].text
    if len(text) > 300 or not _may_introduce(lines, number):
        return 0, False
    for count in (1, 2):
        if count == 2:
            below = lines[number + 1] if number + 1 < len(lines) else None
            # Wrapped over two lines: what is complete ends with a colon, and the first holds a day or an address.
            if below is None or below.kind is not SegmentKind.OWN or not below.text.endswith((":", "wrote")):
                break
            text = f"{text} {below.text}"
        if text[-1] in _ENDS_OF_INTRODUCTION and _attributes(text, languages):
            marked = _next_is_quoted(lines, number + count)
            # A sentence may end like that; without marks below, date and address both have to be there.
            if marked or (_ADDRESS.search(text) and (_CLOCK.search(text) or _DAY.search(text))):
                return count, not marked
    if _is_original(lines[number].text, languages):
        marked = _next_is_quoted(lines, number + 1)
        return (1, not marked) if marked or _headers(lines, number + 1, languages) else (0, False)
    if _headers(lines, number, languages):
        return 1, True
    return 0, False


def _may_introduce(lines: list[MarkedLine], number: int) -> bool:
    """Whether a line has anything that introduces quotations have; most lines have not, and need no closer look."""
    text = lines[number].text
    if ":" in text or "@" in text or text[0] in _MARKS or text[0] in RULE_SIGNS:
        return True
    return number + 1 < len(lines) and lines[number + 1].text.endswith((":", "wrote"))


def _attributes(text: str, languages: Sequence[Language]) -> bool:
    """`On <day>, <who> wrote:`, `<day> <who> <address>:`, `<who>さんは書きました:`"""
    if (
        not text.endswith((":", "wrote", "。"))
        or len(text) > 400
        or ("@" not in text and (":" not in text or not _CLOCK.search(text)))
    ):
        return False
    if _ADDRESS.search(text) and (_CLOCK.search(text) or _DAY.search(text)) and text.endswith(":"):
        return True
    tail = text[-60:]
    return says(tail, "wrote", languages)


def _next_is_quoted(lines: list[MarkedLine], number: int) -> bool:
    for line in lines[number : number + 3]:
        if line.text:
            return line.kind is SegmentKind.QUOTATION
    return False


def _is_original(text: str, languages: Sequence[Language]) -> bool:
    if not text.startswith(_MARKS) and not text.endswith(":"):
        return False
    bare = text.strip("-_=*<>【】[]+: ")
    return len(bare) <= 40 and any(
        one.quoting["original"].begins(bare, 0) >= len(bare) - 2 for one in languages if "original" in one.quoting
    )


def _headers(lines: list[MarkedLine], number: int, languages: Sequence[Language]) -> bool:
    """Three or more header lines one below the other, as office programs put above what they quote."""
    known: set[str] = set()
    for line in lines[number : number + 8]:
        if not line.text or is_rule(line.text):
            if known:
                break
            continue
        match = _HEADER.match(line.text + " ") if ":" in line.text else None
        name = match[1].replace(" ", "") if match else ""
        if not name or not any(name in one.quoting["header"].all for one in languages if "header" in one.quoting):
            if not known:
                return False
            continue  # a folded header line
        known.add(name)
    return len(known) >= 3


def _own_runs(lines: list[MarkedLine]) -> list[tuple[int, int]]:
    """Half-open ranges of lines that are no quotation."""
    runs = []
    first: int | None = None
    for number, line in enumerate(lines):
        if line.kind is SegmentKind.OWN:
            first = number if first is None else first
        elif first is not None:
            runs.append((first, number))
            first = None
    if first is not None:
        runs.append((first, len(lines)))
    return runs
