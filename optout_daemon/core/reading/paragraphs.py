"""Put own words together as they were meant: wrapped lines joined, what the fields have claimed left out.

What comes out are stretches of folded text with their places, each to be cut into sentences. Of boxes to tick, only the
ticked ones are words. Linear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.reading.marked_line import is_rule
from optout_daemon.core.reading.own_lines import Line

_WIDE: Final = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_BULLET: Final = re.compile(r"(?:[-*•・●■◆※☆★+]|\(?[0-9]{1,2}[.)、]|[①-⑨])\s*")
_BULLETS: Final = frozenset("-*•・●■◆※☆★+(0123456789①②③④⑤⑥⑦⑧⑨")
"""With which a bullet begins."""
_WRAPPED: Final = 45
"""A Latin line shorter than this is not broken by its program but ended by its author."""
_TICKED: Final = re.compile(r"\[[x✓✔*レ]\]|\([x✓✔*レ]\)|[☑☒✅✓✔■]")
_EMPTY_BOX: Final = re.compile(r"[\[(☐□](?:(?<=\[) {0,3}\]|(?<=\() {0,3}\)|(?<=[☐□]))")
_OPTION: Final = r"[^\[\](){}☐□☑☒✅■\n]{1,40}"
_NOT_TICKED: Final = re.compile(rf"(?:\[ {{0,3}}\]|\( {{0,3}}\)|[☐□]){_OPTION}")
_TICKED_BEHIND: Final = re.compile(rf"{_OPTION}(?:\[ {{0,3}}\]|\( {{0,3}}\)|[☐□])")

Piece = tuple[str, int, int]


def paragraphs(lines: Sequence[Line], claimed: Sequence[tuple[int, int]]) -> list[Piece]:
    """Lines joined where a program wrapped them; `claimed` holds sorted places in the folded text."""
    found: list[Piece] = []
    text, start, end, last = "", 0, 0, 0
    position = 0
    boxes = _may_hold_boxes("\n".join([line.bare for line in lines]))
    for line in lines:
        while position < len(claimed) and claimed[position][1] < line.start:
            position += 1
        high = line.start + len(line.text)
        empty = not line.bare or is_rule(line.bare)
        whole = position == len(claimed) or claimed[position][0] > high
        pieces = [] if whole or empty else _unclaimed(line, claimed, position)
        whole = whole or pieces == [(line.start, high)]
        bullet = _BULLET.match(line.bare) if line.bare[:1] in _BULLETS else None
        if text and (empty or not whole or bullet):
            found.append((text, start, end))
            text = ""
        if empty:
            continue
        if not whole:
            for low, stop in pieces:
                piece = ticked(line.text[low - line.start : stop - line.start])
                if not piece.strip(" :|,、/\t[]【】()"):
                    continue
                if stop == high and not _WIDE.search(piece[-12:]):
                    # What stands behind a label may be wrapped too.
                    text, start, end, last = piece.rstrip(), low, stop, len(line.bare)
                else:
                    found.append((piece, low, stop))
            continue
        bare = line.bare[bullet.end() :] if bullet else line.bare
        bare = ticked(bare) if boxes else bare
        if not text:
            text, start = bare, line.start
        elif _wraps(text, bare, last):
            text += bare if _is_wide(text[-1:]) and _is_wide(bare[:1]) else f" {bare}"
        else:
            found.append((text, start, end))
            text, start = bare, line.start
        end, last = high, len(line.bare)
    if text:
        found.append((text, start, end))
    return found


def _unclaimed(line: Line, claimed: Sequence[tuple[int, int]], position: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    at, high = line.start, line.start + len(line.text)
    while position < len(claimed) and claimed[position][0] <= high:
        if claimed[position][0] > at:
            pieces.append((at, claimed[position][0]))
        at = max(at, claimed[position][1])
        position += 1
    if at < high:
        pieces.append((at, high))
    return pieces


def _wraps(text: str, following: str, last: int) -> bool:
    """Whether a line goes on in the next: Japanese always, Latin where it is long or the next begins small."""
    if _is_wide(text[-1:]) or _is_wide(following[:1]) or _WIDE.search(text[-12:]):
        return True
    return last >= _WRAPPED or not following[:1].isalnum() or text.endswith(",")


def _is_wide(sign: str) -> bool:
    return "\u2e80" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef"


def _may_hold_boxes(text: str) -> bool:
    return "[" in text or "(" in text or "☐" in text or "□" in text


def ticked(text: str) -> str:
    """A text without the options that are not ticked; as it is where nothing is ticked."""
    if not _may_hold_boxes(text) or not _EMPTY_BOX.search(text):
        return text
    mark = _TICKED.search(text)
    if mark is None:
        return text
    first = _EMPTY_BOX.search(text)
    begins = min(mark.start(), first.start() if first else mark.start())
    # The box stands before its words, unless words stand before the first box.
    before = text[:begins].rpartition(":")[2].strip()
    return (_TICKED_BEHIND if before and text.rstrip()[-1:] in ")]☐□☑☒✅■✓✔" else _NOT_TICKED).sub(" ", text)
