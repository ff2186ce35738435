"""Hash and check passwords with Argon2id (RFC 9106), as many at once as memory is meant for.

What is checked costs the same whether there is an account or not. Passwords are compared in NFKC: the same keys give
other code points on other systems.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 2
"""So many are computed at a time; whoever comes next waits."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash takes: passes, KiB of memory, lanes. The default is RFC 9106's second choice, 64 MiB."""

    passes: int = 3
    memory: int = 65_536
    lanes: int = 4


class Passwords:
    """Hashes of one cost; one of another cost is still checked, and said to be `stale`."""

    def __init__(self, cost: Cost = Cost()) -> None:
        self._hasher = PasswordHasher(cost.passes, cost.memory, cost.lanes)
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        with self._slots:
            return self._hasher.hash(_form(password))

    def check(self, hashed: str, password: str) -> bool:
        """Whether it is the password; for an empty hash it never is, and that takes as long."""
        with self._slots:
            try:
                self._hasher.verify(hashed or self._nobody, _form(password))
            except (VerificationError, InvalidHashError):
                return False
        return bool(hashed)

    def stale(self, hashed: str) -> bool:
        """Whether it was made at another cost than is asked for now."""
        return self._hasher.check_needs_rehash(hashed)


def _form(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
