"""Find the address of a record that is written as in English-speaking countries.

House number, street and town must stand near one another, whole and in their own order of words; postcode, state,
county, country, flat and the name of a house with a number may be missing, abbreviations are opened (St, Ln, N), the
order of the parts is free. Another house number, street, town, postcode or flat differs. A missing house number is no
agreement; where a house has only a name, the name is its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.place import ABSENT, Finding
from optout_daemon.core.matching.street_words import (
    DIRECTIONS,
    NUMBERED,
    STREET_WORDS,
    UNITS,
    is_apart,
    places,
    units,
    unpadded,
    words_of,
)
from optout_daemon.core.model import Agreement

_REACH: Final = 12
"""Words between street and town."""
_REGION: Final = re.compile(r"[A-Z]{2}(?:\s+\d{5}(?:-\d{4})?)?|\d{5}(?:-\d{4})?|(?:Co\.?|County)\s.*")
_STATE: Final = re.compile(r"(?<=\S)\s+[A-Z]{2,3}$")
_CODES: Final = {
    "us": (re.compile(r"[0-9]{5}"), r"[0-9]{5}(?![0-9])"),
    "uk": (
        re.compile(r"[a-z]{1,2}[0-9][0-9a-z]?[0-9][a-z]{2}"),
        r"[a-z]{1,2}[0-9][0-9a-z]?[ \t]?[0-9][a-z]{2}(?![0-9a-z])",
    ),
    "ca": (re.compile(r"[a-z][0-9][a-z][0-9][a-z][0-9]"), r"[a-z][0-9][a-z][ \t-]?[0-9][a-z][0-9](?![0-9a-z])"),
    "ie": (re.compile(r"[a-z][0-9][0-9w][0-9a-z]{4}"), r"[a-z][0-9][0-9w][ \t]?[a-z0-9]{4}(?![0-9a-z])"),
}
"""Kinds of postcodes: what the record's looks like when squeezed, and another of the kind behind an address."""
_ANOTHER: Final = {
    kind: re.compile(r"[\s,.(]{0,4}(?:[a-z]{2,3}[\s,.]{1,2}){0,2}" + pattern) for kind, (_, pattern) in _CODES.items()
}

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreetAddress:
    """A recorded address in its comparable parts; words with abbreviations opened."""

    house: str
    """House number without leading zeros, or "" where there is none."""
    street: Words
    """The street without its direction, or the name of a house without a number."""
    direction: str
    """ne in Fountain Street NE."""
    second: Words
    """The street of a house that has only a name; else empty."""
    towns: tuple[Words, ...]
    """Village, suburb and town: one of them must be named, or the postcode."""
    district: str
    """The number of a postal district: 8 in Dublin 8."""
    unit: str
    postcode: str
    """Small letters and digits."""

    @classmethod
    def of(cls, address: str, postal_code: str) -> StreetAddress | None:
        """The parts of an address, parted by commas; None where it has no street or house name with a town."""
        parts = [part.strip() for part in address.split(",") if part.strip()]
        while len(parts) > 2 and _REGION.fullmatch(parts[-1]):
            parts.pop()
        if len(parts) > 1:
            parts[-1] = _STATE.sub("", parts[-1])
        house = unit = district = ""
        at = 0
        lines: list[Words] = []
        for part in parts:
            number, flat, words = _taken_apart(part, may_have_number=not house)
            if number:
                house, at = number, len(lines)
            unit = unit or flat
            if words:
                lines.append(words)
        towns = lines[at + 1 :]
        second: Words = ()
        if not house and len(towns) > 1:
            second, towns = towns[0], towns[1:]
        if towns and len(towns[-1]) > 1 and towns[-1][-1].isdigit():
            district, towns[-1] = towns[-1][-1], towns[-1][:-1]
        if not lines or not towns:
            return None
        code = "".join(letter for letter in postal_code.lower() if letter.isalnum())
        street, direction = _without_direction(lines[at])
        return cls(house, street, direction, second, tuple(towns), district, unit, code)

    def find(self, passage: Passage) -> Finding:
        """What the text says: the first agreeing place of the street, else the first that contradicts."""
        words, differs = words_of(passage), ABSENT
        for at in places(words, self.street):
            finding = self._judge(passage, words, at)
            if finding.agreement is Agreement.AGREES:
                return finding
            if differs is ABSENT:
                differs = finding
        return differs

    def _judge(self, passage: Passage, words: list[str], at: int) -> Finding:
        tokens, behind = passage.tokens, at + len(self.street)
        low, high = max(0, at - _REACH), min(len(words), behind + _REACH)
        town = self._town(passage, words, at, low, high)
        first, last = at, behind - 1
        if town is not None:
            first, last = min(at, town[0]), max(last, town[1] - 1)
        direction, front = _directions(words, at, behind, limit=town[0] if town is not None else len(words))
        letter = words[front - 1] if front > 1 and is_apart(passage, words, front - 2) else ""
        front -= len(letter)
        number = unpadded(words[front - 1] + letter) if front and NUMBERED.fullmatch(words[front - 1]) else ""
        is_unit = front > 1 and words[front - 2] in UNITS
        if not number and town is None:
            return ABSENT
        if number:
            first = min(first, front - 1)
        found = Finding(Agreement.DIFFERS, tokens[first].start, tokens[last].end)
        stated = units(words, max(0, at - 6), min(high, behind + 5), passage)
        if (
            number
            and front > 1
            and passage.folded[tokens[front - 2].end : tokens[front - 1].start].strip() in ("/", "-")
        ):
            stated.add(unpadded(words[front - 2]))  # 4/27 Banksia Street
        if self.house and (is_unit or number != self.house):
            return found
        if not self.house and number and not is_unit:
            stated.add(number)
        if self.unit and self.unit not in stated and (stated or not self.house):
            return found
        if self.second and not any(low <= place < high for place in places(words, self.second)):
            return found
        code = self._code(passage, first, last)
        if code is False or (town is None and not code):
            return found
        if direction != self.direction and (direction or not code):
            return found
        if town is not None and len(self.towns) > 1 and self._is_another_quarter(words, behind, town):
            return found
        if self.district and town is not None and _next_number(words, town[1]) not in ("", self.district):
            return found
        return Finding(Agreement.AGREES, found.start, found.end)

    def _is_another_quarter(self, words: list[str], behind: int, town: tuple[int, int]) -> bool:
        """Whether a quarter that is not the record's stands between street and town: Rathmines for Portobello."""
        between = range(behind, town[0])
        known = {word for name in (*self.towns, self.second) for word in name}
        named = [words[at] for at in between if words[at].isalpha() and words[at] not in UNITS]
        named = [word for word in named if len(word) > 2 and word not in DIRECTIONS]
        return bool(named) and not known & set(named)

    def _town(self, passage: Passage, words: list[str], at: int, low: int, high: int) -> tuple[int, int] | None:
        """Range of the town among the words, behind the street rather than in front; never the end of a longer one."""
        behind = at + len(self.street)
        found = [
            (place, place + len(town))
            for town in reversed(self.towns)
            for place in places(words, town)
            if low <= place < high and not at <= place < behind
            if place - 1 in range(at, behind) or not _is_longer(passage, words, place)
        ]
        return next((place for place in found if place[0] >= behind), found[0] if found else None)

    def _code(self, passage: Passage, first: int, last: int) -> bool | None:
        """Whether the record's postcode stands in or behind the address; False for another of its kind, else None."""
        if not self.postcode:
            return None
        start, end = passage.tokens[first].start, passage.tokens[last].end
        if self.postcode in "".join(letter for letter in passage.folded[start : end + 24] if letter.isalnum()):
            return True
        for kind, (form, _) in _CODES.items():
            if form.fullmatch(self.postcode):
                return False if _ANOTHER[kind].match(passage.folded, end) else None
        return None


def _taken_apart(part: str, *, may_have_number: bool) -> tuple[str, str, Words]:
    """House number, flat and words of one part of an address: "Flat 4", "4/27 Banksia Street", "Church Lane"."""
    passage = Passage(part)
    words, house, unit = words_of(passage), "", ""
    rest: list[str] = []
    index = 0
    while index < len(words):
        word, following = words[index], words[index + 1 : index + 2]
        if word in UNITS and following and NUMBERED.fullmatch(following[0]):
            unit, index = unpadded(following[0]), index + 1
        elif may_have_number and not house and not rest and following and NUMBERED.fullmatch(word):
            gap = passage.folded[passage.tokens[index].end : passage.tokens[index + 1].start]
            if gap in ("/", "-") and NUMBERED.fullmatch(following[0]):
                unit = unpadded(word)
            elif index + 2 < len(words) and words[index + 2] not in STREET_WORDS and is_apart(passage, words, index):
                house, index = unpadded(word + following[0]), index + 1
            else:
                house = unpadded(word)
        elif rest or word not in ("the", "rue"):
            rest.append(word)
        index += 1
    return house, unit, tuple(rest)


def _without_direction(street: Words) -> tuple[Words, str]:
    """Street and direction, which stands in front or behind: NW 58th Street, Fountain Street NE."""
    if len(street) > 2:
        if street[0] in DIRECTIONS:
            return street[1:], DIRECTIONS[street[0]]
        if street[-1] in DIRECTIONS:
            return street[:-1], DIRECTIONS[street[-1]]
    return street, ""


def _directions(words: list[str], at: int, behind: int, *, limit: int) -> tuple[str, int]:
    """Direction around the street, S.E. being two words, and where the words in front of the street begin.

    What stands at `limit` belongs to the town: North Kenneth.
    """
    before = at
    while before and at - before < 2 and words[before - 1] in DIRECTIONS:
        before -= 1
    direction = "".join(DIRECTIONS[word] for word in words[before:at])
    after = behind
    while not direction and after < len(words) and after != limit and after - behind < 2 and words[after] in DIRECTIONS:
        after += 1
    direction = direction or "".join(DIRECTIONS[word] for word in words[behind:after])
    while before and at - before < 3 and words[before - 1] in ("rue", "the"):
        before -= 1
    return direction, before


def _next_number(words: list[str], at: int) -> str:
    word = words[at] if at < len(words) else ""
    return word if word.isdigit() and len(word) < 3 else ""


def _is_longer(passage: Passage, words: list[str], at: int) -> bool:
    """Whether the town found is the end of a longer one on its line: Kenneth in North Kenneth."""
    if at == 0 or words[at - 1] not in ("north", "south", "east", "west", "new", "port", "lake"):
        return False
    tokens = passage.tokens
    return passage.folded[tokens[at - 1].end : tokens[at].start] == " "
