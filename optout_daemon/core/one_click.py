"""The tokens of List-Unsubscribe: signed, opaque, and the same for the same person, channel and company.

A token is 32 characters of lower-case base32 (RFC 4648), since mail systems lower-case local parts: 10 bytes by which
the store finds whom it means, and 10 that sign them (HMAC-SHA-256, truncated to 80 bits each: RFC 2104, section 5). It
names nobody without the desk's database, and none can be made without the desk's key. It does not expire: a mail may
be opened years later.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.keys import derived

HALF: Final = 10
LENGTH: Final = 32
_TOKEN: Final = re.compile(r"(?<![a-z0-9])[a-z2-7]{32}(?![a-z0-9])")
LOCAL_PART: Final = 64
"""Octets of a local part (RFC 5321, section 4.5.3.1.1)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a token stops: one (kind, subject) pair of the list on one channel, for the group or one company."""

    kind: str
    subject: str
    channel: str
    scope: str


class OneClick:
    """Makes tokens by the desk's present secret, and knows those of the secrets that it had before."""

    def __init__(self, secret: bytes, former: Sequence[bytes] = ()) -> None:
        self._keys = tuple(derived(one, "unsubscribe token") for one in (secret, *former))

    def token(self, target: Target) -> str:
        """The token of a target."""
        named = "\x1f".join((target.kind, target.subject, target.channel, target.scope))
        handle = hmac.digest(self._keys[0], b"handle " + named.encode("utf-8", "replace"), "sha256")[:HALF]
        return base64.b32encode(handle + _signature(self._keys[0], handle)).decode().lower()

    def handle(self, token: str) -> str | None:
        """By what the store knows the token; None where it is forged, truncated or none at all."""
        text = token.strip().lower()
        if not _TOKEN.fullmatch(text):
            return None
        raw = base64.b32decode(text.upper())
        signed = [hmac.compare_digest(raw[HALF:], _signature(key, raw[:HALF])) for key in self._keys]
        return raw[:HALF].hex() if any(signed) else None

    def handles_in(self, subject: str, recipients: Iterable[str]) -> list[str]:
        """The handles of every sound token in a mail's subject, or after the + of an address that it came to."""
        texts = [subject[:2_000], *(address.rpartition("@")[0].partition("+")[2] for address in recipients)]
        found = (self.handle(token) for text in texts for token in _TOKEN.findall(text.lower()))
        return list(dict.fromkeys(handle for handle in found if handle is not None))


def plus_address(address: str, token: str) -> str | None:
    """`desk+TOKEN@example.org`; None where its local part would be too long."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}" if len(local) + 1 + len(token) <= LOCAL_PART else None


def _signature(key: bytes, handle: bytes) -> bytes:
    return hmac.digest(key, b"signature " + handle, "sha256")[:HALF]
