"""Name a person by digest: keyed by the desk for those who are erased, by a partner's key or none for files.

A keyed digest is HMAC-SHA-256 over the form that is compared: an address trimmed, lower case, its domain in IDNA form;
a customer number normalised. Without the key nobody can try addresses until one fits. Plain SHA-256 can be tried, and
is for exchange with whom it is agreed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.keys import Keys, derived

KEYED: Final = "_digest"
"""Ending of the kind of a subject that the desk's own key digested: `email_digest`."""
SHA256: Final = "_sha256"
"""Ending of the kind of a subject that came into the list as plain SHA-256."""
HEX_LENGTH: Final = 64


class Digests:
    """The desk's digests, by its key and by the keys that it had before."""

    def __init__(self, keys: Keys, former: Sequence[Keys] = ()) -> None:
        self._keys = (keys, *former)

    def of(self, subject: str) -> str:
        """The digest of a subject in comparable form, by the present key."""
        return self._keys[0].digest(subject)

    def aliases(self, kind: str, subject: str) -> list[tuple[str, str]]:
        """Every other (kind, subject) under which the list may have somebody; a digest itself has none."""
        if plain_kind(kind) != kind:
            return []
        found = [(kind + KEYED, keys.digest(subject)) for keys in self._keys]
        return [*found, (kind + SHA256, sha256(subject))]


def sha256(subject: str) -> str:
    """SHA-256 of a subject in comparable form, hexadecimal."""
    return hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()


def partner_key(secret: bytes, partner: str) -> bytes:
    """The key of one partner, derived from the desk's secret; another partner's digests tell them nothing."""
    return derived(secret, f"partner digest {partner}")


def keyed(key: bytes, subject: str) -> str:
    """HMAC-SHA-256 of a subject in comparable form, hexadecimal."""
    return hmac.digest(key, subject.encode("utf-8", "replace"), "sha256").hex()


def plain_kind(kind: str) -> str:
    """`email` for `email_digest` and for itself."""
    return kind.removesuffix(KEYED).removesuffix(SHA256)


def is_digest(text: str) -> bool:
    """Whether it has the form of a digest: 64 hexadecimal digits, lower case."""
    return len(text) == HEX_LENGTH and not set(text) - set("0123456789abcdef")
