"""Fetch mails in batches that fit into memory, each with its digest; of one that is too large only its head.

Nothing is stored here and nothing set aside: what the server does not hand out is missing from the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from optout_daemon.baseline import Inbox
from optout_daemon.edges.imap_values import Listed

BATCH_MAILS: Final = 50
BATCH_BYTES: Final = 8 * 1024 * 1024
HEAD: Final = 262_144
"""Bytes kept of a mail that is too large: its headers and the beginning of its first part."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it will be stored."""

    listed: Listed
    raw: bytes
    digest: str
    truncated: bool


def batches(listed: Sequence[Listed], limit: int) -> Iterator[list[Listed]]:
    """Groups of mails that may be in memory at once; one that is larger alone is a group of its own."""
    batch: list[Listed] = []
    size = 0
    for mail in listed:
        weight = min(mail.size, limit)
        if batch and (len(batch) >= BATCH_MAILS or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(mail)
        size += weight
    if batch:
        yield batch


def fetch(session: Inbox, batch: Sequence[Listed], limit: int) -> list[Mail]:
    """What the server hands out of a batch, by UID: of a mail over `limit` bytes its head. Raises MailboxError."""
    whole = {listed.uid: listed for listed in batch if listed.size <= limit}
    size = sum(listed.size for listed in whole.values())
    mails = [
        _made(whole[fetched.uid], fetched.raw, truncated=False)
        for fetched in session.fetch(list(whole), size=size)
        if fetched.raw or not whole[fetched.uid].size  # a mail of no bytes at all is one that is listed so
    ]
    for listed in batch:
        if listed.uid not in whole:
            head = session.fetch_head(listed.uid, min(HEAD, limit))
            if head is not None:
                mails.append(_made(listed, head, truncated=True))
    return sorted(mails, key=lambda mail: mail.listed.uid)


def _made(listed: Listed, raw: bytes, *, truncated: bool) -> Mail:
    return Mail(listed, raw, hashlib.sha256(raw).hexdigest(), truncated)


def in_utc(date: datetime | None) -> datetime | None:
    """The server's date, or None where it gives none or one that no clock shows."""
    try:
        return None if date is None else date.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
