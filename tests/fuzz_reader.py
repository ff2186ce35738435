"""Fuzz the Reader: mails of the corpora, taken apart and put together wrongly, by hypothesis. `make fuzz SECONDS=3600`.

Of each mail: no exception, bounded time, every span inside its text, text that a database takes, the same Reading from
the same bytes, and a decision from it. What fails is shrunk, kept in build/fuzz as a file and named once; the program
then goes on. A find becomes a case of tests/core/test_reader_finds.py.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import quopri
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from optout_daemon.core.model import Customer, FieldName, Part, Reading
from optout_daemon.core.reading import Reader
from tests import corpora
from tests.clerk import SETTINGS, customers, judge

SECONDS_EACH: Final = 10
"""Of processor time, for one mail of ordinary size; the product's own limit is 20 on the clock."""
ROUND: Final = 300
LONGEST: Final = 400_000

CHARSETS: Final = (
    *(b"utf-8", b"iso-2022-jp", b"shift_jis", b"euc-jp", b"cp932", b"us-ascii", b"iso-8859-1", b"windows-1252"),
    *(
        b"gb2312",
        b"ks_c_5601-1987",
        b"utf-7",
        b"utf-16",
        b"iso-2022-kr",
        b"hz",
        b"unknown-8bit",
        b"x",
        b"",
        b'"',
        b"utf-8''",
    ),
)
TYPES: Final = (
    *(b"text/plain", b"text/html", b"text/enriched", b"message/rfc822", b"message/delivery-status", b"multipart/mixed"),
    *(b"multipart/alternative", b"multipart/related", b"multipart/digest", b"multipart/report; report-type=x"),
    *(b"application/pdf", b"text", b"/", b"", b"multipart/mixed; boundary=", b"text/plain; format=flowed; delsp=yes"),
)
ENCODINGS: Final = (b"7bit", b"8bit", b"base64", b"quoted-printable", b"x-uuencode", b"binary", b"", b"BASE64\r\n x")
HEADERS: Final = (
    *(b"From", b"To", b"Cc", b"Reply-To", b"Subject", b"Date", b"Message-ID", b"References", b"In-Reply-To", b"Sender"),
    *(b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition", b"Auto-Submitted", b"Return-Path"),
    *(
        b"Authentication-Results",
        b"Precedence",
        b"List-Id",
        b"X-Spam-Flag",
        b"Delivered-To",
        b"X-Loop",
        b"MIME-Version",
    ),
)
SCRAPS: Final = (
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b"\x1b$B",
        b"\x1b(B",
        b"\x1b(J",
        b"\x1b$(D",
        b"\x0e",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ),
    *(
        b"\xed\xa0\x80",
        b"\xed\xb0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\x80",
        b"\xe2\x80\xae",
        b"\xe2\x80\x8b",
        b"\xe2\x80\xa9",
    ),
    *(
        b"\xcc\x88" * 30,
        b"\xef\xbd\x9e",
        b"\x81\x60",
        b"\xfc\xfc",
        b"\x8f\xa2\xb7",
        b"=?utf-8?B?",
        b"?=",
        b"=?x?q?=0D=0A?=",
    ),
    *(
        b"=?iso-2022-jp?B?GyRC?=",
        b"=?utf-8?Q?=ED=A0=80?=",
        b"<",
        b"<!--",
        b"<table><tr><td>",
        b"</td>",
        b"&#0;",
        b"&#xD800;",
    ),
    *(
        b"&#x110000;",
        b"<br>" * 40,
        b"<style>",
        b"<![CDATA[",
        b"<blockquote>" * 30,
        b">" * 50,
        b"> ",
        b"-- \r\n",
        b"--b\r\n",
    ),
    *(
        b"-----Original Message-----\r\n",
        b"\xe2\x80\x8f12345678",
        b"(" * 40,
        b'"',
        b"\\",
        b"@",
        b",",
        b";",
        b":",
        b"1.",
        b"\xef\xbc\x91",
    ),
    *(
        "お客様番号：".encode(),
        "氏名".encode(),
        "住所 ".encode(),
        "停止してください。".encode(),
        "②".encode(),
        "㍻".encode(),
    ),
    *(
        "ﷺ".encode(),
        "İ".encode(),
        "ß".encode(),
        "ﾊﾞ".encode(),
        "ｶﾞ".encode(),
        "\u3099".encode(),
        "𠮷".encode(),
        "\U000e0041".encode(),
    ),
    *(
        b"Customer number: ",
        b"Name:",
        b"Address:",
        b"please stop ",
        b"not ",
        b"unless ",
        b"0" * 60,
        b"x" * 3_000,
        b" " * 3_000,
    ),
)

Mutation = Callable[[bytes, random.Random, bytes], bytes]


def _head_and_body(raw: bytes) -> tuple[list[bytes], bytes]:
    """Header fields with their folded lines, and the body; newlines stay as they are."""
    head, _, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
    fields: list[bytes] = []
    for line in head.splitlines():
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += b"\r\n" + line
        else:
            fields.append(line)
    return fields, body


def _mail(fields: Sequence[bytes], body: bytes) -> bytes:
    return b"\r\n".join(fields) + b"\r\n\r\n" + body


def _place(raw: bytes, chance: random.Random) -> int:
    return chance.randrange(len(raw) + 1)


def insert(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    at = _place(raw, chance)
    return raw[:at] + chance.choice(SCRAPS) * chance.choice((1, 1, 1, 3, 40)) + raw[at:]


def cut(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    start = _place(raw, chance)
    return raw[:start] + raw[start + chance.choice((1, 2, 10, 300, len(raw))) :]


def double(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    start = _place(raw, chance)
    piece = raw[start : start + chance.choice((1, 10, 100, 1000))]
    return raw[:start] + piece * chance.choice((2, 3, 200)) + raw[start:]


def flip(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 5, 50))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def splice(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    return raw[: _place(raw, chance)] + other[_place(other, chance) :]


def newlines(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    plain = raw.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", chance.choice((b"\r", b"\n", b"\r\n", b"\r\r\n", b"\n\r")))


def header(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """One header lost, doubled, changed or added."""
    fields, body = _head_and_body(raw)
    at = chance.randrange(len(fields) + 1)
    kind = chance.randrange(4)
    value = b"".join(
        chance.choice((*SCRAPS, b"a@example.com", b"<x@example.com>", b"no")) for _ in range(chance.randrange(5))
    )
    if kind == 0:
        fields[at : at + 1] = []
    elif kind == 1:
        fields[at:at] = fields[at : at + 1] * 2
    elif kind == 2 and at < len(fields):
        name, _, before = fields[at].partition(b":")
        fields[at] = name + b":" + before[: _place(before, chance)] + value
    else:
        fields.insert(at, chance.choice(HEADERS) + b": " + value)
    return _mail(fields, body)


def relabel(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """Another type, charset or encoding than that of the bytes."""
    fields, body = _head_and_body(raw)
    kind = chance.randrange(2)
    name = (b"content-type", b"content-transfer-encoding")[kind]
    fields = [one for one in fields if not one.lower().startswith(name + b":")]
    value = chance.choice(ENCODINGS)
    if kind == 0:
        value = chance.choice(TYPES) + b"; charset=" + chance.choice(CHARSETS)
    return _mail([*fields, name + b": " + value], body)


def recode(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """The body's text in other bytes, rightly or wrongly labelled."""
    fields, body = _head_and_body(raw)
    name = chance.choice(("utf-8", "iso2022_jp", "cp932", "euc_jp", "utf-16", "utf-7", "gb18030"))
    coded = body.decode("utf-8", "replace").encode(name, "replace")
    way = chance.randrange(3)
    coded = (coded, base64.encodebytes(coded), quopri.encodestring(coded))[way]
    fields = [one for one in fields if not one.lower().startswith(b"content-t")]
    encoding = (b"8bit", b"base64", b"quoted-printable")[way]
    kind = b"Content-Type: " + chance.choice(TYPES[:2]) + b"; charset=" + chance.choice((name.encode(), *CHARSETS))
    return _mail([*fields, kind, b"Content-Transfer-Encoding: " + encoding], coded)


def wrap(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """The mail as a part or an attachment, beside another one's."""
    fields, body = _head_and_body(raw)
    inner = [one for one in fields if one.lower().startswith(b"content-")]
    outer = [one for one in fields if not one.lower().startswith(b"content-")]
    kind = chance.choice((b"mixed", b"alternative", b"related", b"report", b"digest", b"signed"))
    parts = [_mail(inner, body), _mail([b"Content-Type: message/rfc822"], other), _mail(*_head_and_body(other))]
    chance.shuffle(parts)
    edge = chance.choice((b"b", b"--", b"=_x", b"b" * 200))
    whole = b"".join(b"--" + edge + b"\r\n" + part + b"\r\n" for part in parts[: chance.randrange(4)])
    end = chance.choice((b"--" + edge + b"--\r\n", b"", b"--" + edge + b"\r\n"))
    return _mail([*outer, b"Content-Type: multipart/" + kind + b'; boundary="' + edge + b'"'], whole + end)


def quote(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """An answer above, below or between a quotation, or an answer to one's own answer."""
    fields, body = _head_and_body(raw)
    lines = body.splitlines()[:200]
    before = [chance.choice((b"> ", b">> ", b"| ", "＞".encode(), b"    ")) + line for line in lines]
    said = _head_and_body(other)[1].splitlines()[:100]
    chosen = chance.choice(
        ((said, before), (before, said), (lines, said, before), (said, [chance.choice(SCRAPS)], lines))
    )
    return _mail(fields, b"\r\n".join(line for block in chosen for line in block))


def scatter(raw: bytes, chance: random.Random, other: bytes) -> bytes:
    """One scrap between all words, or instead of a space."""
    fields, body = _head_and_body(raw)
    scrap = chance.choice(SCRAPS)[:12]
    return _mail(fields, body[:20_000].replace(chance.choice((b" ", b"\n", b"\xe3", b":", b"1")), scrap))


MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(insert, cut, double, flip, splice, newlines, header, header, relabel, recode, wrap, quote, scatter),
)


class TooSlow(BaseException):
    """One mail took longer than SECONDS_EACH; no `except Exception` stops it."""


def _alarm(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def fault(reader: Reader, raw: bytes, directory: dict[str, Customer], *, twice: bool = True) -> str | None:
    """What is wrong with how this mail is read: a name by which equal faults are counted once; None if nothing is."""
    signal.signal(signal.SIGPROF, _alarm)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_EACH)
    try:
        reading = reader.read(raw)
        judge(reader, raw, directory)
        if twice and reader.read(raw) != reading:
            return "reads differently the second time"
    except (Exception, TooSlow) as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "optout_daemon" in f.filename]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "outside"
        return f"{type(error).__name__} in {where}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return wrong(reading, raw)


def wrong(reading: Reading, raw: bytes) -> str | None:
    """What in a Reading cannot be."""
    if reading.digest != hashlib.sha256(raw).hexdigest():
        return "digest of other bytes"
    texts = {Part.SUBJECT: reading.subject, Part.TEXT: reading.text}
    for one in reading.fields:
        if one.span is not None and not 0 <= one.span.start <= one.span.end <= len(texts[one.span.part]):
            return f"span of {one.name.value} outside its text"
        if one.name not in FieldName or not one.value:
            return f"{one.name.value} without a value"
    at = 0
    for segment in reading.segments:
        if not at <= segment.start <= segment.end <= len(reading.text):
            return "segments overlap or leave the text"
        at = segment.end
    envelope = reading.envelope
    strings = {"subject": reading.subject, "text": reading.text, "author": envelope.author or ""}
    strings |= {"author's name": envelope.author_name, "author as given": envelope.author_as_given}
    strings |= {"Message-ID": envelope.message_id or "", "Reply-To": envelope.reply_to_as_given}
    strings |= {"references": " ".join(envelope.references), "fields": " ".join(one.value for one in reading.fields)}
    for name, string in strings.items():
        if any("\ud800" <= char <= "\udfff" or char == "\0" for char in string):
            return f"a character in the {name} that no database takes"
    return None


@dataclass
class Run:
    """The figures of one run."""

    until: float
    executions: int = 0
    slowest: float = 0.0
    finds: dict[str, bytes] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)


def mails() -> list[bytes]:
    """What is mutated: every corpus that lies here."""
    files = [file for name in corpora.names() for file in sorted(corpora.corpus(name).mails.glob("*.eml"))]
    files += sorted((corpora.PRACTICE / "real").glob("*.eml"))
    return [raw for raw in (file.read_bytes() for file in files) if len(raw) < LONGEST // 4]


def steps() -> st.SearchStrategy[list[tuple[int, int]]]:
    """Which mutations in which order, each with the seed of its choices: few steps are what shrinking finds."""
    return st.lists(st.tuples(st.integers(0, len(MUTATIONS) - 1), st.integers(0, 2**32 - 1)), min_size=1, max_size=6)


def mutated(sources: Sequence[bytes], base: int, changes: Sequence[tuple[int, int]]) -> bytes:
    raw = sources[base]
    for kind, chance_seed in changes:
        chance = random.Random(chance_seed)
        raw = MUTATIONS[kind](raw, chance, chance.choice(sources))[:LONGEST]
    return raw


def run(seconds: float, first_seed: int, folder: Path) -> Run:
    """Fuzz for so long; each find is written to `folder` and printed at once."""
    sources, reader = mails(), Reader(SETTINGS)
    directory = customers(corpora.own().customers)
    done = Run(time.monotonic() + seconds)
    number = 0
    while time.monotonic() < done.until:
        last: list[tuple[str, bytes]] = []

        @seed(first_seed + number)
        @settings(
            max_examples=ROUND,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(st.integers(0, len(sources) - 1), steps())
        def one(base: int, changes: list[tuple[int, int]]) -> None:
            if time.monotonic() > done.until:
                return
            raw = mutated(sources, base, changes)
            began = time.process_time()
            found = fault(reader, raw, directory, twice=done.executions % 20 == 0)
            done.executions += 1
            done.slowest = max(done.slowest, time.process_time() - began)
            if found is not None and found not in done.known:
                last.append((found, raw))  # noqa: B023 (called within the same turn)
                raise AssertionError(found)

        number += 1
        try:
            one()
        except BaseException as error:
            if not last or isinstance(error, KeyboardInterrupt):
                raise
            for name in {name for name, _ in last}:
                raw = min((raw for found, raw in last if found == name), key=len)
                done.known.add(name)
                done.finds[name] = raw
                folder.mkdir(parents=True, exist_ok=True)
                file = folder / f"{hashlib.sha256(raw).hexdigest()[:12]}.eml"
                file.write_bytes(raw)
                print(f"found after {done.executions} mails: {name}: {file}", flush=True)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    done = run(asked.seconds, asked.seed, asked.folder)
    print(f"{done.executions} mails read, {len(done.finds)} finds, the slowest {done.slowest:.1f} s of processor time")
    return 1 if done.finds else 0


if __name__ == "__main__":
    sys.exit(main())
