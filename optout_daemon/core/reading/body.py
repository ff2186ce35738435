"""One text part of a mail as text: transfer encoding undone leniently, charset, format=flowed.

Damage is read around, never raised: base64 with wrong padding gives what it holds, and a footer that a list hung
behind base64 stays text. RFC 2045 (section 6), RFC 3676.
"""

from __future__ import annotations

import binascii
import re
from email.message import Message
from typing import Any, Final

from optout_daemon.core.reading.charset import Text, decode_body
from optout_daemon.core.reading.clean import clean

_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/]*={0,2}[ \t]*")
_WIDE: Final = "\u2e80"  # from here on scripts are written without blanks between words


def encoded(part: Message[Any, Any]) -> tuple[bytes, str]:
    """The bytes of a leaf part as they came, and its transfer encoding (lower case)."""
    name = str(part.get("content-transfer-encoding", "")).partition(";")[0].strip().lower()
    # Without the header the parser hands the bytes out undecoded; nothing needs it after this.
    del part["content-transfer-encoding"]
    payload = part.get_payload(decode=True)
    return (payload if isinstance(payload, bytes) else b""), name


def _from_base64(data: bytes) -> tuple[bytes, bytes]:
    """(decoded, what stands behind the base64 as plain text)."""
    lines = data.splitlines(keepends=True)
    size = 0
    for number, line in enumerate(lines):
        bare = line.rstrip(b"\r\n")
        # One odd byte inside is damage; a line with words in it is a footer.
        if not _BASE64_LINE.fullmatch(bare) and (b" " in bare.strip() or not bare.strip(b" \t-_=*")):
            break
        size = number + 1
        if bare.rstrip().endswith(b"="):
            break
    whole = b"".join(lines[:size])
    clear = re.sub(rb"[^A-Za-z0-9+/]", b"", whole)
    if len(clear) % 4 == 1:
        clear = clear[:-1]
    decoded = binascii.a2b_base64(clear + b"=" * (-len(clear) % 4))
    return decoded, b"".join(lines[size:]).strip()


def decode(data: bytes, encoding: str) -> tuple[bytes, bytes]:
    """`data` without its transfer encoding, and plain text that stood behind it (base64 only)."""
    if encoding == "base64":
        return _from_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data), b""
    return data, b""


def unflow(text: str, *, delete_space: bool) -> str:
    """RFC 3676, section 4: a line that ends in a blank goes on in the next of the same quote depth.

    Between two characters of a script that knows no blanks the blank is dropped even without DelSp.
    """
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        if bare.startswith(" "):
            bare = bare[1:]  # space-stuffing
        if open_depth == depth and bare != "-- ":
            before = out[-1]
            if before.endswith(" ") and (delete_space or (before[-2:-1] >= _WIDE and bare[:1] >= _WIDE)):
                before = before[:-1]
            out[-1] = before + bare
        else:
            out.append(">" * depth + (" " if depth and bare else "") + bare)
        open_depth = depth if bare.endswith(" ") and bare != "-- " else -1
    return "\n".join(out)


def text_of(part: Message[Any, Any]) -> Text:
    """The text of one text/* leaf (HTML is returned as markup)."""
    data, encoding = encoded(part)
    data, behind = decode(data, encoding)
    charset = part.get_content_charset()
    text = decode_body(data, charset)
    if behind:
        more = decode_body(behind, None)
        text = Text(f"{text.text.rstrip()}\n\n{more.text}", text.confident and more.confident, text.charset)
    flowed = "flowed" in str(part.get("content-type", "")).lower()
    if flowed and part.get_content_subtype() == "plain" and str(part.get_param("format", "")).lower() == "flowed":
        delsp = str(part.get_param("delsp", "")).lower() == "yes"
        text = Text(clean(unflow(text.text, delete_space=delsp)), text.confident, text.charset)
    return text
