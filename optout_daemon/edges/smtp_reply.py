"""What an SMTP server's reply means: its enhanced status code (RFC 3463), or one by class where it gives none."""

from __future__ import annotations

import re
from typing import Final

_ENHANCED: Final = re.compile(rb"([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_SETTINGS_WRONG: Final = frozenset({530, 534, 535, 538})
"""Sign-in or TLS wanted, or the sign-in refused (RFC 4954, section 6): the settings are wrong, not the message."""
CLOSING: Final = 421


def status_of(code: int, text: bytes | str) -> str:
    """The status of a reply; the class of the code wins over a text that contradicts it (RFC 2034, section 4)."""
    kind = str(code)[:1]
    found = _ENHANCED.match(text.encode("utf-8", "replace") if isinstance(text, str) else text)
    if found and found.group(1).decode() == kind:
        return found.group(0).decode()
    return {"2": "2.0.0", "4": "4.0.0", "5": "5.0.0"}.get(kind, "4.5.0")


def blames_server(code: int) -> bool:
    """Whether the reply says nothing about the message in hand: every other one would get it too."""
    return code == CLOSING or code in _SETTINGS_WRONG
