"""Find what the customer states: number, name, address and inquiry, each with the place it came from.

Own words first: labelled, numbered 1 to 4, four bare lines; then what looks like a name or an address in prose. A
form filled in inside a quotation counts where the own words state no number of their own, and never one that is
given as an example. Values are as written, white space folded; parts of one field (first name, last name; street,
city) are joined. Whether a value is right is core/matching's business. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.model import Field, FieldName, Part, Segment, SegmentKind
from optout_daemon.core.reading.collected import Collected, Found
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.forms import Forms
from optout_daemon.core.reading.labels import Labels
from optout_daemon.core.reading.numbered_lines import NumberedLines
from optout_daemon.core.reading.numbers import Numbers
from optout_daemon.core.reading.own_lines import Line, lines_of
from optout_daemon.core.reading.pairs import Pairs
from optout_daemon.core.reading.prose import Prose
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.core.reading.words import Language

_DIGIT: Final = re.compile(r"[\d①-⑨²³¹⁰⁴-⁹₀-₉⑴-⑼⒈-⒐❶-❾]")


class Finder:
    """Finds fields in any of some languages; built once, used for every mail."""

    def __init__(self, languages: Sequence[Language], settings: ReaderSettings) -> None:
        self._labels = Labels(languages)
        self._numbers = Numbers(settings, languages)
        self._languages = tuple(languages)
        self._seen = Prose(languages)

    def states_number(self, folded_text: str) -> bool:
        """Whether a folded text states a customer number."""
        return _DIGIT.search(folded_text) is not None and bool(self._numbers.stated(folded_text))

    def unclaimed_numbers(self, folded: Folded, segments: Sequence[Segment]) -> tuple[str, ...]:
        """Well-formed numbers in own words that are not said to be a customer's (an invoice's, an order's)."""
        lines = lines_of(folded, segments, SegmentKind.OWN)
        return tuple(self._numbers.unclaimed("\n".join(line.text for line in lines)))

    def find(self, subject: str, text: str, segments: Sequence[Segment], folded: Folded | None = None) -> Found:
        """Every statement, best first within a name."""
        folded = folded or Folded(text)
        own = lines_of(folded, segments, SegmentKind.OWN)
        work = _Work(self._labels, self._numbers, self._seen, self._languages, folded, text)
        work.own(own)
        work.subject(subject)
        if not work.collected.has_number:
            work.quotation(lines_of(folded, segments, SegmentKind.QUOTATION))
        return work.collected.found(own)


def find(
    subject: str, text: str, segments: Sequence[Segment], languages: Sequence[Language], settings: ReaderSettings
) -> tuple[Field, ...]:
    """The fields of one text; a Finder serves many."""
    return Finder(languages, settings).find(subject, text, segments).fields


class _Work:
    """One mail."""

    def __init__(
        self, labels: Labels, numbers: Numbers, seen: Prose, languages: Sequence[Language], folded: Folded, text: str
    ) -> None:
        self._numbers, self._seen = numbers, seen
        self.collected = Collected(numbers, languages, folded, text)
        self._finder = Pairs(labels, seen, languages, folded, text)
        self._forms = Forms(labels, numbers, languages, self.collected)
        self._numbered = NumberedLines(labels, numbers, seen, self._finder, self._forms, self.collected)

    def own(self, lines: list[Line]) -> None:
        pairs = self._finder.find(lines)
        self._forms.take(pairs, quoted=False)
        if not any(pair.kind == "customer_number" for pair in pairs) or len(pairs) < 2:
            self._numbered.numbered(lines)
            self._numbered.bare(lines)
        text = "\n".join(line.text for line in lines)
        self._prose_numbers(text, lines)
        self._prose(lines)

    def subject(self, subject: str) -> None:
        folded = Folded(subject)
        for stated in self._numbers.stated(folded.text):
            self.collected.add_number(stated, subject, folded, 0, Part.SUBJECT)

    def quotation(self, lines: list[Line]) -> None:
        """A form that the customer filled in: it states a number, and is no example."""
        pairs = self._finder.find(lines)
        if pairs:
            self._forms.take_filled_in(lines, pairs)
        else:
            self._numbered.in_quotation(lines)

    def _prose_numbers(self, text: str, lines: list[Line]) -> None:
        starts, places, position = [], [], 0
        for line in lines:
            starts.append(position)
            places.append(line.start)
            position += len(line.text) + 1
        at = 0
        for stated in self._numbers.stated(text):
            while at + 1 < len(starts) and starts[at + 1] <= stated.start:
                at += 1
            self.collected.add_number(
                stated, self.collected.text, self.collected.folded, places[at] - starts[at], Part.TEXT
            )

    def _prose(self, lines: list[Line]) -> None:
        """Names and addresses that can be recognised; the record is looked for in the text all the same."""
        if self.collected.fields[FieldName.NAME] and self.collected.fields[FieldName.ADDRESS]:
            return
        written = [self._finder.original(line) for line in lines]
        if not self.collected.fields[FieldName.NAME]:
            followers = self._seen.followers("\n".join(written))
            for line, original in zip(lines, written, strict=True):
                if not line.bare:
                    continue
                numbered = self._has_number_near(lines, line)
                for start, end in self._seen.names(original, has_number=numbered, followers=followers):
                    self.collected.add_original(FieldName.NAME, line, start, end)
        if not self.collected.fields[FieldName.ADDRESS]:
            for line, original, following in zip(lines, written, [*written[1:], ""], strict=False):
                for start, end in self._seen.addresses(original, following) if line.bare else ():
                    self.collected.add_original(FieldName.ADDRESS, line, start, end)

    def _has_number_near(self, lines: list[Line], line: Line) -> bool:
        if not _DIGIT.search(line.text):
            return False
        return any(one.well_formed for one in self._numbers.stated(line.text))
