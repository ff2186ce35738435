"""The message of a webhook and its signature, as Standard Webhooks 1.0 has them.

Signed is `id.timestamp.body` with HMAC-SHA-256; the header holds one signature a secret, so that a receiver can change
its secret without a gap. The same batch has the same id whenever it is sent; a replay has others.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from optout_daemon.core.changes import Batch, Change

TYPE: Final = "suppression.changed"
PREFIX: Final = "whsec_"
KEY_BYTES: Final = range(24, 65)
"""Standard Webhooks, "Signature scheme": between 24 and 64 bytes."""


def key(secret: str) -> bytes:
    """The key in a `whsec_...` secret; ValueError, which does not repeat it, where it is none."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"not a secret of Standard Webhooks; it begins with {PREFIX}")
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"what follows {PREFIX} is not base64") from None
    if len(found) not in KEY_BYTES:
        raise ValueError(f"its key has {len(found)} bytes; 24 to 64 are allowed")
    return found


def message_id(batch: Batch) -> str:
    """The webhook-id: the same for the same range of the same sink, until its cursor is set back."""
    parts = (batch.sink, batch.since, batch.version, batch.recorded_at.astimezone(UTC).isoformat(), batch.replays)
    return "msg_" + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def body(batch: Batch) -> bytes:
    """The message in JSON; docs/senders.md describes it."""
    message = {
        "type": TYPE,
        "timestamp": _iso(batch.recorded_at),
        "data": {
            "sink": batch.sink,
            "since": batch.since,
            "version": batch.version,
            "changes": [_change(change) for change in batch.changes],
        },
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def headers(keys: Sequence[bytes], identity: str, timestamp: int, content: bytes) -> dict[str, str]:
    """The three headers for one try at `timestamp` (seconds since 1970)."""
    signed = f"{identity}.{timestamp}.".encode() + content
    signatures = (base64.b64encode(hmac.digest(one, signed, "sha256")).decode() for one in keys)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _change(change: Change) -> dict[str, object]:
    """Named as the columns of an export (docs/senders.md)."""
    return {
        "subject_kind": change.subject_kind,
        "subject": change.subject,
        "channel": change.channel,
        "scope": change.scope,
        "action": change.action.value,
        "since": None if change.since is None else _iso(change.since),
        "provisional": change.provisional,
        "entry": change.entry,
        "may_arrive_until": None if change.may_arrive_until is None else change.may_arrive_until.isoformat(),
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
