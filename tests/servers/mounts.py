"""A file system of a test's own, in a mount namespace that nobody else sees.

Root ignores file modes, and no test may fill the machine's disk. Where the test run is not root, a user namespace is
asked for; where the kernel refuses that too, NoNamespace says what to allow. The namespace ends with its holder.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.process import require

COPY = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=20).backup(sqlite3.connect(sys.argv[2]))"


class NoNamespace(Exception):
    """This machine lets nobody but root make a mount namespace; the text says what to allow."""


class PrivateDisk:
    """A tmpfs at `path`, as the processes inside see it; the test sees its files at `seen`."""

    def __init__(self, path: Path, *, size: str = "32m") -> None:
        require({"unshare": "util-linux", "nsenter": "util-linux", "mount": "mount"})
        path.mkdir()
        self.path = path
        as_user = [] if os.geteuid() == 0 else ["--map-root-user"]
        ready = f'mount -t tmpfs -o size={size},mode=0755 none "$0" && echo ready && exec sleep infinity'
        self._holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", *as_user, "--mount", "sh", "-c", ready, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            self.close()
            raise NoNamespace(
                "a test needs a mount namespace: run it as root, or allow user namespaces "
                f"(sysctl kernel.unprivileged_userns_clone=1)\n{self._holder.stderr and self._holder.stderr.read()}"
            )
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.inside = ["nsenter", "--target", str(self._holder.pid), *user, "--mount", "--"]
        self.seen = Path(f"/proc/{self._holder.pid}/root{path}")

    def fill(self) -> None:
        """Leave not one byte."""
        with (self.seen / "ballast").open("ab", buffering=0) as ballast:
            for block in (bytes(1 << 20), bytes(1 << 12), b"\0"):
                while True:
                    try:
                        if ballast.write(block) < len(block):
                            break
                    except OSError:
                        break

    def make_room(self) -> None:
        """Undo fill()."""
        (self.seen / "ballast").unlink()

    def read_only(self, yes: bool = True) -> None:
        """Remount. The kernel refuses `yes` while a file is open for writing."""
        how = f"remount,{'ro' if yes else 'rw'}"
        done = subprocess.run([*self.inside, "mount", "-o", how, str(self.path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def copy(self, name: str, to: Path) -> None:
        """A consistent copy of a SQLite file on the disk: SQLite follows /proc/…/root back into our own namespace."""
        command = [*self.inside, sys.executable, "-c", COPY, str(self.path / name), str(to)]
        subprocess.run(command, check=True, capture_output=True)

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
