"""What was found of one mail so far: its fields with their places, the numbers stated, and what holds no wish.

Values are as written, white space folded. Places are in the folded text, spans in the text as it came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from optout_daemon.core.model import Field, FieldName, Origin, Part, Span
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.numbers import Numbers, Stated
from optout_daemon.core.reading.own_lines import Line
from optout_daemon.core.reading.pairs import Pair
from optout_daemon.core.reading.words import Language

_WHITE: Final = re.compile(r"\s+")
_WISHES: Final = frozenset({"stop", "halt", "end", "vague", "keep", "spare"})


@dataclass(slots=True)
class Found:
    """All that was found, for the reader to assemble."""

    fields: tuple[Field, ...] = ()
    numbers: tuple[str, ...] = ()
    claimed: list[tuple[int, int]] = field(default_factory=list)
    """Places in the folded text that hold a number, name or address, or a label: no wish is read from them."""
    quoted: tuple[int, int] | None = None
    """Place in the folded text of the inquiry of a form inside a quotation."""
    own: list[Line] = field(default_factory=list)
    """The lines of own words."""


class Collected:
    """Collects; which statement is worth collecting is for others to say."""

    def __init__(self, numbers: Numbers, languages: Sequence[Language], folded: Folded, text: str) -> None:
        self.folded, self.text = folded, text
        self.fields: dict[FieldName, list[Field]] = {name: [] for name in FieldName}
        self.claimed: list[tuple[int, int]] = []
        self.quoted: tuple[int, int] | None = None
        self._numbers, self._languages = numbers, languages
        self._stated: list[Stated] = []
        self._number_spans: set[Span] = set()

    @property
    def has_number(self) -> bool:
        return any(one.well_formed or one.labelled for one in self._stated)

    def claim(self, pair: Pair) -> None:
        """Names, addresses and what other labels claim hold no wish; nor do labels, unless they say what is wanted."""
        if pair.kind == "aside" and self._wishes(self.folded.text[pair.start : pair.end]):
            return  # "E-mail: stop"
        if pair.kind == "customer_number":
            # What follows the number in its sentence may say what is wanted.
            stated = self._numbers.first(self.folded.text[pair.start : pair.end])
            self.claimed.append((pair.label_start, pair.start + stated.end if stated else pair.end))
        elif pair.kind != "inquiry":
            self.claimed.append((pair.label_start, pair.end))
        elif self.said_from(pair) > pair.label_start:
            self.claimed.append((pair.label_start, pair.start))

    def said_from(self, pair: Pair) -> int:
        """Where an inquiry begins: at its label, if that says what is wanted."""
        return pair.label_start if self._wishes(pair.label) else pair.start

    def _wishes(self, text: str) -> bool:
        return any(token.kind in _WISHES for one in self._languages for token in one.wish.scan(text[:200]))

    def add(self, name: FieldName, start: int, end: int, origin: Origin, quoted: bool, label: str = "") -> None:
        value = self.value(start, end)
        if value:
            self.fields[name].append(Field(name, value, origin, self.span(start, end), quoted, label))

    def add_original(self, name: FieldName, line: Line, start: int, end: int) -> None:
        offset = self.folded.origin(line.start)
        value = _WHITE.sub(" ", self.text[offset + start : offset + end]).strip()
        if value and len(self.fields[name]) < 4:
            self.fields[name].append(Field(name, value, Origin.PROSE, Span(Part.TEXT, offset + start, offset + end)))

    def add_number(
        self,
        stated: Stated,
        text: str,
        folded: Folded,
        offset: int,
        part: Part,
        quoted: bool = False,
        label: str = "",
        origin: Origin = Origin.PROSE,
    ) -> None:
        start, end = folded.origin(offset + stated.start), folded.origin(offset + stated.end - 1) + 1
        span = Span(part, start, end)
        if span in self._number_spans:
            return
        self._number_spans.add(span)
        self._stated.append(stated)
        value = _WHITE.sub(" ", text[start:end]).strip()
        self.fields[FieldName.CUSTOMER_NUMBER].append(
            Field(FieldName.CUSTOMER_NUMBER, value, origin, span, quoted, label)
        )

    def value(self, start: int, end: int) -> str:
        return (
            _WHITE.sub(" ", self.text[self.folded.origin(start) : self.folded.origin(end - 1) + 1]).strip()
            if end > start
            else ""
        )

    def span(self, start: int, end: int) -> Span:
        return Span(Part.TEXT, self.folded.origin(start), self.folded.origin(end - 1) + 1)

    def found(self, own: list[Line]) -> Found:
        numbers = sorted(
            zip(self._stated, self.fields[FieldName.CUSTOMER_NUMBER], strict=True),
            key=lambda one: (not one[0].well_formed, one[0].date_like, not one[0].labelled),
        )
        if any(stated.well_formed and not stated.date_like for stated, _ in numbers):
            # A number of the right form makes a malformed or date-like one beside it somebody's order or day.
            numbers = [one for one in numbers if one[0].well_formed and not one[0].date_like]
        self.fields[FieldName.CUSTOMER_NUMBER] = [found for _, found in numbers]
        return Found(
            fields=tuple(one for name in FieldName for one in self.fields[name]),
            numbers=tuple(dict.fromkeys(stated.number for stated, _ in numbers)),
            claimed=sorted(self.claimed),
            quoted=self.quoted,
            own=own,
        )
