"""The headers of one mail by name, decoded when asked for.

Names are case-insensitive; the order of equal names is kept. Values are decoded (charset.py) only on access: of the
thirty headers of a mail, ten are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from optout_daemon.core.reading.address import Address, parse
from optout_daemon.core.reading.charset import Text, as_bytes, decode_header, unfold

_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,900}>")
_BARE_ID: Final = re.compile(r"[!-;=?-~]{1,900}")


class Headers:
    """Read-only; made from the (name, value) pairs that the parser kept."""

    __slots__ = ("_addresses", "_decoded", "_values")

    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        self._values: dict[str, list[str]] = {}
        self._addresses: dict[str, tuple[Address, ...]] = {}
        self._decoded: dict[str, Text] = {}
        for name, value in pairs:
            self._values.setdefault(name.strip().lower(), []).append(str(value))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def raw(self, name: str) -> tuple[str, ...]:
        """Every value of `name` as it came, folds and encoded words in it."""
        return tuple(self._values.get(name.lower(), ()))

    def get(self, name: str) -> str | None:
        """The first value of `name`, decoded on one line, or None."""
        values = self._values.get(name.lower())
        return self.decoded(values[0]).text if values else None

    def decoded(self, value: str) -> Text:
        """One raw value decoded on one line; each once."""
        text = self._decoded.get(value)
        if text is None:
            text = self._decoded[value] = decode_header(value)
        return text

    def get_all(self, name: str) -> tuple[str, ...]:
        """Every value of `name`, topmost first."""
        return tuple(decode_header(value).text for value in self._values.get(name.lower(), ()))

    def addresses(self, name: str) -> tuple[Address, ...]:
        """Every mailbox in the first three headers of that name; read once."""
        key = name.lower()
        if key not in self._addresses:
            self._addresses[key] = tuple(one for value in self.raw(key)[:3] for one in parse(value))
        return self._addresses[key]

    def token(self, name: str) -> str:
        """The first word of the first value, lower case, without parameters: `auto-replied` of Auto-Submitted."""
        return (self.get(name) or "").partition(";")[0].partition("(")[0].strip().lower()


def message_ids(raw: str) -> list[str]:
    """The Message-IDs in one header, with their brackets; one that lacks them gets them (`In-Reply-To: a@b`)."""
    text = unfold(as_bytes(raw)).decode("ascii", "replace")
    found = _MESSAGE_ID.findall(text)
    if not found and "@" in text and (bare := _BARE_ID.fullmatch(text.strip().strip("<>"))):
        found = [f"<{bare[0]}>"]
    return found
