"""Fold text for comparison, and remember where each folded character came from.

`fold` makes one of full-width and half-width, hiragana and katakana, old and new kanji, capital and small Latin
letters, and all hyphens. It is for comparing only. A Passage holds a stretch of text in its raw, folded and
squeezed (no white space) forms, each made when first asked for, and leads a hit back to the raw text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from optout_daemon.core.matching.kana import exchanged, romaji_key
from optout_daemon.core.matching.variants import variant_kanji
from optout_daemon.core.model import Part, Span

_INVISIBLE: Final = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)


def _table() -> dict[int, int]:
    table = {ord(variant): ord(usual) for variant, usual in variant_kanji().items()}
    table.update({kana: kana + 0x60 for kana in (*range(0x3041, 0x3097), 0x309D, 0x309E)})
    table.update({ord(hyphen): ord("-") for hyphen in "‐‑‒–—―−⁃─━﹣－"})
    table.update({ord(quote): ord("'") for quote in "’‘´`′＇"})
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250)):
        lower = chr(code).lower()
        if len(lower) == 1:
            table[code] = ord(lower)
    return table


_TABLE: Final = _table()
_HIRAGANA: Final = tuple((chr(one), chr(one + 0x60)) for one in _TABLE if 0x3041 <= one <= 0x309E)
_FEW: Final = re.compile(f"[{''.join(re.escape(chr(one)) for one in sorted(_TABLE) if not 0x3041 <= one <= 0x309E)}]+")
"""What else is translated: little of a text in Japanese, whose hiragana are exchanged one after the other."""
_LONG: Final = 400


def _few(match: re.Match[str]) -> str:
    return match[0].translate(_TABLE)


def _translated(text: str) -> str:
    return exchanged(_FEW.sub(_few, text), _HIRAGANA) if len(text) > _LONG else text.translate(_TABLE)


def fold(text: str) -> str:
    """The comparable form of a text; idempotent; line breaks stay, so lines correspond one to one."""
    if text.isascii():
        return text.lower().replace("`", "'")
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFKC", _translated(unicodedata.normalize("NFKC", text)))


_LATIN: Final = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "'": None})


def plain(word: str) -> str:
    """A folded Latin word without accents and apostrophes: o'brien -> obrien, josé -> jose."""
    if word.isascii():
        return word.replace("'", "")
    decomposed = unicodedata.normalize("NFD", word.translate(_LATIN))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class Token(NamedTuple):
    """A Latin word, a number (44o and 37a are numbers) or #, with its place in the folded text."""

    word: str
    """Without accents and apostrophes."""
    start: int
    end: int


_TOKEN: Final = re.compile(
    r"[0-9]+(?:[a-z]?[0-9]*|st|nd|rd|th)(?![a-z0-9])|[0-9]+|[a-z\u00df-\u024f\u1e00-\u1eff]+(?:'[a-z\u00df-\u024f]+)*|#"
)


def _token_start(token: Token) -> int:
    return token.start


_WORD: Final = re.compile(r"[^\s・]+")
_INTERNET: Final = re.compile(r"[a-z0-9._%+/:@~?=&#\-]+")
_STRIDE: Final = 128
_JOINING: Final = re.compile("[\u0300-\u036f\u1160-\u11ff\u3099\u309a\uff9e\uff9f]")
"""Becomes one with the character in front: an accent, a mark of voice, the end of a syllable in Hangul."""
_JOINED: Final = 8
"""Of them in a row, more than which no letter has."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a stretch of the raw text came from."""

    part: Part
    start: int
    """In the subject or text of the Reading."""
    at: int
    """In the raw text of the Passage."""


def _measured(line: str, length: int) -> tuple[list[int], list[int]]:
    """Where each stride of a raw line begins in it and in its folded form; empty where that is everywhere the same.

    `length` is that of the whole line, folded.
    """
    # A line in NFKC folds character by character, unless something vanishes: none ever becomes longer.
    if length == len(line) and unicodedata.is_normalized("NFKC", line):
        return [], []
    starts, lengths = [0], [0]
    for at in range(_STRIDE, len(line), _STRIDE):
        start = next((one for one in range(at, at + _JOINED) if not _JOINING.match(line, one)), at)
        lengths.append(lengths[-1] + len(fold(line[starts[-1] : start])))
        starts.append(start)
    return starts, lengths


class Passage:
    """A text to search, with its comparable forms; every form is made once, when it is first needed."""

    def __init__(self, raw: str, pieces: Sequence[Piece] = ()) -> None:
        self.raw = raw
        self._pieces = tuple(pieces)
        self._sounds: dict[str, str] = {}
        self._strides: dict[int, tuple[list[int], list[int]]] = {}

    @cached_property
    def folded(self) -> str:
        return fold(self.raw)

    @cached_property
    def squeezed(self) -> str:
        """Folded, without white space and middle dots: a name or an address may be broken anywhere."""
        return "".join(self.folded.replace("・", " ").split())

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        found = _TOKEN.finditer(self.folded)
        if self.folded.isascii() and "'" not in self.folded:
            return tuple([Token(m[0], *m.span()) for m in found])
        return tuple([Token(plain(m[0]), *m.span()) for m in found])

    def sound(self, start: int, end: int) -> str:
        """The sound of the Latin word in this range of `folded`, in romaji's one spelling."""
        word = self.folded[start:end]
        sound = self._sounds.get(word)
        if sound is None:
            sound = self._sounds[word] = romaji_key(word)
        return sound

    def tokens_between(self, start: int, end: int) -> list[Token]:
        """The tokens in a range of `folded`."""
        first = bisect_left(self.tokens, start, key=_token_start)
        return list(self.tokens[first : bisect_left(self.tokens, end, key=_token_start)])

    @cached_property
    def _runs(self) -> tuple[list[int], list[int]]:
        squeezed, folded, length = [], [], 0
        for word in _WORD.finditer(self.folded):
            squeezed.append(length)
            folded.append(word.start())
            length += word.end() - word.start()
        return squeezed, folded

    def unsqueezed(self, at: int) -> int:
        """Place in `folded` of a character of `squeezed`; `at` may be its length."""
        if at >= len(self.squeezed):
            return len(self.folded)
        starts, origins = self._runs
        run = bisect_right(starts, at) - 1
        return origins[run] + at - starts[run]

    def broken_before(self, at: int) -> bool:
        """Whether white space stood in front of this character of `squeezed`; true at the ends."""
        if at <= 0 or at >= len(self.squeezed):
            return True
        return self.unsqueezed(at) - self.unsqueezed(at - 1) > 1

    @cached_property
    def _lines(self) -> tuple[list[str], list[int], list[int]]:
        """The raw lines, and where each begins in `folded` and in `raw`."""
        lines, starts_folded, starts_raw = self.raw.split("\n"), [0], [0]
        for folded, raw in zip(self.folded.split("\n"), lines, strict=True):
            starts_folded.append(starts_folded[-1] + len(folded) + 1)
            starts_raw.append(starts_raw[-1] + len(raw) + 1)
        return lines, starts_folded, starts_raw

    def _raw(self, at: int) -> int:
        """Place in `raw` of a character of `folded`, found by folding a stretch of its line anew up to there."""
        lines, starts_folded, starts_raw = self._lines
        line = bisect_right(starts_folded, at) - 1
        wanted, start = at - starts_folded[line], starts_raw[line]
        if line not in self._strides:
            self._strides[line] = _measured(lines[line], starts_folded[line + 1] - starts_folded[line] - 1)
        starts, lengths = self._strides[line]
        if not starts:
            return start + wanted
        stride = bisect_right(lengths, wanted) - 1
        wanted, start = wanted - lengths[stride], start + starts[stride]
        text = self.raw[start : start + _STRIDE + _JOINED]
        low, high = 0, len(text)
        while low < high:  # a longer text never folds to a shorter one, so the range can be halved
            middle = (low + high) // 2
            if len(fold(text[: middle + 1])) > wanted:
                high = middle
            else:
                low = middle + 1
        return start + low

    def is_capital(self, at: int) -> bool:
        """Whether the character of `folded` is a capital letter in the raw text."""
        return self.raw[self._raw(at)].isupper()

    def is_in_internet_address(self, at: int) -> bool:
        """Whether this character of `folded` stands in an e-mail address or a web address: no name is stated there."""
        for run in _INTERNET.finditer(self.folded, max(0, at - 80), at + 80):
            if run.start() <= at < run.end():
                return "@" in run[0] or "://" in run[0] or run[0].startswith("www.")
        return False

    def span(self, start: int, end: int) -> Span | None:
        """The Span in the Reading of a range of `folded`, cut at the end of its piece; None for a loose text."""
        if not self._pieces or end <= start:
            return None
        first = self._raw(start)
        last = max(self._raw(end - 1) + 1, self._raw(end))  # ｶﾞ folds to one character
        index = bisect_right([piece.at for piece in self._pieces], first) - 1
        piece = self._pieces[index]
        limit = self._pieces[index + 1].at - 1 if index + 1 < len(self._pieces) else len(self.raw)
        return Span(piece.part, piece.start + first - piece.at, piece.start + min(last, limit) - piece.at)
