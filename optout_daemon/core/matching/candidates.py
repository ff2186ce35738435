"""Rank the likely customers of a held inquiry for staff, each with its reasons.

For people's eyes only: nothing here decides. Likeness by ratio (rapidfuzz) is used nowhere else. Many customers are
looked at roughly, and only the likeliest of them are compared with the mail as the matching would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from optout_daemon.core.matching.address import RecordAddress
from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.gazetteer import place_form
from optout_daemon.core.matching.keys import EMAIL, PLACE, SearchKeys, digits, place_keys, search_keys
from optout_daemon.core.matching.name import Likeness, PersonName
from optout_daemon.core.matching.place import Place
from optout_daemon.core.model import Agreement, Customer, FieldName, Reading
from optout_daemon.core.reading.address import comparable

_WEIGHTS: Final = {
    "same number": 60.0,
    "number one slip away": 35.0,
    "same name": 50.0,
    "similar name": 15.0,
    "same family name": 10.0,
    "same address": 50.0,
    "postal code and lot": 30.0,
    "same town": 8.0,
    "writes from the e-mail address on record": 25.0,
}
_SIMILAR: Final = 70.0
"""Ratio from which two names are called similar."""
_MOST_NAMES: Final = 8
_TOWN: Final = re.compile(r"\D{4,40}")
"""What stands before the numbers of a Japanese address."""
_ANY: Final = tuple("一二三四五六七八九十")
_DIGITS: Final = re.compile(f"[0-9]+|[{''.join(_ANY)}]")
_LONGEST: Final = 20_000
"""Characters of a mail in which a town is looked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One customer who may have written, the more likely the higher the score, with the reasons in plain words."""

    customer: Customer
    score: float
    reasons: tuple[str, ...]


def rank(
    reading: Reading, customers: Iterable[Customer], limit: int = 10, *, asked: SearchKeys | None = None
) -> tuple[Candidate, ...]:
    """The likeliest first, at most `limit`; those for whom nothing speaks are left out.

    `asked` is what `search_keys` made of this reading, where that is at hand.
    """
    stated = _Stated(reading, asked or search_keys(reading))
    rough = sorted(((stated.rough(customer), customer) for customer in customers), key=_first)
    found = []
    for likelihood, customer in rough[:limit]:
        if likelihood < rough[0][0] / 3:
            break  # somebody who shares the family name, beside one who shares all
        reasons = tuple(stated.reasons(customer))
        if reasons:
            score = sum(_WEIGHTS[reason] for reason in reasons) + stated.ratio(customer) / 100
            found.append(Candidate(customer, round(score, 3), reasons))
    found.sort(key=lambda candidate: (-candidate.score, candidate.customer.number))
    return tuple(found[:limit])


def _first(pair: tuple[float, Customer]) -> tuple[float, str]:
    """The likelier first, of equals the lower number."""
    return -pair[0], pair[1].number


class _Stated:
    """What one mail states, in the forms in which customers are compared with it; each is made once."""

    def __init__(self, reading: Reading, asked: SearchKeys) -> None:
        self._asked = asked
        self.statement = asked.statement
        self.numbers = reading.numbers
        self.keys = frozenset(asked.keys)
        self.codes = frozenset(key.partition(":")[0] for kind, key in asked.keys if kind == PLACE)

    @cached_property
    def names(self) -> dict[str, str]:
        """Stated names as letters, without repeats, each with one way in which it was written."""
        found: dict[str, str] = {}
        for name in self._asked.names[:_MOST_NAMES]:
            found.setdefault(_letters(name), name)
        return found

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Where an address may stand."""
        given = self.statement.given(FieldName.ADDRESS)
        return (self._asked.numbered, *(Passage(field.value) for field in given))

    @cached_property
    def numerals(self) -> frozenset[str]:
        return frozenset(found for passage in self.passages for found in _DIGITS.findall(passage.folded))

    @cached_property
    def places(self) -> str:
        """Where a town may stand, with or without a number behind it."""
        return "\n".join(place_form(passage.raw[:_LONGEST]) for passage in (self.statement.own, *self.passages[1:]))

    def rough(self, customer: Customer) -> float:
        """How likely a customer looks at a glance: no reason is given, and none is needed to be passed over."""
        return (
            (60 if customer.number in self.numbers else 35 if self._near(customer) else 0)
            + (25 if self._writes_from(customer) else 0)
            + (30 if digits(customer.postal_code) in self.codes else 0)
            + (15 if self._may_be_of(customer) else 0)
            + 50 * (self.ratio(customer) / 100) ** 2
        )

    def reasons(self, customer: Customer) -> Iterator[str]:
        """What speaks for a customer, in plain words."""
        if customer.number in self.numbers:
            yield "same number"
        elif self._near(customer):
            yield "number one slip away"
        yield from self._name(customer)
        yield from self._address(customer)
        if self._writes_from(customer):
            yield "writes from the e-mail address on record"

    def _near(self, customer: Customer) -> bool:
        return any(OSA.distance(customer.number, number, score_cutoff=1) <= 1 for number in self.numbers)

    def _writes_from(self, customer: Customer) -> bool:
        return bool(customer.email) and (EMAIL, comparable(customer.email)) in self.keys

    def _name(self, customer: Customer) -> Iterator[str]:
        person = PersonName(customer)
        likes = {person.likeness(name) for name in self.names.values()}
        if Likeness.FULL in likes or person.find(self.statement.own) is not None:
            yield "same name"
        elif self.ratio(customer) >= _SIMILAR:
            yield "similar name"
        elif Likeness.PARTIAL in likes:
            yield "same family name"

    def _may_state(self, customer: Customer) -> bool:
        """Whether a number of the address on record is in the mail; a kanji numeral may be any."""
        numbers = _DIGITS.findall(fold(customer.address))
        return not numbers or not self.numerals.isdisjoint((*numbers, *_ANY))

    def _address(self, customer: Customer) -> Iterator[str]:
        record = RecordAddress.of(customer) if self._may_state(customer) or self._may_be_of(customer) else None
        if record is not None and any(record.find(one).agreement is Agreement.AGREES for one in self.passages):
            yield "same address"
        elif digits(customer.postal_code) in self.codes and not self.keys.isdisjoint(place_keys(customer)):
            yield "postal code and lot"
        elif record is not None and record.place is not None and self._is_in(record.place):
            yield "same town"

    def _is_in(self, place: Place) -> bool:
        return bool(place.town) and place.area.inner + place.town in self.places

    def _may_be_of(self, customer: Customer) -> bool:
        """Whether the end of what stands before the numbers of a Japanese address is in the mail."""
        town = _TOWN.match(place_form(customer.address))
        return town is not None and town[0][-5:] in self.places

    def ratio(self, customer: Customer) -> float:
        """Likeness of a stated name to the best spelling on record, 0 to 100, the order of its words aside."""
        spellings = (customer.name, customer.name_kana, customer.name_romaji)
        letters = [_letters(spelling) for spelling in spellings if spelling]
        return max((fuzz.token_sort_ratio(name, one) for name in self.names for one in letters), default=0.0)


def _letters(name: str) -> str:
    folded = fold(name)
    return " ".join(folded.split()) if folded.isascii() else "".join(filter(str.isalnum, folded))
