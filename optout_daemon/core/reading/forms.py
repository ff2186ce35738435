"""Forms: what stands under labels, and whether a form in a quotation was filled in or is an example."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.model import Field, FieldName, Origin, Part
from optout_daemon.core.reading.collected import Collected
from optout_daemon.core.reading.labels import Labels
from optout_daemon.core.reading.numbers import Numbers, trivial
from optout_daemon.core.reading.own_lines import Line
from optout_daemon.core.reading.pairs import Pair
from optout_daemon.core.reading.words import Language

_NO_PLACE: Final = re.compile(r"[^0-9a-z都道府県市区郡町村]{0,16}")
_FULL: Final = {
    "customer_number": FieldName.CUSTOMER_NUMBER,
    "name": FieldName.NAME,
    "address": FieldName.ADDRESS,
    "old_address": FieldName.ADDRESS,
    "new_address": FieldName.ADDRESS,
    "inquiry": FieldName.INQUIRY,
}
_SAMPLE_LINES: Final = 4
"""Lines above a form, without a gap, that may call it an example."""
_APART: Final = 2
"""Lines between two labels of one form, at most."""


class Forms:
    """The forms of one mail."""

    def __init__(self, labels: Labels, numbers: Numbers, languages: Sequence[Language], collected: Collected) -> None:
        self._labels, self._numbers, self._languages = labels, numbers, languages
        self._collected = collected

    def take_filled_in(self, lines: list[Line], pairs: list[Pair]) -> None:
        """Of the forms in a quotation the first that states a number and is no example."""
        for pair in pairs:
            if pair.kind != "customer_number":
                continue
            stated = self._numbers.first(self._collected.folded.text[pair.start : pair.end])
            if stated is None or not stated.well_formed or trivial(stated.number) or self.is_sample(lines, pair.line):
                continue
            form = _around(pairs, pair)
            self.take(form, quoted=True)
            inquiry = next((one for one in form if one.kind == "inquiry" and one.end > one.start), None)
            self._collected.quoted = (self._collected.said_from(inquiry), inquiry.end) if inquiry else None
            return

    def is_sample(self, lines: list[Line], line: int) -> bool:
        """Whether the lines right above say that what follows is an example."""
        first = line
        while first and line - first < _SAMPLE_LINES and lines[first - 1].bare.strip("> "):
            first -= 1
        above = " ".join(one.bare for one in lines[first : line + 1])
        return any(one.quoting["sample"].holds(above) for one in self._languages if "sample" in one.quoting)

    def take(self, pairs: list[Pair], *, quoted: bool) -> None:
        """Collect what stands under the labels."""
        parts: dict[FieldName, list[Pair]] = {FieldName.NAME: [], FieldName.ADDRESS: []}
        for pair in pairs:
            self._collected.claim(pair)
            if not any(sign.isalnum() for sign in self._collected.folded.text[pair.start : pair.end]):
                continue
            if pair.kind == "customer_number":
                stated = self._numbers.first(self._collected.folded.text[pair.start : pair.end])
                if stated is not None:
                    self._collected.add_number(
                        stated,
                        self._collected.text,
                        self._collected.folded,
                        pair.start,
                        Part.TEXT,
                        quoted,
                        pair.label,
                        Origin.LABEL,
                    )
            elif pair.kind in ("family_name", "given_name", "middle_name"):
                parts[FieldName.NAME].append(pair)
            elif pair.kind in ("postal_code", "address_head", "address_part"):
                parts[FieldName.ADDRESS].append(pair)
            elif pair.kind in _FULL and self._is_good(pair):
                name = _FULL[pair.kind]
                self._collected.add(name, pair.start, pair.end, Origin.LABEL, quoted, pair.label)
        for name, found in parts.items():
            self._join(name, found, quoted)
        self._collected.fields[FieldName.ADDRESS].sort(
            key=lambda one: (one.quoted, self._labels.kind(one.label) == "new_address")
        )

    def _is_good(self, pair: Pair) -> bool:
        value = self._collected.folded.text[pair.start : pair.end]
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
        existing = [one for one in self._collected.fields[name] if one.origin is Origin.LABEL and one.quoted == quoted]
        if name is FieldName.NAME:
            if existing and len(parts) < 2:
                return
            order = {"given_name": 0, "middle_name": 1, "family_name": 2}
            values = {pair.kind: self._collected.value(pair.start, pair.end) for pair in parts}
            if all(value.isascii() for value in values.values()):
                parts = sorted(parts, key=lambda pair: order[pair.kind])
            else:
                parts = sorted(parts, key=lambda pair: -order[pair.kind])
        if name is FieldName.ADDRESS and existing:
            if all(pair.kind == "postal_code" for pair in parts):
                return
            first = existing[0]
            value = " ".join(
                [
                    first.value,
                    *(self._collected.value(pair.start, pair.end) for pair in parts if pair.kind != "postal_code"),
                ]
            )
            self._collected.fields[name].remove(first)
            self._collected.fields[name].insert(0, Field(name, value, Origin.LABEL, first.span, quoted, first.label))
            return
        if name is FieldName.ADDRESS and all(pair.kind == "postal_code" for pair in parts):
            return
        values_in_order = [self._collected.value(pair.start, pair.end) for pair in parts]
        glue = ", " if name is FieldName.ADDRESS and all(value.isascii() for value in values_in_order) else " "
        span = self._collected.span(min(pair.start for pair in parts), max(pair.end for pair in parts))
        self._collected.fields[name].insert(
            0, Field(name, glue.join(values_in_order), Origin.LABEL, span, quoted, parts[0].label)
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
