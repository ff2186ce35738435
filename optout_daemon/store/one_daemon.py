"""Keep a second daemon off a SQLite database: a lock on a small file beside it, held as long as the process lives.

Two of them would give back each other's claims and send replies twice. On PostgreSQL any number may work, and there is
no such file. The lock ends with its process however that ends; the file stays and says nothing.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from optout_daemon.errors import AnotherDaemon, StoreError


class OneDaemon:
    """The lock of one database; None is a database that needs none. Takes nothing by itself."""

    def __init__(self, database: Path | None) -> None:
        self._file = None if database is None else database.with_name(f"{database.name}.lock")
        self._held: int | None = None

    def take(self) -> None:
        """Hold it from now on. Raises AnotherDaemon where another process does, and StoreError."""
        if self._file is None or self._held is not None:
            return
        handle = None
        try:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            # A record lock (fcntl(2)): a child process does not inherit it, and cannot outlive the daemon with it.
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:
            if handle is None:
                raise StoreError(f"{self._file}: cannot be opened: {error.strerror}") from None
            os.close(handle)
            raise AnotherDaemon(
                f"{self._file}: another `optout-daemon run` works on this database; stop it, or leave it the work"
            ) from None
        except OSError as error:
            if handle is not None:
                os.close(handle)
            raise StoreError(f"{self._file}: cannot be locked: {error.strerror}") from None
        self._held = handle

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        handle, self._held = self._held, None
        if handle is not None:
            os.close(handle)
