"""Find a Japanese address that is written in Latin letters, in either order of its parts.

For a record in kanji the town's reading is not on record: it is checked against the readings that its kanji have in
place names; where that fails (a building inside the town), the record's own postal code must stand beside it. For a
record in Latin letters (3-38-8 Roppongi, Minato-ku, Tokyo) the town is compared by sound, also with a text in kanji.
The numbers must be equal and the city or the ward be named. Where that cannot be seen, nothing agrees.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from optout_daemon.core.matching import building, lot
from optout_daemon.core.matching.anchor import anchors
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.gazetteer import Area, as_place, by_sound, cities_with_wards, sounds
from optout_daemon.core.matching.grid import Grid
from optout_daemon.core.matching.numbers import Group, groups, is_number
from optout_daemon.core.matching.place import ABSENT, Finding, Place
from optout_daemon.core.matching.romaji_words import (
    AREA_WORDS,
    AZA_WORDS,
    Name,
    is_longer,
    names,
    room_in_front,
    town_word,
)
from optout_daemon.core.matching.street_words import units, unpadded, words_of
from optout_daemon.core.matching.town_reading import can_be_read, resembles, without_building
from optout_daemon.core.model import Agreement

_WINDOW: Final = 14
_POSTAL: Final = re.compile(r"(?<![\d-])(\d{3})-?(\d{4})(?![\d-])")
_TOWN_AND_LOT: Final = re.compile(r"[^\d\s、。,.:;()「」!?\-]{1,12}?(?=[0-9]|[一二三四五六七八九十]{1,3}丁目)")


def _index(word: tuple[Name, str]) -> int:
    return word[0].index


@dataclass(frozen=True, slots=True)
class RomajiPlace:
    """A recorded address as it can be checked in Latin letters."""

    inner: frozenset[str]
    """Sounds of ward, city or county town: one of them must be named."""
    outer: frozenset[str]
    """Sounds of what else may be named: prefecture, county."""
    town: str
    """Kanji in place form, or the sound of the town."""
    in_kanji: bool
    numbers: tuple[int, ...]
    room: str
    postal_code: str
    grid: Grid | None = None

    @classmethod
    def of_place(cls, place: Place) -> RomajiPlace | None:
        """From a record in kanji; None where its municipality is not in the table."""
        sound = place.area.romaji
        if not sound:
            return None
        inner = frozenset(sound[1:] if place.area.ward else sound[-1:])
        outer, grid = frozenset(sound) - inner, Grid.of(place.town, place.numbers)
        return cls(inner, outer, place.town, True, place.numbers, place.room, place.postal_code, grid)

    @classmethod
    def of(cls, address: str, postal_code: str) -> RomajiPlace | None:
        """From a record in Latin letters that names Japanese areas (…-ku, …-shi, Tokyo); None for any other."""
        town = room = ""
        lots: list[Group] = []
        heads: list[tuple[str, str]] = []
        before: tuple[list[Group], str] = ([], "")
        for part in (Passage(part) for part in address.split(",")):
            words = names(part)
            sound = "".join(name.sound for name in words)
            found = [group for group in groups(part) if len(group.numbers) > 1]
            if not heads and not found and words and is_number(part.tokens[-1]):
                room = part.tokens[-1].word  # "Bluff Heights 502"
            if found:
                lots += found
                town = sound + town_word(words)
            elif words and (words[-1].kind in AREA_WORDS or (sound in sounds() and not groups(part))):
                if not lots and not heads:  # "74 Yamate-cho, Naka-ku"
                    lots, town = before
                heads.append((sound, words[-1].kind))
            before = (groups(part), sound + town_word(words))
        if len(lots) != 1 or not town or not heads:
            return None
        inner = frozenset(sound for sound, kind in heads if kind or sound in cities_with_wards())
        every = frozenset(sound for sound, _ in heads)
        inner = inner or every
        around = {sound for area in _areas(inner, every) for sound in area.romaji}
        numbers = lots[0].numbers
        if len(numbers) > 3:  # the room hangs on the lot
            room = str(numbers[-1])
            numbers = numbers[:-1]
        code = "".join(filter(str.isdigit, postal_code))
        return cls(inner, (every | around) - inner, town, False, numbers, room, code)

    def find(self, passage: Passage) -> Finding:
        """What the text says: the first agreeing lot with its town and area, else the first that contradicts."""
        differs, words = ABSENT, names(passage)
        marked = [(name, self._own(words, index)) for index, name in enumerate(words)]
        for group in chain(self.grid.find(passage) if self.grid else (), groups(passage)):
            finding = self._judge(passage, group, marked)
            if finding.agreement is Agreement.AGREES:
                return finding
            if differs is ABSENT:
                differs = finding
        return differs if differs is not ABSENT or self.in_kanji else self._find_in_kanji(passage)

    def _judge(self, passage: Passage, group: Group, words: list[tuple[Name, str]]) -> Finding:
        """One group of numbers; `words` has every word of the text with the record's own area that it names, or ""."""
        tokens = passage.tokens
        low, high = max(0, group.first - _WINDOW), min(len(tokens), group.last + _WINDOW)
        around = words[bisect_left(words, low, key=_index) : bisect_left(words, high, key=_index)]
        named = [name.index for name, own in around if own in self.inner]
        strangers = [name for name, own in around if name.kind in AREA_WORDS and not own]
        if not named and not strangers:
            return ABSENT
        town = group.first if group.in_grid else self._town(passage, group)
        if len(group.numbers) < 2 and town is None:
            return ABSENT
        first, last = min([group.first, *named]), max([group.last - 1, *named])
        strangers += [
            name for name, own in around if last < name.index <= last + 2 and name.sound in sounds() and not own
        ]
        code = _POSTAL.search(passage.folded, tokens[low].start, tokens[high - 1].end + 1)
        postal = code[1] + code[2] == self.postal_code if code and self.postal_code else None
        numbers = group.numbers
        if self.room and len(numbers) == len(self.numbers) + 1 and str(numbers[-1]) == self.room:
            numbers = numbers[:-1]
        town_agrees = town is not None or (self.in_kanji and postal is True and self._resembles(passage, group))
        agrees = named and not strangers and postal is not False and numbers == self.numbers and town_agrees
        if agrees and self.room:
            rooms = units(words_of(passage), low, high) | room_in_front(passage, group)
            agrees = not rooms or self.room in rooms
        return Finding(Agreement.AGREES if agrees else Agreement.DIFFERS, tokens[first].start, tokens[last].end)

    def _own(self, around: list[Name], index: int) -> str:
        """The record's own area that this word names, alone or with one or two words in front; "" for none."""
        for width in range(1, min(3, index + 1) + 1):
            sound = "".join(name.sound for name in around[index - width + 1 : index + 1])
            if sound in self.inner or sound in self.outer:
                return sound
        return ""

    def _town(self, passage: Passage, group: Group) -> int | None:
        """Index of the token where the town begins, directly behind or in front of the numbers."""
        tokens = passage.tokens
        firsts: list[int] = [group.last, *range(group.first - 1, max(-1, group.first - 6), -1)]
        for first in firsts:
            sound = ""
            for index in range(first, min(len(tokens), first + 5)):
                if not tokens[index].word.isalpha():
                    break
                if tokens[index].word in AZA_WORDS:
                    continue
                sound += passage.sound(tokens[index].start, tokens[index].end)
                touches = first == group.last or index == group.first - 1
                if touches and self._is_town(sound) and not is_longer(passage, first, index):
                    return first
        return None

    def _resembles(self, passage: Passage, group: Group) -> bool:
        """Whether a word beside the numbers has something of the town, the readings being only the usual ones."""
        tokens = passage.tokens
        beside = [index for index in (group.last, group.first - 1) if 0 <= index < len(tokens)]
        return any(
            resembles(town, passage.sound(tokens[index].start, tokens[index].end))
            for index in beside
            for town in without_building(self.town)
        )

    def _is_town(self, sound: str) -> bool:
        if self.in_kanji:
            return any(can_be_read(town, sound) for town in without_building(self.town))
        return sound.replace(":", "") == self.town

    def _find_in_kanji(self, passage: Passage) -> Finding:
        """The same address in a Japanese text: 東京都港区六本木3-38-8 for 3-38-8 Roppongi, Minato-ku, Tokyo."""
        text, differs = as_place(passage.squeezed), ABSENT
        for area in _areas(self.inner, self.inner | self.outer):
            for start, after in anchors(area, text):
                town = _TOWN_AND_LOT.match(text, after)
                read = lot.read(passage.folded, passage.unsqueezed(town.end())) if town else None
                if town is None or read is None:
                    continue
                begin = passage.unsqueezed(start)
                numbers, room = read.numbers, building.read(passage.folded, read.end).room
                if self.room and len(numbers) == len(self.numbers) + 1:
                    numbers, room = numbers[:-1], str(numbers[-1])
                same_room = not (self.room and room) or unpadded(room) == unpadded(self.room)
                if numbers == self.numbers and same_room and can_be_read(town[0], self.town):
                    return Finding(Agreement.AGREES, begin, read.end)
                if differs is ABSENT:
                    differs = Finding(Agreement.DIFFERS, begin, read.end)
        return differs


def _areas(inner: frozenset[str], every: frozenset[str]) -> Iterator[Area]:
    """Japan's areas that have one of the inner sounds as their innermost part and all sounds that the table knows."""
    known = {sound for sound in every if sound in sounds() or sound in by_sound()}
    for sound in inner:
        for area in by_sound().get(sound, ()):
            if known <= set(area.romaji):
                yield area
