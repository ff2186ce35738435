"""Prefectures and municipalities: split an address into them, and know them in kanji and in romaji.

Names are in the place form: folded, with ヶ, ケ, が and カ alike, の, 之 and 乃 alike, small kana as large.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from optout_daemon.core.matching.folding import fold
from optout_daemon.core.matching.kana import PLAIN_KANA, exchanged, romaji_key
from optout_daemon.core.matching.variants import Municipality, municipalities

PLACE: Final = {**PLAIN_KANA, **str.maketrans("ヶヵガカ箇之乃", "ケケケケケノノ")}
"""Second translation of folded text for places; length stays."""
_PLACE: Final = tuple((chr(one), chr(other)) for one, other in PLACE.items())

_UNKNOWN: Final = re.compile(
    r"(?P<county>[^\s\d市区]{1,5}郡)?(?P<city>[^\s\d]{1,6}?[市区町村])(?:(?<=市)(?P<ward>[^\s\d]{1,5}?区))?"
)
_SUFFIXES: Final = frozenset(("shi", "ku", "gun", "cho", "machi", "mura", "son", "to", "fu", "ken"))


_LONE_MARKS: Final = {0x3099: None, 0x309A: None}
"""Marks of voice that no kana in front of them takes."""


def as_place(folded: str) -> str:
    """Translated by PLACE."""
    return exchanged(folded, _PLACE)


def place_form(text: str) -> str:
    """Folded, without white space, with the spellings that vary in place names made one."""
    return as_place("".join(fold(text).replace("・", " ").split())).translate(_LONE_MARKS)


@dataclass(frozen=True, slots=True)
class Area:
    """Where a town lies; every part in place form and with its suffix, "" where there is none."""

    prefecture: str = ""
    county: str = ""
    city: str = ""
    """City, town, village, or a ward of Tokyo."""
    ward: str = ""
    romaji: tuple[str, ...] = ()
    """The parts' names by sound, vowels short, no suffix: prefecture, then county or city, then city or ward."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its parts from the outermost to the innermost."""
        return tuple(name for name in (self.prefecture, self.county, self.city, self.ward) if name)

    @property
    def inner(self) -> str:
        return self.ward or self.city


def _area(found: Municipality) -> Area:
    name = place_form(found.kanji)
    units: list[tuple[str, str]] = []
    spelt = ""
    for word in found.romaji.lower().split():
        if word in _SUFFIXES and spelt:
            units.append((spelt, word))
            spelt = ""
        else:
            spelt += word
    county = ward = ""
    if units[0][1] == "gun":
        county, mark, name = name.partition("郡")
        county += mark
    elif len(units) > 1 and units[1][1] == "ku":
        name, mark, ward = name.partition("市")
        name += mark
    prefecture = found.prefecture_romaji.split()[0]
    sounds = tuple(romaji_key(part).replace(":", "") for part in (prefecture, *(unit[0] for unit in units)))
    return Area(place_form(found.prefecture), county, name, ward, sounds)


@cache
def areas() -> Mapping[str, tuple[Area, ...]]:
    """Areas by city and ward together, without prefecture and county."""
    found: dict[str, tuple[Area, ...]] = {}
    for municipality in municipalities():
        area = _area(municipality)
        found[area.city + area.ward] = (*found.get(area.city + area.ward, ()), area)
    return found


@cache
def prefectures() -> tuple[str, ...]:
    """The 47 in place form, with suffix."""
    return tuple(dict.fromkeys(place_form(municipality.prefecture) for municipality in municipalities()))


@cache
def parts() -> frozenset[str]:
    """Every city, town, village and ward by itself: to see that 津市 is not the end of 大津市."""
    return frozenset(part for group in areas().values() for area in group for part in (area.city, area.ward) if part)


@cache
def _names() -> frozenset[str]:
    every = [area for group in areas().values() for area in group]
    short = (name[:-1] for name in (*prefectures(), *(area.city for area in every if area.ward)))
    counties = (area.county for area in every if area.county)
    return parts().union(prefectures(), counties, (name for name in short if len(name) > 1))


def ending(text: str, at: int) -> str:
    """The prefecture, county, city, town, village or ward whose name ends at this place of a text in place form, or "".

    Prefectures and cities with wards also without suffix: 東京, 名古屋.
    """
    return next((text[start:at] for start in range(max(0, at - 7), at - 1) if text[start:at] in _names()), "")


@cache
def sounds() -> Mapping[str, str]:
    """Prefectures and cities by sound, to tell that another one is named; value is the kanji."""
    found: dict[str, str] = {}
    for group in areas().values():
        for area in group:
            found.setdefault(area.romaji[0], area.prefecture)
            if area.city.endswith("市"):
                found.setdefault(area.romaji[1], area.city)
    return found


@cache
def cities_with_wards() -> frozenset[str]:
    """Their sounds: a ward is often left out behind such a city."""
    return frozenset(area.romaji[1] for group in areas().values() for area in group if area.ward)


@cache
def by_sound() -> Mapping[str, tuple[Area, ...]]:
    """Areas by the sound of their innermost part."""
    found: dict[str, tuple[Area, ...]] = {}
    for group in areas().values():
        for area in group:
            found[area.romaji[-1]] = (*found.get(area.romaji[-1], ()), area)
    return found


def locate(address: str) -> tuple[Area, str]:
    """The area that an address in place form begins with, and what follows it; an empty Area where none is known."""
    prefecture = next((name for name in prefectures() if address.startswith(name)), "")
    rest = address[len(prefecture) :]
    for start in (0, *(end for end, letter in enumerate(rest[:6], 1) if letter == "郡")):
        for length in range(12, 1, -1):
            for area in areas().get(rest[start : start + length], ()):
                if prefecture in ("", area.prefecture) and rest[:start] in ("", area.county):
                    return area, rest[start + length :]
    found = _UNKNOWN.match(rest)  # a municipality that is newer than the table
    if found is None:
        return Area(prefecture), rest
    return Area(prefecture, found["county"] or "", found["city"], found["ward"] or ""), rest[found.end() :]
