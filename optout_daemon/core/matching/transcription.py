"""Say whether katakana can stand for a name in Latin letters: ジョシュア for Joshua, オコンネル for O'Connell.

Each letter, or group of letters, has the sounds that it usually has in Japanese ears (data/letter_sounds.txt), and each
kana one; vowels count as strictly as consonants, as Dana and Donna are two people. A check and no transcription: it is
asked where number and address name the person already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from optout_daemon.core.matching.variants import letter_sounds

_WORD: Final = re.compile("[a-z]{1,24}")
_ADDED: Final = {
    "t": "o", "d": "o", "k": "ui", "s": "u", "z": "u", "g": "u", "b": "u", "p": "u", "r": "u", "m": "u",
    "S": "ui", "Z": "ui", "T": "ui",
}  # fmt: skip
"""The vowels that Japanese adds to a consonant with none behind it."""
_CLOSED: Final = re.compile("$|[^aeiouy]|e[sd]?$")
"""What stands behind such a consonant."""

_SOUNDS: Final = {
    kana: consonant + vowel
    for consonant, row in (
        ("", "ア イ ウ エ オ"),
        ("k", "カ キ ク ケ コ"), ("k", "キャ - キュ - キョ"), ("ku", "クァ クィ - クェ クォ"),
        ("g", "ガ ギ グ ゲ ゴ"), ("g", "ギャ - ギュ - ギョ"), ("gu", "グァ"),
        ("s", "サ シ ス セ ソ"), ("S", "シャ - シュ シェ ショ"),
        ("z", "ザ ジ ズ ゼ ゾ"), ("z", "- ヂ ヅ"), ("Z", "ジャ - ジュ ジェ ジョ"),
        ("t", "タ チ ツ テ ト"), ("t", "- ティ トゥ"), ("T", "チャ - チュ チェ チョ"), ("T", "- - テュ"),
        ("tu", "ツァ ツィ - ツェ ツォ"),
        ("d", "ダ - - デ ド"), ("d", "- ディ ドゥ"), ("d", "- - デュ"),
        ("n", "ナ ニ ヌ ネ ノ"), ("n", "ニャ - ニュ - ニョ"), ("ni", "- - - ニェ"),
        ("h", "ハ ヒ フ ヘ ホ"), ("h", "ヒャ - ヒュ - ヒョ"), ("f", "ファ フィ - フェ フォ"),
        ("b", "バ ビ ブ ベ ボ"), ("b", "ビャ - ビュ - ビョ"), ("b", "ヴァ ヴィ ヴ ヴェ ヴォ"),
        ("p", "パ ピ プ ペ ポ"), ("p", "ピャ - ピュ - ピョ"),
        ("m", "マ ミ ム メ モ"), ("m", "ミャ - ミュ - ミョ"),
        ("r", "ラ リ ル レ ロ"), ("r", "リャ - リュ - リョ"),
        ("i", "ヤ - ユ イェ ヨ"), ("u", "ワ ウィ - ウェ ウォ"),
    )
    for vowel, kana in zip("aiueo", row.split(), strict=False)
    if kana != "-"
} | {"ン": "n", "ッ": "", "ヲ": "o"}  # fmt: skip
"""Kana by sound: v is b, シャ is Sa, チャ is Ta, ジャ is Za, キャ is ka, ヤ is ia, ワ is ua."""
_KANA: Final = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))


def can_stand_for(folded: str, word: str) -> bool:
    """Whether folded katakana can be the writing of a Latin name in small letters without accents; linear in both."""
    heard = _heard(folded)
    if len(heard) < 2 or not _WORD.fullmatch(word):
        return False
    ends = {0}
    for sounds in _groups(word):
        ends = {end + len(sound) for end in ends for sound in sounds if heard.startswith(sound, end)}
    return len(heard) in ends


def _heard(folded: str) -> str:
    """Katakana by sound; long vowels are short, but エー is エイ."""
    sound = _KANA.sub(lambda found: _SOUNDS[found[0]], folded)
    return sound.replace("eー", "ei").replace("ー", "")


def _groups(word: str) -> Iterator[frozenset[str]]:
    """For each letter or group of letters of a word the sounds that it can have."""
    letters, sounds = letter_sounds()
    for group in letters.finditer(word):
        found = sounds[group.lastindex]
        yield found | _with_vowel(found) if _CLOSED.match(word, group.end()) else found


def _with_vowel(sounds: Iterable[str]) -> set[str]:
    """The sounds that end in a consonant, with each vowel that Japanese adds to it."""
    return {sound + vowel for sound in sounds for vowel in _ADDED.get(sound[-1:], ())}
