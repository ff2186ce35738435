"""Find mails again in the selected folder, under whatever UID they have there, and be sure by their bytes.

A move that is killed before its answer leaves a mail whose new UID nobody knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from optout_daemon.edges.imap_client import Connection
from optout_daemon.edges.imap_values import Sought

CANDIDATES: Final = 20
"""Mails with one Message-ID, or of one size, that are looked at for one that is sought: the newest."""
SLOWEST: Final = 20_000
"""Bytes a second that a fetch may count on."""


def find(
    connection: Connection, client: Any, sought: Sequence[Sought], *, uidnext: int | None, newest: int | None
) -> Mapping[int, tuple[int, ...]]:
    """UIDs by `Sought.key` of those that are there; with `newest` only that many of the highest UIDs are looked at."""
    low = 1 if newest is None or uidnext is None else max(1, uidnext - newest)
    found: dict[int, tuple[int, ...]] = {}
    for one in sought:
        with connection.command("SEARCH"):
            uids = sorted(client.search(["UID", f"{low}:*", *_criteria(one)]))
        same = tuple(uid for uid in uids[-CANDIDATES:] if _digest(connection, client, uid, one) == one.digest)
        if same:
            found[one.key] = same
    return found


def _criteria(one: Sought) -> list[object]:
    """By Message-ID, else by the exact size (RFC 3501, section 6.4.4)."""
    name = one.message_id
    if name is not None and name.isascii() and name.isprintable():
        return ["HEADER", "MESSAGE-ID", name]
    return ["SMALLER", one.size + 1, *(["LARGER", one.size - 1] if one.size else [])]


def _digest(connection: Connection, client: Any, uid: int, one: Sought) -> str:
    part = "BODY.PEEK[]" if one.head is None else f"BODY.PEEK[]<0.{one.head}>"
    with connection.command("FETCH", extra=(one.head or one.size) / SLOWEST):
        row = client.fetch([uid], [part]).get(uid, {})
    raw: bytes = row.get(b"BODY[]" if one.head is None else b"BODY[]<0>") or b""
    return hashlib.sha256(raw[: one.head]).hexdigest()
