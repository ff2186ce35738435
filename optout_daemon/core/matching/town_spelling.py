"""Follow the name of a town in a text over the ways in which one and the same town is spelt.

大字 and 字 come and go, so do ヶ, ッ and の between two kanji (市ヶ谷田町, 四ッ谷); the numbers that a town has in
itself are written in kanji or not, with or without 条, 通 and 地割; in Kyoto the crossing of two streets is in front.
Everything is in place form (gazetteer.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from optout_daemon.core.matching import lot
from optout_daemon.core.matching.kana import KANJI

AZA: Final = ("大字", "字")
_LINKS: Final = "ケツノ"
_NUMBER: Final = "[0-9]+|[〇一二三四五六七八九十百千]+"
_STREET_NUMBER: Final = re.compile(f"第?({_NUMBER})(?=条|線|地割|区|番[町丁]|号(?=[東西南北]))")
_JO: Final = re.compile("(?<=[0-9一二三四五六七八九十])条(?=[東西南北])")
_PLOT: Final = re.compile(f"(.+?)第?({_NUMBER})地割")
_TURN: Final = re.compile("[上下]ケ?ル|アケル|サケル|[東西南北]ヘ?(?:入ル?|イル)")
_STREETS: Final = re.compile(rf"[^\d、。,.:;()「」!?\-]{{2,18}}?(?:{_TURN.pattern})+")
_WAYS: Final = {"上": "上", "ア": "上", "下": "下", "サ": "下"}
_KYOTO: Final = "京都市"


def spellings(town: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The town with its own numbers in digits and in kanji, with and without 第, 条 and 通.

    With the numbers that go over to the lot in that spelling: 軽米第10地割18-1 is written 軽米10-18-1.
    """
    yield town, ()
    if not _STREET_NUMBER.search(town):
        return
    arabic = _STREET_NUMBER.sub(lambda m: str(lot.number(m[1])), town)
    in_kanji = _STREET_NUMBER.sub(lambda m: lot.in_kanji(int(m[1])) if len(m[1]) < 5 else m[1], arabic)
    forms = [arabic, in_kanji, *(re.sub(f"({_NUMBER})(?=地割)", r"第\1", form) for form in (arabic, in_kanji))]
    for form in dict.fromkeys(forms):
        yield form, ()
        yield _JO.sub("", form), ()
        yield form.removesuffix("通"), ()
    plot = _PLOT.fullmatch(town)
    if plot:
        yield plot[1], (lot.number(plot[2]),)


def behind(text: str, at: int, town: str) -> int:
    """Where the town ends that begins at `at`, 大字 and 字 in the text not counted; -1 where it is another."""
    before = ""
    for index, character in enumerate(town):
        for aza in AZA:
            if text.startswith(aza, at):
                at += len(aza)
        if not text.startswith(character, at):
            if character in _LINKS and _kanji(before, town[index + 1 :]):
                continue  # 阿佐谷 for 阿佐ヶ谷
            linked = text[at : at + 1] in _LINKS and text.startswith(character, at + 1)
            if not (linked and _kanji(before, character)):
                return -1
            at += 1
        at += 1
        before = character
    return at + 1 if text.startswith("字", at) else at


def _kanji(before: str, behind: str) -> bool:
    return KANJI.match(before) is not None and KANJI.match(behind) is not None


def in_kyoto(city: str, town: str) -> tuple[str, str]:
    """The crossing in front of a recorded town of Kyoto, and the town: 綾小路通室町西入, 善長寺町."""
    turns = list(_TURN.finditer(town)) if city == _KYOTO else []
    end = turns[-1].end() if turns else 0
    return (town[:end], town[end:]) if town[end:] else ("", town)


def street_end(text: str, at: int) -> int:
    """Where the crossing ends that stands at this place of a text; `at` where there is none."""
    end = at
    while end - at < 40 and (found := _STREETS.match(text, end)):
        end = found.end()
    return end


def same_streets(stated: str, recorded: str) -> bool:
    """Whether two crossings are one, whichever street comes first and with all turns; true where either is left out."""
    if not stated or not recorded:
        return True
    return _crossing(stated) == _crossing(recorded)


def _crossing(streets: str) -> tuple[list[str], list[str]]:
    ways = [turn[0][0] for turn in _TURN.finditer(streets)]
    names = _TURN.sub("", streets).replace("通リ", "").replace("通", "")
    return [_WAYS.get(way, way) for way in ways], sorted(names)
