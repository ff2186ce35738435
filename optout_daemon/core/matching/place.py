"""Find the Japanese address of a record in a text in Japanese script.

It agrees where the area (city or ward; the prefecture, county and postal code may be missing), the whole town and the
same lot numbers follow one another, and no other building or room stands behind them. What differs in town or number
differs, however alike it looks. The town alone, without city or ward, is enough only where the record's postal code or
its city stands elsewhere in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from optout_daemon.core.matching import building, lot
from optout_daemon.core.matching.building import Building
from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.gazetteer import PLACE, Area, locate, parts, place_form, prefectures
from optout_daemon.core.matching.kana import KANA, KANJI
from optout_daemon.core.model import Agreement

_HITS: Final = 40
_KANJI_LOT: Final = re.compile("[0-9]+|[〇一二三四五六七八九十百]+(?=丁目|番地|番(?!町)|-)")
_AZA: Final = ("大字", "字")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a text says of an address, with its range in `folded` where something was found."""

    agreement: Agreement
    start: int = 0
    end: int = 0


ABSENT: Final = Finding(Agreement.ABSENT)


@dataclass(frozen=True, slots=True)
class Place:
    """A recorded address in its comparable parts."""

    area: Area
    town: str
    """Place form, without 大字 and 字; may end in a building that the postal data keep there."""
    numbers: tuple[int, ...]
    building: str
    room: str
    postal_code: str
    """Digits only."""

    @classmethod
    def of(cls, address: str, postal_code: str) -> Place | None:
        """The parts of an address in Japanese script, or None where it holds no lot number."""
        folded = fold(address)
        for found in _KANJI_LOT.finditer(folded):
            read = lot.read(folded, found.start())
            if read is None:
                continue
            behind = folded[read.end : read.end + 1]
            if len(read.numbers) > 1 or read.marked or behind in ("", " ", "\n"):
                area, town = locate(place_form(folded[: found.start()]))
                tail, numbers = building.recorded(folded[read.end :]), read.numbers
                if len(numbers) == 4 and not tail.room:  # the room hangs on the lot
                    tail, numbers = Building(tail.name, str(numbers[3])), numbers[:3]
                return cls(area, _without_aza(town), numbers, tail.name, tail.room, _digits(postal_code))
        return None

    def find(self, passage: Passage) -> Finding:
        """What the text says: the first place that agrees, else the first that contradicts, else ABSENT."""
        text = passage.squeezed.translate(PLACE)
        differs = ABSENT
        for start, after in chain(self.anchors(text), self._towns_alone(passage, text)):
            finding = self._follow(passage, text, start, after)
            if finding.agreement is Agreement.AGREES:
                return finding
            if differs is ABSENT:
                differs = finding
        return differs

    def anchors(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each naming of the record's own city or ward, or of the town beside its postal code."""
        area = self.area
        for name in dict.fromkeys(part for part in (area.ward, area.city) if part):
            stem = name[:-1] if len(name) > 2 else name
            at = -1
            for _ in range(_HITS):
                at = text.find(stem, at + 1)
                if at < 0:
                    break
                after = _behind_city(text, at, stem, name)
                if name == area.city and area.ward and text.startswith(area.ward, after):
                    continue
                start = self._outward(text, at, name)
                if start >= 0 and not _is_end_of_another(text, at, name):
                    yield start, after

    def _towns_alone(self, passage: Passage, text: str) -> Iterator[tuple[int, int]]:
        """Each place where the town begins a phrase, if the postal code or the city stands elsewhere in the text."""
        if not self.town or (_postal_at(text, self.postal_code) < 0 and not self._is_city_named(text)):
            return
        at = -1
        for _ in range(_HITS):
            at = text.find(self.town, at + 1)
            if at < 0:
                return
            if passage.broken_before(at) or not (KANJI.match(text[at - 1]) or KANA.match(text[at - 1])):
                yield at, at

    def _is_city_named(self, text: str) -> bool:
        """Whether the city or the ward is named outside the town's own name: 伊勢の堀内です。二見町茶屋111-8."""
        rest = text.replace(self.town, "")
        names = [name for name in (self.area.ward, self.area.city) if name]
        return any((name[:-1] if len(name) > 2 else name) in rest for name in names)

    def _outward(self, text: str, at: int, name: str) -> int:
        """Start of the address, over city, county and prefecture in front; -1 where another one stands there."""
        outer = [self.area.city] if name == self.area.ward and name != self.area.city else []
        for part in (*outer, self.area.county, self.area.prefecture):
            for form in (part, part[:-1]):
                if len(form) > 1 and text.endswith(form, 0, at):
                    at -= len(form)
                    break
        before = text[max(0, at - 4) : at]
        if (
            before.endswith(prefectures())
            or (outer and before.endswith("市"))
            or (self.area.county and before.endswith("郡"))
        ):
            return -1
        return at

    def _follow(self, passage: Passage, text: str, start: int, after: int) -> Finding:
        """Read town, lot and building behind the area."""
        for town in self._towns():
            at = _behind(text, after, town)
            if at < 0:
                continue
            read = lot.read(passage.folded, passage.unsqueezed(at)) if at < len(text) else None
            if read is not None:
                return self._compare(passage, start, read, self.town[len(town) :])
        return self._another(passage, text, start, after)

    def _towns(self) -> Iterator[str]:
        """The town, then what may be left of it when a building at its end is written elsewhere or not at all."""
        yield self.town
        yield from dict.fromkeys(_renumbered(self.town)) if _STREET_NUMBER.search(self.town) else ()
        for cut in range(len(self.town) - 2, 0, -1):
            if building.looks_like_one(self.town[cut:]) and not building.looks_like_one(self.town[:cut]):
                yield self.town[:cut]

    def _compare(self, passage: Passage, start: int, read: lot.Lot, kept: str) -> Finding:
        """Numbers exactly; one more number can only be the room. `kept` is the part of the town not written in it."""
        names = [name for name in (self.building, kept, kept + self.building, self.building + kept) if name]
        numbers, hung = read.numbers, ""
        if len(numbers) == len(self.numbers) + 1 and self.room:
            numbers, hung = numbers[:-1], str(numbers[-1])
        stated = building.read(passage.folded, read.end, names) if not hung else Building("", hung, read.end)
        begin, end = passage.unsqueezed(start), max(read.end, stated.end)
        if numbers != self.numbers or building.contradicts(stated, names, self.room):
            return Finding(Agreement.DIFFERS, begin, end)
        return Finding(Agreement.AGREES, begin, end)

    def _another(self, passage: Passage, text: str, start: int, after: int) -> Finding:
        """Another town or lot in the same city is another address; the city alone (東大阪の佐藤) is none."""
        found = _OTHER_TOWN.match(text, after)
        if found is None:
            return ABSENT
        return Finding(Agreement.DIFFERS, passage.unsqueezed(start), passage.unsqueezed(found.end() - 1) + 1)


_OTHER_TOWN: Final = re.compile(
    r"[^\d\s、。,.:;()「」!?\-]{1,15}?(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3})(?:-[0-9]|丁目|番|ノ[0-9]|(?=[^0-9\-]|$))"
)


_STREET_NUMBER: Final = re.compile("第?([0-9]+|[〇一二三四五六七八九十]+)(?=条|線|地割|区)")


def _renumbered(town: str) -> tuple[str, str]:
    """北十条西 as 北10条西 and the other way round."""
    arabic = _STREET_NUMBER.sub(lambda m: str(lot.number(m[1])), town)
    return arabic, _STREET_NUMBER.sub(lambda m: lot.in_kanji(int(m[1])), arabic)


def lots_in(folded: str, limit: int = 20) -> list[tuple[int, ...]]:
    """The numbers of what may be lots in a folded text, whoever's, in order."""
    found = (lot.read(folded, number.start()) for number in islice(_KANJI_LOT.finditer(folded), 4 * limit))
    return [read.numbers for read in found if read is not None and (read.marked or len(read.numbers) > 1)][:limit]


def _without_aza(town: str) -> str:
    return town.replace("大字", "").replace("字", "") or town


def _behind(text: str, at: int, town: str) -> int:
    """Where the town ends that begins at `at`, 大字 and 字 in the text not counted; -1 where it is another."""
    for character in town:
        for aza in _AZA:
            if text.startswith(aza, at):
                at += len(aza)
        if not text.startswith(character, at):
            return -1
        at += 1
    return at + 1 if text.startswith("字", at) else at


def _digits(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isdigit())


_SUFFIXES: Final = {"市": ("シ",), "区": ("ク",), "町": ("マチ", "チヨウ"), "村": ("ムラ", "ソン")}


def _behind_city(text: str, at: int, stem: str, name: str) -> int:
    """Where a city ends that may lack its suffix or, if it is a name in kana, have that in kana: カホクシ."""
    if text.startswith(name, at):
        return at + len(name)
    end = at + len(stem)
    kana = _SUFFIXES.get(name[-1], ()) if KANA.fullmatch(stem) else ()
    return end + next((len(suffix) for suffix in kana if text.startswith(suffix, end)), 0)


def _postal_at(text: str, digits: str) -> int:
    """Where the text behind a postal code begins, or -1."""
    if not digits:
        return -1
    for form in (f"{digits[:3]}-{digits[3:]}", digits, f"{digits[:3]}ー{digits[3:]}"):
        at = text.find(form)
        if (
            at >= 0
            and not text[max(0, at - 1) : at].isdigit()
            and not text[at + len(form) : at + len(form) + 1].isdigit()
        ):
            return at + len(form)
    return -1


def _is_end_of_another(text: str, at: int, name: str) -> bool:
    """Whether the city found is the end of a longer name: 津市 in 大津市, 大阪 in 東大阪."""
    return any(text[at - extra : at] + name in parts() for extra in range(1, min(5, at) + 1))
