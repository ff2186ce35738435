"""Codes of an authenticator (TOTP, RFC 6238) and the recovery codes that stand in for it.

The secret of an account is derived from the desk's key and a salt that is kept in the database: neither alone gives a
code. `Authenticators` tries the keys that the desk had before as well.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyotp

from optout_daemon.core.keys import Keys

STEP: Final = 30
"""Seconds that one code is for."""
DRIFT: Final = 1
"""Steps that a telephone's clock may be off."""
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_RECOVERY: Final = re.compile(r"[a-z0-9]{5}-?[a-z0-9]{5}")


def new_salt() -> str:
    return secrets.token_hex(16)


def new_recovery_codes() -> list[str]:
    """Ten codes of 49 bits each, as they are shown once."""

    def part() -> str:
        return "".join(secrets.choice(_ALPHABET) for _ in range(5))

    return [f"{part()}-{part()}" for _ in range(RECOVERY_CODES)]


class Authenticators:
    """What the desk's keys say about codes."""

    def __init__(self, keys: Keys, former: Sequence[Keys] = ()) -> None:
        self._keys = (keys, *former)

    def secret(self, salt: str) -> str:
        """The secret that an authenticator is given, in base32."""
        return self._keys[0].authenticator(salt)

    def uri(self, salt: str, *, name: str, desk: str) -> str:
        """The same as an `otpauth:` address, for a QR code."""
        return pyotp.TOTP(self.secret(salt), interval=STEP).provisioning_uri(name=name, issuer_name=desk)

    def step(self, salt: str, code: str, *, now: datetime) -> int | None:
        """The step of time that the code is for, or None where it is no code of now."""
        code = re.sub(r"\s", "", code)
        if not salt or not (code.isascii() and code.isdigit()):
            return None
        present = int(now.timestamp()) // STEP
        for keys in self._keys:
            totp = pyotp.TOTP(keys.authenticator(salt), interval=STEP)
            for step in range(present - DRIFT, present + DRIFT + 1):
                if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
                    return step
        return None

    def digests(self, code: str) -> list[str]:
        """The digests of a recovery code by each key, the present one first; none where it is not formed like one."""
        code = code.strip().lower()
        if not _RECOVERY.fullmatch(code):
            return []
        return [keys.recovery_digest(code.replace("-", "")) for keys in self._keys]
