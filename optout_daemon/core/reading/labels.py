"""Find labels and what stands under them, line by line.

A line may be decorated (`■`, `1.`, `①`, `【】`, `**`), hold several pairs (`番号：… 名前：…`, a table row
`label | value`, `key=value`, JSON), a label alone with its value on the next line, or a row of labels above a row of
values. Knows nothing of what a good value is. Linear: each line is looked at once, at a bounded number of places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from optout_daemon.core.reading.words import Language

_DECORATION: Final = re.compile(r"[\s>|*・•‣◦■□◆◇●○▪▼▽▲△★☆※◎✓✔☑+#\-_\"'{\[<(【〈《「『〔≪:]*")
_INDEX: Final = re.compile(r"[(\[]?([0-9]{1,2})(?:[)\].、:](?!\d{2}\b)|(?=\s))\s*|([①-⑨])\s*")
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨"
_REMARK: Final = re.compile(r"\s*\([^()\n]{0,24}\)")
_TIE: Final = re.compile(r"[\s*_\"'】\]>〉》」』)〕≫]*(?:[:=|→⇒>]+|/|\.{2,}|…+|‥+|・{2,}|-+(?=[\s>])>?)")
_OPENING: Final = re.compile(r"[ \t]*[【「『〔][ \t]*(?=[^】」』〕\n]{1,80}[】」』〕])")
"""A value in brackets behind its label: 番号【 20000001 】."""
_SPACE: Final = re.compile(r"[ \t]+")
_PLACE: Final = re.compile(r"[\s|,、;/&。(\"【〈《「『〔≪\[]\s*")
_SKIPPED: Final = " \t_"
_BLANK: Final = re.compile(r"[ \t_]")
_TIGHTENED: Final = dict.fromkeys(map(ord, _SKIPPED))
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_LONGEST: Final = 48
"""Characters looked at for one label, spaces included."""
_MOST_PLACES: Final = 40
"""Places of one line at which an inner label is looked for."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label found: its kind and where it and its value stand in the line."""

    kind: str
    start: int
    end: int
    value: int
    """Where the value begins: behind the separator."""
    strong: bool
    """Tied to its value by a mark, not by a blank alone."""
    index: int = 0
    """Number in front of the label, 0 for none."""


class Labels:
    """The labels of all languages, ready to be found."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self._kinds: dict[str, str] = {}
        for language in languages:
            for label, kind in language.labels.items():
                self._kinds.setdefault(_tight(label), kind)
        lengths: dict[str, set[int]] = {}
        for label in self._kinds:
            lengths.setdefault(label[:2], set()).add(len(label))
        for beginning, choices in lengths.items():
            if beginning[:1] in self._kinds:
                choices.add(1)
        self._firsts = frozenset(beginning[0] for beginning in lengths)
        self._lengths = {first: tuple(sorted(all_of, reverse=True)) for first, all_of in lengths.items()}

    def kind(self, text: str) -> str | None:
        """The kind of a text that is a label and nothing else."""
        return self._kinds.get(_tight(text.strip(" *_\"':")))

    def in_line(self, line: str) -> list[Label]:
        """The labels of one folded line with their values' beginnings, in order; empty where there are none."""
        first = self._first(line)
        found = [first] if first else []
        if first is None and ":" not in line and "=" not in line and "|" not in line:
            return found
        start = first.value if first else 0
        for place in self._places(line, start):
            label = self._at(line, place, inner=first is None or first.strong)
            if label is not None and first is None and not found and _in_a_sentence(line, label):
                continue
            if label is not None and label.start >= start:
                found.append(label)
                start = label.value
        return found

    def index(self, line: str) -> tuple[int, int]:
        """(number in front of the line, where the rest begins); (0, ..) for none."""
        decorated = _DECORATION.match(line)
        at = decorated.end() if decorated else 0
        match = _INDEX.match(line, at)
        if match is None:
            return 0, at
        number = int(match[1]) if match[1] else _CIRCLED.index(match[2]) + 1
        return number, match.end()

    def _first(self, line: str) -> Label | None:
        decorated = _DECORATION.match(line)
        at = decorated.end() if decorated else 0
        label = self._at(line, at, inner=False)
        if label is not None:
            return label
        if _INDEX.match(line, at) is None:
            return None
        number, rest = self.index(line)
        if not number:
            return None
        again = _DECORATION.match(line, rest)
        at = again.end() if again else rest
        label = self._at(line, at, inner=False)
        return None if label is None else Label(label.kind, label.start, label.end, label.value, label.strong, number)

    def _places(self, line: str, start: int) -> Iterator[int]:
        for match in islice(_PLACE.finditer(line, start), _MOST_PLACES):
            at = match.end()
            decorated = _DECORATION.match(line, at)
            yield decorated.end() if decorated else at

    def _at(self, line: str, at: int, *, inner: bool) -> Label | None:
        """The label that begins at a place. An inner one must be tied by a mark, or be a number's before digits."""
        if line[at : at + 1] not in self._firsts:
            return None
        near = line[at : at + _LONGEST]
        text = near.translate(_TIGHTENED) if _BLANK.search(near) else near
        lengths = self._lengths.get(text[:2]) or self._lengths.get(text[:1])
        if lengths is None:
            return None
        for length in lengths:
            kind = self._kinds.get(text[:length]) if length <= len(text) else None
            if kind is None:
                continue
            end = at + (length if len(text) == len(near) else _untightened(near, length))
            value = self._value(line, end, kind, inner=inner)
            if value is not None:
                return Label(kind, at, end, value[0], value[1])
        return None

    def _value(self, line: str, end: int, kind: str, *, inner: bool) -> tuple[int, bool] | None:
        """(where the value begins, whether a mark ties it); None where this is no label after all."""
        latin = line[end - 1] in _LATIN or line[end - 1] in ".#"
        after = line[end : end + 1]
        if latin and line[end - 1] in _LATIN and (after in _LATIN and after):
            return None
        remark = _REMARK.match(line, end)
        tie = _TIE.match(line, end) or (remark and _TIE.match(line, remark.end()))
        if tie:
            return tie.end(), True
        opening = _OPENING.match(line, end)
        if opening:
            return opening.end(), True
        closing = line[end : end + 1]
        if closing and closing in "】]>〉》」』)〕≫":
            return end + 1, True
        bare = _SPACE.match(line, end)
        begins = bare.end() if bare else end
        if inner and not line[begins:].strip(" *_:\"'"):
            return None
        if begins == len(line) or not line[begins:].strip(" *_:\"'"):
            return len(line), False
        digits = kind == "customer_number" and line[begins] in "0123456789#〒〇一二三四五六七八九"
        if digits:
            return begins, not latin
        if (
            kind == "customer_number"
            and line.startswith("は", begins)
            and line[begins + 1 : begins + 3].strip(" 、")[:1].isdigit()
        ):
            return begins + 1, False
        if inner:
            return None
        if latin:
            return (begins, False) if bare and (len(bare[0]) >= 2 or "\t" in bare[0]) else None
        return (begins, False) if bare else None


def _in_a_sentence(line: str, label: Label) -> bool:
    """`please update my address: ...`: a word stands right before what would be the first label of the line."""
    before = line[max(0, label.start - 2) : label.start]
    return label.kind != "customer_number" and before.endswith(" ") and before[:1] in _LATIN and label.start >= 2


def _tight(label: str) -> str:
    return label.translate(_TIGHTENED)


def _untightened(near: str, length: int) -> int:
    """Where the first `length` characters that are no blanks end."""
    for at, one in enumerate(near):
        length -= one not in _SKIPPED
        if not length:
            return at + 1
    return len(near)
