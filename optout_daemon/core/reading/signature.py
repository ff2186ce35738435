"""Find what stands below the customer's words: signature, disclaimer, footer.

A signature is known by its rule line or by the company, department or post that it names; what the customer signs with
(name, home address, number) is own words. Each line is looked at a fixed number of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from optout_daemon.core.model import SegmentKind
from optout_daemon.core.reading.marked_line import MarkedLine, is_rule, says
from optout_daemon.core.reading.words import Language

_DASHES: Final = frozenset({"--", "---", "- -", "-- -", "- --"})
_NUMBER: Final = re.compile(r"(?<![0-9-])[0-9]{4}[- ]?[0-9]{4}(?![0-9-])")
_LONG_SIGNATURE: Final = 25
"""Lines; a longer block below a rule line is no signature."""
_LONG_LINE: Final = 120

States = Callable[[str], bool]
"""Of a folded text, whether it states a customer number."""


def looks_like_a_number(text: str) -> bool:
    return _NUMBER.search(text) is not None


def mark_tail(lines: list[MarkedLine], first: int, last: int, languages: Sequence[Language], states: States) -> None:
    for line in lines[max(first, last - _LONG_SIGNATURE) : last]:
        if line.text and len(line.text) <= 80 and says(line.text, "footer", languages, at_start=True):
            line.kind = SegmentKind.FOOTER
    above = "\n".join([line.text for line in lines[first : max(first, last - _LONG_SIGNATURE)]])
    _mark_disclaimers(lines, first, last, languages, states)
    end = last
    while end > first and (lines[end - 1].kind is not SegmentKind.OWN or not lines[end - 1].text):
        end -= 1
    start = _signature(lines, first, end, languages, lambda text: states(text) and not states(above))
    if start is not None:
        for line in lines[start:end]:
            if line.kind is SegmentKind.OWN:
                line.kind = SegmentKind.SIGNATURE


def _mark_disclaimers(
    lines: list[MarkedLine], first: int, last: int, languages: Sequence[Language], states: States
) -> None:
    """Paragraphs, but never the first one, that speak as only a disclaimer does."""
    paragraph: list[MarkedLine] = []
    earlier = False
    for line in [*lines[first:last], MarkedLine(0, 0, "")]:
        if line.text:
            paragraph.append(line)
            continue
        text = " ".join(one.text for one in paragraph)
        if earlier and len(text) > 20 and says(text, "disclaimer", languages) and not states(text):
            below_a_name = paragraph[0].text in _DASHES
            spoken = (at for at, one in enumerate(paragraph) if says(one.text, "disclaimer", languages))
            for one in paragraph[next(spoken, 0) if below_a_name else 0 :]:
                one.kind = SegmentKind.DISCLAIMER
        earlier = earlier or bool(paragraph)
        paragraph = []


def _signature(
    lines: list[MarkedLine], first: int, end: int, languages: Sequence[Language], states: States
) -> int | None:
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


def _states_first(
    lines: list[MarkedLine], first: int, number: int, below: Sequence[MarkedLine], states: States
) -> bool:
    """Whether a block states a customer number that the words above it do not."""
    if not states("\n".join(line.text for line in below)):
        return False
    return not states("\n".join(line.text for line in lines[first:number] if line.kind is SegmentKind.OWN))


def _trailing_company(
    lines: list[MarkedLine], first: int, end: int, languages: Sequence[Language], states: States
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
    if len(closing) <= 40 and says(closing, "closing", languages, at_start=True):
        return False
    return not (text.endswith(".") and text.count(" ") >= 5)


def _names_company(text: str, languages: Sequence[Language]) -> bool:
    if len(text) > _LONG_LINE or text[:1].isdigit():
        return False
    return says(_ZERO.sub("0", text) + "$", "company", languages)


_ZERO: Final = re.compile(r"[0-9]")
