"""See that a text states somebody's name, where it is not the name on record.

A guess on the safe side: what is found makes a mail wait for a person and never makes one agree. Names are looked for
where people put them (behind "I am", in front of です, alone on a line or between commas) and are taken for one only
where family or given name is a usual one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, pairwise
from typing import Final

from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.kana import KANA, KANJI, romaji_of_kana
from optout_daemon.core.matching.name import Likeness, PersonName
from optout_daemon.core.matching.street_words import STREET_WORDS
from optout_daemon.core.matching.variants import bag, family_names, given_names, surnames
from optout_daemon.core.matching.western_name import SUFFIXES, TITLES

_INTRODUCED: Final = re.compile("ト\\s?(?:申|モウ)シ|トイイマ|ト言イマ|デゴザイマ|デス|ダッ?ス")
_COPULA: Final = re.compile("(?:様|サマ|サン)?(?:デス|デゴザイマス|ダッ?ス)?$")
_ENGLISH: Final = re.compile(r"\b(?:my name is|i am|i'm|it's|this is|name's)\s+")
_INITIAL: Final = re.compile(r"\b([a-z])\.")
_CHUNK: Final = re.compile(r"[^\n、,。.;:|/()「」【】『』<>*\t!?#\[\]=]+")
_GIVEN: Final = frozenset(
    "子美恵香奈菜里理佳加代世江枝絵依衣央緒織音華花海希季紀貴規喜樹輝記起基己生月結夢愛咲彩紗沙早良実三光"
    "弘博浩広洋宏裕祐雄夫男郎朗治司史志士嗣二次一市太大多汰哉也矢弥哲徹亮涼諒凌遼翔昇章彰明晃昭秀英栄誠成"
    "政正雅真信伸慎新進学聡智知友朋和平兵介助輔佑之行幸敏俊駿隼淳純順潤健賢謙建剣康泰安靖保武猛毅豪剛強勇"
    "拓卓巧匠充満稔穣豊隆孝高崇敬啓慶圭桂敦篤直仁義久尚均清静節初七五六四九弓歩人彦重蔵造作勝茂繁滋鉄虎竜"
    "鶴亀松竹菊雪波渚峰岳心絢文厚翼陽葉遥悠優由有修周州春晴夏冬千万百舞麻摩礼零玲怜鈴蘭蓮凛梨李莉杏桃椿楓"
    "颯空蒼碧葵茜幹綾京吾悟護守徳典則範憲寛登"
)
"""Characters that given names are made of; a word such as 配信停止 has others."""
_NOT_NAMES: Final = bag(
    "dear customer desk sir madam kind best regards thanks thank you yours sincerely faithfully truly cheers",
    "hello hi team please stop unsubscribe number name address inquiry account the my your our no not all and",
    "or of to for from with in on at is am are new north south east west port lake road street",
)
_LEADING: Final = bag(
    "hi hello it its i im am my name is this me from regards thanks cheers sincerely yours best faithfully",
    "truly kind warm and",
)
_ROMAJI: Final = re.compile(
    "(?:(?:[bcdfghjkmnprstwyz]|[kgnhbpmr]y|sh|ch|ts|tt|kk|pp|ss|tch)?[aeiou](?:h(?![aeiouy]))?|n(?![aeiouy])|m(?=[bmp]))+"
)
"""Unambiguous at every letter, so that no word is tried twice."""
_LINES: Final = 400


@cache
def _family_sounds() -> frozenset[str]:
    return frozenset(romaji_of_kana(kana).replace(":", "") for kana in family_names().values())


@cache
def _family_kana() -> frozenset[str]:
    return frozenset(family_names().values())


def other_name(passage: Passage, person: PersonName | None) -> tuple[int, int] | None:
    """Range of `folded` of a full name that is stated and is neither this person's nor a part of it."""
    for start, end in chain(all_names(passage), _of_the_family(passage, person)):
        if person is None or person.likeness(passage.folded[start:end]) is Likeness.OTHER:
            return start, end
    return None


def _of_the_family(passage: Passage, person: PersonName | None) -> Iterator[tuple[int, int]]:
    """Words that hold half of the record's own name: another given name, or another family name."""
    if person is None:
        return
    family, given = person.halves
    for number, chunk in enumerate(_CHUNK.finditer(_INITIAL.sub(r"\1 ", passage.folded))):
        if number > _LINES or len(chunk[0]) > 80:
            continue
        if person.western is None:
            for word in re.finditer(r"\S+", _COPULA.sub("", chunk[0])):
                text = word[0].rpartition("ノ")[2]
                start = chunk.start() + word.end() - len(text)
                behind, before = text.removeprefix(family), text.removesuffix(given)
                same_family = text.startswith(family) and _is_given(behind) and not KANA.fullmatch(behind)
                same_given = text.endswith(given) and 1 <= len(before) <= 3 and KANJI.match(before[-1:])
                if same_family or (same_given and len(given) > 1):
                    yield start, start + len(text)
        else:
            tokens = [token for token in passage.tokens_between(chunk.start(), chunk.end()) if token.word.isalpha()]
            for left, token in pairwise(tokens):  # whoever writes no capitals: mike castellano
                beside = token.word == family and passage.folded[left.end : token.start] == " "
                if beside and left.word in given_names() and not passage.is_capital(left.start):
                    yield left.start, token.end
            while tokens and (tokens[0].word in _LEADING or tokens[0].word in TITLES):
                del tokens[0]
            capital = len(tokens) in (2, 3) and all(passage.is_capital(token.start) for token in tokens)
            halves = (tokens[0].word == given) != (tokens[-1].word == family) if capital else False
            if halves and not any(token.word in _NOT_NAMES or token.word in STREET_WORDS for token in tokens):
                yield tokens[0].start, tokens[-1].end


def can_be_a_name(value: str) -> bool:
    """Whether what was read as a name in prose can be a whole one: two words, or kanji beyond a family name."""
    core = _COPULA.sub("", fold(value).strip())
    if " " in core:
        return True
    return len(core) > 2 and KANJI.match(core) is not None and core not in family_names()


def all_names(passage: Passage) -> Iterator[tuple[int, int]]:
    """Ranges of `folded` that are taken for somebody's full name; lazily, and linear in the text."""
    text = passage.folded
    for found in _INTRODUCED.finditer(text):
        yield from _before(text, found.start(), found[0].endswith(("デス", "ダス", "ダッス")))
    for found in _ENGLISH.finditer(text):
        yield from _after(passage, found.end())
    for number, chunk in enumerate(_CHUNK.finditer(_INITIAL.sub(r"\1 ", text))):
        if number > _LINES:
            return
        if len(chunk[0]) <= 80:
            yield from _japanese_chunk(chunk[0], chunk.start())
            yield from _latin_chunk(passage, chunk.start(), chunk.end())


def _before(text: str, at: int, only_copula: bool) -> Iterator[tuple[int, int]]:
    """The name that ends here, the longest first; behind a mere copula strictly."""
    for length in range(min(9, at), 1, -1):
        start = at - length
        name = text[start:at]
        if start and KANJI.match(text[start - 1]) and KANJI.match(name[0]):
            continue
        rare = not only_copula and len(name) > 2 and all(map(KANJI.match, name)) and name not in family_names()
        if is_japanese_name(name, strict=only_copula) or rare:
            yield start, at
            return


def _after(passage: Passage, start: int) -> Iterator[tuple[int, int]]:
    """The capitalised words behind "I am" and the like, at most four on the way."""
    tokens = [token for token in passage.tokens_between(start, start + 60) if token.word.isalpha()]
    end = start
    for token in tokens[:5]:
        if not _SPACED.fullmatch(passage.folded, end, token.start) or not passage.is_capital(token.start):
            break
        end = token.end
    yield from _latin_chunk(passage, start, end)


_SPACED: Final = re.compile(r"[ .\-]{0,2}\n?")


def _japanese_chunk(chunk: str, at: int) -> Iterator[tuple[int, int]]:
    words = [(m.start() + at, m.end() + at, _COPULA.sub("", m[0])) for m in re.finditer(r"\S+", chunk)]
    for index, (start, _, word) in enumerate(words):
        _, particle, name = word.rpartition("ノ")  # 大野6-35-17の井上花子（…）
        if particle and is_japanese_name(name, strict=True):
            yield start + len(word) - len(name), start + len(word)
        if index + 1 < len(words):
            behind = words[index + 1]
            if (word in family_names() and is_japanese_name(f"{word} {behind[2]}")) or (
                word in _family_kana() and KANA.fullmatch(behind[2]) and 2 <= len(behind[2]) <= 5
            ):
                yield start, behind[1]
        if is_japanese_name(word, strict=True):
            yield start, start + len(word)


def is_japanese_name(text: str, *, strict: bool = False) -> bool:
    """Whether a folded text is a usual family name and what can be a given name, with or without a blank between.

    Strict: without a blank, a family name of one character needs a given name of two (関東, 原因 are words).
    """
    family, blank, given = text.partition(" ")
    if blank:
        return family in family_names() and _is_given(given)
    for length in (3, 2, 1):
        family, given = text[:length], text[length:]
        if family in family_names() and _is_given(given) and not (strict and length == 1 and len(given) < 2):
            return True
    return False


def _is_given(text: str) -> bool:
    if not 1 <= len(text) <= 4:
        return False
    kana = KANA.fullmatch(text) is not None
    return (kana and len(text) > 1) or (all(letter in _GIVEN or KANA.match(letter) for letter in text) and not kana)


def _latin_chunk(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
    tokens = [token for token in passage.tokens_between(start, end) if token.word.isalpha()]
    titled = False
    while tokens and (tokens[0].word in _LEADING or tokens[0].word in TITLES):
        titled = tokens.pop(0).word in TITLES
    while tokens and (tokens[-1].word in SUFFIXES or tokens[-1].word == "here"):
        del tokens[-1]
    if not 2 <= len(tokens) <= 4:
        return
    first, last = tokens[0].word, tokens[-1].word
    if any(token.word in _NOT_NAMES for token in tokens) or len(last) < 2:
        return
    if not all(passage.is_capital(token.start) for token in tokens):
        return
    usual = titled or (last not in STREET_WORDS and (first in given_names() or last in surnames()))
    usual = usual or (first in surnames() and last in given_names())
    if not usual and len(tokens) == 2 and _ROMAJI.fullmatch(first) and _ROMAJI.fullmatch(last):
        sounds = {passage.sound(token.start, token.end).replace(":", "") for token in tokens}
        in_place = passage.folded.startswith(("-ku", "-shi", "-ch"), tokens[1].end)
        usual = bool(sounds & _family_sounds()) and not in_place
    if usual:
        yield tokens[0].start, tokens[-1].end
