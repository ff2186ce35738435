"""Rank the likely customers of a held inquiry for staff, each with its reasons.

For people's eyes only: nothing here decides. Likeness by ratio (rapidfuzz) is used nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from optout_daemon.core.matching.address import RecordAddress
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.gazetteer import place_form
from optout_daemon.core.matching.introduced import all_names
from optout_daemon.core.matching.keys import EMAIL, PLACE, digits, match_keys, search_keys
from optout_daemon.core.matching.name import Likeness, PersonName
from optout_daemon.core.matching.statement import Statement
from optout_daemon.core.model import Agreement, Customer, FieldName, Reading

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


@dataclass(frozen=True, slots=True)
class Candidate:
    """One customer who may have written, the more likely the higher the score, with the reasons in plain words."""

    customer: Customer
    score: float
    reasons: tuple[str, ...]


def rank(reading: Reading, customers: Iterable[Customer], limit: int = 10) -> tuple[Candidate, ...]:
    """The likeliest first, at most `limit`; those for whom nothing speaks are left out."""
    statement = Statement(reading)
    asked = set(search_keys(reading).keys)
    names = tuple(_stated_names(statement))
    found = []
    for customer in customers:
        reasons = tuple(_reasons(statement, customer, asked, names))
        if reasons:
            score = (
                sum(_WEIGHTS[reason] for reason in reasons)
                + max((_ratio(name, customer) for name in names), default=0) / 100
            )
            found.append(Candidate(customer, round(score, 3), reasons))
    found.sort(key=lambda candidate: (-candidate.score, candidate.customer.number))
    return tuple(found[:limit])


def _reasons(
    statement: Statement, customer: Customer, asked: set[tuple[str, str]], names: tuple[str, ...]
) -> Iterator[str]:
    numbers = statement.reading.numbers
    if customer.number in numbers:
        yield "same number"
    elif any(OSA.distance(customer.number, number, score_cutoff=1) <= 1 for number in numbers):
        yield "number one slip away"
    likes = {PersonName(customer).likeness(name) for name in names}
    if Likeness.FULL in likes or PersonName(customer).find(statement.own) is not None:
        yield "same name"
    elif any(_ratio(name, customer) >= _SIMILAR for name in names):
        yield "similar name"
    elif Likeness.PARTIAL in likes:
        yield "same family name"
    record = RecordAddress.of(customer)
    passages = [statement.own, *(Passage(field.value) for field in statement.given(FieldName.ADDRESS))]
    keys = set(match_keys(customer)) & asked
    if any(record.find(passage).agreement is Agreement.AGREES for passage in passages):
        yield "same address"
    elif any(kind == PLACE for kind, _ in keys):
        yield "postal code and lot"
    elif (
        record.place is not None
        and record.place.town
        and any(record.place.area.inner + record.place.town in place_form(passage.raw[:20_000]) for passage in passages)
    ):
        yield "same town"
    if any(kind == EMAIL for kind, _ in keys):
        yield "writes from the e-mail address on record"


def _stated_names(statement: Statement) -> Iterator[str]:
    for field in (*statement.given(FieldName.NAME), *statement.in_prose(FieldName.NAME)):
        yield field.value
    if statement.reading.envelope.author_name:
        yield statement.reading.envelope.author_name
    for (start, end), _ in zip(all_names(statement.own), range(_MOST_NAMES), strict=False):
        yield statement.own.folded[start:end]


def _ratio(name: str, customer: Customer) -> float:
    """Likeness of a stated name to the best spelling on record, 0 to 100, the order of its words aside."""
    spellings = (customer.name, customer.name_kana, customer.name_romaji)
    return max(fuzz.token_sort_ratio(_letters(name), _letters(spelling)) for spelling in spellings if spelling)


def _letters(name: str) -> str:
    folded = Passage(name).folded
    return " ".join(folded.split()) if folded.isascii() else digits(name)
