"""Write a file for somebody else: whole or not at all, readable by its owner alone, with its checksum."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optout_daemon.errors import OptoutError


class GivenFile:
    """The file while it is written."""

    def __init__(self, handle: int) -> None:
        self._file = os.fdopen(handle, "wb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def checksum(self) -> str:
        """Of all that was written so far: `sha256:` and hexadecimal digits."""
        return "sha256:" + self._hash.hexdigest()

    def finish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        self._file.close()


@contextmanager
def whole(path: Path) -> Iterator[GivenFile]:
    """The file appears under its name when the block ends well; on an exception nothing is left of it.

    Raises OptoutError where its folder cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise OptoutError(f"{path}: cannot be written: {error.strerror}") from None
    file = GivenFile(handle)
    try:
        yield file
        file.finish()
        os.replace(name, path)
    except BaseException:
        file.abandon()
        Path(name).unlink(missing_ok=True)
        raise
