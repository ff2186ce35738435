"""Find the labelled pairs of a mail: a label, and where its value begins and ends, over lines where it goes on.

An address goes on as long as lines are parts of one, an inquiry to the end of its paragraph; a label alone takes the
line below. What the values are worth is for fields.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.labels import Label, Labels
from optout_daemon.core.reading.marked_line import is_rule
from optout_daemon.core.reading.own_lines import Line
from optout_daemon.core.reading.prose import Prose
from optout_daemon.core.reading.words import Language

_ENDS: Final = " \t\"'`,;、|*_"
_CLOSERS: Final = {")": "(", "]": "[", "}": "{", "】": "【", "」": "「", "』": "『"}
_OPENERS: Final = "\n【[〈《「『〔≪({"
_SENTENCE_END: Final = ("。", "!", "?", "ます", "です", "ください", "下さい")
_MOST_LINES: Final = 8
"""Lines that a value may go on for."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value; places are in the folded text."""

    kind: str
    label: str
    label_start: int
    start: int
    end: int
    line: int
    last_line: int


class Pairs:
    """Finds the pairs of one mail; built for each, from what serves all."""

    def __init__(self, labels: Labels, seen: Prose, languages: Sequence[Language], folded: Folded, text: str) -> None:
        self._labels, self._seen, self._languages = labels, seen, languages
        self._folded, self._text = folded, text

    def find(self, lines: list[Line]) -> list[Pair]:
        pairs: list[Pair] = []
        number = 0
        while number < len(lines):
            line = lines[number]
            if not line.bare or is_rule(line.bare):
                number += 1
                continue
            header = self._header(lines, number)
            if header:
                pairs += header
                number += 2
                continue
            labels = self._labels.in_line(line.text)
            last = number
            for at, label in enumerate(labels):
                if at + 1 < len(labels):
                    end = _trimmed(line.text, label.value, labels[at + 1].start)
                    pairs.append(self._pair(line, label, line.start + label.value, line.start + end, number, number))
                else:
                    pair = self._last(lines, number, label)
                    pairs.append(pair)
                    last = max(last, pair.last_line)
            number = last + 1
        return pairs

    def _pair(self, line: Line, label: Label, start: int, end: int, number: int, last: int) -> Pair:
        begin, end = bounds(self._folded.text, start, end)
        name = line.text[label.start : label.end].strip()
        return Pair(label.kind, name, line.start + label.start, begin, end, number, last)

    def _last(self, lines: list[Line], number: int, label: Label) -> Pair:
        """The last label of a line: its value may go on, or only begin, on the next lines."""
        line = lines[number]
        start, end = line.start + label.value, line.start + len(line.text)
        empty = not self._folded.text[start:end].strip(_ENDS + "】])>")
        last = number
        if empty:
            following = self._value_below(lines, number, label)
            if following is None:
                return self._pair(line, label, start, start, number, number)
            last = following
            start, end = lines[last].start, lines[last].start + len(lines[last].text)
        stop = -1 if label.kind == "inquiry" else self._folded.text.find("。", start, end)
        if stop >= 0:
            return self._pair(line, label, start, stop, number, last)  # the next sentence is no part of the value
        goes_on = {"address": self.is_address_line, "inquiry": self.is_inquiry_line}.get(
            "address" if "address" in label.kind else label.kind
        )
        if goes_on:
            for after in range(last + 1, min(last + _MOST_LINES, len(lines))):
                if not goes_on(lines, after):
                    break
                last, end = after, lines[after].start + len(lines[after].text)
        return self._pair(line, label, start, end, number, last)

    def _value_below(self, lines: list[Line], number: int, label: Label) -> int | None:
        for after in range(number + 1, min(number + 3, len(lines))):
            line = lines[after]
            if not line.bare:
                # A label that nothing follows at once is an empty one, but for headings between blank lines.
                if after > number + 1 or (label.kind == "inquiry" and not label.strong):
                    return None
                continue
            if self._labels.in_line(line.text) or is_rule(line.bare) or self.is_closing(line.bare):
                return None
            if self._labels.index(line.text)[0] and label.index:
                return None
            return after
        return None

    def is_address_line(self, lines: list[Line], number: int) -> bool:
        line = lines[number]
        if not line.bare or is_rule(line.bare) or self._labels.in_line(line.text):
            return False
        index, _ = self._labels.index(line.text)
        if index and line.bare[: len(str(index))].isdigit() and not line.text.startswith((" ", "\t")):
            return self._seen.is_address_rest(line.bare) and not line.bare[len(str(index)) :].startswith(
                (".", ")", "、")
            )
        if line.text.startswith(("  ", "\t")) and len(line.bare) <= 80 and not line.bare.endswith(_SENTENCE_END):
            return True
        return self._seen.is_address_rest(self.original(line)) and not self.is_closing(line.bare)

    def is_inquiry_line(self, lines: list[Line], number: int) -> bool:
        line = lines[number]
        if not line.bare or is_rule(line.bare) or self.is_closing(line.bare):
            return False
        return not any(label.strong for label in self._labels.in_line(line.text))

    def is_closing(self, text: str) -> bool:
        if len(text) > 40:
            return False
        return any(one.quoting["closing"].begins(text) for one in self._languages if "closing" in one.quoting)

    def _header(self, lines: list[Line], number: int) -> list[Pair]:
        """A row of three or more labels above a row of as many values."""
        line = lines[number]
        if number + 1 >= len(lines):
            return []
        for mark in ("|", ",", "\t", ";"):
            if line.text.count(mark) < 2:
                continue
            cells, values = _cells(line, mark), _cells(lines[number + 1], mark)
            kinds = [self._labels.kind(line.text[a - line.start : b - line.start]) for a, b in cells]
            if sum(kind is not None for kind in kinds) < 3 or len(values) < len(cells):
                continue
            if self._labels.in_line(lines[number + 1].text):
                continue
            if len(values) > len(cells):  # the last cell, the inquiry, may hold the mark itself
                values = [*values[: len(cells) - 1], (values[len(cells) - 1][0], values[-1][1])]
            return [
                Pair(kind, self._folded.text[a:b], a, *bounds(self._folded.text, *value), number, number + 1)
                for kind, (a, b), value in zip(kinds, cells, values, strict=False)
                if kind
            ]
        return []

    def original(self, line: Line) -> str:
        """A line as it was written."""
        return self._text[self._folded.origin(line.start) : self._folded.origin(line.start + len(line.text))]


def _cells(line: Line, mark: str) -> list[tuple[int, int]]:
    cells = []
    start = 0
    for cell in line.text.split(mark):
        cells.append((line.start + start, line.start + start + len(cell)))
        start += len(cell) + 1
    if mark == "|" and line.bare.startswith("|"):
        cells = cells[1:-1] if line.bare.endswith("|") else cells[1:]
    return cells


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())


def bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """A value without the blanks, quotation marks and lone closing brackets around it."""
    while start < end and (text[start] in _ENDS or text[start] in ":>=\n"):
        start += 1
    while end > start:
        last = text[end - 1]
        if last in _ENDS or last in _OPENERS or (last in _CLOSERS and _CLOSERS[last] not in text[start:end]):
            end -= 1
        else:
            break
    return start, end
