"""Find the mail of known places again in a folder, where a move whose answer never came may have left it.

A mail is the same where its bytes are. Where an inquiry has several places, each copy in the folder stands for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from optout_daemon.baseline import same_folder
from optout_daemon.edges.imap_values import Sought
from optout_daemon.store import locations
from optout_daemon.store.database import Database
from optout_daemon.store.locations import Location


class Searchable(Protocol):
    """What is needed of a mailbox session (edges/imap.py says what it promises)."""

    def find(
        self, folder: str, sought: Sequence[Sought], *, newest: int | None = None
    ) -> Mapping[int, tuple[int, ...]]: ...


class Finder:
    """Looks through folders other than the watched one: there intake finds everything anyway."""

    def __init__(self, session: Searchable, database: Database, watched: str) -> None:
        self._session, self._database, self._watched = session, database, watched

    def found(
        self, rows: Sequence[Location], folder: str, *, newest: int | None = None
    ) -> Iterator[tuple[Location, tuple[int, ...]]]:
        """Those of `rows` whose mail lies in `folder` (the server's name), each with the UIDs that may be it."""
        if not rows or same_folder(folder, self._watched):
            return
        with self._database.reading() as tx:
            likenesses = locations.likenesses(tx, [row.id for row in rows])
            elsewhere = [row.inquiry_id for row in rows if row.folder != folder]
            taken = locations.filed_in(tx, elsewhere, folder)
        sought = [Sought(like.location_id, like.message_id, like.size, like.digest, like.head) for like in likenesses]
        there = self._session.find(folder, sought, newest=newest)
        for row in rows:
            before = taken.get(row.inquiry_id, 0)
            uids = there.get(row.id, ())[before:]
            if uids:
                taken[row.inquiry_id] = before + 1
                yield row, uids
