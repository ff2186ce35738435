"""Walk the parts of one mail: what is judged, what is shown, what is only listed.

The walk has a stack of its own, since the nesting is the writer's choice, and ends at limits.PARTS. The text of an
attached message is never the customer's; of a report's returned message only the Message-ID is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Final

from optout_daemon.core.reading import markup
from optout_daemon.core.reading.body import text_of
from optout_daemon.core.reading.charset import Text, decode_header
from optout_daemon.core.reading.clean import REPLACEMENT, clean_line
from optout_daemon.core.reading.headers import message_ids
from optout_daemon.core.reading.limits import PARTS, SIZE_HEADER

TEXT_LIMIT: Final = 200_000
MOST_REPORTED: Final = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not read; `size` in bytes as it was sent, still encoded."""

    name: str
    content_type: str
    size: int


@dataclass(slots=True)
class Found:
    """What the walk over the parts collects."""

    texts: list[Text] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    encrypted: bool = False
    flattened: bool = False
    parts: int = 0

    def add(self, text: Text) -> None:
        if text.text.strip():
            self.texts.append(text)


_ENCRYPTED: Final = frozenset(
    {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
)


def _parts(message: Message[Any, Any]) -> list[Message[Any, Any]]:
    payload = message.get_payload() if message.is_multipart() else []
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _kind(part: Message[Any, Any]) -> str:
    """The content type; damage behind `text/plain` and `text/html` is looked past."""
    kind = part.get_content_type()
    return kind[: len("text/plain")] if kind.startswith("text/plain") else kind


def collect(root: Message[Any, Any], found: Found) -> None:
    """Walk the parts in order, with a stack: how deep they nest is the writer's choice."""
    stack = [root]
    while stack and found.parts <= PARTS:
        part = stack.pop()
        found.parts += 1
        kind = _kind(part)
        if kind in _ENCRYPTED:
            found.encrypted = True
            found.attachments.append(_attachment(part, kind))
        elif kind.startswith("message/") or kind == "text/rfc822-headers":
            _attached_message(part, kind, found)
        elif kind == "multipart/alternative" and part.is_multipart():
            _alternative(part, found)
        elif kind.startswith("multipart/") and part.is_multipart():
            stack.extend(reversed(_parts(part)))
        elif kind.startswith("multipart/") or _is_body(part, kind, first=not found.texts):
            _leaf(part, kind, found)
        else:
            found.attachments.append(_attachment(part, kind))


def _is_body(part: Message[Any, Any], kind: str, *, first: bool) -> bool:
    """A text that is shown; one with a file name is a file unless nothing came before it."""
    if kind not in ("text/plain", "text/html"):
        return False
    disposition = str(part.get("content-disposition", "")).partition(";")[0].strip().lower()
    return disposition != "attachment" and (first or part.get_filename() is None)


def _leaf(part: Message[Any, Any], kind: str, found: Found) -> None:
    text = text_of(part)
    if kind == "text/html":
        found.html.append(text.text)
        text = _rendered(text, found)
    found.add(text)


def _rendered(source: Text, found: Found) -> Text:
    lines = markup.render(source.text)
    found.flattened = found.flattened or not lines.complete
    return Text(lines.text, source.confident and REPLACEMENT not in lines.text, source.charset)


def _alternative(part: Message[Any, Any], found: Found) -> None:
    """The plain version, unless it is empty or a stub; then the HTML one (RFC 2046, section 5.1.4)."""
    plain, rich = Found(), Found()
    for child in _parts(part):
        kind = child.get_content_type()
        if kind == "text/html" and not plain.html:
            rich.html.append(text_of(child).text)
            rich.texts.append(Text(rich.html[-1], REPLACEMENT not in rich.html[-1], ""))
        else:
            collect(child, plain)
    found.html += rich.html or plain.html
    found.attachments += plain.attachments
    found.reports += plain.reports
    found.encrypted = found.encrypted or plain.encrypted
    found.flattened = found.flattened or plain.flattened
    found.parts += plain.parts
    written = "\n\n".join(text.text for text in plain.texts).strip()
    if rich.texts and len(written) < _STUB_AT_MOST:
        shown = _rendered(rich.texts[0], rich)
        if _is_stub(written, shown.text):
            found.flattened = found.flattened or rich.flattened
            found.add(shown)
            return
    found.texts += plain.texts


_STUB_AT_MOST: Final = 600


def _is_stub(written: str, shown: str) -> bool:
    """Whether the plain version only says that there is another: it names HTML, or is far shorter."""
    size = len(shown.strip())
    if not written or not size:
        return size > 0
    if "html" in written.lower() and len(written) < 400:
        return True
    return size > 4 * len(written) + 100


def _attachment(part: Message[Any, Any], kind: str) -> Attachment:
    payload = part.get_payload()
    size = str(part.get(SIZE_HEADER, ""))
    length = int(size) if size.isascii() and size.isdigit() and len(size) < 12 else 0
    if not length and isinstance(payload, str):
        length = len(payload)
    name = part.get_filename() or ""
    return Attachment(decode_header(name).text[:255], clean_line(kind)[:255], length)


def _attached_message(part: Message[Any, Any], kind: str, found: Found) -> None:
    found.attachments.append(_attachment(part, kind))
    if kind == "text/rfc822-headers":
        found.reports += returned_in_text(text_of(part).text)
        return
    for inner in _parts(part)[:50]:
        for name in ("message-id", "original-message-id"):
            found.reports += message_ids(str(inner.get(name, "")))


_RETURNED: Final = re.compile(r"^[ \t>]{0,8}Message-ID:[ \t]{0,8}(<[!-;=?-~]{1,900}>)", re.IGNORECASE | re.MULTILINE)


def returned_in_text(text: str) -> list[str]:
    """Message-IDs in the copy that an old bounce carries in its text."""
    return _RETURNED.findall(text[:TEXT_LIMIT])[:MOST_REPORTED]
