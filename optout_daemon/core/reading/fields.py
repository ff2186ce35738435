"""Find what the customer states: number, name, address and inquiry, each with the place it came from.

Own words first: labelled, numbered 1 to 4, four bare lines; then what looks like a name or an address in prose. A
form filled in inside a quotation counts where the own words state no number of their own, and never one that is
given as an example. Values are as written, white space folded; parts of one field (first name, last name; street,
city) are joined. Whether a value is right is core/matching's business. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from optout_daemon.core.model import Field, FieldName, Origin, Part, Segment, SegmentKind, Span
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.labels import Labels
from optout_daemon.core.reading.numbers import Numbers, Stated, trivial
from optout_daemon.core.reading.own_lines import Line, lines_of
from optout_daemon.core.reading.pairs import Pair, Pairs, bounds
from optout_daemon.core.reading.prose import Prose
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.core.reading.words import Language

_NO_PLACE: Final = re.compile(r"[^0-9a-z都道府県市区郡町村]{0,16}")
_WHITE: Final = re.compile(r"\s+")
_DIGIT: Final = re.compile(r"[\d①-⑨²³¹⁰⁴-⁹₀-₉⑴-⑼⒈-⒐❶-❾]")
_FULL: Final = {
    "customer_number": FieldName.CUSTOMER_NUMBER,
    "name": FieldName.NAME,
    "address": FieldName.ADDRESS,
    "old_address": FieldName.ADDRESS,
    "new_address": FieldName.ADDRESS,
    "inquiry": FieldName.INQUIRY,
}
_NUMBERED: Final = (FieldName.CUSTOMER_NUMBER, FieldName.NAME, FieldName.ADDRESS, FieldName.INQUIRY)
_WISHES: Final = frozenset({"stop", "halt", "end", "vague", "keep", "spare"})
_SAMPLE_LINES: Final = 4
"""Lines above a form, without a gap, that may call it an example."""
_APART: Final = 2
"""Lines between two labels of one form, at most."""


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
        if not work.has_number:
            work.quotation(lines_of(folded, segments, SegmentKind.QUOTATION))
        return work.found(own)


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
        self._labels, self._numbers, self._seen, self._languages = labels, numbers, seen, languages
        self._folded, self._text = folded, text
        self._finder = Pairs(labels, seen, languages, folded, text)
        self._fields: dict[FieldName, list[Field]] = {name: [] for name in FieldName}
        self._stated: list[Stated] = []
        self._number_spans: set[Span] = set()
        self._quoted: tuple[int, int] | None = None
        self._claimed: list[tuple[int, int]] = []

    @property
    def has_number(self) -> bool:
        return any(one.well_formed or one.labelled for one in self._stated)

    # Own words

    def own(self, lines: list[Line]) -> None:
        pairs = self._finder.find(lines)
        self._take(pairs, quoted=False)
        if not any(pair.kind == "customer_number" for pair in pairs) or len(pairs) < 2:
            self._numbered(lines)
            self._bare(lines)
        text = "\n".join(line.text for line in lines)
        self._prose_numbers(text, lines)
        self._prose(lines)

    def subject(self, subject: str) -> None:
        folded = Folded(subject)
        for stated in self._numbers.stated(folded.text):
            self._add_number(stated, subject, folded, 0, Part.SUBJECT)

    def quotation(self, lines: list[Line]) -> None:
        """A form that the customer filled in: it states a number, and is no example."""
        pairs = self._finder.find(lines)
        for pair in pairs:
            if pair.kind != "customer_number":
                continue
            stated = self._numbers.first(self._folded.text[pair.start : pair.end])
            if stated is None or not stated.well_formed or trivial(stated.number) or self._is_sample(lines, pair.line):
                continue
            form = _around(pairs, pair)
            self._take(form, quoted=True)
            inquiry = next((one for one in form if one.kind == "inquiry" and one.end > one.start), None)
            self._quoted = (self._said_from(inquiry), inquiry.end) if inquiry else None
            return
        if not pairs:
            self._quoted_numbered(lines)

    def _quoted_numbered(self, lines: list[Line]) -> None:
        stripped = [
            Line(line.start + _lead(line.text), line.text[_lead(line.text) :], line.bare.lstrip("> ")) for line in lines
        ]
        before = len(self._fields[FieldName.INQUIRY])
        self._numbered(stripped, quoted=True)
        if len(self._fields[FieldName.INQUIRY]) > before:
            span = self._fields[FieldName.INQUIRY][-1].span
            self._quoted = self._claimed_inquiry if span else None

    def _is_sample(self, lines: list[Line], line: int) -> bool:
        first = line
        while first and line - first < _SAMPLE_LINES and lines[first - 1].bare.strip("> "):
            first -= 1
        above = " ".join(one.bare for one in lines[first : line + 1])
        return any(one.quoting["sample"].holds(above) for one in self._languages if "sample" in one.quoting)

    def _take(self, pairs: list[Pair], *, quoted: bool) -> None:
        parts: dict[FieldName, list[Pair]] = {FieldName.NAME: [], FieldName.ADDRESS: []}
        for pair in pairs:
            self._claim(pair)
            if not any(sign.isalnum() for sign in self._folded.text[pair.start : pair.end]):
                continue
            if pair.kind == "customer_number":
                stated = self._numbers.first(self._folded.text[pair.start : pair.end])
                if stated is not None:
                    self._add_number(
                        stated, self._text, self._folded, pair.start, Part.TEXT, quoted, pair.label, Origin.LABEL
                    )
            elif pair.kind in ("family_name", "given_name", "middle_name"):
                parts[FieldName.NAME].append(pair)
            elif pair.kind in ("postal_code", "address_head", "address_part"):
                parts[FieldName.ADDRESS].append(pair)
            elif pair.kind in _FULL and self._is_good(pair):
                name = _FULL[pair.kind]
                self._add(name, pair.start, pair.end, Origin.LABEL, quoted, pair.label)
        for name, found in parts.items():
            self._join(name, found, quoted)
        self._fields[FieldName.ADDRESS].sort(
            key=lambda one: (one.quoted, self._labels.kind(one.label) == "new_address")
        )

    def _is_good(self, pair: Pair) -> bool:
        value = self._folded.text[pair.start : pair.end]
        if pair.kind in ("old_address", "new_address") and len(pair.label) <= 6:
            return any(sign.isdigit() for sign in value)  # "new: ..." is an address only if it looks like one
        if pair.kind == "address" and _NO_PLACE.fullmatch(value):
            return False  # "as registered" states none
        if pair.kind == "name":
            return len(value) <= 80 and not value.endswith("。") and not any(sign.isdigit() for sign in value[:12])
        return True

    def _join(self, name: FieldName, parts: list[Pair], quoted: bool) -> None:
        """Parts of one field in the order a reader writes them: western given name first, address as it came."""
        if not parts:
            return
        existing = [one for one in self._fields[name] if one.origin is Origin.LABEL and one.quoted == quoted]
        if name is FieldName.NAME:
            if existing and len(parts) < 2:
                return
            order = {"given_name": 0, "middle_name": 1, "family_name": 2}
            values = {pair.kind: self._value(pair.start, pair.end) for pair in parts}
            if all(value.isascii() for value in values.values()):
                parts = sorted(parts, key=lambda pair: order[pair.kind])
            else:
                parts = sorted(parts, key=lambda pair: -order[pair.kind])
        if name is FieldName.ADDRESS and existing:
            if all(pair.kind == "postal_code" for pair in parts):
                return
            first = existing[0]
            value = " ".join(
                [first.value, *(self._value(pair.start, pair.end) for pair in parts if pair.kind != "postal_code")]
            )
            self._fields[name].remove(first)
            self._fields[name].insert(0, Field(name, value, Origin.LABEL, first.span, quoted, first.label))
            return
        if name is FieldName.ADDRESS and all(pair.kind == "postal_code" for pair in parts):
            return
        values_in_order = [self._value(pair.start, pair.end) for pair in parts]
        glue = ", " if name is FieldName.ADDRESS and all(value.isascii() for value in values_in_order) else " "
        span = self._span(min(pair.start for pair in parts), max(pair.end for pair in parts))
        self._fields[name].insert(
            0, Field(name, glue.join(values_in_order), Origin.LABEL, span, quoted, parts[0].label)
        )

    # Numbered and bare lines

    def _numbered(self, lines: list[Line], *, quoted: bool = False) -> None:
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
        stated = self._numbers.first(self._folded.text[items[0][1] : items[0][2]])
        if stated is None or any(self._labels.in_line(lines[number].text) for number, _, _ in items):
            return
        if quoted and (trivial(stated.number) or not stated.well_formed or self._is_sample(lines, items[0][0])):
            return
        self._add_number(stated, self._text, self._folded, items[0][1], Part.TEXT, quoted, "1", Origin.NUMBERED)
        for name, (_, start, end) in zip(_NUMBERED[1:], items[1:], strict=False):
            begin, end = bounds(self._folded.text, start, end)
            self._add(name, begin, end, Origin.NUMBERED, quoted)
            if name is FieldName.INQUIRY:
                self._claimed_inquiry = (begin, end)
            else:
                self._claimed.append((begin, end))

    _claimed_inquiry: tuple[int, int] | None = None

    def _goes_on(self, lines: list[Line], number: int, count: int) -> bool:
        if not lines[number - 1].bare:
            return False
        return (
            self._finder.is_address_line(lines, number) if count == 3 else self._finder.is_inquiry_line(lines, number)
        )

    def _bare(self, lines: list[Line]) -> None:
        """A block of lines that is number, name, address and perhaps the wish, with nothing to say so."""
        if self._fields[FieldName.NAME]:
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
                self._add_number(
                    Stated(digits, 0, len(line.bare), labelled=True, well_formed=True),
                    self._text,
                    self._folded,
                    line.start + len(line.text) - len(line.text.lstrip()),
                    Part.TEXT,
                    False,
                    "",
                    Origin.NUMBERED,
                )
                for one, field_name in ((block[1], FieldName.NAME), (block[2], FieldName.ADDRESS)):
                    begin, end = bounds(self._folded.text, one.start, one.start + len(one.text))
                    self._add(field_name, begin, end, Origin.NUMBERED, False)
                    self._claimed.append((begin, end))
                if len(block) >= 4:
                    begin, end = bounds(self._folded.text, block[3].start, block[-1].start + len(block[-1].text))
                    self._add(FieldName.INQUIRY, begin, end, Origin.NUMBERED, False)
                return

    # Prose

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
            self._add_number(stated, self._text, self._folded, places[at] - starts[at], Part.TEXT)

    def _prose(self, lines: list[Line]) -> None:
        """Names and addresses that can be recognised; the record is looked for in the text all the same."""
        if self._fields[FieldName.NAME] and self._fields[FieldName.ADDRESS]:
            return
        written = [self._finder.original(line) for line in lines]
        if not self._fields[FieldName.NAME]:
            followers = self._seen.followers("\n".join(written))
            for line, original in zip(lines, written, strict=True):
                if not line.bare:
                    continue
                numbered = self._has_number_near(lines, line)
                for start, end in self._seen.names(original, has_number=numbered, followers=followers):
                    self._add_original(FieldName.NAME, line, start, end)
        if not self._fields[FieldName.ADDRESS]:
            for line, original, following in zip(lines, written, [*written[1:], ""], strict=False):
                for start, end in self._seen.addresses(original, following) if line.bare else ():
                    self._add_original(FieldName.ADDRESS, line, start, end)

    def _has_number_near(self, lines: list[Line], line: Line) -> bool:
        if not _DIGIT.search(line.text):
            return False
        return any(one.well_formed for one in self._numbers.stated(line.text))

    # Adding

    def _claim(self, pair: Pair) -> None:
        """Names, addresses and what other labels claim hold no wish; nor do labels, unless they say what is wanted."""
        if pair.kind == "aside" and self._wishes(self._folded.text[pair.start : pair.end]):
            return  # "E-mail: stop"
        if pair.kind == "customer_number":
            # What follows the number in its sentence may say what is wanted.
            stated = self._numbers.first(self._folded.text[pair.start : pair.end])
            self._claimed.append((pair.label_start, pair.start + stated.end if stated else pair.end))
        elif pair.kind != "inquiry":
            self._claimed.append((pair.label_start, pair.end))
        elif self._said_from(pair) > pair.label_start:
            self._claimed.append((pair.label_start, pair.start))

    def _said_from(self, pair: Pair) -> int:
        """Where an inquiry begins: at its label, if that says what is wanted."""
        return pair.label_start if self._wishes(pair.label) else pair.start

    def _wishes(self, text: str) -> bool:
        return any(token.kind in _WISHES for one in self._languages for token in one.wish.scan(text[:200]))

    def _add(self, name: FieldName, start: int, end: int, origin: Origin, quoted: bool, label: str = "") -> None:
        value = self._value(start, end)
        if value:
            self._fields[name].append(Field(name, value, origin, self._span(start, end), quoted, label))

    def _add_original(self, name: FieldName, line: Line, start: int, end: int) -> None:
        offset = self._folded.origin(line.start)
        value = _WHITE.sub(" ", self._text[offset + start : offset + end]).strip()
        if value and len(self._fields[name]) < 4:
            self._fields[name].append(Field(name, value, Origin.PROSE, Span(Part.TEXT, offset + start, offset + end)))

    def _add_number(
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
        self._fields[FieldName.CUSTOMER_NUMBER].append(
            Field(FieldName.CUSTOMER_NUMBER, value, origin, span, quoted, label)
        )

    def _value(self, start: int, end: int) -> str:
        return (
            _WHITE.sub(" ", self._text[self._folded.origin(start) : self._folded.origin(end - 1) + 1]).strip()
            if end > start
            else ""
        )

    def _span(self, start: int, end: int) -> Span:
        return Span(Part.TEXT, self._folded.origin(start), self._folded.origin(end - 1) + 1)

    def found(self, own: list[Line]) -> Found:
        numbers = sorted(
            zip(self._stated, self._fields[FieldName.CUSTOMER_NUMBER], strict=True),
            key=lambda one: (not one[0].well_formed, one[0].date_like, not one[0].labelled),
        )
        if any(stated.well_formed and not stated.date_like for stated, _ in numbers):
            # A number of the right form makes a malformed or date-like one beside it somebody's order or day.
            numbers = [one for one in numbers if one[0].well_formed and not one[0].date_like]
        self._fields[FieldName.CUSTOMER_NUMBER] = [found for _, found in numbers]
        return Found(
            fields=tuple(one for name in FieldName for one in self._fields[name]),
            numbers=tuple(dict.fromkeys(stated.number for stated, _ in numbers)),
            claimed=sorted(self._claimed),
            quoted=self._quoted,
            own=own,
        )


def _around(pairs: Sequence[Pair], middle: Pair) -> list[Pair]:
    """The pairs that stand together with one, none more than two lines from the next, none twice."""
    at = pairs.index(middle)
    first = last = at
    kinds = {middle.kind}
    while last + 1 < len(pairs) and pairs[last + 1].line - pairs[last].last_line <= _APART:
        if pairs[last + 1].kind in kinds and pairs[last + 1].kind in _FULL:
            break
        last += 1
        kinds.add(pairs[last].kind)
    while first and pairs[first].line - pairs[first - 1].last_line <= _APART and pairs[first - 1].kind not in kinds:
        first -= 1
        kinds.add(pairs[first].kind)
    return list(pairs[first : last + 1])


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip("> "))
