"""A name on record in Japanese script: its spellings in kanji and kana, and where one of them stands in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from optout_daemon.core.matching.boundary import stands_alone_after, stands_alone_before
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.gazetteer import as_place, locate, place_form
from optout_daemon.core.matching.kana import KANA, KANJI, plain_kana

SCRIPT: Final = re.compile(f"{KANJI.pattern}|{KANA.pattern}")
_DOUBLED: Final = re.compile("(.)々")
_HITS: Final = 50
"""Places of one spelling that are looked at; a text that repeats a name more often says nothing new."""


@dataclass(frozen=True)
class ScriptName:
    """One such name, prepared for comparing."""

    kanji: str
    """Folded and squeezed."""
    units: Sequence[str]
    """As the spaces of the record part it."""
    kana: tuple[str, ...]
    """Family and given name, folded, with small kana as large."""
    address: str
    """The record's address, which may follow a name without a gap."""

    def find(self, passage: Passage) -> tuple[int, int] | None:
        """Range of the passage's `squeezed` where the name is stated in full, or None."""
        text = passage.squeezed
        if not SCRIPT.search(text):
            return None
        plain = _doubled(plain_kana(text))
        for spelling in self._spellings():
            spelling = _doubled(plain_kana(spelling))
            at = -1
            for _ in range(_HITS):
                at = plain.find(spelling, at + 1)
                if at < 0:
                    break
                end = at + len(spelling)
                if stands_alone_before(passage, at) and (
                    stands_alone_after(passage, end) or self._at_border(text, end)
                ):
                    return at, end
        return self._find_with_readings(passage, plain) if "(" in plain else None

    def _spellings(self) -> Iterator[str]:
        """Spellings in Japanese script: kanji in both orders, kanji and kana mixed, kana in both orders."""
        yield self.kanji
        units, kana = self.units, self.kana
        if len(units) == 2:
            yield units[1] + units[0]
        if len(kana) == 2:
            cuts = [len(units[0])] if len(units) == 2 else range(1, len(self.kanji))
            for cut in cuts:
                yield self.kanji[:cut] + kana[1]
            for cut in cuts:
                yield kana[0] + self.kanji[cut:]
        if len(kana) > 1:
            yield "".join(kana)
            yield "".join(kana[::-1])

    @cached_property
    def _borders(self) -> tuple[str, ...]:
        """How the record's own address begins, prefecture, city or ward: nothing of a name, right behind one."""
        area = locate(place_form(self.address))[0]
        return tuple(part for part in (area.prefecture, area.county, area.city, area.ward) if part)

    def _at_border(self, text: str, end: int) -> bool:
        """Whether the record's own address follows without a gap: 原聡相模原市南区古淵3-28-1."""
        return bool(self._borders) and as_place(text[end : end + 12]).startswith(self._borders)

    def _find_with_readings(self, passage: Passage, plain: str) -> tuple[int, int] | None:
        """The name with its reading in brackets in the middle: 東海林(しょうじ)正."""
        if len(self.kana) != 2:
            return None
        family, given = map(re.escape, self.kana)
        for cut in range(1, len(self.kanji)):
            first, last = map(_doubled, (self.kanji[:cut], self.kanji[cut:]))
            found = re.search(f"{re.escape(first)}\\({family}\\)(?:{re.escape(last)}(?:\\({given}\\))?|{given})", plain)
            if found and stands_alone_before(passage, found.start()) and stands_alone_after(passage, found.end()):
                return found.start(), found.end()
        return None


def _doubled(text: str) -> str:
    """佐佐木 for 佐々木; length stays."""
    return _DOUBLED.sub(r"\1\1", text) if "々" in text else text
