"""Bring a customer number as written into the form in which it is looked up.

Normalised and never guessed: no digit is added, dropped or exchanged. Whether the outcome is well-formed is a
matter of the settings' `number_pattern`, which is matched in full elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_DIGITS: Final = str.maketrans("〇零一二三四五六七八九壱弐参", "00123456789123")
"""Digit by digit only: 二十 is not 20 in a customer number (policy, section 2)."""

_DROPPED: Final = re.compile(
    "[\\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff"  # spaces and what cannot be seen
    "\\-\u2010-\u2015\u2043\u2212\u2500\u2501\u30fc\ufe58\ufe63\uff0d_.・･]+"
)
_MARKS: Final = " :#/.()[]<>「」【】"


def normalise(text: str, prefixes: Sequence[str] = ()) -> str:
    """The number without spaces, hyphens and prefix, full-width and kanji digits as ASCII digits. Idempotent."""
    folded = _fold(text).translate(_DIGITS).strip(_MARKS)
    for prefix in prefixes:
        start = _fold(prefix)
        # Only in front of a digit: a prefix is never part of what is left of a longer word.
        if start and folded.upper().startswith(start.upper()) and folded[len(start) :].lstrip(_MARKS)[:1].isdigit():
            return normalise(folded[len(start) :], prefixes)
    return folded


def _fold(text: str) -> str:
    """Half-width, without what is dropped; composed again, as a dropped character may have parted an accent."""
    return unicodedata.normalize("NFKC", _DROPPED.sub("", unicodedata.normalize("NFKC", text)))
