"""Find the address of a record in kanji that is written all in kana: こうちけん かみし とさやまだちょう 1-3-20.

The area is compared by its own reading, the town by the readings that its kanji have in place names; the numbers must
be equal. Whoever cannot write kanji on a machine writes so, and old machines do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from optout_daemon.core.matching import lot
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.kana import romaji_of_kana, without_length
from optout_daemon.core.matching.place import ABSENT, Finding, Place
from optout_daemon.core.matching.town_reading import can_be_read, without_building
from optout_daemon.core.model import Agreement

_RUN: Final = re.compile("[ァ-ヺー]{4,80}(?=[0-9])")
_SUFFIXES: Final = {"市": ("SI",), "区": ("KU",), "町": ("TYO", "MATI"), "村": ("MURA", "SON")}


def find(place: Place, passage: Passage) -> Finding:
    """What the text says in kana of this address: it agrees, another lot or town in the city, or nothing."""
    differs = ABSENT
    if not place.area.romaji:
        return ABSENT
    for run in _RUN.finditer(passage.squeezed):
        read = lot.read(passage.folded, passage.unsqueezed(run.end()))
        if read is None:
            continue
        start, numbers = passage.unsqueezed(run.start()), read.numbers
        for town in _towns(place, without_length(romaji_of_kana(run[0]))):
            if len(numbers) == len(place.numbers) + 1 and str(numbers[-1]) == place.room:
                numbers = numbers[:-1]
            if numbers == place.numbers and any(can_be_read(name, town) for name in without_building(place.town)):
                return Finding(Agreement.AGREES, start, read.end)
            if differs is ABSENT:
                differs = Finding(Agreement.DIFFERS, start, read.end)
    return differs


def _towns(place: Place, sound: str) -> Iterator[str]:
    """What stands behind each naming of the city or ward, suffix included."""
    inner = without_length(place.area.romaji[-1])
    for suffix in _SUFFIXES[place.area.inner[-1]]:
        for named in re.finditer(inner + suffix, sound):
            yield sound[named.end() :]
