"""The words of a Japanese address in Latin letters: by sound, with the kind of area each is said to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.gazetteer import by_sound
from optout_daemon.core.matching.kana import romaji_key
from optout_daemon.core.matching.numbers import Group, is_number
from optout_daemon.core.matching.street_words import unpadded
from optout_daemon.core.matching.variants import bag

AREA_WORDS: Final = bag("ku ward shi city ken prefecture pref gun district")
_TOWN: Final = bag("cho machi mura son town village")
AZA_WORDS: Final = bag("aza oaza ooaza koaza")
_POINTS: Final = bag("minami kita higashi nishi naka kami shimo hon")
_HYPHENED: Final = bag("to fu son town village district go")
"""Words for an area only behind a hyphen: "Tokyo to Kobe" is no Tokyo-to."""
_ENDS: Final = AREA_WORDS | _TOWN | bag("to fu go chome ban banchi")
_JOINED: Final = ("ku", "shi")
_NAME: Final = 7
"""Words of a building in front of the numbers, the room included."""


@dataclass(frozen=True, slots=True)
class Name:
    """A word in a text, by sound, with the kind of area that the word behind it says it is."""

    sound: str
    kind: str
    index: int


def names(passage: Passage) -> list[Name]:
    """The words of a text without numbers and words for an area."""
    found: list[Name] = []
    behind = ""
    for index, (word, start, end) in enumerate(passage.tokens):
        is_kind, behind = bool(behind), area_word(passage, index)
        if is_kind or not word.isalpha():
            continue
        sound, kind = passage.sound(start, end).replace(":", ""), behind
        if not kind and word.endswith(_JOINED):  # Minatoku
            stem = passage.sound(start, end - len(_suffix(word))).replace(":", "")
            if any(area.inner.endswith(_suffixed(word)) for area in by_sound().get(stem, ())):
                sound, kind = stem, _suffix(word)
        found.append(Name(sound, kind, index))
    return found


def _suffix(word: str) -> str:
    return next(suffix for suffix in _JOINED if word.endswith(suffix))


def _suffixed(word: str) -> str:
    return {"ku": "区", "shi": "市"}[_suffix(word)]


def area_word(passage: Passage, index: int) -> str:
    """The word for an area that belongs to the word at `index`, or ""."""
    tokens = passage.tokens
    if index + 1 >= len(tokens) or not tokens[index].word.isalpha():
        return ""
    gap, word = passage.folded[tokens[index].end : tokens[index + 1].start], tokens[index + 1].word
    hyphened = gap == "-" and (word in _HYPHENED or word in AREA_WORDS or word in _TOWN)
    return word if hyphened or (gap == " " and (word in AREA_WORDS or word in _TOWN) and word not in _HYPHENED) else ""


def is_longer(passage: Passage, first: int, last: int) -> bool:
    """Whether the words are only a part of a longer town: Meieki in Meieki-Minami, or in Kita-Meieki."""
    tokens = passage.tokens
    for at, beside in ((last + 1, last), (first, first - 1)):
        other = at if at > last else beside
        if not (0 < at < len(tokens) and tokens[other].word.isalpha()) or tokens[other].word in AZA_WORDS:
            continue
        gap = passage.folded[tokens[at - 1].end : tokens[at].start]
        point = tokens[other].word in _POINTS and not area_word(passage, other)
        if (gap == "-" and tokens[other].word not in _ENDS) or (gap == " " and point):
            return True
    return False


def room_in_front(passage: Passage, group: Group) -> set[str]:
    """The room of a building that is named in front of the numbers: Bluff Heights 502, 74 Yamate-cho.

    Also 802 Juban-kan, 1-7-3 Azabu-Juban, and the room alone: 202, 4-21-8 Wakabayashi.
    """
    tokens, at = passage.tokens, group.first - 1
    while at > max(0, group.first - _NAME) and tokens[at].word.isalpha() and not area_word(passage, at):
        at -= 1
    if at >= 0 and is_number(tokens[at]) and passage.is_capital(tokens[at + 1].start):
        behind = passage.folded[tokens[at].end : tokens[at + 1].start]
        if behind == " " and "," in passage.folded[tokens[at + 1].end : tokens[group.first].start]:
            return {unpadded(tokens[at].word)} if not _hangs(passage, at) else set()
    at = group.first - 1
    if at >= 0 and is_number(tokens[at]) and not (at and tokens[at - 1].word.isalpha()):
        gap = passage.folded[tokens[at].end : tokens[group.first].start]
        return {unpadded(tokens[at].word)} if gap.strip() == "," and not _hangs(passage, at) else set()
    if at < 1 or not is_number(tokens[at]) or not tokens[at - 1].word.isalpha():
        return set()
    before = passage.folded[tokens[at - 1].end : tokens[at].start]
    gap = passage.folded[tokens[at].end : tokens[group.first].start]
    return {unpadded(tokens[at].word)} if before in (" ", "-") and gap.strip(" ") in (",", "\n", ",\n") else set()


def _hangs(passage: Passage, at: int) -> bool:
    """Whether the number at `at` is the end of more numbers: a postal code, a telephone."""
    return at > 0 and passage.folded[passage.tokens[at - 1].end : passage.tokens[at].start] in ("-", ".")


def town_word(words: list[Name]) -> str:
    """Waseda Tsurumaki-cho: the word for a town belongs to the town's own name."""
    return romaji_key(words[-1].kind) if words and words[-1].kind in _TOWN else ""
