"""One `optout-daemon VERB` of the demo in the foreground of a process of its own, as systemd runs it.

Its standard error is read by a thread and handed on line by line. Raises CommandFailed where it does not end in time.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import sysconfig
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

STOP_LIMIT: Final = 15.0
"""Seconds that a service may take to end; each promises ten."""


class CommandFailed(Exception):
    """A command of the demo ended badly; the text is what it said."""


def program() -> list[str]:
    """The installed `optout-daemon` of this interpreter."""
    script = Path(sysconfig.get_path("scripts")) / "optout-daemon"
    if script.is_file():
        return [str(script)]
    return [sys.executable, "-c", "import sys; from optout_daemon.cli import main; sys.exit(main())"]


class Service:
    """Running from the start; `stop` it, or at the latest `kill`."""

    def __init__(self, verb: str, *, config: Path, heard: Callable[[str | None], None]) -> None:
        """`heard` is called in the reading thread with each line, and with None at the end."""
        self.verb = verb
        self.last_lines: deque[str] = deque(maxlen=20)
        # A session of its own: Ctrl-C is for the demo, which then stops the service as systemd would.
        self._process = subprocess.Popen(
            [*program(), "--config", str(config), verb],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(heard,), name=f"{verb}-log", daemon=True)
        self._reader.start()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            raise CommandFailed(f"`{self.verb}` did not end within {STOP_LIMIT:.0f} s of SIGTERM") from None

    def kill(self) -> None:
        """Gone when this returns; nothing happens where it has ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(STOP_LIMIT)
        self._reader.join(STOP_LIMIT)

    def _read(self, heard: Callable[[str | None], None]) -> None:
        if self._process.stderr is not None:
            with self._process.stderr as lines:
                for line in lines:
                    self.last_lines.append(line.rstrip())
                    heard(line)
        heard(None)
