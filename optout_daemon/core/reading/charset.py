"""Turn the bytes of a body or a header into text, and say whether the text can be relied on.

Labels are hints: mail in Japanese is labelled wrongly, or not at all, often enough. `confident` is False where a
replacement character or a leftover escape stands in the text, and where the charset was a guess. UTF-7 is never
decoded (it hides markup). The text is cleaned (clean.py). Nothing here raises.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from optout_daemon.core.reading import japanese
from optout_daemon.core.reading.charset_labels import family
from optout_daemon.core.reading.clean import REPLACEMENT, clean, clean_line


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded text; `charset` is what it was read as, `injected` says that a line break hid in an encoded word."""

    text: str
    confident: bool
    charset: str
    injected: bool = False


_UNLABELLED: Final = frozenset(
    {"8bit", "7bit", "none", "unknown", "unknown-8bit", "x-unknown", "default", "us-ascii", "ascii"}
)
_WESTERN_BYTES: Final = re.compile(rb"[\x80\x82\x84\x85\x8b\x91-\x97\x99\x9b\xa0\xa3\xa9\xab\xae\xb0\xb4\xb7\xbb]")
_WESTERN_LETTER: Final = re.compile(
    rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]|(?<![\x80-\xff])[\xc0-\xff](?![\x80-\xff])"
)
_PLAUSIBLE: Final = 0.55


def _western(data: bytes) -> bool:
    """Whether the 8-bit bytes stand where western punctuation and accents do: few, and single."""
    strange = sum(1 for byte in data[:4000] if byte > 0x7F)
    if strange * 4 > min(len(data), 4000):
        return False
    known = len(_WESTERN_BYTES.findall(data[:4000])) + len(_WESTERN_LETTER.findall(data[:4000]))
    return known * 10 >= strange * 8


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _judge(data: bytes, prefer: str) -> tuple[str, str, bool]:
    """8-bit data whose label is missing, unknown or wrong: (text, charset, whether that is more than a guess)."""
    if (text := _strict(data, "utf-8")) is not None:
        return text, "utf-8", True
    ranked: list[tuple[float, str, str]] = []
    for name, read in (("cp932", _strict(data, "cp932")), ("euc-jp", japanese.from_euc(data))):
        if read is not None and REPLACEMENT not in read:
            ranked.append((japanese.plausibility(read) + (0.05 if name == prefer else 0), name, read))
    score, name, read = max(ranked, default=(0.0, "", ""))
    western = _strict(data, "cp1252")
    if western is not None and not japanese.has_kana(read) and _western(data):
        return western, "cp1252", True
    if score >= _PLAUSIBLE:
        return read, name, True
    if prefer == "cp1252" and western is not None:
        return western, "cp1252", True
    if prefer == "utf-8" or not ranked:
        return data.decode("utf-8", "replace"), "utf-8", False
    return read, name, False


def _decode(data: bytes, declared: str | None) -> tuple[str, str, bool]:
    label = family(declared)
    if label in ("utf-16", "utf-32") or label.startswith(("utf-16-", "utf-32-")):
        if b"\0" in data or not data.isascii():
            return data.decode(label, "replace"), label, True
        label = ""
    seven_bit = data.isascii()
    if b"\x1b" in data and label != "iso2022_kr" and japanese.ESCAPE.search(data):
        return japanese.from_jis(data), "iso-2022-jp", True
    if seven_bit and label in ("iso-2022-jp", ""):
        if b"\x0e" in data:
            return japanese.from_jis(data), "iso-2022-jp", True
        return data.decode("ascii"), label or "us-ascii", True
    if label == "utf-7":
        # Without a shift it is ASCII, as Microsoft's delivery reports are.
        return data.decode("utf-8", "replace"), "utf-7", b"+" not in data
    if seven_bit and label in ("utf-8", "cp932", "euc-jp", "western", "?", "gb18030", "cp949", "big5hkscs"):
        return data.decode("ascii"), "us-ascii" if label == "?" else label, True
    if label in ("gb18030", "cp949", "big5hkscs") or label not in (
        *("iso-2022-jp", "utf-8", "cp932", "euc-jp", "western", "?", ""),
    ):
        if (text := _strict(data, "utf-8")) is not None and not seven_bit:
            return text, "utf-8", True
        text = data.decode(label, "replace")
        return text, label, True
    return _labelled(data, label, (declared or "").strip(" \"'").lower())


def _labelled(data: bytes, label: str, declared: str) -> tuple[str, str, bool]:
    """8-bit data under one of the labels that lie."""
    if label == "utf-8":
        if (text := _strict(data, "utf-8")) is not None:
            return text, label, True
        damaged = data.decode("utf-8", "replace")
        # A few broken characters in good UTF-8 are damage, not another charset.
        if damaged.count(REPLACEMENT) * 10 <= sum(1 for char in damaged[:4000] if char > "\x7f"):
            return damaged, label, False
        text, name, sure = _judge(data, "utf-8")
        return (text, name, True) if sure else (damaged, label, False)
    if label in ("cp932", "euc-jp"):
        text = _strict(data, "cp932") if label == "cp932" else japanese.from_euc(data)
        if text is not None and REPLACEMENT not in text and japanese.plausibility(text) >= _PLAUSIBLE:
            return text, label, True
        other, name, sure = _judge(data, label)
        if sure:
            return other, name, True
        return data.decode("cp932", "replace") if text is None else text, label, text is not None
    if label == "western":
        return _judge(data, "" if declared in _UNLABELLED else "cp1252")
    return _judge(data, "cp932" if label == "iso-2022-jp" else "")


def _finish(text: str, name: str, sure: bool) -> tuple[str, bool]:
    """Cleaned text, with runs of JIS that lost their escape characters read; and whether it can be relied on."""
    leftover = "\x1b" in text
    if "(B" in text or "(J" in text:
        text = japanese.recover(text)
        leftover = leftover or japanese.LEFTOVER.search(text) is not None
    return text, sure and not leftover and REPLACEMENT not in text


def decode_body(data: bytes, declared: str | None) -> Text:
    """The text of a body part under the charset that its Content-Type declares (None or "": none)."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    text, name, sure = _decode(data, declared)
    text, sure = _finish(text, name, sure)
    text = clean(text)
    return Text(text, sure and REPLACEMENT not in text, name)


# RFC 2047, section 2; blanks inside a word and a language (RFC 2231, section 5) are seen in mail. Bounded: a word
# that never ends must not be searched to the end of the header from each of its beginnings.
_WORD: Final = re.compile(rb"=\?([^?\s]{1,80})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,2000})\?=")
_FOLD: Final = re.compile(rb"[\r\n]+(?=[ \t])")
_BASE64_NOISE: Final = re.compile(rb"[^A-Za-z0-9+/]")
HEADER_LIMIT: Final = 32_768


def unfold(raw: bytes) -> bytes:
    """RFC 5322, section 2.2.3: folds removed; a line break that is no fold becomes a blank."""
    if b"\n" not in raw and b"\r" not in raw:
        return raw
    return _FOLD.sub(b"", raw.rstrip(b"\r\n")).replace(b"\r", b" ").replace(b"\n", b" ")


def as_bytes(raw: str | bytes) -> bytes:
    """The bytes of a header as the parser keeps it (surrogates stand for 8-bit bytes)."""
    return raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogateescape" if _escaped(raw) else "replace")


def _escaped(raw: str) -> bool:
    try:
        raw.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _base64(text: bytes) -> bytes:
    text = _BASE64_NOISE.sub(b"", text)
    text = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def _words(raw: bytes) -> Iterator[tuple[str | None, bytes]]:
    """Stretches of equal charset: neighbouring words are joined as bytes, so that one may end inside a character."""
    charset: str | None = None
    data = b""
    pending = b""  # base64 that goes on in the next word
    end = 0
    for word in _WORD.finditer(raw):
        name = word[1].partition(b"*")[0].decode("ascii", "replace").lower()
        between = raw[end : word.start()]
        joined = charset is not None and not between.strip()
        if not joined or name != charset:
            if charset is not None:
                yield charset, data + _base64(pending)
            if between and not joined:
                yield None, between
            charset, data, pending = name, b"", b""
        end = word.end()
        if word[2] in b"bB":
            pending += word[3].translate(None, b" \t")
            if len(pending) % 4 == 0 or pending.endswith(b"="):
                data, pending = data + _base64(pending), b""
        else:
            data, pending = data + _base64(pending) + binascii.a2b_qp(word[3], header=True), b""
    if charset is not None:
        yield charset, data + _base64(pending)
    if end < len(raw):
        yield None, raw[end:]


def decode_header(raw: str | bytes, default: str | None = None) -> Text:
    """One header value on one line: folds, encoded words, raw 8-bit and raw JIS. CR and LF never survive.

    `default` is the charset to try for raw 8-bit bytes, for instance the one of the body.
    """
    data = unfold(as_bytes(raw)[:HEADER_LIMIT])
    if b"=?" not in data and data.isascii() and b"\x1b" not in data:
        text = clean_line(japanese.recover(data.decode("ascii")) if b"(B" in data else data.decode("ascii"))
        return Text(text, True, "us-ascii")
    if b"\x1b" in data and japanese.ESCAPE.search(data):
        data, default = japanese.from_jis(data).encode("utf-8", "replace"), "utf-8"
    out: list[str] = []
    confident, injected, name = True, False, "us-ascii"
    for charset, chunk in _words(data):
        if charset is None and chunk.isascii():
            out.append(chunk.decode("ascii"))
            continue
        text, name, sure = _decode(chunk, charset if charset is not None else default)
        text, sure = _finish(text, name, sure)
        bare = text.strip("\r\n\t \0")
        injected = injected or "\n" in bare or "\r" in bare
        confident = confident and sure
        out.append(text)
    joined = clean_line("".join(out))
    whole = Text(joined, confident and REPLACEMENT not in joined, name)
    return replace(whole, injected=True) if injected else whole
