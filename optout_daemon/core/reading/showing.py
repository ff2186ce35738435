"""Take a mail apart for a person to look at: headers, the HTML without anything that acts or loads, attachments.

Nothing here is judged. It works on a stranger's bytes and belongs into a reader process, within its limits.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final

import nh3

from optout_daemon.core.reading.body import text_of
from optout_daemon.core.reading.charset import decode_header
from optout_daemon.core.reading.clean import clean_line

PARTS: Final = 500
HEADERS: Final = 300
HTML: Final = 500_000
"""Characters of HTML that are shown."""
NESTING: Final = 200
"""Elements inside each other from which HTML is not cleaned: the time grows with the square."""
TAGS: Final = {
    *("p", "br", "div", "span", "b", "i", "u", "s", "em", "strong", "small", "sub", "sup", "blockquote", "pre"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "center", "font", "code"),
}
ATTRIBUTES: Final = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
"""None that loads, links, styles or names."""


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment: what its sender calls it, and its size in bytes."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person sees of a mail beside the text that was judged."""

    headers: tuple[tuple[str, str], ...]
    html: str
    """Cleaned; "" where there is none, or where it nests too deep."""
    attachments: tuple[Attached, ...]


def shown(raw: bytes) -> Shown:
    """The mail in pieces."""
    message = email.message_from_bytes(raw)
    headers = tuple(
        (clean_line(name)[:100], decode_header(str(value)).text[:2_000])
        for name, value in list(message.raw_items())[:HEADERS]
    )
    html = "\n<hr>\n".join(text_of(part).text for part in _parts(message) if _is_html(part))[:HTML]
    return Shown(headers, cleaned(html), tuple(_attached(part) for part in _attachments(message)))


def attachment(raw: bytes, place: int) -> tuple[str, bytes] | None:
    """The name and the bytes of the attachment at this place of `Shown.attachments`, or None."""
    found = list(_attachments(email.message_from_bytes(raw)))
    if not 0 <= place < len(found):
        return None
    return _name(found[place]), _content(found[place])


def cleaned(html: str) -> str:
    """HTML that only shows text."""
    if html.count("<") > 20 * NESTING and _depth(html) > NESTING:
        return ""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=set(), strip_comments=True)


def _depth(html: str) -> int:
    """At most so deep: what is opened, less what is closed."""
    deepest = depth = 0
    for piece in html.split("<")[1:]:
        depth += -1 if piece.startswith("/") else 1
        deepest = max(deepest, depth)
    return deepest


def _parts(root: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    """Every part that is a leaf, an attached message among them; with a stack of its own."""
    stack, seen = [root], 0
    while stack and seen < PARTS:
        part, seen = stack.pop(), seen + 1
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            stack.extend(child for child in reversed(payload) if isinstance(child, Message))
        else:
            yield part


def _is_text(part: Message[Any, Any]) -> bool:
    inline = str(part.get("content-disposition", "")).strip().lower()[:10] != "attachment"
    return inline and part.get_content_type() in ("text/plain", "text/html") and part.get_filename() is None


def _is_html(part: Message[Any, Any]) -> bool:
    return part.get_content_type() == "text/html" and _is_text(part)


def _attachments(root: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    return (part for part in _parts(root) if not _is_text(part))


def _name(part: Message[Any, Any]) -> str:
    return clean_line(decode_header(part.get_filename() or "").text)[:150]


def _content(part: Message[Any, Any]) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    return b"\n".join(one.as_bytes() for one in inner if isinstance(one, Message)) if isinstance(inner, list) else b""


def _attached(part: Message[Any, Any]) -> Attached:
    return Attached(_name(part), clean_line(part.get_content_type())[:100], len(_content(part)))
