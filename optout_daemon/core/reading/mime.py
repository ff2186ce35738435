"""One raw mail to the text that is judged, with its headers and the facts of its envelope.

The standard library's parser (compat32) finds the parts, within limits.py's limits; charsets, transfer encodings and
HTML are read by our own modules. `parse` never raises: what cannot be read is `readable=False` with the cause.
Attachments are listed and never read; the text of an attached message is not the customer's.
"""

from __future__ import annotations

import email
import email.parser
import re
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final

from optout_daemon.core.model import Envelope
from optout_daemon.core.reading.clean import REPLACEMENT, clean_line
from optout_daemon.core.reading.envelope import envelope_of
from optout_daemon.core.reading.headers import Headers
from optout_daemon.core.reading.limits import Trimmed, trim
from optout_daemon.core.reading.parts import MOST_REPORTED, TEXT_LIMIT, Attachment, Found, collect, returned_in_text
from optout_daemon.core.reading.settings import ReaderSettings


@dataclass(frozen=True, slots=True)
class Mail:
    """What one mail holds. `text` is what is judged: no NUL, no surrogate, newlines as "\\n", at most 200,000
    characters."""

    headers: Headers
    envelope: Envelope
    subject: str
    text: str = ""
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    content_type: str = "text/plain"
    report_type: str = ""
    """`delivery-status` and the like, of the top level."""
    readable: bool = True
    unreadable_because: str = ""
    confident: bool = True
    reports: tuple[str, ...] = ()
    """Message-IDs of the messages that a delivery report returns."""


def parse(raw: bytes, settings: ReaderSettings) -> Mail:
    """The mail in `raw`. Never raises, whatever the bytes are."""
    try:
        trimmed = trim(raw)
        if trimmed.headers_only:
            return _headers_alone(trimmed.raw, settings, trimmed.problem)
        return _parse(trimmed, settings)
    except (Exception, RecursionError):  # the parser itself fails on some mails; the mail must still be held
        try:
            return _headers_alone(raw[:262_144], settings, "broken")
        except Exception:
            return Mail(Headers(()), Envelope(), "", readable=False, unreadable_because="broken", confident=False)


def _headers_alone(raw: bytes, settings: ReaderSettings, because: str) -> Mail:
    message = email.parser.BytesHeaderParser().parsebytes(raw)
    headers = Headers(message.raw_items())
    envelope, subject, _ = envelope_of(headers, settings)
    return Mail(
        headers,
        envelope,
        subject,
        content_type=message.get_content_type(),
        report_type=_report_type(message),
        readable=False,
        unreadable_because=because,
        confident=False,
    )


def _parse(trimmed: Trimmed, settings: ReaderSettings) -> Mail:
    message = email.message_from_bytes(trimmed.raw)
    headers = Headers(message.raw_items())
    content_type = message.get_content_type()
    report_type = _report_type(message)
    found = Found()
    collect(message, found)
    envelope, subject, subject_confident = envelope_of(headers, settings)
    text = "\n\n".join(part.text.strip("\n") for part in found.texts)
    problem = trimmed.problem
    if len(text) > TEXT_LIMIT:
        text, problem = text[:TEXT_LIMIT], problem or "text over the limit"
    elif found.flattened:
        problem = problem or "markup over the limit"
    problem = problem or _nothing_to_read(text, subject, found)
    reports = found.reports or (returned_in_text(text) if _from_a_mail_system(headers) else [])
    return Mail(
        headers=headers,
        envelope=envelope,
        subject=subject,
        text=text,
        html="\n".join(found.html) or None,
        attachments=tuple(found.attachments),
        content_type=content_type,
        report_type=report_type,
        readable=not problem,
        unreadable_because=problem,
        confident=subject_confident and all(part.confident for part in found.texts),
        reports=tuple(dict.fromkeys(reports))[:MOST_REPORTED],
    )


def _report_type(message: Message[Any, Any]) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    return clean_line(str(message.get_param("report-type", ""))).lower()


_PGP: Final = "-----BEGIN PGP MESSAGE-----"


def _from_a_mail_system(headers: Headers) -> bool:
    if (headers.get("return-path") or "-").strip() == "<>" or "x-failed-recipients" in headers:
        return True
    return any(one.local_part in ("mailer-daemon", "postmaster") for one in headers.addresses("from"))


_PREFIXES: Final = re.compile(r"(?:(?:re|fwd?|aw|wg)\s{0,3}[:：]\s{0,3}){0,20}", re.IGNORECASE)


def _nothing_to_read(text: str, subject: str, found: Found) -> str:
    """Why there is nothing to judge, or ""."""
    bare = text.strip()
    if (found.encrypted and not bare) or bare.startswith(_PGP):
        return "encrypted"
    if _garbled(bare):
        return "garbled"
    if bare:
        return ""
    if found.attachments:
        return "attachment only"
    match = _PREFIXES.match(subject)
    return "" if subject[match.end() if match else 0 :].strip(" .。…-_") else "empty"


def _garbled(text: str) -> bool:
    """Most letters were lost: a gateway wrote "?" for them, or they are not in the charset."""
    sample = text[:4000]
    lost = sample.count("?") + sample.count(REPLACEMENT)
    if lost < 10:
        return False
    letters = sum(1 for char in sample if char.isalpha())
    return lost > letters and ("???" in sample or REPLACEMENT in sample)
