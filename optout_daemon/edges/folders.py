"""Where a folder of the settings lies on the server: its namespace prefix and its own separator.

The settings write "/" between levels; the server may want "." and everything below "INBOX." (RFC 2342).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Namespace:
    """The user's own mail on the server."""

    prefix: str
    """With its separator at the end, or ""."""
    separator: str
    """"" in a flat mailbox."""

    def levels(self, path: str) -> tuple[str, ...]:
        """The names of `path`'s folder and of its parents, outermost first, as the server spells them.

        A separator of the server's inside a level becomes "-"; a prefix that `path` has already is not doubled.
        """
        prefix = tuple(part for part in self._split(self.prefix) if part)
        parts = [part.replace(self.separator, "-") if self.separator else part for part in self._parts(path)]
        if tuple(part.upper() for part in parts[: len(prefix)]) == tuple(part.upper() for part in prefix):
            parts = parts[len(prefix) :]
        if not self.separator:  # a flat mailbox has no levels
            return (self.prefix + "-".join(parts),)
        return tuple(self.prefix + self.separator.join(parts[: level + 1]) for level in range(len(parts)))

    def _parts(self, path: str) -> list[str]:
        """Levels of the settings' path; the server's own prefix in front is taken apart at the server's separator."""
        if self.prefix and path.upper().startswith(self.prefix.upper()):
            path = "/".join(self._split(self.prefix)) + path[len(self.prefix) :]
        return [part for part in path.split("/") if part]

    def _split(self, name: str) -> list[str]:
        return name.split(self.separator) if self.separator else [name]


def namespace_of(client: Any) -> Namespace:
    """The first personal namespace (RFC 2342), or the separator alone where the server has no NAMESPACE."""
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal
        if personal:
            prefix, separator = personal[0]
            return Namespace(_text(prefix), _text(separator))
    root = client.list_folders("", "")  # RFC 3501, section 6.3.8: an empty name asks for the separator
    return Namespace("", _text(root[0][1]) if root else "/")


def _text(value: bytes | str | None) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value or ""
