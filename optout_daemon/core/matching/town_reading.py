"""Say whether a romanised town can be the town that stands in kanji.

By the readings that each character has in the place names of Japan. It is a check, not a transcription: it is asked
only where city and lot numbers are equal already.
"""

from __future__ import annotations

from typing import Final

from optout_daemon.core.matching import building
from optout_daemon.core.matching.kana import KANA, romaji_of_kana, without_length
from optout_daemon.core.matching.variants import place_readings

_SPELLED: Final = {"ケ": ("ケ", "ガ", "カ"), "ノ": ("ノ",)}
"""What the place form writes alike."""


def can_be_read(town: str, sound: str) -> bool:
    """Whether a town in place form can have this sound (kana.romaji_key), long vowels aside; linear in the sound."""
    sound = without_length(sound)
    ends = {0}
    for character in town:
        reached = set()
        for reading in _readings(character):
            key = without_length(romaji_of_kana(reading))
            for end in ends:
                # Two vowels that meet are one long vowel: 大岡 is Ooka, 高地 may be Kochi.
                merged = key[:1] in ("O", "U") and sound[end - 1 : end] == "O"
                for form in (key, key[1:]) if merged else (key,):
                    if sound.startswith(form, end):
                        reached.add(end + len(form))
        ends = reached
    return bool(town) and len(sound) in ends


def resembles(town: str, sound: str) -> bool:
    """Whether at least the first or the last character of the town can be read so; enough beside its postal code."""
    sound = without_length(sound)
    first = {without_length(romaji_of_kana(reading)) for reading in _readings(town[:1])}
    last = {without_length(romaji_of_kana(reading)) for reading in _readings(town[-1:])}
    return any(len(key) > 1 and sound.startswith(key) for key in first) or any(
        len(key) > 1 and sound.endswith(key) for key in last if town[-1:] not in "町村"
    )


def _readings(character: str) -> tuple[str, ...]:
    if character in _SPELLED:
        return _SPELLED[character]
    return (character,) if KANA.match(character) else place_readings().get(character, ())


def without_building(town: str) -> list[str]:
    """The town, and what is left of it if a building at its end (晴海オフィスタワーＺ) is not counted."""
    cuts = range(1, len(town) - 1)
    return [town] + [
        town[:cut] for cut in cuts if building.looks_like_one(town[cut:]) and not building.looks_like_one(town[:cut])
    ]
