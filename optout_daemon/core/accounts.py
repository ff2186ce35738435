"""What an account of staff may be called and what its password may be; and how long whoever fails has to wait.

Passwords by NIST SP 800-63B, 3.1.1: long enough, nothing that is easily guessed, no rules about kinds of characters.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

NAME_LENGTH: Final = 64
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
"""Characters. A longer one would be work for nothing to whoever checks it."""
RESERVED: Final = frozenset({"machine", "staff", "nobody", "optout-daemon"})
"""What stands for something else where the ledger and the audit chain say who."""
_NAME: Final = re.compile(r"[\w][\w.@+-]*")
_DIFFERENT: Final = 5

FREE: Final = {"account": 3, "browser": 3, "address": 10}
"""So many failures in a row cost nothing: a mistyped password; an office behind one address."""
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGOTTEN: Final = timedelta(days=1)
"""Whoever has not failed for so long begins anew."""


def account_name(given: str) -> str:
    """A sign-in name in the one form that is compared: NFKC, lower case. ValueError says what is wrong with it."""
    name = unicodedata.normalize("NFKC", given).strip().casefold()
    if not _NAME.fullmatch(name) or len(name) > NAME_LENGTH:
        raise ValueError(
            f"a name is 1 to {NAME_LENGTH} letters, digits and . _ @ + -, and begins with a letter or digit"
        )
    if name in RESERVED:
        raise ValueError(f'"{name}" stands for something else in the records; choose another name')
    return name


def tried_name(given: str) -> str:
    """What somebody typed for a name, in the same form, whatever it is."""
    return unicodedata.normalize("NFKC", given).strip().casefold()


def weakness(password: str, name: str) -> str:
    """Why this password is not taken: `short`, `long`, `name` or `simple`; empty where it is."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    if len(name) > 2 and name in plain:
        return "name"
    run = all(abs(ord(after) - ord(before)) <= 1 for before, after in pairwise(plain))
    return "simple" if run or len(set(plain)) < _DIFFERENT else ""


def remaining(kind: str, failures: int, last_at: datetime, now: datetime) -> timedelta:
    """How long from now nobody is let try: doubled with each failure beyond the free ones, never over 15 minutes.

    A last failure that lies in the future (the clock was set back) makes nobody wait for longer than that.
    """
    beyond = failures - FREE[kind]
    if beyond < 0:
        return timedelta(0)
    wait = min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(beyond, 20)))
    return max(timedelta(0), min(wait, last_at + wait - now))


def forgotten(last_at: datetime, now: datetime) -> bool:
    """Whether a failure lies so far back that it does not count any more."""
    return now - last_at > FORGOTTEN
