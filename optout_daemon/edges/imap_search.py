"""Ask the selected folder for UIDs in answers that fit into one line of imaplib, missing none while others expunge.

Windows are ranges of UIDs: a place in the folder shifts with every mail that somebody removes, a UID never does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final

from optout_daemon.edges.imap_client import Connection

WINDOW: Final = 50_000
"""Mails that one SEARCH may answer with: imaplib refuses a line of more than 1,000,000 bytes."""


AT_ONCE: Final = 500
"""UIDs that one command may name: servers take lines of 8,000 bytes (RFC 7162, section 4)."""


def chunks(uids: Collection[int]) -> Iterator[list[int]]:
    """The UIDs, AT_ONCE at a time."""
    every = list(uids)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]


def uids_above(
    connection: Connection, client: Any, uid: int, *, exists: int, uidnext: int | None, since: date | None = None
) -> list[int]:
    """UIDs above `uid`, ascending; with `since` only of mails that the server says came on that day or later."""
    further: list[object] = [] if since is None else ["SINCE", since]
    among = exists if uidnext is None else min(exists, uidnext - 1 - uid)
    found: set[int] = set()
    if among <= WINDOW:
        found.update(_search(connection, client, ["UID", f"{uid + 1}:*", *further]))
    else:
        for low, high in _windows(connection, client, uid + 1, exists):
            found.update(_search(connection, client, ["UID", f"{low}:{high}", *further]))
    return sorted(number for number in found if number > uid)  # "n:*" names the last mail, however low its UID


def _windows(connection: Connection, client: Any, low: int, exists: int) -> Iterator[tuple[int, int]]:
    """Ranges of WINDOW UIDs up to the highest there is, without the gaps in which there is nothing."""
    top = max(_search(connection, client, ["*"]), default=0)
    while low <= top:
        # Gaps of millions are real, and cost one look for the next mail instead of thousands of empty windows.
        low = _first(connection, client, low, exists)
        yield low, low + WINDOW - 1
        low += WINDOW


def _first(connection: Connection, client: Any, uid: int, exists: int) -> int:
    """A UID from `uid` on below which there is none, found by halving the folder.

    Two neighbours in one answer are neighbours, whatever was expunged before: what lies between them is a gap.
    """
    low, high = 1, exists
    while low <= high:
        middle = (low + high) // 2
        pair = sorted(_search(connection, client, [f"{middle}:{middle + 1}"]))
        if not pair or (pair[0] >= uid and middle > 1):
            high = middle - 1
        elif pair[0] >= uid:
            return pair[0]
        elif pair[-1] >= uid:
            return pair[-1]
        else:
            low = middle + 1
    return uid  # others expunged while we looked: the window simply begins here


def _search(connection: Connection, client: Any, criteria: Sequence[object]) -> list[int]:
    with connection.command("SEARCH"):
        return list(client.search(criteria))


def windows_of_uids(connection: Connection, client: Any, *, exists: int) -> Iterator[list[int]]:
    """Every UID of the folder, ascending, at most WINDOW in memory at once."""
    if exists <= WINDOW:
        yield sorted(_search(connection, client, ["ALL"]))
        return
    for low, high in _windows(connection, client, 1, exists):
        yield sorted(_search(connection, client, ["UID", f"{low}:{high}"]))
