"""Say whether a name as written is the name on record (policy, section 4).

A Japanese name agrees in its kanji (variants folded), in kana or romaji by the record's own kana and romaji, in a
mixture (family name in kanji, given name in kana), in either order, with or without spaces and honorifics. Another
given or family name never does; a family name alone is PARTIAL, which is no agreement. Names in Latin letters are
western_name.py's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final

from optout_daemon.core.matching import foreign_kana, romaji_name
from optout_daemon.core.matching.eastern_name import FAMILIES
from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.kana import (
    PLAIN_KANA,
    kana_key,
    romaji_key,
    romaji_of_kana,
    sounds_like,
)
from optout_daemon.core.matching.name_orders import Writing, writings
from optout_daemon.core.matching.script_name import SCRIPT, ScriptName
from optout_daemon.core.matching.variants import bag, family_names
from optout_daemon.core.matching.western_name import SUFFIXES, TITLES, WesternName
from optout_daemon.core.model import Customer

HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_AFTER_HANGUL: Final = ("입니다", "이라고", "이에요", "님", "씨")

_HONORIFIC: Final = re.compile(
    "(?:様|サマ|サン|殿|氏|君|先生|拝|本人)?(?:ト申シマス|トモウシマス|トイイマス|ト言イマス|デゴザイマス|デス)?$"
)
_TITLE_BEHIND: Final = re.compile(r"(?:様|サマ|サン|殿|氏|先生)\s*$")
_REMARK: Final = re.compile(r"印|拝|記|男性?|女性?|本人|[0-9]{1,3}\s*[歳才]|[0-9]+")
"""What may stand beside a name in its field."""
_REMARKS: Final = bag("customer number no id account member cust ref age years old male female dob san sama and the")
_BRACKETS: Final = re.compile(r"[(\[{<「『【〈《]([^()\[\]{}<>「」『』【】〈〉《》]{0,80})[)\]}>」』】〉》]")

_LEGAL_FORM: Final = re.compile(r"\((株|有|合|資)\)")
_LEGAL_FORMS: Final = {"株": "株式会社", "有": "有限会社", "合": "合同会社", "資": "合資会社"}


class Likeness(Enum):
    """How a name as written stands to the one on record."""

    FULL = "full"
    PARTIAL = "partial"
    OTHER = "other"
    EMPTY = "empty"


def bare(folded: str) -> str:
    """A folded name without spaces, honorific and copula."""
    return _HONORIFIC.sub("", "".join(folded.replace("・", " ").split()))


def _in_full(name: str) -> str:
    """A folded name with the legal form of a company in full: ㈱ and (株) are 株式会社."""
    return _LEGAL_FORM.sub(lambda found: _LEGAL_FORMS[found[1]], name)


@dataclass(frozen=True)
class PersonName:
    """The name of one record, prepared for comparing; made anew for each mail."""

    customer: Customer

    @cached_property
    def _units(self) -> list[str]:
        return _in_full(fold(self.customer.name)).replace("・", " ").split()

    @cached_property
    def kanji(self) -> str:
        """The name in the script of the record, squeezed, or "" where that is Latin."""
        whole = "".join(self._units)
        return whole if SCRIPT.search(whole) else ""

    @cached_property
    def kana(self) -> tuple[str, ...]:
        """Family and given name in folded kana with small kana as large, in the order of the record."""
        return tuple(fold(self.customer.name_kana).replace("・", " ").translate(PLAIN_KANA).split())

    @cached_property
    def romaji(self) -> tuple[tuple[tuple[str, ...], bool], ...]:
        """Spellings by sound as parts, and whether the length of their vowels is known."""
        kana = tuple(romaji_of_kana(part) for part in fold(self.customer.name_kana).replace("・", " ").split())
        latin = self.customer.name_romaji if self.kanji else ""
        written = tuple(key for part in latin.replace(",", " ").split() if (key := romaji_key(part)))
        found = [(kana, True)] if len(kana) > 1 else []
        if len(written) > 1:
            found.append((written, len(kana) > 1))
        return tuple(found)

    @cached_property
    def western(self) -> WesternName | None:
        return None if self.kanji else WesternName.of(self.customer.name) or WesternName.of(self.customer.name_romaji)

    def find(self, passage: Passage) -> tuple[int, int] | None:
        """Range of the passage's `folded` where the name is stated in full, or None."""
        if not self.kanji:
            return self._find_foreign(passage)
        hit = ScriptName(self.kanji, self._units, self.kana, self.customer.address).find(passage)
        if hit is not None:
            return passage.unsqueezed(hit[0]), passage.unsqueezed(hit[1] - 1) + 1
        eastern = bool(FAMILIES & set(self.customer.name_romaji.lower().split()))
        return romaji_name.find(self.romaji, passage, eastern=eastern)

    @cached_property
    def _writings(self) -> tuple[Writing, ...]:
        return writings(self.customer.name) or writings(self.customer.name_romaji)

    def _find_foreign(self, passage: Passage) -> tuple[int, int] | None:
        """A name in Latin letters (in any of its orders) or in Hangul, which stands there so or in kana."""
        hits = [hit for writing in self._writings if (hit := writing.find(passage)) is not None]
        if hits:
            return max(hits, key=lambda hit: hit[1] - hit[0])
        whole = "".join(self._units)
        at = passage.squeezed.find(whole) if HANGUL.search(whole) else -1
        if at >= 0 and (passage.broken_before(at) or not HANGUL.match(passage.squeezed, at - 1)):
            end = at + len(whole)
            alone = passage.broken_before(end) or not HANGUL.match(passage.squeezed, end)
            if alone or passage.squeezed.startswith(_AFTER_HANGUL, end):
                return passage.unsqueezed(at), passage.unsqueezed(end - 1) + 1
        words = [token.word for token in Passage(self.customer.name).tokens]
        return foreign_kana.find(self.western, self.kana, words, passage) if self.western else None

    def likeness(self, value: str) -> Likeness:
        """How a value that is given as a name stands to the record; a reading in brackets behind it is fine."""
        folded = _in_full(fold(value))
        inner, outer = [], folded
        for _ in range(2):  # a remark may quote a character: 浜田 明美(戸籍は旧字の「濱」です)
            inner += [found[1] for found in _BRACKETS.finditer(outer)]
            outer = _BRACKETS.sub(" ", outer)
        parts = [part for part in re.split("[/|]", outer) if part.strip()] + inner
        found = [self._likeness(part) for part in parts] or [Likeness.EMPTY]
        first = parts[0] if parts else ""
        one_word = first.isascii() and len(first.split()) == 1
        if Likeness.FULL in found and (found[0] in (Likeness.PARTIAL, Likeness.EMPTY) or one_word):
            return Likeness.FULL  # "Bob (Robert Williams)"
        if inner and self.western is not None and Likeness.FULL is self._likeness(folded):
            return Likeness.FULL  # "Pennington, H. (Harold)"
        return found[0]

    def _likeness(self, part: str) -> Likeness:
        rest, found = _TITLE_BEHIND.sub("", part), False
        for _ in range(3):  # kanji, kana and romaji may stand beside each other
            passage = Passage(rest)
            hit = self.find(passage)
            if hit is None:
                break
            found, rest = True, passage.folded[: hit[0]] + "\n" + passage.folded[hit[1] :]
        if found:
            rest = _REMARK.sub(" ", rest)
        words = [token.word for token in Passage(rest).tokens]
        ignored = all(word in TITLES or word in SUFFIXES or (found and word in _REMARKS) for word in words)
        script = bare("".join(SCRIPT.findall(rest)))
        if ignored and not script:
            if found:
                return Likeness.FULL
            return Likeness.OTHER if HANGUL.search(rest) else Likeness.EMPTY
        if found:
            return Likeness.OTHER
        if self.kanji and self._is_whole(part):
            return Likeness.FULL
        return Likeness.PARTIAL if self._is_part(bare(part), words) else Likeness.OTHER

    def _is_whole(self, part: str) -> bool:
        """Spellings that are only accepted where nothing else stands: reversed kanji, lengthened kana."""
        core = bare(part)
        units = part.split()
        if len(units) == 2 and bare(units[1]) + units[0] == self.kanji:
            return True
        keys = {kana_key("".join(order)) for order in (self.kana, self.kana[::-1])} if len(self.kana) > 1 else set()
        return kana_key(core) in keys

    def _is_part(self, core: str, words: list[str]) -> bool:
        if self.western is not None:
            return self.western.is_part(words)
        if core and core in self._kanji_parts():
            return True
        if core.translate(PLAIN_KANA) in self.kana:
            return True
        keys = [
            romaji_key(word) for word in words if len(word) > 1 and word not in TITLES and word not in ("san", "sama")
        ]
        return (
            bool(keys)
            and not SCRIPT.search(core)
            and any(
                all(any(sounds_like(key, p, known_length=known) for p in parts) for key in keys)
                for parts, known in self.romaji
            )
        )

    def _kanji_parts(self) -> list[str]:
        """Family and given name in the script of the record; by the usual family names where it has no space."""
        if len(self._units) > 1:
            return self._units
        cuts = [cut for cut in range(1, len(self.kanji)) if self.kanji[:cut] in family_names()] or [
            len(self.kanji) // 2
        ]
        return [self.kanji[: max(cuts)], self.kanji[max(cuts) :]]

    @property
    def halves(self) -> tuple[str, str]:
        """Family and given name, squeezed, in the script of the record."""
        if self.western is not None:
            return self.western.family, self.western.given
        parts = self._kanji_parts() if self.kanji else ["", ""]
        return parts[0], "".join(parts[1:])
