"""Invent customers by the million: names as frequent as they really are, addresses in real municipalities.

Seeded, so that two runs invent the same people. A customer comes with the match keys that an import would make of
them, put together from parts that many customers share, since making a million anew takes minutes; `sound` says
whether they are the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from optout_daemon.core.matching.keys import PLACE, Key, match_keys
from optout_daemon.core.matching.variants import family_names, given_names, municipalities, surnames
from optout_daemon.core.model import Customer

_FIRST: Final = (
    "美ミ 裕ユ 恵エ 真マ 亜ア 佐サ 智トモ 直ナオ 春ハル 秋アキ "
    "千チ 由ユ 久ヒサ 和カズ 正マサ 義ヨシ 健ケン 高タカ 信ノブ 友トモ"
)
_LAST: Final = (
    "子コ 美ミ 香カ 代ヨ 江エ 奈ナ 里リ 紀キ 一イチ 之ユキ 彦ヒコ 男オ 夫オ 太タ 樹キ 雄オ 哉ヤ 斗ト 平ヘイ 人ト"
)
_GIVEN: Final = [(a[0] + b[0], a[1:] + b[1:]) for a in _FIRST.split() for b in _LAST.split() if a[1:] != b[1:]]
_JAPANESE_TOWNS: Final = (
    "本町 栄町 緑町 旭町 幸町 港町 泉町 大和町 若葉台 桜台 東山 西原 北野 南町 中央 新町 錦町 花園 松原 日吉町"
)
_TOWNS: Final = _JAPANESE_TOWNS.split()
_TREES: Final = "Birch Oak Elm Maple Cedar Willow Church Mill Station Orchard Meadow Bridge Castle Garden Harbour"
_STREETS: Final = _TREES.split()
_KINDS: Final = ("Street", "Road", "Lane", "Avenue", "Close")
_WESTERN: Final = 0.1
"""Share of customers whose name and address are in Latin letters."""


class People:
    """Invents customers, numbered from 10000000 on in steps that leave most numbers to nobody."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._families = list(family_names().items())
        self._weights = list(accumulate(1 / (rank + 12) for rank in range(len(self._families))))
        self._areas = municipalities()
        self._western = (sorted(given_names()), sorted(surnames()))
        self._names: dict[tuple[str, str], tuple[Key, ...]] = {}

    def invent(self, number: int) -> Iterator[tuple[Customer, tuple[Key, ...]]]:
        """So many customers with their match keys."""
        for at in range(number):
            yield self._one(f"{10_000_000 + at * 83 + self._dice.randrange(80)}")

    def _one(self, number: str) -> tuple[Customer, tuple[Key, ...]]:
        dice = self._dice
        if dice.random() < _WESTERN:
            given, family = (dice.choice(names).title() for names in self._western)
            name, kana, romaji = f"{given} {family}", "", f"{given} {family}"
            house, code = dice.randrange(1, 900), f"{dice.randrange(10_000, 99_999)}"
            address = f"{house} {dice.choice(_STREETS)} {dice.choice(_KINDS)}, {dice.choice(_STREETS)}ford"
            place = f"{code}:{house}"
        else:
            ((family, sound),) = dice.choices(self._families, cum_weights=self._weights)
            given, reading = dice.choice(_GIVEN)
            name, kana, romaji = f"{family} {given}", f"{sound} {reading}", ""
            at, town = dice.randrange(len(self._areas)), dice.randrange(len(_TOWNS))
            area, code = self._areas[at], f"{100 + at % 900}-{at // 900 * 1000 + town * 37 + 1:04}"
            lot = (dice.randrange(1, 7), dice.randrange(1, 30), dice.randrange(1, 30))
            address = f"{area.prefecture}{area.kanji}{_TOWNS[town]}{lot[0]}-{lot[1]}-{lot[2]}"
            place = f"{code.replace('-', '')}:{lot[0]}-{lot[1]}-{lot[2]}"
        email = f"{number}@mail.example" if dice.random() < 0.7 else ""
        customer = Customer(number, name, address, kana, romaji, code, email)
        return customer, self._keys(customer, place)

    def _keys(self, customer: Customer, place: str) -> tuple[Key, ...]:
        named = (customer.name, customer.name_kana)
        if named not in self._names:
            self._names[named] = match_keys(Customer("", customer.name, "", customer.name_kana, customer.name_romaji))
        email = (("email", customer.email),) if customer.email else ()
        return (("number", customer.number), *self._names[named], (PLACE, place), *email)
