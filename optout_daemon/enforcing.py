"""Keep what mail servers ask in step with the list, and answer them: `lookup.db` beside SQLite, and by socketmap.

Nothing here decides or writes the list.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from optout_daemon.config import Settings
from optout_daemon.errors import StoreError
from optout_daemon.store.lookup_file import LookupFile

LOOK_EVERY: Final = 0.4
"""Seconds from look to look, so that with the writing a commit is in force within one second."""
AFTER_FAILURE: Final = 5.0


class LookupKeeper:
    """The daemon's part that keeps `lookup.db`: a round costs nothing where nothing was committed."""

    def __init__(self, file: LookupFile, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._monotonic = monotonic
        self._not_before = 0.0

    def round(self) -> None:
        """Look once. Raises StoreError, and then rests a while."""
        if self._monotonic() < self._not_before:
            return
        try:
            self._file.refresh()
        except StoreError:
            self._not_before = self._monotonic() + AFTER_FAILURE
            raise

    def close(self) -> None:
        """Let go of the files."""
        self._file.close()


def lookup_keeper(settings: Settings) -> LookupKeeper | None:
    """The keeper of this desk's `lookup.db`; None on PostgreSQL."""
    desk, file = settings.database.file, settings.lookup_file
    if desk is None or file is None:
        return None
    return LookupKeeper(LookupFile(desk, file, mode=settings.lookup.mode))
