"""What a mailbox tells: the folder that is selected, mails listed and fetched, moves done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Selected:
    """The watched folder as SELECT showed it (RFC 3501, section 6.3.1)."""

    uidvalidity: int
    uidnext: int | None
    """None where the server does not say."""
    exists: int
    readonly: bool
    separator: str
    """The server's hierarchy separator, "" in a flat mailbox."""
    capabilities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One mail before it is fetched."""

    uid: int
    size: int
    received_at: datetime | None
    """INTERNALDATE, aware, in the offset that the server gave; None where it gave none that can be read."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail's bytes, exactly as the server has them."""

    uid: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the UIDs that were to be moved."""

    done: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    """Not in the folder before the move: a person was faster."""
    kept: tuple[int, ...] = ()
    """Still where they were."""
    because: str = ""
    """Why some were kept: the server's response code, never its text."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A mail that is looked for in a folder, by what its bytes were when they were stored."""

    key: int
    """The caller's own number for it."""
    message_id: str | None
    size: int
    """Bytes of the whole mail."""
    digest: str
    """SHA-256 of the bytes, in hexadecimal."""
    head: int | None = None
    """Of a mail that was too large, `digest` covers so many bytes at its beginning."""
