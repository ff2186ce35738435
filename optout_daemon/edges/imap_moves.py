"""Make folders and move mails into them; what the server refuses comes back as a response code, never as an exception.

Only such moves are made as cannot take another's mail along (RFC 6851; RFC 4315 where the server has no MOVE).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from optout_daemon.edges.imap_client import Connection, Refused
from optout_daemon.edges.imap_search import chunks
from optout_daemon.edges.imap_values import Moved


class Mover:
    """Belongs to one session: it remembers which folders are there."""

    def __init__(self, connection: Connection, client: Any) -> None:
        self._connection, self._client = connection, client
        self._known: set[str] = set()

    def ensure(self, levels: Sequence[str]) -> str:
        """Make the folder and its parents, outermost first, where they are missing; "" or why it cannot be."""
        connection, client = self._connection, self._client
        if levels[-1] in self._known:
            return ""
        because = ""
        for name in levels:
            with connection.command("LIST"):
                listed = client.list_folders("", name)
            flags = {flag.lower() for flag in listed[0][0]} if listed else {rb"\nonexistent"}
            because = ""
            if not flags & {rb"\nonexistent", rb"\noselect"}:
                continue
            try:
                with connection.command("CREATE", refusable=True):
                    client.create_folder(name)
                with connection.command("SUBSCRIBE", refusable=True):
                    client.subscribe_folder(name)
            except Refused as refused:
                because = str(refused)  # of a parent it does not matter: the server may make them itself
        if because in ("", "ALREADYEXISTS"):
            self._known.add(levels[-1])
            return ""
        return because

    def move(self, uids: Sequence[int], folder: str, capabilities: Collection[str]) -> str:
        """Move what is there out of the selected folder; "" or the response code of the refusal."""
        connection, client = self._connection, self._client
        try:
            for chunk in chunks(uids):
                if "MOVE" in capabilities:
                    with connection.command("MOVE", refusable=True):
                        client.move(chunk, folder)
                    continue
                # Killed in between, the mail lies in both folders and is moved again: twice filed, never lost.
                with connection.command("COPY", refusable=True):
                    client.copy(chunk, folder)
                with connection.command("STORE", refusable=True):
                    client.delete_messages(chunk, silent=True)
                with connection.command("EXPUNGE", refusable=True):
                    client.uid_expunge(chunk)  # RFC 4315: only these, not what others marked
        except Refused as refused:
            if str(refused) in ("TRYCREATE", "NONEXISTENT"):
                self._known.discard(folder)  # a person removed it: made again next time
            return str(refused)
        return ""


def outcome(uids: Collection[int], before: set[int], left: set[int], because: str) -> Moved:
    """What became of the UIDs: `before` were there before the move, `left` are there after it."""
    return Moved(
        done=tuple(sorted(before - left)),
        gone=tuple(sorted(set(uids) - before)),
        kept=tuple(sorted(left)),
        because=because or "still there" if left else "",
    )
