"""Tell the customer's own words from quotation, signature, disclaimer and footer.

The whole text is covered by segments in order, cut at line ends. A quotation is known by its marks, by the line
that introduces it, or by the block of header lines an office program puts above it; a signature by its rule line or
by the company that it names. What a customer signs with (name, home address, number) is own words. Deletes nothing.
One pass over the lines, each looked at a fixed number of times: linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.model import Segment, SegmentKind
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.words import Language

_RULE: Final = re.compile(r"[-=_*~.・･+#━─―…☆★♪◇◆■□●○＊‥┄┈┅▬\s]{5,}")
_DASHES: Final = frozenset({"--", "---", "- -", "-- -", "- --"})
_ADDRESS: Final = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_DAY: Final = re.compile(r"(?:19|20)[0-9]{2}|[0-9]{1,2}[/月.][0-9]{1,2}")
_HEADER: Final = re.compile(r"[*\s]*([^:\s*][^:*]{0,14}?)[*\s]*:[*\s]")
_NUMBER: Final = re.compile(r"(?<![0-9-])[0-9]{4}[- ]?[0-9]{4}(?![0-9-])")
_ENDS_OF_INTRODUCTION: Final = frozenset(":e。")
_RULE_SIGNS: Final = frozenset("-=_*~.・･+#━─―…☆★♪◇◆■□●○＊‥┄┈┅▬")
_LONG_SIGNATURE: Final = 25
"""Lines; a longer block below a rule line is no signature."""
_LONG_LINE: Final = 120


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    """Behind the line break."""
    text: str
    """Folded and stripped."""
    kind: SegmentKind = SegmentKind.OWN


States = Callable[[str], bool]


def segments(
    text: str, languages: Sequence[Language], folded: Folded | None = None, states: States | None = None
) -> tuple[Segment, ...]:
    """Stretches of `text` in order, without gaps; none for an empty text. `states` tells of a folded text whether it
    states a customer number: what does, and nothing before it, is no signature."""
    folded = folded or Folded(text)
    lines = _lines(folded)
    _mark_quotations(lines, languages)
    for first, last in _own_runs(lines):
        _mark_tail(lines, first, last, languages, states or _looks_like_a_number)
    return _joined(lines, folded, len(text))


def is_rule(line: str) -> bool:
    """Whether a stripped line is a drawn line."""
    return len(line) >= 5 and line[0] in _RULE_SIGNS and _RULE.fullmatch(line) is not None


def _lines(folded: Folded) -> list[_Line]:
    lines = []
    start = 0
    for piece in folded.text.split("\n"):
        lines.append(_Line(start, start + len(piece) + 1, piece.strip()))
        start += len(piece) + 1
    if lines[-1].start == len(folded.text):
        lines.pop()
    return lines


def _joined(lines: list[_Line], folded: Folded, size: int) -> tuple[Segment, ...]:
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


def _mark_quotations(lines: list[_Line], languages: Sequence[Language]) -> None:
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


def _introduction(lines: list[_Line], number: int, languages: Sequence[Language]) -> tuple[int, bool]:
    """(lines of what introduces a quotation here, whether all that follows is quoted); (0, False) for none."""
    text = lines[number].text
    if len(text) > 300:
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


def _attributes(text: str, languages: Sequence[Language]) -> bool:
    """`On <day>, <who> wrote:`, `<day> <who> <address>:`, `<who>さんは書きました:`"""
    if not text.endswith((":", "wrote", "。")) or len(text) > 400 or ("@" not in text and not _CLOCK.search(text)):
        return False
    if _ADDRESS.search(text) and (_CLOCK.search(text) or _DAY.search(text)) and text.endswith(":"):
        return True
    tail = text[-60:]
    return _says(tail, "wrote", languages)


def _next_is_quoted(lines: list[_Line], number: int) -> bool:
    for line in lines[number : number + 3]:
        if line.text:
            return line.kind is SegmentKind.QUOTATION
    return False


def _is_original(text: str, languages: Sequence[Language]) -> bool:
    if not text.startswith(("-", "_", "=", "*", "<", "【", "[", "+")) and not text.endswith(":"):
        return False
    bare = text.strip("-_=*<>【】[]+: ")
    return len(bare) <= 40 and any(
        one.quoting["original"].begins(bare, 0) >= len(bare) - 2 for one in languages if "original" in one.quoting
    )


def _headers(lines: list[_Line], number: int, languages: Sequence[Language]) -> bool:
    """Three or more header lines one below the other, as office programs put above what they quote."""
    known: set[str] = set()
    for line in lines[number : number + 8]:
        if not line.text or is_rule(line.text):
            if known:
                break
            continue
        match = _HEADER.match(line.text + " ")
        name = match[1].replace(" ", "") if match else ""
        if not any(name in one.quoting["header"].all for one in languages if "header" in one.quoting):
            if not known:
                return False
            continue  # a folded header line
        known.add(name)
    return len(known) >= 3


# Signature, disclaimer, footer


def _own_runs(lines: list[_Line]) -> list[tuple[int, int]]:
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


def _looks_like_a_number(text: str) -> bool:
    return _NUMBER.search(text) is not None


def _mark_tail(lines: list[_Line], first: int, last: int, languages: Sequence[Language], states: States) -> None:
    for line in lines[max(first, last - _LONG_SIGNATURE) : last]:
        if line.text and len(line.text) <= 80 and _says(line.text, "footer", languages, at_start=True):
            line.kind = SegmentKind.FOOTER
    stated = states("\n".join(line.text for line in lines[first : max(first, last - _LONG_SIGNATURE)]))
    _mark_disclaimers(lines, first, last, languages, states)
    end = last
    while end > first and (lines[end - 1].kind is not SegmentKind.OWN or not lines[end - 1].text):
        end -= 1
    start = _signature(lines, first, end, languages, (lambda text: False) if stated else states)
    if start is not None:
        for line in lines[start:end]:
            if line.kind is SegmentKind.OWN:
                line.kind = SegmentKind.SIGNATURE


def _mark_disclaimers(lines: list[_Line], first: int, last: int, languages: Sequence[Language], states: States) -> None:
    """Paragraphs, but never the first one, that speak as only a disclaimer does."""
    paragraph: list[_Line] = []
    earlier = False
    for line in [*lines[first:last], _Line(0, 0, "")]:
        if line.text:
            paragraph.append(line)
            continue
        text = " ".join(one.text for one in paragraph)
        if earlier and len(text) > 20 and _says(text, "disclaimer", languages) and not states(text):
            for one in paragraph:
                one.kind = SegmentKind.DISCLAIMER
        earlier = earlier or bool(paragraph)
        paragraph = []


def _signature(lines: list[_Line], first: int, end: int, languages: Sequence[Language], states: States) -> int | None:
    """The line at which a signature begins, or None: what stands at the end is the customer's statement."""
    for number in range(max(first, end - _LONG_SIGNATURE), end):
        text = lines[number].text
        dashes = text in _DASHES
        if not dashes and not (is_rule(text) and number > first):
            continue
        below = [line for line in lines[number + 1 : end] if line.text and not is_rule(line.text)]
        if not below and number > first and not dashes:
            continue
        if not any(_names_company(line.text, languages) for line in below) and not dashes:
            continue
        if _states_first(lines, first, number, below, states):
            continue
        if any(_names_company(line.text, languages) for line in below):
            return number
        if dashes and not any(any(sign.isdigit() for sign in line.text) for line in below):
            return number
    return _trailing_company(lines, first, end, languages, states)


def _states_first(lines: list[_Line], first: int, number: int, below: Sequence[_Line], states: States) -> bool:
    """Whether a block states a customer number that the words above it do not."""
    if not states("\n".join(line.text for line in below)):
        return False
    return not states("\n".join(line.text for line in lines[first:number] if line.kind is SegmentKind.OWN))


def _trailing_company(
    lines: list[_Line], first: int, end: int, languages: Sequence[Language], states: States
) -> int | None:
    """Without a rule line: the first of the closing short lines that names a company, a department or a post."""
    number = end
    while number > max(first, end - _LONG_SIGNATURE):
        line = lines[number - 1]
        if line.kind is SegmentKind.OWN and line.text and not _signs(line.text, languages):
            break
        number -= 1
    block = [at for at in range(number, end) if lines[at].text]
    if not block or number <= first:
        return None
    start = next((at for at in block if _names_company(lines[at].text, languages)), None)
    if start is None or _states_first(lines, first, start, lines[start:end], states):
        return None
    return start


def _signs(text: str, languages: Sequence[Language]) -> bool:
    """Whether a line may stand in a signature: short, no sentence, no closing phrase."""
    if len(text) > _LONG_LINE or text.endswith(("。", "!", "?", ";")):
        return False
    closing = text.rstrip(",.、! ")
    if len(closing) <= 40 and _says(closing, "closing", languages, at_start=True):
        return False
    return not (text.endswith(".") and text.count(" ") >= 5)


def _names_company(text: str, languages: Sequence[Language]) -> bool:
    if len(text) > _LONG_LINE or text[:1].isdigit():
        return False
    return _says(_ZERO.sub("0", text) + "$", "company", languages)


_ZERO: Final = re.compile(r"[0-9]")


def _says(text: str, kind: str, languages: Sequence[Language], *, at_start: bool = False) -> bool:
    for language in languages:
        phrases = language.quoting.get(kind)
        if phrases is not None and (phrases.begins(text, 2) if at_start else phrases.holds(text)):
            return True
    return False
