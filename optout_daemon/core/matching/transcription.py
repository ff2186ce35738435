"""Say whether katakana can stand for a name in Latin letters: ジョシュア for Joshua, オコンネル for O'Connell.

Letter by letter, each with the sounds that it usually has in Japanese ears, groups of letters first
(data/letter_sounds.txt); vowels as strictly as consonants, as Dana and Donna are two people. A check and no
transcription: it is asked where number and address name the person already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from optout_daemon.core.matching.kana import romaji_of_kana
from optout_daemon.core.matching.variants import letter_sounds

_VOWELS: Final = "aeiouy"
_LONGEST: Final = 24
_LETTERS: Final = {
    "b": "b", "d": "d", "f": "f hu", "h": "h", "k": "k", "l": "r", "m": "m", "n": "n", "p": "p", "r": "r",
    "s": "s z", "t": "t", "v": "b", "w": "u", "z": "z s",
}  # fmt: skip
_EPENTHESIS: Final = {
    "t": "o", "d": "o", "k": "ui", "s": "u", "z": "u", "g": "u", "b": "u", "p": "u", "r": "u", "m": "u",
    "S": "ui", "Z": "ui", "T": "ui",
}  # fmt: skip
"""The vowels that Japanese adds to a consonant."""
_GLIDES: Final = str.maketrans({"s": "S", "z": "Z", "t": "T"})
_KANA: Final = {
    "ティ": "TI", "ディ": "DI", "トゥ": "TU", "ドゥ": "DU", "デュ": "DU", "テュ": "TYU", "ファ": "FA", "フィ": "FI",
    "フェ": "FE", "フォ": "FO", "ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ヴ": "ブ", "ツァ": "TUA",
    "シェ": "SYE", "ジェ": "ZYE", "チェ": "TYE", "ッ": "", "ウィ": "ウイ", "ウェ": "ウエ", "ウォ": "ウオ",
}  # fmt: skip
_PAIR: Final = re.compile("|".join(_KANA))
_LONG_E: Final = re.compile("([エケセテネヘメレゲゼデベペ]|E)ー")
_GLIDING: Final = re.compile("[szt]y")
_GLIDE: Final = re.compile("(?<=[bcdfghjkmnpr])y")


def _heard(folded: str) -> str:
    """Katakana by sound: long vowels dropped (but エー is エイ), v as b, シャ as Sa, チャ as Ta, ジャ as Za."""
    sound = _PAIR.sub(lambda found: _KANA[found[0]], folded)
    sound = _LONG_E.sub(r"\1イ", sound).replace("ー", "")
    sound = romaji_of_kana(sound).lower()
    sound = _GLIDING.sub(lambda found: found[0][0].translate(_GLIDES), sound)
    sound = _GLIDE.sub("", sound)
    return sound.replace("w", "u").replace("y", "i").replace(":", "u").replace("=", "o")


def can_stand_for(folded: str, word: str) -> bool:
    """Whether folded katakana can be the writing of a Latin name without accents; linear in both."""
    heard = _heard(folded)
    if (
        not 1 < len(heard) <= 2 * _LONGEST
        or len(word) > _LONGEST
        or not (word.isascii() and word.islower() and word.isalpha())
    ):
        return False
    ends = {0}
    for sounds in _groups(word):
        reached: set[int] = set()
        for end in ends:
            reached.update(end + len(sound) for sound in sounds if heard.startswith(sound, end))
        ends = reached
    return len(heard) in ends


def _groups(word: str) -> Iterator[tuple[str, ...]]:
    """For each letter or group of letters of a word the sounds that it can have."""
    at = 0
    while at < len(word):
        group = next((group for group in letter_sounds() if _fits(word, at, group[0], group[1])), None)
        if group:
            end, found = at + len(group[0]), group[2]
        else:
            end = (
                at + 1 + (word[at : at + 1] == word[at + 1 : at + 2] and word[at] not in _VOWELS)
            )  # a double letter is one
            found = tuple("" if sound == "-" else sound for sound in _single(word, at, end).split())
        yield tuple(dict.fromkeys(_with_vowel(found, word, end)))
        at = end


def _fits(word: str, at: int, letters: str, after: str) -> bool:
    if not word.startswith(letters, at):
        return False
    following = word[at + len(letters) : at + len(letters) + 1]
    kind = "$" if not following else "V" if following in _VOWELS else "C"
    return not after or kind in after or (following != "" and following in after)


def _with_vowel(sounds: tuple[str, ...], word: str, end: int) -> Iterator[str]:
    """The sounds, and where no vowel follows also with the vowel that Japanese adds to a consonant."""
    closed = end >= len(word) or word[end] not in _VOWELS or word[end:] in ("e", "es", "ed")
    for sound in sounds:
        yield sound
        if closed and sound and sound[-1] in _EPENTHESIS:
            for vowel in _EPENTHESIS[sound[-1]]:
                yield sound + vowel


def _single(word: str, at: int, end: int) -> str:
    letter, after = word[at], word[end : end + 1]
    soft = after != "" and after in "eiy"
    is_open = after == "" or after in _VOWELS or (word[end + 1 : end + 2] in _VOWELS and len(word) > end + 1)
    if word.startswith(("ch", "th", "ph", "sh"), end):
        is_open = True
    last = at == len(word) - 1
    match letter:
        case "c":
            return "s" if soft else "k"
        case "g":
            return "Z zi z g" if soft else "g"
        case "j":
            return "Z zi z i" if after not in ("o", "u") or at else "Z zi z h i"
        case "q":
            return "k"
        case "a" if word[end + 1 :] == "e" and after not in _VOWELS and word[at - 1 : at] not in (*_VOWELS,):
            return "ei"  # Jane
        case "a":
            return "a ei" if is_open and not last else "a"
        case "e":
            return "- e" if last else "e i ei" if is_open else "e i" if at == 0 else "e -" if after in "rn" else "e"
        case "i":
            return "i ai" if is_open else "i"
        case "o":
            return "o ou" if is_open else "o"
        case "u":
            return "u iu a" if is_open else "a u"
        case "h" if at:
            return "- h"
        case "m" if after in ("b", "p"):
            return "m n"
        case "y":
            return "i ai aii" if at else "i -"
        case _:
            return (
                "- h" if letter == "h" and at else "m n" if letter == "m" and after in ("b", "p") else _LETTERS[letter]
            )
