"""Mail made to stop, swell or mislead its reader; each is made when it is asked for.

`HOSTILE` holds them by name. Each is at most some 35 MB; what is in it is invented.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from typing import Final

HEAD: Final = b"From: a@example.com\r\nTo: desk@example.jp\r\nSubject: stop\r\nMIME-Version: 1.0\r\n"
PLAIN: Final = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML: Final = b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def nested_multiparts(levels: int) -> bytes:
    out = HEAD
    for level in range(levels):
        out += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
    return out + PLAIN + b"deep\r\n" + b"".join(b"--b%d--\r\n" % level for level in reversed(range(levels)))


def nested_messages(levels: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * levels + PLAIN + b"deep\r\n"


def parts(number: int) -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (b"--b\r\n" + PLAIN + b"x\r\n") * number
        + b"--b--\r\n"
    )


def parts_in_one_line_each(number: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * number


def attached(kind: bytes, size: int) -> bytes:
    body = base64.encodebytes(bytes(range(256)) * (size // 256))
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        + PLAIN
        + b"please stop\r\n--b\r\nContent-Type: "
        + kind
        + b'; name="x.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + body
        + b"\r\n--b--\r\n"
    )


def zip_bomb() -> bytes:
    """Zeros packed three times over, attached: some kilobytes that become a terabyte where somebody unpacks them."""
    inner = b"\0" * 4_000_000
    for _ in range(3):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(40):
                archive.writestr(str(number), inner)
        inner = packed.getvalue()
    return attached(b"application/zip", 0).replace(b"\r\n--b--", base64.encodebytes(inner) + b"\r\n--b--")


def letter(head: bytes, text: bytes) -> bytes:
    """A plain mail with one header in place of the usual ones of its name."""
    name = head.partition(b":")[0].lower() + b":"
    kept = [line for line in HEAD.splitlines(keepends=True) if not line.lower().startswith(name)]
    return head + b"\r\n" + b"".join(kept) + PLAIN + text


HOSTILE: Final[dict[str, Callable[[], bytes]]] = {
    "10 MB of one header": lambda: b"X-Fill: " + b"x" * 10_000_000 + b"\r\n" + HEAD + PLAIN + b"stop",
    "10 MB of header lines": lambda: HEAD + b"X: y\r\n" * 1_700_000 + PLAIN + b"stop",
    "10 MB of folded header": lambda: b"X-Fill:" + b" y\r\n" * 2_500_000 + HEAD + PLAIN + b"stop",
    "1 MB subject of encoded words": lambda: (
        b"Subject:" + b" =?utf-8?Q?=E5=81=9C?=\r\n" * 40_000 + HEAD + PLAIN + b"stop"
    ),
    "words that never end": lambda: b"Subject: " + b"=?a?Q?" * 40_000 + b"\r\n" + HEAD + PLAIN + b"stop",
    "100,000 recipients": lambda: (
        b"To: " + b"somebody@example.com,\r\n " * 100_000 + b"x@example.com\r\n" + HEAD + PLAIN + b"stop"
    ),
    "authors without end": lambda: b"From: " + b'"(<a@b,' * 30_000 + b"\r\n" + PLAIN + b"stop",
    "20,000 nested comments": lambda: b"From: " + b"(" * 20_000 + b"a@example.com\r\n" + PLAIN + b"stop",
    "50,000 Content-Type parameters": lambda: HEAD + b"Content-Type: text/plain" + b"; a=b" * 50_000 + b"\r\n\r\nstop",
    "50,000 parameters of a part": lambda: (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain"
        + b"; a=b" * 50_000
        + b"\r\n\r\nx"
    ),
    "1,000 levels of multipart": lambda: nested_multiparts(1000),
    "400 levels of multipart": lambda: nested_multiparts(400),
    "1,000 levels of message/rfc822": lambda: nested_messages(1000),
    "300 levels of message/rfc822": lambda: nested_messages(300),
    "20,000 parts": lambda: parts(20_000),
    "100,000 empty parts": lambda: parts_in_one_line_each(100_000),
    "40,000 nested tags": lambda: HEAD + HTML + b"<div>" * 40_000 + b"stop" + b"</div>" * 40_000,
    "formatting that never closes": lambda: HEAD + HTML + b"".join(b"<p><i a=%d></b></p>" % n for n in range(20_000)),
    "comments that never close": lambda: HEAD + HTML + b"<!--" * 200_000,
    "1 MB of <": lambda: HEAD + HTML + b"<" * 1_000_000,
    "100,000 table cells": lambda: HEAD + HTML + b"<table>" + b"<tr><td>a<td>b" * 50_000 + b"</table>",
    "a row in a row": lambda: HEAD + HTML + b"<table><tr><td>x</td><td>" * 490 + b"y",
    "50,000 definitions": lambda: HEAD + HTML + b"<dl><dt>a" + b"<dd>b" * 50_000,
    "NUL": lambda: HEAD + PLAIN + b"\0" * 1_000_000 + b"stop",
    "escapes without end": lambda: HEAD + PLAIN + b"\x1b$B" * 300_000,
    "JIS without escapes or end": lambda: HEAD + PLAIN + b"$B" * 400_000 + b"(B",
    "8-bit noise": lambda: HEAD + b"\r\n" + bytes(range(128, 256)) * 8_000,
    "lines of nothing": lambda: HEAD + PLAIN + b"\r\n" * 2_000_000,
    "flowed without end": lambda: (
        HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"> \r\n>> x \r\n" * 80_000
    ),
    "one line of 10 MB": lambda: HEAD + PLAIN + b"x" * 10_000_000,
    "25 MB attached": lambda: attached(b"application/zip", 25_000_000),
    "25 MB attached as text": lambda: attached(b"text/plain", 25_000_000),
    "25 MB as the body": lambda: HEAD + b"Content-Type: application/pdf\r\n\r\n" + b"A" * 76 * 330_000,
    "25 MB before the first part": lambda: attached(b"x/y", 256).replace(
        b"--b\r\n", b"x" * 25_000_000 + b"\r\n--b\r\n", 1
    ),
    "boundaries of a thousand names": lambda: HEAD + b"".join(b'boundary="%d"\r\n' % n for n in range(30_000)) + PLAIN,
    "a boundary that is a prefix of all": lambda: (
        HEAD + b'Content-Type: multipart/mixed; boundary="-"\r\n\r\n' + b"---\r\n" * 90_000
    ),
    "a zip bomb attached": zip_bomb,
    "lone surrogates": lambda: HEAD + PLAIN + b"\xed\xa0\x80\xed\xb0\x80 please stop " * 30_000,
    "lone surrogates in the subject": lambda: letter(
        b"Subject: =?utf-8?B?7aCA7bCA?= =?utf-7?Q?+2AA-?= \xed\xa0\x80", b"stop"
    ),
    "bidi and zero-width characters": lambda: (
        HEAD + PLAIN + "Customer number: \u202e7654\u200b3210\u202c\u2066\u2069\u200f\ufeff\u00ad\n".encode() * 20_000
    ),
    "200,000 combining marks": lambda: HEAD + PLAIN + b"a" + "\u0308\u3099".encode() * 90_000,
    "100,000 half-width marks": lambda: HEAD + PLAIN + b"a" + "\uff9e\u0308".encode() * 50_000,
    "CR LF in an encoded subject": lambda: letter(b"Subject: =?utf-8?Q?stop=0D=0ABcc:_victim@example.com?=", b"stop"),
    "CR LF in an encoded author": lambda: letter(
        b"From: =?utf-8?B?YQ0KQmNjOiB2aWN0aW1AZXhhbXBsZS5jb20=?= <a@example.com>", b"stop"
    ),
    "CR LF in an encoded Reply-To": lambda: letter(
        b"Reply-To: =?utf-8?Q?a=0D=0ABcc:_victim@example.com?= <b@example.com>", b"stop"
    ),
    "two authors": lambda: letter(b"From: a@example.com, b@example.com", b"please stop the catalogues"),
    "two From headers": lambda: letter(b"From: a@example.com\r\nFrom: b@example.com", b"please stop the catalogues"),
    "a NUL in the author's address": lambda: letter(b"From: <a\0@example.com>", b"please stop the catalogues"),
    "no header at all": lambda: b"\r\nplease stop",
    "nothing": lambda: b"\r\n",
    "100,000 labels": lambda: HEAD + PLAIN + b"Customer number: 1\nName: a\nAddress: b\n" * 5_000,
    "a million digits": lambda: HEAD + PLAIN + b"Customer number: " + b"1" * 190_000,
    "numbers without end": lambda: HEAD + PLAIN + b"12345678 87654321 " * 10_000,
    "negations without end": lambda: HEAD + PLAIN + b"do not not stop unless not never " * 6_000,
    "one sentence of 190,000 characters": lambda: (
        HEAD + PLAIN + "\u505c\u6b62\u3057\u3066\u306a\u3044".encode() * 38_000
    ),
    "capital words in one line that folds unevenly": lambda: (
        HEAD + HTML + "I am Failed Delivery To the Mail\uff1e delivered to Some Body 5 ".encode() * 3_000
    ),
    "quotations of quotations": lambda: HEAD + PLAIN + b"".join(b">" * (n % 500) + b" stop\r\n" for n in range(1_500)),
    "50,000 references": lambda: b"References:" + b" <a@example.com>" * 50_000 + b"\r\n" + HEAD + PLAIN + b"stop",
    "50,000 signatures": lambda: HEAD + PLAIN + b"-- \r\nx\r\n" * 30_000,
    "40,000 nested lists and quotations": lambda: HEAD + HTML + b"<ul><li><blockquote>" * 40_000 + b"stop",
    "one attribute of 1 MB": lambda: HEAD + HTML + b'<p style="' + b"a:b;" * 250_000 + b'">stop',
    "100,000 entities": lambda: HEAD + HTML + b"&#0;&#xD800;&#x110000;&nbsp;&zwnj;" * 20_000 + b"stop",
}
