"""Turn JIS, Shift_JIS and EUC-JP bytes into text, vendor characters included.

No codec of Python's knows what Windows and the carriers put into `ESC $ B` (NEC row 13, IBM extensions), and none
of one name reads half-width kana too. JIS and EUC pairs are therefore moved to Shift_JIS by the standard's
arithmetic and decoded as cp932; the quick codecs are tried first, since they agree where they succeed.
Every function takes any bytes, raises nothing, and marks what it cannot read with U+FFFD.
"""

from __future__ import annotations

import re
from typing import Final

from optout_daemon.core.reading.clean import REPLACEMENT

_SWITCH: Final = re.compile(rb"\x1b(?:\$\([A-Z]|\$[@AB]|\([A-Z]|&@)|[\n\r\x0e\x0f]")
_PAIRS: Final = frozenset({b"\x1b$@", b"\x1b$B", b"\x1b$(@", b"\x1b$(B"})
_OTHER_SETS: Final = {
    b"\x1b$(D": "iso2022_jp_ext",
    b"\x1b$(O": "iso2022_jp_2004",
    b"\x1b$(P": "iso2022_jp_2004",
    b"\x1b$(Q": "iso2022_jp_2004",
    b"\x1b$A": "iso2022_jp_2",
    b"\x1b$(C": "iso2022_jp_2",
}
_KANA: Final = b"\x1b(I"
_ASCII: Final = b"\x1b(B"
_SHIFT_OUT, _SHIFT_IN = b"\x0e", b"\x0f"

ESCAPE: Final = re.compile(rb"\x1b(?:\$[@AB(]|\([IJB])")
"""What makes 7-bit data Japanese whatever its label says."""

LEFTOVER: Final = re.compile(r"\$[@B][!-~]{2,400}\([BJ]")
"""A run of JIS without its escape characters, as it looks in ASCII."""


def _move(first: int, second: int) -> tuple[int, int]:
    """Shift_JIS bytes of the JIS X 0208 cell (both bytes 0x21 to 0x7E)."""
    lead = ((first - 0x21) >> 1) + 0x81
    if lead > 0x9F:
        lead += 0x40
    odd_row = 0x20 if second >= 0x60 else 0x1F  # 0x7F is no trail byte
    return lead, second + (odd_row if first & 1 else 0x7E)


def _pairs(run: bytes) -> str:
    """JIS two-byte cells; a blank inside, as some gateways leave, does not shift the pairing."""
    try:
        return (b"\x1b$B" + run + _ASCII).decode("iso2022_jp")
    except UnicodeDecodeError:
        pass  # vendor characters, or damage
    out: list[str] = []
    moved = bytearray()
    at, end = 0, len(run)
    while at < end:
        first = run[at]
        if 0x21 <= first <= 0x7E and at + 1 < end and 0x21 <= run[at + 1] <= 0x7E:
            moved += bytes(_move(first, run[at + 1]))
            at += 2
        else:
            out += [moved.decode("cp932", "replace"), " " if first == 0x20 else REPLACEMENT]
            moved.clear()
            at += 1
    return "".join([*out, moved.decode("cp932", "replace")])


def _run(state: bytes, run: bytes) -> str:
    if not run:
        return ""
    if state in _PAIRS:
        return _pairs(run)
    if state in (_KANA, _SHIFT_OUT):
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in run).decode("cp932", "replace")
    if state in _OTHER_SETS:
        return (state + run + _ASCII).decode(_OTHER_SETS[state], "replace")
    return run.decode("cp932", "replace")  # ASCII, JIS X 0201 Roman, and half-width kana sent with the eighth bit


def from_jis(data: bytes) -> str:
    """ISO-2022-JP as mail really carries it; each line starts in ASCII again (RFC 1468)."""
    for codec in ("iso2022_jp", "iso2022_jp_ext"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    out: list[str] = []
    state, start = _ASCII, 0
    for switch in _SWITCH.finditer(data):
        out.append(_run(state, data[start : switch.start()]))
        token, start = switch[0], switch.end()
        if token in (b"\n", b"\r"):
            out.append(token.decode("ascii"))
            state = _ASCII
        elif token != b"\x1b&@":
            state = _ASCII if token == _SHIFT_IN else token
    out.append(_run(state, data[start:]))
    return "".join(out)


def from_euc(data: bytes) -> str:
    """EUC-JP with the vendor rows (cp51932, eucJP-ms)."""
    try:
        return data.decode("euc_jp")
    except UnicodeDecodeError:
        pass
    out: list[str] = []
    moved = bytearray()
    at, end = 0, len(data)
    while at < end:
        first = data[at]
        second = data[at + 1] if at + 1 < end else 0
        if first < 0x80:
            moved.append(first)
            at += 1
        elif first == 0x8E and 0xA1 <= second <= 0xDF:
            moved.append(second)
            at += 2
        elif 0xA1 <= first <= 0xFE and 0xA1 <= second <= 0xFE:
            moved += bytes(_move(first - 0x80, second - 0x80))
            at += 2
        elif first == 0x8F and 0xA1 <= second <= 0xFE and at + 2 < end:
            out += [moved.decode("cp932", "replace"), data[at : at + 3].decode("euc_jp", "replace")]
            moved.clear()
            at += 3
        else:
            out += [moved.decode("cp932", "replace"), REPLACEMENT]
            moved.clear()
            at += 1
    return "".join([*out, moved.decode("cp932", "replace")])


def recover(text: str) -> str:
    """`text` with every `$B...(B` run, its escape characters lost on the way, read as JIS.

    A run counts only where it ends on its own line at a pair's boundary and every pair of it is kana, kanji or
    a sign of JIS X 0208: "$Bill(By" in English stays. Linear: no character is looked at twice.
    """
    out: list[str] = []
    at = 0
    while (start := _next_shift(text, at)) >= 0:
        stop = start + 2
        while "!" <= text[stop : stop + 1] <= "~" and text[stop : stop + 2] not in ("(B", "(J"):
            if not "!" <= text[stop + 1 : stop + 2] <= "~":
                break
            stop += 2
        closed = stop > start + 2 and text[stop : stop + 2] in ("(B", "(J")
        read = _pairs(text[start + 2 : stop].encode("ascii")) if closed else REPLACEMENT
        if REPLACEMENT in read:
            out.append(text[at : max(stop, start + 2)])
            at = max(stop, start + 2)
        else:
            out += [text[at:start], read]
            at = stop + 2
    return "".join([*out, text[at:]])


def _next_shift(text: str, at: int) -> int:
    found = [place for place in (text.find("$B", at), text.find("$@", at)) if place >= 0]
    return min(found, default=-1)


_LIKELY: Final = re.compile("[ぁ-ヶー、。・「」〒々]+")
_KANJI: Final = re.compile("[一-龠]+")
_WIDE: Final = re.compile("[０-ｚ（）：！？　-〓]+")
_HALF_KANA: Final = re.compile("[｡-ﾟ]+")
_STRANGE: Final = re.compile(r"[^\x00-\x7f]+")
_SAMPLE: Final = 1500


def _count(pattern: re.Pattern[str], text: str) -> int:
    """Characters in the runs that `pattern` finds."""
    return sum(map(len, pattern.findall(text)))


def plausibility(text: str) -> float:
    """How much the non-ASCII part of `text` looks like Japanese: 0 to 1. Looks at its first characters only.

    EUC read as Shift_JIS becomes half-width kana, one a byte; so kana counts full, kanji half, and half-width less.
    """
    sample = text[:_SAMPLE]
    strange = _count(_STRANGE, sample)
    if not strange:
        return 0.0
    half = _count(_HALF_KANA, sample)
    likely, kanji, wide = (_count(pattern, sample) for pattern in (_LIKELY, _KANJI, _WIDE))
    size = 2 * (strange - half) + half
    return (2 * (likely + 0.6 * kanji + 0.8 * wide) + 0.35 * half) / size


def has_kana(text: str) -> bool:
    """Full-width kana: the sign that no other language in a wrong charset shows by accident."""
    return _LIKELY.search(text[:_SAMPLE]) is not None
