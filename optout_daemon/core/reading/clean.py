"""Take out of a text what hides, what breaks lines, and what a database refuses.

What is left can be stored as UTF-8 in PostgreSQL (no NUL, no lone surrogate), shows to a person what the reader
judged (no bidi override, no zero-width character inside a number), and breaks lines with "\\n" alone. No letter
carries so many marks that bringing them into order takes long.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

REPLACEMENT: Final = "\ufffd"

_AS_NEWLINE: Final = "\x0b\x0c\x85\u2028\u2029"
_REMOVED: Final = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 controls but tab and newline
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"  # tags and the variation selectors that Japanese names carry
)
# One character has two codes, by which table turned it from JIS to Unicode; the Windows one is kept for the first
# three (NFKC folds it further), the western one for the other three.
_FOLDED: Final = {"〜": "～", "‖": "∥", "−": "－", "￠": "¢", "￡": "£", "￢": "¬"}

_CHANGED: Final = {**dict.fromkeys(_AS_NEWLINE, "\n"), "\u00a0": " ", **_FOLDED}
_SUSPECT: Final = re.compile(f"[{_REMOVED}{''.join(_CHANGED)}\ud800-\udfff]")

MOST_MARKS: Final = 30
"""No language has more on one letter (UAX #15, section 13: stream-safe text); they are sorted in quadratic time."""


def _marks(start: int, end: int) -> str:
    return "".join(chr(code) for code in range(start, end) if unicodedata.combining(chr(code)))


# What stands, or becomes one that stands, on the letter before it. The two planes are apart because `re` finds
# characters of the first in a table, and those of both in a list.
_PLAIN_MARK: Final = f"[{_marks(0x300, 0x10000)}\u0f73\u0f75\u0f81\uff9e\uff9f]"
_FAR_MARK: Final = f"[{_marks(0x10000, 0x1F000)}]"
_MARK: Final = re.compile(_PLAIN_MARK)
_FAR: Final = re.compile("[\U00010000-\U0001efff]")
_TOO_MANY_MARKS: Final = re.compile(f"(?:{_PLAIN_MARK}|{_FAR_MARK}){{{MOST_MARKS + 1},}}")


def _mend(match: re.Match[str]) -> str:
    char = match[0]
    if "\ud800" <= char <= "\udfff":
        return REPLACEMENT
    return _CHANGED.get(char, "")


def _few(match: re.Match[str]) -> str:
    return match[0][:MOST_MARKS]


def clean(text: str) -> str:
    """`text` with newlines as "\\n", and without controls, bidi and zero-width characters; surrogates to U+FFFD.

    Of a run of marks the first MOST_MARKS are kept.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SUSPECT.search(text):
        text = _SUSPECT.sub(_mend, text)
    return _TOO_MANY_MARKS.sub(_few, text) if _MARK.search(text) or _FAR.search(text) else text


def clean_line(text: str) -> str:
    """The same on one line: no line break or tab survives."""
    return " ".join(clean(text).split())
