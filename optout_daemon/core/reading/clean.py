"""Take out of a text what hides, what breaks lines, and what a database refuses.

What is left can be stored as UTF-8 in PostgreSQL (no NUL, no lone surrogate), shows to a person what the reader
judged (no bidi override, no zero-width character inside a number), and breaks lines with "\\n" alone.
"""

from __future__ import annotations

import re
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


def _mend(match: re.Match[str]) -> str:
    char = match[0]
    if "\ud800" <= char <= "\udfff":
        return REPLACEMENT
    return _CHANGED.get(char, "")


def clean(text: str) -> str:
    """`text` with newlines as "\\n", and without controls, bidi and zero-width characters; surrogates to U+FFFD."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SUSPECT.sub(_mend, text) if _SUSPECT.search(text) else text


def clean_line(text: str) -> str:
    """The same on one line: no line break or tab survives."""
    return " ".join(clean(text).split())
