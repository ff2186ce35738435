"""Mail made to stop or swell its reader: each within 20 s and 512 MB of address space, in a process of its own.

The two figures are the product's promise; a reader that keeps them cannot be killed by one mail.
"""

from __future__ import annotations

import base64
import resource
import subprocess
import sys
from collections.abc import Callable

import pytest

MEMORY = 512 * 1024 * 1024
SECONDS = 20

HEAD = b"From: a@example.com\r\nTo: desk@example.jp\r\nSubject: stop\r\nMIME-Version: 1.0\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"


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


HOSTILE: dict[str, Callable[[], bytes]] = {
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
}

CHILD = """
import sys
from optout_daemon.core.reading import mime
from optout_daemon.core.reading.settings import ReaderSettings
mail = mime.parse(sys.stdin.buffer.read(), ReaderSettings(own_addresses=("desk@example.jp",)))
assert mail.text == mail.text.encode().decode() and "\\0" not in mail.text
print("read" if mail.readable else mail.unreadable_because)
"""


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_reader_survives(name: str) -> None:
    """Ends within its time and memory, and says whether there was something to read."""
    raw = HOSTILE[name]()
    child = subprocess.run(
        [sys.executable, "-c", CHILD], input=raw, capture_output=True, timeout=SECONDS, preexec_fn=limit, check=False
    )

    assert (0, b"") == (child.returncode, child.stderr[-300:])
    assert child.stdout.strip() != b"broken", "it should be bounded, not saved by an exception"


def test_what_was_cut_is_not_judged() -> None:
    """Half a mail may lack the half that says "do not"; it waits for a person."""
    from optout_daemon.core.reading import mime
    from optout_daemon.core.reading.settings import ReaderSettings

    cut = ["10 MB of header lines", "20,000 parts", "40,000 nested tags", "one line of 10 MB"]

    assert [False] * 4 == [mime.parse(HOSTILE[name](), ReaderSettings()).readable for name in cut]


def test_a_large_attachment_does_not_hide_the_text() -> None:
    """A photo of 25 MB beside three lines is ordinary mail."""
    from optout_daemon.core.reading import mime
    from optout_daemon.core.reading.settings import ReaderSettings

    mail = mime.parse(HOSTILE["25 MB attached"](), ReaderSettings())

    assert ("please stop", True) == (mail.text, mail.readable)
    assert 25_000_000 < mail.attachments[0].size
