"""Fold a text for comparison, remembering where each character came from.

Width, case, katakana, dashes, quotation marks and spaces become one form, invisible characters vanish, and
separate voicing marks join their kana. The words files go through the same folding, so they are written in
ordinary spelling. Digits keep their value; kanji are not touched (variant kanji are the matching's business).
Line breaks and tabs stay. Linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DASHES: Final = "‐‑‒–—―−﹣－⁃"
_QUOTES: Final = {"‘": "'", "’": "'", "‛": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "″": '"'}
_SPACES: Final = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\r"
_BREAKS: Final = "\u2028\u2029\u0085\u000b\u000c"
_COMPATIBLE: Final = ((0x2E80, 0x2FE0), (0xF900, 0xFB00), (0xFF01, 0xFF9E), (0xFFE0, 0xFFE7))
_LETTERS: Final = ((0x41, 0x5B), (0xC0, 0x250), (0x370, 0x530))


def _table() -> dict[int, str]:
    """One character to one character; what would change its length is left alone."""
    table: dict[int, str] = {}
    for low, high in (*_COMPATIBLE, *_LETTERS):
        for code in range(low, high):
            one = unicodedata.normalize("NFKC", chr(code)).lower()
            if len(one) == 1 and one != chr(code):
                table[code] = one
    for code in (*range(0x30A1, 0x30F5), 0x30FD, 0x30FE):
        table[code] = chr(code - 0x60)
    for code, one in list(table.items()):
        if 0x30A1 <= ord(one) < 0x30F5:  # half-width katakana
            table[code] = chr(ord(one) - 0x60)
    table.update(dict.fromkeys(map(ord, _DASHES), "-"))
    table.update(dict.fromkeys(map(ord, _SPACES), " "))
    table.update(dict.fromkeys(map(ord, _BREAKS), "\n"))
    table.update({ord(mark): plain for mark, plain in _QUOTES.items()})
    table[0x301C] = "~"
    return table


TABLE: Final = _table()
_VOICED: Final = {
    "\uff9e": "\u3099",
    "\uff9f": "\u309a",
    "\u3099": "\u3099",
    "\u309a": "\u309a",
    "\u309b": "\u3099",
    "\u309c": "\u309a",
}
_UNEVEN: Final = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef\uff9e\uff9f\u3099\u309a\u309b\u309c\u0300-\u036f]"
)

_FOLDED: Final = re.compile(f"[{''.join(re.escape(chr(code)) for code in sorted(TABLE))}]+")


def _fold(match: re.Match[str]) -> str:
    return match[0].translate(TABLE)


class Folded:
    """A folded text and the way back: `origin(i)` is where its i-th character stood in the text given."""

    __slots__ = ("_origins", "_whole", "text")

    def __init__(self, text: str) -> None:
        self._whole = len(text)
        self._origins: list[int] | None = None
        if text.isascii():
            self.text = text.lower().replace("\r", " ").replace("`", "'")
        elif _UNEVEN.search(text) is None:
            self.text = _FOLDED.sub(_fold, text)
        else:
            self.text, self._origins = _uneven(text)

    def origin(self, index: int) -> int:
        """Offset in the given text of the character at `index`; of its end for the end."""
        if self._origins is None:
            return index
        return self._origins[index] if index < len(self._origins) else self._whole


def _uneven(text: str) -> tuple[str, list[int]]:
    folded: list[str] = []
    origins: list[int] = []
    for at, one in enumerate(text):
        if _UNEVEN.match(one) is None:
            folded.append(TABLE.get(ord(one), one))
            origins.append(at)
        elif one in _VOICED and folded:
            joined = unicodedata.normalize("NFC", folded[-1] + _VOICED[one])
            if len(joined) == 1:
                folded[-1] = joined
    return "".join(folded), origins


def fold(text: str) -> str:
    """The folded text alone."""
    return Folded(text).text
