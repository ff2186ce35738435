"""The normal form of a postal address: one text for the ways in which the same place is written.

An address in Japanese script with a known city becomes prefecture, county, city, ward, town, lot numbers, and the room
or, where there is none, the building, divided by blanks: full width or half, 丁目番号 or hyphens, old or new kanji,
with or without prefecture and postal code. Any other is its words in lower case, divided by blanks. Two keys that
differ may still be one place (a building left out, a Latin transcription).
"""

from __future__ import annotations

import re
from typing import Final

from optout_daemon.core.matching.folding import fold
from optout_daemon.core.matching.kana import KANJI
from optout_daemon.core.matching.place import Place

_CODE: Final = re.compile(r"^\s*〒?\s*[0-9]{3}-?[0-9]{4}(?![0-9-])\s*")
_WORD: Final = re.compile(r"\w+")


def postal_key(address: str) -> str:
    """The normal form; "" where the text holds no letter and no digit. Never raises."""
    folded = _CODE.sub("", fold(address))
    place = Place.of(folded, "") if KANJI.search(folded) else None
    if place is None or not place.area.city:
        return " ".join(_WORD.findall(folded))
    area, lot = place.area, "-".join(map(str, place.numbers))
    parts = (area.prefecture, area.county, area.city, area.ward, place.street, place.town, lot)
    return " ".join(part for part in (*parts, place.room or place.building) if part)
