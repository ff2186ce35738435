"""Find the Japanese address of a record in a text in Japanese script.

It agrees where the area (city or ward; the prefecture, county and postal code may be missing), the whole town and the
same lot numbers follow one another, and no other building or room stands behind them. What differs in town or number
differs, however alike it looks. The town alone, without city or ward, is enough only where the record's postal code or
its city stands elsewhere in the text, or its prefecture in front. How towns are spelt is town_spelling.py's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from optout_daemon.core.matching import building, lot
from optout_daemon.core.matching.anchor import anchors
from optout_daemon.core.matching.building import Building
from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.gazetteer import Area, as_place, ending, locate, parts, place_form, prefectures
from optout_daemon.core.matching.kana import KANA, KANJI
from optout_daemon.core.matching.town_spelling import AZA, behind, in_kyoto, same_streets, spellings, street_end
from optout_daemon.core.model import Agreement

_HITS: Final = 40
_KANJI_LOT: Final = re.compile(
    "[0-9]+|[〇一二三四五六七八九十百]+(?=丁目|番地|番(?![町丁街館0-9]|[一二三四五六七八九十]+丁目)|-)"
)
_BRACKET: Final = re.compile(r"[^()\d]{0,25}[^()]{0,8}\(([^()]{2,40})\)")


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
    street: str = ""
    """What Kyoto puts in front of the town: 綾小路通室町西入."""

    @classmethod
    def of(cls, address: str, postal_code: str) -> Place | None:
        """The parts of an address in Japanese script, or None where it holds no lot number."""
        folded = _CODE.sub("", fold(address))
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
                street, town = in_kyoto(area.city, town)
                return cls(area, _without_aza(town), numbers, tail.name, tail.room, _digits(postal_code), street)
        return None

    def find(self, passage: Passage) -> Finding:
        """What the text says: the first place that agrees, else the first that contradicts, else ABSENT."""
        text = as_place(passage.squeezed)
        differs = ABSENT
        for start, after in chain(anchors(self.area, text), self._towns_alone(passage, text)):
            finding = self._follow(passage, text, start, after)
            if finding.agreement is Agreement.AGREES:
                return finding
            if differs is ABSENT:
                differs = finding
        return differs

    def _towns_alone(self, passage: Passage, text: str) -> Iterator[tuple[int, int]]:
        """Each place where the town begins a phrase, if the postal code or the city stands elsewhere in the text."""
        if not self.town:
            return
        sure = _is_code_stated(text, self.postal_code) or self._is_city_named(text)
        at = -1
        for _ in range(_HITS):
            at = text.find(self.town[:2], at + 1)
            if at < 0:
                return
            if behind(text, at, self.town) < 0:
                continue
            first = at - len(next((aza for aza in AZA if text.endswith(aza, 0, at)), ""))
            begins = passage.broken_before(first) or not _IN_A_WORD.match(text[first - 1])
            begins = begins or _TOPIC.search(text, first - 3, first) is not None
            prefecture = bool(self.area.prefecture) and text.endswith(self.area.prefecture, 0, at)
            if (prefecture or (sure and begins)) and not self._is_elsewhere(text, first, at):
                yield at, at

    def _is_elsewhere(self, text: str, first: int, at: int) -> bool:
        """Whether another city stands in front of the address or in brackets behind: 丸の内2-33-4(東京都千代田区)."""
        own = [form for name in self.area.names for form in (name, name[:-1])]
        before = len(text[:first].rstrip(_MARKS))
        while name := ending(text, before):
            if name not in own:
                return True
            before -= len(name)
        found = _BRACKET.search(text, at, at + 66)
        area = locate(_CODE.sub("", found[1]))[0] if found else Area()
        strange = area.prefecture not in ("", self.area.prefecture) or area.city not in ("", self.area.city)
        return strange and (area.city in parts() or area.prefecture in prefectures())

    def _is_city_named(self, text: str) -> bool:
        """Whether the city or the ward is named outside the town's own name: 伊勢の堀内です。二見町茶屋111-8."""
        rest = text.replace(self.town, "")
        names = [name for name in (self.area.ward, self.area.city) if name]
        return any((name[:-1] if len(name) > 2 else name) in rest for name in names)

    def _follow(self, passage: Passage, text: str, start: int, after: int) -> Finding:
        """Read town, lot and building behind the area, in Kyoto behind the streets that cross there."""
        streets = street_end(text, after) if self.area.city == "京都市" else after
        for begin in dict.fromkeys((after, streets)):
            for town, inside, kept in self._towns():
                at = behind(text, begin, town)
                read = lot.read(passage.folded, passage.unsqueezed(at)) if at >= 0 else None
                if read is None or read.numbers[: len(inside)] != inside:
                    continue
                found = self._compare(passage, start, read, read.numbers[len(inside) :], kept)
                if same_streets(text[after:begin], self.street):
                    return found
                return Finding(Agreement.DIFFERS, found.start, found.end)
        return self._another(passage, text, start, after)

    def _towns(self) -> Iterator[tuple[str, tuple[int, ...], str]]:
        """The town as it may be spelt, numbers of its own that are written with the lot, and what is left out of it.

        Last what remains of it when a building at its end is written elsewhere or not at all.
        """
        for town, inside in dict.fromkeys(spellings(self.town)):
            yield town, inside, ""
        for cut in range(len(self.town) - 2, 0, -1):
            if building.looks_like_one(self.town[cut:]) and not building.looks_like_one(self.town[:cut]):
                yield self.town[:cut], (), self.town[cut:]

    def _compare(self, passage: Passage, start: int, read: lot.Lot, numbers: tuple[int, ...], kept: str) -> Finding:
        """Numbers exactly; one more number can only be the room. `kept` is the part of the town not written in it."""
        names = [name for name in (self.building, kept, kept + self.building, self.building + kept) if name]
        hung = ""
        if len(numbers) == len(self.numbers) + 1 and self.room:
            numbers, hung = numbers[:-1], str(numbers[-1])
        stated = building.read(passage.folded, read.end, names) if not hung else Building(room=hung)
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
    r"[^\d\s、。,.:;()「」!?\-]{1,15}?"
    r"(?:[0-9]{1,4}(?:-[0-9]|丁目|番|ノ[0-9]|(?=[^0-9\-]|$))|[一二三四五六七八九十]{1,3}(?:-[0-9]|丁目|番|ノ[0-9]))"
)


_CODE: Final = re.compile("^〒?[0-9]{3}-?[0-9]{4}")
_TOPIC: Final = re.compile("[\u4e00-\u9fff][ハガモニ]\\Z")
"""住所は丸の内2-33-4"""
_MARKS: Final = "、,。.・:;/|-ー()「」"
_IN_A_WORD: Final = re.compile(f"{KANJI.pattern}|{KANA.pattern}|[0-9]")


def lots_in(folded: str, limit: int = 20) -> list[tuple[int, ...]]:
    """The numbers of what may be lots in a folded text, whoever's, in order."""
    found = (lot.read(folded, number.start()) for number in islice(_KANJI_LOT.finditer(folded), 4 * limit))
    return [read.numbers for read in found if read is not None and (read.marked or len(read.numbers) > 1)][:limit]


def _without_aza(town: str) -> str:
    return town.replace("大字", "").replace("字", "") or town


def _digits(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isdigit())


def _is_code_stated(text: str, digits: str) -> bool:
    return bool(digits) and re.search(f"(?<![0-9]){digits[:3]}[-ー]?{digits[3:]}(?![0-9])", text) is not None
