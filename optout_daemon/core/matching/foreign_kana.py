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
from optout_daemon.core.matching.western_name import WesternName

_RUN: Final = re.compile("[ァ-ヺー]{1,40}(?:[ ・=\\-]{1,2}[ァ-ヺー]{1,40}){0,5}")
_PART: Final = re.compile("[ァ-ヺー]+")
_CUTS: Final = 4
"""Places where the sentence may end in front of a name, or begin behind it."""
_MOST: Final = 60
"""Runs of kana that are looked at."""

Place = tuple[str, int, int]


def find(name: WesternName, kana: Sequence[str], latin: Sequence[str], passage: Passage) -> tuple[int, int] | None:
    """Range of `folded` where the name stands in kana by itself, or None; `latin` are its recorded words."""
    surnames = _surnames(name, latin)
    wholes = {kana_key("".join(order)) for order in (kana, kana[::-1])} if len(kana) > 1 else set()
    for run in islice(_RUN.finditer(passage.folded), _MOST):
        parts = [(part[0], run.start() + part.start(), run.start() + part.end()) for part in _PART.finditer(run[0])]
        for places in _trimmed(parts):
            words = [word for word, _, _ in places]
            if kana_key("".join(words)) in wholes or (1 < len(words) < 5 and _is_name(name, surnames, words)):
                return places[0][1], places[-1][2]
    return None


def _trimmed(parts: list[Place]) -> Iterator[list[Place]]:
    """A run of kana, also without what belongs to the sentence in front of it and behind it (ワタシハ, デス)."""
    first, start, _ = parts[0]
    begins = [0, *islice((at for at in range(len(first) - 1, 0, -1) if first.endswith(BEFORE_KANA, 0, at)), _CUTS)]
    last = parts[-1][0]
    ends = [len(last), *islice((at for at in range(1, len(last)) if last.startswith(AFTER_KANA, at)), _CUTS)]
    for begin in begins:
        for end in ends:
            if len(parts) == 1 and end <= begin:
                continue
            cut = list(parts)
            word, _, stop = cut[0]
            cut[0] = (word[begin:], start + begin, stop)
            word, place, _ = cut[-1]
            length = end - begin if len(parts) == 1 else end
            cut[-1] = (word[:length], place, place + length)
            yield cut


def _surnames(name: WesternName, latin: Sequence[str]) -> list[str]:
    """The words of the surname: clarke, jones."""
    starts = (at for at in range(len(latin)) if "".join(latin[at:]) == name.family)
    return list(latin[next(starts, len(latin)) :])


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
