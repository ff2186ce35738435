"""Cut one raw mail down to what a reader can afford, before any parser sees it.

Only linear scans over bytes. Headers keep their first 256 KB, and 16 KB each; bodies that nobody will read keep
their beginning; a mail with more parts or levels than any person's keeps its headers alone. The reader's promise
(20 s, 512 MB) rests on this module: the standard library's parser copies a 25 MB attachment several times, and
reads a Content-Type of 50,000 parameters in quadratic time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HEADER_BLOCK: Final = 262_144
ONE_HEADER: Final = 16_384
TEXT_KEPT: Final = 1_048_576
"""Bytes kept of one text part, still encoded."""
OTHER_KEPT: Final = 65_536
PARTS: Final = 500
LEVELS: Final = 30
TOTAL: Final = 4_194_304
SMALL: Final = 131_072
SIZE_HEADER: Final = "X-Optout-Original-Size"
"""Stands in the header of a part that was cut; says how long its body was."""

_BOUNDARY: Final = re.compile(
    rb'boundary(?:\*0?\*?)?[ \t]{0,8}=\s{0,8}(?:"([^"\r\n]{1,250})"|([^\s";]{1,250}))', re.IGNORECASE
)
_ATTACHED: Final = re.compile(rb"^content-type[ \t]*:[ \t]*message/", re.IGNORECASE | re.MULTILINE)
_IS_TEXT: Final = re.compile(rb"^content-type[ \t]*:\s{0,8}text/(?:plain|html)", re.IGNORECASE | re.MULTILINE)
_HAS_TYPE: Final = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What to parse. `problem` names the limit that was exceeded; then `raw` is only the headers, unless a text
    or the header block alone was cut."""

    raw: bytes
    problem: str = ""
    headers_only: bool = False


def header_end(raw: bytes, start: int = 0) -> tuple[int, int]:
    """(end of the headers, start of the body); the first blank line parts them, whatever the newlines are."""
    if raw[start : start + 1] in (b"\n", b"\r"):
        return start, start + (2 if raw[start : start + 2] == b"\r\n" else 1)
    best = (len(raw), len(raw))
    for blank in (b"\n\r\n", b"\n\n", b"\r\r"):
        # The next one is searched only before the best so far.
        at = raw.find(blank, start, min(len(raw), best[0] + len(blank)))
        if 0 <= at < best[0]:
            best = (at + 1, at + len(blank))
    return best


def _cut_headers(head: bytes) -> bytes:
    """The header block within its limits; a long header loses its end, not the ones after it."""
    kept: list[bytes] = []
    size = length = 0
    for line in head.splitlines(keepends=True):
        size += len(line)
        if size > HEADER_BLOCK:
            break
        if line[:1] in (b" ", b"\t"):
            length += len(line)
            if length > ONE_HEADER:
                continue
        else:
            length = len(line)
            if length > ONE_HEADER:
                line = line[:ONE_HEADER].rstrip(b"\r\n") + b"\n"
        kept.append(line)
    return b"".join(kept)


def trim(raw: bytes) -> Trimmed:
    """`raw` within the limits. Mail of ordinary size is returned as it is."""
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    if raw.count(b"\n") * 200 < raw.count(b"\r"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")  # newlines that are CR alone
    end, body = header_end(raw)
    problem = ""
    if end > ONE_HEADER:
        head = _cut_headers(raw[:end])
        problem = "headers over the limit" if end > HEADER_BLOCK else ""
        raw = head + b"\n" + raw[body:]
        end = len(head)
    if len(raw) <= SMALL and raw.count(b"\n--") <= PARTS and _levels(raw) <= LEVELS:
        return Trimmed(raw, problem)
    if len(_ATTACHED.findall(raw[: 2 * TOTAL])) > PARTS:
        return Trimmed(raw[:end], "nested too deeply", headers_only=True)
    return _trim_parts(raw, end, problem)


def _levels(raw: bytes) -> int:
    """Attached messages of a small mail, or an upper bound of them where that is low enough."""
    types = raw.lower().count(b"content-type")
    return types if types <= LEVELS else len(_ATTACHED.findall(raw))


def _trim_parts(raw: bytes, end: int, problem: str) -> Trimmed:
    names = set()
    for match in _BOUNDARY.finditer(raw[: 8 * TOTAL]):
        names.add((match[1] or match[2]).rstrip())
        if len(names) > PARTS:
            return Trimmed(raw[:end], "too many parts", headers_only=True)
    cuts = _delimiters(raw, end, names)
    if isinstance(cuts, str):
        return Trimmed(raw[:end], cuts, headers_only=True)
    if cuts:
        preamble = raw[end : cuts[0][0]]
        out = [raw[:end], preamble if len(preamble) <= OTHER_KEPT else preamble[:OTHER_KEPT] + b"\n"]
    else:
        out, cuts = [], [(0, 0)]
    for number, (start, after) in enumerate(cuts):
        stop = cuts[number + 1][0] if number + 1 < len(cuts) else len(raw)
        segment, cut_text = _trim_segment(raw, after, stop)
        out += [raw[start:after], segment]
        if cut_text:
            problem = problem or "text over the limit"
    whole = b"".join(out)
    if len(whole) > TOTAL:
        return Trimmed(whole[:TOTAL], problem or "text over the limit")
    return Trimmed(whole, problem)


def _delimiters(raw: bytes, end: int, names: set[bytes]) -> list[tuple[int, int]] | str:
    """(start, end) of every boundary line; or which limit their number or nesting exceeds."""
    found: list[tuple[int, int]] = []
    stack: list[bytes] = []
    at = raw.find(b"\n--", max(0, end - 1))
    while at >= 0 and names:
        stop = raw.find(b"\n", at + 1, at + 300)
        stop = min(len(raw), at + 300) if stop < 0 else stop + 1
        name = raw[at + 3 : stop].rstrip()
        closing = name not in names and name.endswith(b"--") and name[:-2] in names
        name = name[:-2] if closing else name
        if name in names:
            found.append((at + 1, stop))
            if name in stack:
                del stack[stack.index(name) + (0 if closing else 1) :]
            elif not closing:
                stack.append(name)
            if len(found) > PARTS:
                return "too many parts"
            if len(stack) > LEVELS:
                return "nested too deeply"
        at = raw.find(b"\n--", stop - 1)
    return found


def _trim_segment(raw: bytes, start: int, stop: int) -> tuple[bytes, bool]:
    """One part (headers and body), its body cut; and whether what was cut is text."""
    if stop - start <= OTHER_KEPT:
        return raw[start:stop], False
    end, body = header_end(raw[start : min(stop, start + HEADER_BLOCK)])
    head = raw[start : start + end]
    if end > ONE_HEADER:
        head = _cut_headers(head)
    text = bool(_IS_TEXT.search(head)) or not _HAS_TYPE.search(head)
    kept = TEXT_KEPT if text else OTHER_KEPT
    size = stop - start - body
    if size <= kept:
        return head + raw[start + end : stop], False
    if head and not head.endswith((b"\n", b"\r")):
        head += b"\n"
    cut = raw[start + body : start + body + kept]
    cut = cut[: cut.rfind(b"\n") + 1] or cut
    return head + f"{SIZE_HEADER}: {size}\n\n".encode("ascii") + cut + b"\n", text
