"""Start one server as a process of the test run, wait for its ports, and end it by its process group.

What is not installed is named with its Debian package; a server that does not come up fails with its log.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

HOST = "127.0.0.1"
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


class ServerMissing(Exception):
    """Software that the tests need is not on this machine; the text names the Debian packages."""


class ServerFailed(Exception):
    """A server did not start or did not end; the text holds its log."""


def find_program(name: str) -> str | None:
    """Full path of a program, also of those in sbin, which an ordinary user's PATH leaves out."""
    return shutil.which(name, path=os.environ.get("PATH", "/usr/bin:/bin") + ":" + SBIN)


def require(programs: Mapping[str, str]) -> None:
    """Raise ServerMissing unless each program (a name or a path) is there; the values are the Debian packages."""
    missing = sorted({package for program, package in programs.items() if find_program(program) is None})
    if missing:
        raise ServerMissing(f"the tests need Debian packages: apt-get install {' '.join(missing)}")


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def temporary_folder(name: str) -> Path:
    """A new folder that the servers' own users can enter (pytest's are closed to them), short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix=f"optout-{name}-"))
    folder.chmod(0o755)
    return folder


def answers(port: int) -> bool:
    """Whether something listens on the loopback port."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


class ServerProcess:
    """One running server and its children, in a process group of their own."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        ports: Sequence[int],
        log: Path,
        pid_file: Path | None = None,
        limit: float = 20.0,
    ) -> None:
        """Return once every port answers; raise ServerFailed with the log where that takes over `limit` seconds.

        `pid_file`: the command is a wrapper (fakeroot) that tidies up by itself once the server in it has ended; the
        server leads a process group of its own, whose id it writes there.
        """
        self._log, self._pid_file = log, pid_file
        self._process = subprocess.Popen(  # setpriv: the server ends with the test run, however that ends
            ["setpriv", "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL,
            stdout=(log.parent / "output").open("ab"),
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            start_new_session=True,
        )
        deadline = time.monotonic() + limit
        waiting = list(ports)
        while waiting := [port for port in waiting if not answers(port)]:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop(hard=True)
                raise ServerFailed(f"{command[0]} did not open port {waiting[0]}:\n{self.log()}")
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> str:
        """What the server has written so far."""
        files = (self._log.parent / "output", self._log)
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    def stop(self, *, hard: bool = False) -> None:
        """End it and its children; `hard` kills them without a word to their clients."""
        if self._signal(signal.SIGKILL if hard else signal.SIGTERM):
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.kill()
                self._process.wait(timeout=10)
        deadline = time.monotonic() + 5
        while self._signal(0) and time.monotonic() < deadline:  # children outlive the parent for a moment
            time.sleep(0.02)
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop the whole group's clock: its ports still accept, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> bool:
        """Send it to the group, and not to a wrapper; False where there is nobody left."""
        try:
            os.killpg(self._leader(), number)
        except ProcessLookupError:
            return False
        return True

    def _leader(self) -> int:
        if self._pid_file is not None:
            with contextlib.suppress(OSError, ValueError):
                return int(self._pid_file.read_text())
        return self._process.pid
