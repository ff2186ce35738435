"""The envelope facts of one mail: who wrote it, whom it answers, whether its headers try to inject others.

Nothing of it is trusted; the single author is the only one who may ever be answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from optout_daemon.core.model import Envelope
from optout_daemon.core.reading import address, opinion
from optout_daemon.core.reading.charset import Text, as_bytes
from optout_daemon.core.reading.headers import Headers, message_ids
from optout_daemon.core.reading.settings import ReaderSettings

MARKER_HEADER: Final = "X-Optout-Desk"
"""The header in which a reply of ours carries its loop marker."""
SUBJECT_LIMIT: Final = 2_000
MOST_REFERENCES: Final = 100
_CAME_TO: Final = ("delivered-to", "x-original-to", "to", "cc")


def _author(headers: Headers) -> address.Address | None:
    """The single author: one From header with one plain address (RFC 5322, section 3.6.2, more strictly)."""
    values = headers.raw("from")
    if len(values) != 1:
        return None
    found = headers.addresses("from")
    if len(found) == 1 and found[0].plain:
        return found[0]
    # Several addresses are no question of reading; nothing found may be one.
    return None if len(found) > 1 else opinion.author(as_bytes(values[0][: address.LIMIT]))


def _references(headers: Headers) -> Iterator[str]:
    for value in headers.raw("in-reply-to")[:1]:
        yield from message_ids(value)
    for value in headers.raw("references")[:1]:
        yield from reversed(message_ids(value))


def _sent_to_desk(headers: Headers, own: tuple[str, ...]) -> bool:
    """RFC 3834, section 2: one of our addresses among the recipients; True where none of ours is known."""
    if not own:
        return True
    names = ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")
    return any(one in text for name in names for value in headers.raw(name) for text in (value.lower(),) for one in own)


def delivered_to(headers: Headers) -> tuple[str, ...]:
    """Comparable addresses that the mail came to: for a bounce, which comes back to a token of ours."""
    found = (address.comparable(one.address) for name in _CAME_TO for one in headers.addresses(name) if one.plain)
    return tuple(dict.fromkeys(found))[:MOST_REFERENCES]


def tagged(headers: Headers) -> bool:
    """Whether an address that the mail came to may have a part behind a +."""
    return any("+" in value for name in _CAME_TO for value in headers.raw(name))


def envelope_of(headers: Headers, settings: ReaderSettings) -> tuple[Envelope, str, bool]:
    """(facts, subject, whether the subject can be relied on)."""
    author = _author(headers)
    subjects = headers.raw("subject")
    subject = headers.decoded(subjects[0]) if subjects else Text("", True, "us-ascii")
    forged = subject.injected or any(
        headers.decoded(value).injected
        for name in ("from", "sender", "reply-to", "to", "cc")
        for value in headers.raw(name)[:3]
        if "=?" in value
    )
    reply_to = headers.addresses("reply-to")
    plain = [one for one in reply_to if one.plain]
    ids = [one for value in headers.raw("message-id")[:1] for one in message_ids(value)]
    facts = Envelope(
        message_id=ids[0] if ids else None,
        references=tuple(dict.fromkeys(_references(headers)))[:MOST_REFERENCES],
        author=address.comparable(author.address) if author else None,
        author_as_given=author.address if author else "",
        author_name=author.name if author else "",
        reply_to=tuple(address.comparable(one.address) for one in reply_to),
        reply_to_as_given=plain[0].address if len(reply_to) == 1 and plain else "",
        sent_to_desk=_sent_to_desk(headers, settings.own_addresses),
        marker=(headers.get(MARKER_HEADER) or "")[:200],
        forged_headers=forged,
        date=(headers.get("date") or "")[:100],
    )
    return facts, subject.text[:SUBJECT_LIMIT], subject.confident
