"""Find in kana a name that is on record in Latin letters: マイケル・オコンネル for Michael O'Connell.

By the record's own kana where it has them, else by the sounds that the letters can have (transcription.py). Given name
and surname must both stand there, in either order; between them a middle name of the record may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from optout_daemon.core.matching.boundary import AFTER_KANA, BEFORE_KANA
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.kana import kana_key
from optout_daemon.core.matching.transcription import can_stand_for
from optout_daemon.core.matching.variants import bag
from optout_daemon.core.matching.western_name import WesternName

_RUN: Final = re.compile("[ァ-ヺー]{1,40}(?:[ ・=\\-]{1,2}[ァ-ヺー]{1,40}){0,5}")
_PART: Final = re.compile("[ァ-ヺー]+")
_FRONT: Final = bag("ナマエ ナマエハ シメイ シメイハ ワタシ ワタシハ ワタクシハ ワタシノナマエハ")
_BEHIND: Final = bag("デス デゴザイマス ト トモウシマス トイイマス サマ ヨリ ノ ハ")
"""Words of the sentence, set apart from the name by a blank."""
_CUTS: Final = 4
"""Places where the sentence may end in front of a name, or begin behind it."""
_MOST: Final = 60
"""Runs of kana that are looked at."""

Place = tuple[str, int]
"""A word of kana, and where it begins."""


def find(name: WesternName, kana: Sequence[str], latin: Sequence[str], passage: Passage) -> tuple[int, int] | None:
    """Range of `folded` where the name stands in kana by itself, or None; `latin` are its recorded words."""
    surnames = _surnames(name, latin)
    wholes = {kana_key("".join(order)) for order in (kana, kana[::-1])} if len(kana) > 1 else set()
    for run in islice(_RUN.finditer(passage.folded), _MOST):
        parts = [(part[0], run.start() + part.start()) for part in _PART.finditer(run[0])]
        if parts[0][0] in _FRONT:
            del parts[0]
        if parts and parts[-1][0] in _BEHIND:
            del parts[-1]
        for places in _trimmed(parts):
            words = [word for word, _ in places]
            if kana_key("".join(words)) in wholes or _is_name(name, surnames, words):
                last, at = places[-1]
                return places[0][1], at + len(last)
    return None


def _trimmed(parts: list[Place]) -> Iterator[list[Place]]:
    """A run of kana, also without what belongs to the sentence in front of it and behind it (ワタシハ, デス)."""
    if not parts:
        return
    (first, start), (last, at_last) = parts[0], parts[-1]
    begins = [0, *islice((at for at in range(len(first) - 1, 0, -1) if first.endswith(BEFORE_KANA, 0, at)), _CUTS)]
    ends = [len(last), *islice((at for at in range(1, len(last)) if last.startswith(AFTER_KANA, at)), _CUTS)]
    for begin in begins:
        for end in ends:
            cut = list(parts)
            cut[-1] = last[:end], at_last
            cut[0] = cut[0][0][begin:], start + begin
            yield cut


def _surnames(name: WesternName, latin: Sequence[str]) -> list[str]:
    """The words of the surname: clarke, jones."""
    tails = (list(latin[at:]) for at in range(len(latin)))
    return next((tail for tail in tails if "".join(tail) == name.family), [])


def _is_name(name: WesternName, surnames: list[str], words: list[str]) -> bool:
    """Whether these words are given name, perhaps middle names, and surname, of one part or of two."""
    for order in (words, [*words[1:], words[0]]):
        if not can_stand_for(order[0], name.given):
            continue
        for first in range(1, len(order)):
            middles = order[1:first]
            known = all(any(can_stand_for(word, middle) for middle in name.middles) for word in middles)
            last = order[first:]
            each = len(last) == len(surnames) and all(map(can_stand_for, last, surnames))
            if known and (each or can_stand_for("".join(last), name.family)):
                return True
    return False
