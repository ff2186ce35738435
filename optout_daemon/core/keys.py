"""Derive the desk's working keys from its one secret, and sign with them.

HKDF (RFC 5869) with HMAC-SHA-256 gives each purpose a key of its own, so that a token of one kind can never
serve as another. All tokens are lower-case base32 without padding: they survive local parts and subjects.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

SECRET_BYTES: Final = 32
TOKEN_BYTES: Final = 15  # 120 bits: 24 characters of base32


class WeakSecret(ValueError):
    """The secret is shorter than 32 bytes."""


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose."""
    extracted = hmac.digest(b"optout-daemon", secret, "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")


def _token(key: bytes, text: str) -> str:
    mac = hmac.digest(key, text.encode("utf-8", "replace"), "sha256")[:TOKEN_BYTES]
    return base64.b32encode(mac).decode().rstrip("=").lower()


class Keys:
    """Everything that is signed or digested with the desk's secret (`[desk] key_file`, 32 bytes or more)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise WeakSecret(f"the key must have at least {SECRET_BYTES} bytes")
        self._marker = derived(secret, "loop marker")
        self._bounce = derived(secret, "bounce token")
        self._digest = derived(secret, "address digest")
        self._authenticator = derived(secret, "authenticator secret")
        self._recovery = derived(secret, "recovery code digest")
        self._sign_in = derived(secret, "sign-in")

    def marker(self, message_id: str) -> str:
        """The loop marker of a message of ours, bound to its Message-ID."""
        return _token(self._marker, message_id)

    def is_ours(self, message_id: str | None, marker: str) -> bool:
        """Whether `marker` is the one that we put on the message with this Message-ID."""
        return bool(message_id and marker) and hmac.compare_digest(
            self.marker(message_id or "").encode(), marker.strip().lower().encode("utf-8", "replace")
        )

    def bounce_token(self, message_id: str) -> str:
        """What makes the bounce address of one reply (`desk+bounce=TOKEN@…`) recognisable as ours."""
        return _token(self._bounce, message_id)

    def digest(self, address: str) -> str:
        """HMAC-SHA-256 of a comparable address or a customer number, hexadecimal: names a person that is erased."""
        return hmac.digest(self._digest, address.encode("utf-8", "replace"), "sha256").hex()

    def authenticator(self, salt: str) -> str:
        """The secret of the authenticator with this salt: 160 bits (RFC 4226, section 4) in base32."""
        return base64.b32encode(hmac.digest(self._authenticator, salt.encode(), "sha256")[:20]).decode()

    def recovery_digest(self, code: str) -> str:
        """What is kept of a recovery code, hexadecimal."""
        return hmac.digest(self._recovery, code.encode(), "sha256").hex()

    def sign_in(self, purpose: str, text: str) -> str:
        """A token for one step of signing in, hexadecimal: bound to the purpose and to what it is about."""
        return hmac.digest(self._sign_in, f"{purpose}\0{text}".encode("utf-8", "replace"), "sha256").hex()
