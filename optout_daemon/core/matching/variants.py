"""The tables of the matching: variant kanji, municipalities, readings of place names; data, read once.

Variants serve match keys only; a name is never rewritten by them. Where the data come from and under which
licence stands in data/NOTICE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Municipality:
    """A city, town, village or ward with the prefecture it lies in."""

    prefecture: str
    """Kanji, with its suffix: 東京都."""
    kanji: str
    """With county or city in front, as in a postal address: 高岡郡檮原町, 名古屋市守山区."""
    romaji: str
    """Words with their suffix: Nagoya Shi Moriyama Ku."""
    prefecture_romaji: str


def bag(*lines: str) -> frozenset[str]:
    """The words of some lines, as a set."""
    return frozenset(word for line in lines for word in line.split())


def _lines(name: str) -> list[str]:
    return (resources.files(__package__) / "data" / name).read_text(encoding="utf-8").splitlines()


@cache
def variant_kanji() -> Mapping[str, str]:
    """Variant character to the one that match keys use."""
    return {variant: line[0] for line in _lines("variant_kanji.txt") for variant in line[1:]}


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All of Japan's, in the order of the official codes."""
    found: list[Municipality] = []
    prefecture = prefecture_romaji = ""
    for line in _lines("municipalities.txt"):
        kanji, romaji = line.split("\t")
        if kanji.startswith("#"):
            prefecture, prefecture_romaji = kanji[1:], romaji
        else:
            found.append(Municipality(prefecture, kanji, romaji, prefecture_romaji))
    return tuple(found)


@cache
def place_readings() -> Mapping[str, tuple[str, ...]]:
    """Kanji to the readings in katakana that it has in place names, most frequent first."""
    return {line[0]: tuple(line[1:].split(",")) for line in _lines("place_readings.txt")}


@cache
def family_names() -> Mapping[str, str]:
    """Usual Japanese family names in kanji (variants folded) to their usual reading in katakana."""
    folded = str.maketrans(dict(variant_kanji()))
    return {kanji.translate(folded): kana for kanji, kana in (line.split("\t") for line in _lines("family_names.txt"))}


@cache
def given_names() -> frozenset[str]:
    """Usual given names of English-speaking countries, in small letters."""
    return frozenset(_lines("given_names.txt"))


@cache
def surnames() -> frozenset[str]:
    """Usual surnames of English-speaking countries, in small letters without apostrophes."""
    return frozenset(_lines("surnames.txt"))


@cache
def letter_sounds() -> tuple[re.Pattern[str], Mapping[int | None, frozenset[str]]]:
    """Groups of Latin letters, and the sounds that each has when a name is put into katakana.

    Each group is a group of the expression, its number the key of its sounds; the first that stands there counts. In
    the data V is a vowel and C another letter; a group with ^ and $ is a name that is not heard as it is spelt.
    """
    lines = [line.split("\t") for line in _lines("letter_sounds.txt")]
    groups = "|".join(f"({letters})" for letters, _ in lines).replace("V", "[aeiouy]").replace("C", "[^aeiouy]")
    return re.compile(groups), {
        at: frozenset(sounds.replace("-", "").split(" ")) for at, (_, sounds) in enumerate(lines, 1)
    }
