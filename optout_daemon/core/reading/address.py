"""Read address headers leniently: RFC 5322 and what is really sent.

The old carriers' `abc..def.@docomo.ne.jp`, unquoted commas in names, raw Japanese names, groups, comments and routes
are read; nothing raises. An address is what stands in angle brackets where there are any: in
`From: victim@example.jp <attacker@evil.example>` it is the attacker's. Linear in the header, which is capped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import idna

from optout_daemon.core.reading.charset import as_bytes, decode_header, unfold

LIMIT: Final = 32_768
"""Characters of one header that are looked at."""
MOST: Final = 500
"""Addresses taken from one header."""

ORDINARY: Final = re.compile(r"[A-Za-z0-9][\w.+-]{0,100}@[A-Za-z0-9.-]{1,200}[A-Za-z0-9]", re.ASCII)
"""Addresses whose comparable form is their lower case."""
_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.){0,1000})"|<([^<>]{0,1000})>|[(),;:]|[^\s"<>(),;:]+|\s+|.', re.DOTALL)
_PLAIN: Final = re.compile(
    r'(?:[^\s@<>(),;:"\\\x00-\x1f\x7f]{1,254}|"[^"\\\x00-\x1f\x7f]{1,254}")@[^\s@<>(),;:"\\\x00-\x1f\x7f]{1,254}'
)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: the display name, decoded, and the address as given ("" for `<>`)."""

    name: str
    address: str

    @property
    def plain(self) -> bool:
        """Whether it has a local part and a domain and nothing that could carry a second address or header."""
        return len(self.address) <= 320 and _PLAIN.fullmatch(self.address) is not None

    @property
    def local_part(self) -> str:
        """Lower case, without quotes."""
        return self.address.rpartition("@")[0].strip('"').lower() or self.address.lower()


class _Piece:
    """What has been read since the last comma."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def addresses(self) -> list[Address]:
        """None for a piece that is only a name: an unquoted comma stood in it."""
        if self.angle is not None:
            name = "".join(self.words) if "".join(self.words).strip() else " ".join(self.comments)
            return [Address(_name(name), _bare(self.angle))]
        found = [word for word in self.words if "@" in word]
        rest = "".join(word for word in self.words if "@" not in word)
        name = rest if rest.strip() else " ".join(self.comments)
        return [Address(_name(name) if len(found) == 1 else "", _bare(word)) for word in found]


def _name(raw: str) -> str:
    return decode_header(raw).text.strip("\"' ")


def _bare(raw: str) -> str:
    """Without route (RFC 5322, section 4.4), blanks and `mailto:`."""
    text = raw.strip()
    if text.startswith("@") and ":" in text:
        text = text.partition(":")[2]
    if text[:7].lower() == "mailto:":
        text = text[7:]
    return text.strip()


def _comment_end(text: str, start: int) -> int:
    """Position after the comment that opens at `start`; an unclosed one takes the rest."""
    depth, at = 0, start
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return len(text)


def _readable(raw: str | bytes) -> str:
    """Unfolded text in which no byte of a Japanese character can be taken for a comma or a bracket."""
    data = unfold(as_bytes(raw[:LIMIT]))
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    return decode_header(data).text


def parse(raw: str | bytes) -> tuple[Address, ...]:
    """Every mailbox of one address header, in order. Groups are opened; `undisclosed-recipients:;` has none."""
    text = _readable(raw)
    found: list[Address] = []
    piece = _Piece()
    at = 0
    while at < len(text) and len(found) < MOST:
        token = _TOKEN.match(text, at)
        if token is None:
            break
        at = token.end()
        word = token[0]
        if word == "(":
            end = _comment_end(text, at - 1)
            piece.comments.append(text[at : end - 1])
            at = end
        elif word in (",", ";"):
            if addresses := piece.addresses():
                found += addresses
                piece = _Piece()
            elif word == ";":
                piece = _Piece()
            else:
                piece.words.append(", ")
        elif word == ":" and piece.angle is None and not any("@" in known for known in piece.words):
            piece = _Piece()  # a group's name
        elif token[2] is not None:
            if piece.angle is not None:
                found += piece.addresses()
                piece = _Piece()
            piece.angle = token[2]
        elif token[1] is not None:
            if text[at : at + 1] == "@":  # a quoted local part
                domain = _TOKEN.match(text, at)
                at = domain.end() if domain is not None else at + 1
                piece.words.append(f'"{token[1]}"{domain[0] if domain is not None else "@"}')
            else:
                # A quoted address is a name; decoded before it is taken for anything else.
                piece.words.append(re.sub(r"\\(.)", r"\1", token[1]).replace("@", "\uff20"))
        else:
            piece.words.append(word)
    found += piece.addresses()
    return tuple(found[:MOST])


def comparable(address: str) -> str:
    """The form in which addresses are compared: trimmed, lower case, the domain as IDNA A-labels, no final dot.

    A quoted local part that needs no quotes loses them (RFC 5321, section 4.1.2). Never raises: what is no
    address is only trimmed and lowered.
    """
    if ORDINARY.fullmatch(address):  # nearly all
        return address.lower()
    text = address.strip().strip("<>").strip().lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    if len(local) > 2 and local[0] == local[-1] == '"' and not set(local[1:-1]) & set('"\\ @,;:<>()[]'):
        local = local[1:-1]
    domain = domain.rstrip(".")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return f"{local}@{domain}"
    return f"{local}@{domain}"
