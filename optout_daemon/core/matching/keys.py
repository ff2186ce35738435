"""Match keys: short comparable strings by which likely customers are looked up in an index.

`match_keys` makes the rows of one customer at import, `search_keys` those that a mail asks for. They only bring
records before a clerk's eyes; no key decides anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.introduced import all_names
from optout_daemon.core.matching.kana import KANJI, kana_key, romaji_key, romaji_of_kana
from optout_daemon.core.matching.name import bare
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.matching.numbers import groups
from optout_daemon.core.matching.place import Place, lots_in
from optout_daemon.core.matching.statement import Statement
from optout_daemon.core.matching.variants import family_names
from optout_daemon.core.matching.western_name import WesternName
from optout_daemon.core.model import Corrections, Customer, FieldName, Reading
from optout_daemon.core.reading.address import comparable

Key = tuple[str, str]

NUMBER, NAME, FAMILY, SOUND, PLACE, EMAIL = "number", "name", "family", "sound", "place", "email"
"""Kinds of keys: the number; the whole name; the family name; kana or romaji; postal code with lot; e-mail address."""

KEYS_VERSION: Final = "2026-11-24"
"""Kept with each customer: a new one where `match_keys` makes other keys, so that the next import makes them anew."""

_MOST_NAMES = 6


def match_keys(customer: Customer) -> tuple[Key, ...]:
    """The (kind, key) rows of one customer, without repeats."""
    keys = [(NUMBER, customer.number)]
    keys += _name_keys(customer.name)
    if not fold(customer.name).isascii():
        for spelling in (customer.name_kana, customer.name_romaji):
            keys += _sound_keys(spelling)
    keys += place_keys(customer)
    if customer.email:
        keys.append((EMAIL, comparable(customer.email)))
    return tuple(dict.fromkeys(key for key in keys if key[1]))


def place_keys(customer: Customer) -> Iterable[Key]:
    """Those of one customer that tell where they live."""
    return _place_keys(customer.address, customer.postal_code)


def text_keys(text: str) -> tuple[Key, ...]:
    """(kind, key) rows of what a person typed to find somebody: an address with its postal code, else a name."""
    alone = (FAMILY, bare(fold(text).strip()))
    keys = tuple(_place_keys(text)) or (*_name_keys(text), *_sound_keys(text), alone)
    return tuple(dict.fromkeys(key for key in keys if key[1]))


@dataclass(frozen=True)
class SearchKeys:
    """What to look up for one mail: the numbers that it states, and the keys, made when asked for."""

    numbers: tuple[str, ...]
    reading: Reading
    corrections: Corrections | None = None

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """(kind, key) rows of what the mail states, and of the numbers one slip of the hand away."""
        return tuple(dict.fromkeys(key for key in self._keys() if key[1]))

    @cached_property
    def statement(self) -> Statement:
        return Statement(self.reading, self.corrections)

    @cached_property
    def numbered(self) -> Passage:
        """Of the customer's own words the lines with a number and those beside them, where an address may stand."""
        lines = self.statement.own.raw.split("\n")
        near: dict[int, None] = {}
        for at, line in enumerate(lines):
            if _NUMERAL.search(line):
                near.update(dict.fromkeys(range(max(0, at - 2), min(len(lines), at + 3))))
        return Passage("\n".join(lines[at] for at in sorted(near)))

    def _keys(self) -> Iterator[Key]:
        statement = self.statement
        envelope = self.reading.envelope
        for address in (envelope.author, *envelope.reply_to):
            yield EMAIL, comparable(address or "")
        for name in self.names:
            yield from _name_keys(name)
            yield from _sound_keys(name)
        for field in (*statement.given(FieldName.ADDRESS), *statement.in_prose(FieldName.ADDRESS)):
            yield from _place_keys(field.value)
        yield from _place_keys(self.numbered.raw)
        for number in self.numbers:
            yield NUMBER, number
            yield from ((NUMBER, near) for near in neighbours(number))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names that the mail states, without repeats: given ones, the sender's, and where none is given any in it."""
        return tuple(dict.fromkeys(name for name in self._names() if name))

    def _names(self) -> Iterator[str]:
        given = self.statement.given(FieldName.NAME)
        for field in (*given, *self.statement.in_prose(FieldName.NAME)):
            yield field.value
        yield self.reading.envelope.author_name
        for passage in (self.statement.signature,) if given else (self.statement.own, self.statement.signature):
            for start, end in islice(all_names(passage), _MOST_NAMES):
                yield passage.folded[start:end]


def search_keys(reading: Reading, corrections: Corrections | None = None) -> SearchKeys:
    """What to ask the directory for: the stated numbers (a clerk's comes first), and keys for likely customers."""
    numbers = list(reading.numbers)
    if corrections is not None and corrections.customer_number:
        numbers = [corrections.customer_number, normalise(corrections.customer_number), *numbers]
    return SearchKeys(tuple(dict.fromkeys(numbers)), reading, corrections)


def neighbours(number: str) -> Iterator[str]:
    """Numbers that differ by one digit, by two neighbours exchanged, or by one digit more or less."""
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        return
    for at, digit in enumerate(number):
        yield number[:at] + number[at + 1 :]
        yield from (number[:at] + other + number[at + 1 :] for other in "0123456789" if other != digit)
        if at + 1 < len(number) and digit != number[at + 1]:
            yield number[:at] + number[at + 1] + digit + number[at + 2 :]
    for at in range(len(number) + 1):
        yield from (number[:at] + other + number[at:] for other in "0123456789")


def _name_keys(name: str) -> list[Key]:
    folded = fold(name)
    if not KANJI.search(folded):
        western = WesternName.of(name)
        if western is None:
            return []
        return [(NAME, " ".join(sorted((western.given, western.family)))), (FAMILY, western.family)]
    units = [bare(unit) for unit in folded.split()]
    whole = "".join(units)
    families = [units[0]] if len(units) > 1 else [whole[:n] for n in (1, 2, 3) if whole[:n] in family_names()]
    return [(NAME, whole), *((FAMILY, family) for family in families if family != whole)]


def _sound_keys(name: str) -> list[Key]:
    """Kana or romaji by sound, long vowels aside, parts in one order."""
    folded = fold(name).replace("・", " ").replace(",", " ")
    if KANJI.search(folded):
        return []
    latin = _LATIN.search(folded)
    parts = [romaji_key(part) if latin else romaji_of_kana(kana_key(bare(part))) for part in folded.split()]
    sounds = sorted(part.replace(":", "") for part in parts if part)
    return [(SOUND, " ".join(sounds))] if len(sounds) > 1 else []


def _place_keys(address: str, postal_code: str = "") -> Iterable[Key]:
    """Postal code with the lot or house number; for a text, every postal code with every number group near it."""
    passage = Passage(address)
    codes = [digits(postal_code)] if postal_code else [digits(code) for code in _codes(passage.folded)]
    if not codes:
        return []
    place = Place.of(address, postal_code) if postal_code and KANJI.search(passage.folded) else None
    lots = [place.numbers] if place is not None else [group.numbers for group in groups(passage)]
    if not postal_code and KANJI.search(passage.folded):
        lots += lots_in(_CODE.sub(" ", passage.folded))
    return [(PLACE, f"{code}:{'-'.join(map(str, lot))}") for code in codes[:5] for lot in lots[:20]]


def digits(text: str) -> str:
    """Letters and digits of a postal code, small, without blanks and hyphens."""
    return "".join(letter for letter in fold(text) if letter.isalnum())


_LATIN: Final = re.compile("[a-z]")
_NUMERAL: Final = re.compile("[0-9０-９〒一二三四五六七八九十]")
_CODE: Final = re.compile(
    r"(?<![\d\-])\d{3}-\d{4}(?![\d\-])|(?<=〒)\d{7}|(?<![\d\-])\d{5}(?![\d\-])|\b[a-z]{1,2}\d[\da-z]? ?\d[a-z]{2}\b"
)


def _codes(folded: str) -> list[str]:
    return [found[0] for found in _CODE.finditer(folded)]
