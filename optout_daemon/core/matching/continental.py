"""Find the address of a record whose house number stands behind the street, as on the continent of Europe.

Calle de Embajadores 47, 3º B, Madrid; Lindenstraße 12, Berlin; Via Garibaldi 18, Milano; PO Box 1187, Darwin. The
street may be abbreviated (C/, -str., R.), umlauts be spelt out, and flat and postcode be missing. Another street,
number, flat, postcode or town differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.place import ABSENT, Finding
from optout_daemon.core.matching.street_words import UNITS, places, words_of
from optout_daemon.core.matching.variants import bag
from optout_daemon.core.model import Agreement

_REACH: Final = 12
"""Words between the house number and the town."""
_FILLERS: Final = bag("no north nr number numero num #")
"""North is what N. was opened to."""
_INSIDE: Final = bag("level floor tower building shop villa lot")
"""Parts of a house, which is named behind them."""
_SMALL: Final = bag("de del la el las los da do dos das der den di della")
_KINDS: Final = {word: (word, word[0]) for word in ("calle", "rua", "viaduct", "piazza")}
_NUMBERED: Final = (("calle",), ("carrera",), ("avenue",), ("street",))
"""A number behind such a word alone is the street's name."""
_BOXES: Final = (("po", "box"), ("p", "o", "box"), ("post", "office", "box"))
_HOUSE: Final = re.compile("[0-9]{1,5}[a-z]?")
_SUFFIX: Final = re.compile("[a-z]|i{1,3}|iv|bis|ter|hs")
_UNIT: Final = re.compile("([0-9]{1,4})(?:o|a|er|e)?([a-z]?)")
_DOOR: Final = re.compile("[a-z]|[oa][a-z]")
_SIDES: Final = {
    side: words.split()[0][0]
    for words in ("izquierda izda izq izqda", "derecha dcha drcha dcho", "centro ctro cto", "links", "rechts", "mitte")
    for side in words.split()
}
"""A door by the side that it is on, as its letter: 3º dcha is 3º D."""
_STATE: Final = re.compile(r"(?<=\S)\s+[A-Z]{2,3}\s*$")
_CODE: Final = re.compile("[0-9]{4,5}")
_UMLAUT: Final = re.compile("(?<=[aou])e")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContinentalAddress:
    """A recorded address in its comparable parts; words with abbreviations opened and umlauts plain."""

    streets: tuple[Words, ...]
    """Ways to write the street."""
    house: str
    unit: tuple[str, str]
    """Floor or flat, and door: ("3", "b"), each "" where there is none."""
    towns: tuple[Words, ...]
    postcode: str

    @classmethod
    def of(cls, address: str, postal_code: str) -> ContinentalAddress | None:
        """The parts of an address, parted by commas; None where its first part does not end in a house number."""
        parts = [part for part in address.split(",") if part.strip()]
        parts[-1:] = [_STATE.sub("", part) for part in parts[-1:]]
        lines = [line for line in (_words(Passage(part)) for part in parts) if line]
        if len(lines) > 1 and _is_house_number(lines[1]) and not _has_house_number(lines[0]):
            lines[:2] = [lines[0] + lines[1]]  # "Calle Mayor, 5, Madrid"
        if len(lines) < 2:
            return None
        first = list(lines[0])
        suffix = first.pop() if len(first) > 2 and _SUFFIX.fullmatch(first[-1]) and first[-2].isdigit() else ""
        number = first.pop()
        while first and first[-1] in _FILLERS:
            del first[-1]
        if not (first and _HOUSE.fullmatch(number) and first[0].isalpha()) or first[0] in UNITS | _INSIDE:
            return None
        rest = [tuple(word for word in line if not _CODE.fullmatch(word)) for line in lines[1:]]
        flats = [line for line in rest if any(word[0].isdigit() for word in line)]
        towns = tuple(line for line in rest if line and line not in flats)
        if not towns:
            return None
        code = "".join(letter for letter in postal_code.lower() if letter.isalnum())
        return cls(
            tuple(dict.fromkeys(_forms(tuple(first)))), number + suffix, _unit(flats[0] if flats else ()), towns, code
        )

    def find(self, passage: Passage) -> Finding:
        """What the text says: the first agreeing place of the street, else the first that contradicts."""
        words, differs = _words(passage), ABSENT
        for street in self.streets:
            for at in places(list(words), street):
                finding = self._judge(passage, words, at, at + len(street))
                if finding.agreement is Agreement.AGREES:
                    return finding
                differs = finding if differs is ABSENT else differs
        return differs

    def _judge(self, passage: Passage, words: Words, at: int, behind: int) -> Finding:
        tokens = passage.tokens
        while behind < len(words) and words[behind] in _FILLERS:
            behind += 1
        if behind >= len(words) or not _HOUSE.fullmatch(words[behind]):
            return ABSENT
        house, end = words[behind], behind + 1
        if end < len(words) and house.isdigit() and _SUFFIX.fullmatch(words[end]):
            gap = passage.folded[tokens[end - 1].end : tokens[end].start]
            if gap in (" ", "-", "/"):
                house, end = house + words[end], end + 1
        town = self._town(words, max(0, at - 4), at, end)
        last = max(end, town[1]) if town else end
        found = Finding(Agreement.DIFFERS, tokens[at].start, tokens[last - 1].end)
        inner = words[end : town[0] if town and town[0] >= end else end + 4]
        codes = [word for word in (*words[max(0, at - 4) : at], *words[end : end + _REACH]) if _CODE.fullmatch(word)]
        stated = _unit(tuple(word for word in inner if word not in codes))
        if house != self.house or (stated[0] and self.unit[0] and stated != self.unit):
            return found
        if self.postcode.isdigit() and codes and self.postcode not in codes and len(self.postcode) == len(codes[0]):
            return found
        if town is None and self.postcode not in codes and self.postcode not in "".join(words[end : end + 4]):
            return found
        return Finding(Agreement.AGREES, found.start, found.end)

    def _town(self, words: Words, low: int, at: int, end: int) -> tuple[int, int] | None:
        """Range of the town, which stands behind the number, or shortly in front of the street."""
        for town in reversed(self.towns):
            for place in places(list(words), town):
                if end <= place < end + _REACH or low <= place < at:
                    return place, place + len(town)
        return None


def _is_house_number(line: Words) -> bool:
    return len(line) == 1 and _HOUSE.fullmatch(line[0]) is not None


def _has_house_number(line: Words) -> bool:
    """Whether a street ends in a number that is not its own name: not Calle 12."""
    return _HOUSE.fullmatch(line[-1]) is not None and line[:-1] not in _NUMBERED


def _words(passage: Passage) -> Words:
    return tuple(_UMLAUT.sub("", word) for word in words_of(passage))


def _unit(words: Words) -> tuple[str, str]:
    """Floor or flat with its door, of words such as 3o b, apartment 32."""
    while words and not words[0][0].isdigit():
        words = words[1:]
    words = tuple(_SIDES.get(word, word) for word in words)
    found = _UNIT.match("".join((*words[:1], *takewhile(_DOOR.fullmatch, words[1:]))))
    return (found[1], found[2]) if found else ("", "")


def _forms(street: Words) -> Iterator[Words]:
    if any(street[-len(box) :] == box for box in _BOXES):
        yield from _BOXES
        return
    bare = tuple(word for word in street[1:] if word not in _SMALL)
    for head in _KINDS.get(street[0], (street[0],)):
        yield (head, *street[1:])
        if bare:
            yield (head, *bare)
