"""Fields without labels: lines numbered 1 to 4, or a block of lines that is number, name, address and wish."""

from __future__ import annotations

from typing import Final

from optout_daemon.core.model import FieldName, Origin, Part
from optout_daemon.core.reading.collected import Collected
from optout_daemon.core.reading.forms import Forms
from optout_daemon.core.reading.labels import Labels
from optout_daemon.core.reading.numbers import Numbers, Stated, trivial
from optout_daemon.core.reading.own_lines import Line
from optout_daemon.core.reading.pairs import Pairs, bounds
from optout_daemon.core.reading.prose import Prose

_NUMBERED: Final = (FieldName.CUSTOMER_NUMBER, FieldName.NAME, FieldName.ADDRESS, FieldName.INQUIRY)


class NumberedLines:
    """Those of one mail."""

    def __init__(
        self, labels: Labels, numbers: Numbers, seen: Prose, finder: Pairs, forms: Forms, collected: Collected
    ) -> None:
        self._labels, self._numbers, self._seen, self._finder = labels, numbers, seen, finder
        self._forms, self._collected = forms, collected

    def in_quotation(self, lines: list[Line]) -> None:
        """Numbered lines that the customer filled in inside a quotation."""
        stripped = [
            Line(line.start + _lead(line.text), line.text[_lead(line.text) :], line.bare.lstrip("> ")) for line in lines
        ]
        before = len(self._collected.fields[FieldName.INQUIRY])
        self.numbered(stripped, quoted=True)
        if len(self._collected.fields[FieldName.INQUIRY]) > before:
            span = self._collected.fields[FieldName.INQUIRY][-1].span
            self._collected.quoted = self._claimed_inquiry if span else None

    def numbered(self, lines: list[Line], *, quoted: bool = False) -> None:
        """Lines numbered 1 to 4 without labels, the first of which is a customer number."""
        items: list[tuple[int, int, int]] = []
        for number, line in enumerate(lines):
            index, begins = self._labels.index(line.text)
            if index == len(items) + 1 and index <= 4 and line.text[begins:].strip():
                items.append((number, line.start + begins, line.start + len(line.text)))
            elif items and index > len(items) + 1 and index <= 4:
                return
            elif items and line.bare and len(items) >= 3 and self._goes_on(lines, number, len(items)):
                first, start, _ = items[-1]
                items[-1] = (first, start, line.start + len(line.text))
        if len(items) < 3:
            return
        stated = self._numbers.first(self._collected.folded.text[items[0][1] : items[0][2]])
        if stated is None or any(self._labels.in_line(lines[number].text) for number, _, _ in items):
            return
        if quoted and (trivial(stated.number) or not stated.well_formed or self._forms.is_sample(lines, items[0][0])):
            return
        self._collected.add_number(
            stated, self._collected.text, self._collected.folded, items[0][1], Part.TEXT, quoted, "1", Origin.NUMBERED
        )
        for name, (_, start, end) in zip(_NUMBERED[1:], items[1:], strict=False):
            begin, end = bounds(self._collected.folded.text, start, end)
            self._collected.add(name, begin, end, Origin.NUMBERED, quoted)
            if name is FieldName.INQUIRY:
                self._claimed_inquiry = (begin, end)
            else:
                self._collected.claimed.append((begin, end))

    _claimed_inquiry: tuple[int, int] | None = None

    def _goes_on(self, lines: list[Line], number: int, count: int) -> bool:
        if not lines[number - 1].bare:
            return False
        return (
            self._finder.is_address_line(lines, number) if count == 3 else self._finder.is_inquiry_line(lines, number)
        )

    def bare(self, lines: list[Line]) -> None:
        """A block of lines that is number, name, address and perhaps the wish, with nothing to say so."""
        if self._collected.fields[FieldName.NAME]:
            return
        for number, line in enumerate(lines):
            block = []
            for below in lines[number : number + 6]:
                if not below.bare:
                    break
                block.append(below)
            if not 3 <= len(block) <= 5:
                continue
            if number and lines[number - 1].bare and not self._finder.is_closing(lines[number - 1].bare):
                continue
            digits = self._numbers.value(line.bare)
            name, address = self._finder.original(block[1]), self._finder.original(block[2])
            if self._numbers.well_formed(digits) and self._seen.is_name(name) and self._seen.is_address(address):
                self._collected.add_number(
                    Stated(digits, 0, len(line.bare), labelled=True, well_formed=True),
                    self._collected.text,
                    self._collected.folded,
                    line.start + len(line.text) - len(line.text.lstrip()),
                    Part.TEXT,
                    False,
                    "",
                    Origin.NUMBERED,
                )
                for one, field_name in ((block[1], FieldName.NAME), (block[2], FieldName.ADDRESS)):
                    begin, end = bounds(self._collected.folded.text, one.start, one.start + len(one.text))
                    self._collected.add(field_name, begin, end, Origin.NUMBERED, False)
                    self._collected.claimed.append((begin, end))
                if len(block) >= 4:
                    begin, end = bounds(
                        self._collected.folded.text, block[3].start, block[-1].start + len(block[-1].text)
                    )
                    self._collected.add(FieldName.INQUIRY, begin, end, Origin.NUMBERED, False)
                return


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip("> "))
