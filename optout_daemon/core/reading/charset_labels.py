"""Bring the many names of charsets to the few that they stand for in real mail.

Standard labels, vendors' own ones and the spellings of old mailers; a label that is only an old subset stands for the
superset that mailers really use (cp932 for Shift_JIS, gb18030 for GB2312, cp949 for KS C 5601, cp1252 for Latin-1).
"""

from __future__ import annotations

import codecs
from typing import Final

UNKNOWN: Final = "?"

_WESTERN = (
    "us-ascii ascii ansi-x3.4-1968 iso-8859-1 iso8859-1 latin1 latin-1 l1 iso-8859-15 latin-9 windows-1252 cp1252 "
    "x-cp1252 8bit 7bit none unknown unknown-8bit x-unknown default"
)
_NAMES: Final[dict[str, str]] = {
    name: family
    for family, names in (
        ("western", _WESTERN),
        ("utf-8", "utf-8 utf8 x-utf-8 unicode-1-1-utf-8 cp65001 utf8mb4 utf-8-sig"),
        ("utf-7", "utf-7 utf7 x-utf-7 unicode-1-1-utf-7 unicode-2-0-utf-7 csunicode11utf7"),
        ("utf-16", "utf-16 utf16 ucs-2 iso-10646-ucs-2"),
        ("utf-16-le", "utf-16le utf-16-le"),
        ("utf-16-be", "utf-16be utf-16-be"),
        ("utf-32", "utf-32 utf32 ucs-4"),
        ("utf-32-le", "utf-32le utf-32-le"),
        ("utf-32-be", "utf-32be utf-32-be"),
        (
            "iso-2022-jp",
            "iso-2022-jp iso2022jp iso2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-ext "
            "iso-2022-jp-ms iso-2022-jp-2004 iso-2022-jp-kddi cp50220 cp50221 cp50222 x-windows-50220 x-windows-50221 "
            "x-windows-iso2022jp jis x-jis jis7",
        ),
        (
            "cp932",
            "shift-jis shiftjis sjis s-jis x-sjis x-shift-jis csshiftjis ms-kanji mskanji ms932 cp932 x-ms-cp932 "
            "windows-31j windows31j cswindows31j windows-932 cp943 cp943c ibm-943 shift-jisx0213 "
            "shift-jis-2004 sjis-win",
        ),
        (
            "euc-jp",
            "euc-jp eucjp x-euc-jp x-eucjp cseucpkdfmtjapanese extended-unix-code-packed-format-for-japanese ujis "
            "eucjp-ms eucjp-win cp51932 euc-jis-2004 euc-jisx0213",
        ),
        ("gb18030", "gb18030 gb2312 gb-2312-80 gb2312-80 x-gb2312 gbk x-gbk cp936 ms936 windows-936 euc-cn csgb2312"),
        (
            "cp949",
            "ks-c-5601-1987 ks-c-5601-1989 ks-c-5601 ksc5601 ksc-5601 korean euc-kr euckr cp949 ms949 uhc "
            "x-windows-949 windows-949 cseuckr",
        ),
        ("big5hkscs", "big5 big-5 x-big5 big5-hkscs big5hkscs cp950 ms950 windows-950 csbig5"),
    )
    for name in names.split()
}
_NOT_TEXT: Final = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})


def family(declared: str | None) -> str:
    """The family of a declared label: a Python codec's name, `western`, UNKNOWN, or "" where there is no label."""
    name = (declared or "").strip(" \t\"'").lower().replace("_", "-").replace(" ", "-")
    if not name or name in _NAMES:
        return _NAMES.get(name, "")
    if name in _NOT_TEXT or not name.isascii() or "\0" in name:
        return UNKNOWN
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return UNKNOWN
    # base64, rot13 and their like are codecs too, but of no charset.
    return found.name if getattr(found, "_is_text_encoding", False) else UNKNOWN
