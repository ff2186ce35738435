"""A whole desk in a temporary folder: settings, database, customers, and the daemon as a process of its own.

Everything is done by the same commands that an administrator types. Leaving the context stops the daemon and
removes the folder. Raises CommandFailed with the command's own words where one of them fails.
"""

from __future__ import annotations

import json
import queue
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Final, Self

ADDRESS: Final = "desk@kiku.example"
USER: Final = "desk"
STOP_LIMIT: Final = 15.0
"""Seconds that the daemon may take to end; it promises ten."""

SETTINGS: Final = """\
# Written by `optout-daemon demo`. A real desk needs no more than this.
[desk]
address = "{address}"
name = "菊商事 お客様窓口"
languages = ["ja", "en"]

[database]
url = "sqlite:///{folder}/desk.db"

[[mailbox]]
name = "demo"
host = "127.0.0.1"
port = {imap_port}
security = "none"
username = "{user}"
password_file = "{folder}/imap-password"
since = "all"
poll_interval = "5s"
trusted_authserv_ids = ["mail.kiku.example"]

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"

[log]
format = "json"
"""


class CommandFailed(Exception):
    """A command of the demo ended badly; the text is what it said."""


def program() -> list[str]:
    """The installed `optout-daemon` of this interpreter."""
    script = Path(sysconfig.get_path("scripts")) / "optout-daemon"
    if script.is_file():
        return [str(script)]
    return [sys.executable, "-c", "import sys; from optout_daemon.cli import main; sys.exit(main())"]


class DemoDesk:
    """Use as a context manager; then `prepare`, `start`, and read `events`."""

    def __init__(self, *, imap_port: int, smtp_port: int, password: str, told: Callable[[str], None]) -> None:
        self._ports = imap_port, smtp_port
        self._password = password
        self._told = told
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.folder = Path()
        self.events: queue.Queue[dict[str, object] | None] = queue.Queue()
        """The daemon's log, a line an entry; None when it has ended."""
        self.last_lines: deque[str] = deque(maxlen=20)

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="optout-demo-"))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
                self._process.wait(STOP_LIMIT)
            if self._reader is not None:
                self._reader.join(STOP_LIMIT)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "config.toml"

    @property
    def database_url(self) -> str:
        """The database that the daemon writes."""
        return f"sqlite:///{self.folder / 'desk.db'}"

    def prepare(self) -> None:
        """Write the settings and the password, make schema and key, import the customers."""
        secret = self.folder / "imap-password"
        secret.touch(mode=0o600)
        secret.write_text(self._password + "\n", encoding="ascii")
        imap_port, smtp_port = self._ports
        text = SETTINGS.format(address=ADDRESS, user=USER, folder=self.folder, imap_port=imap_port, smtp_port=smtp_port)
        self.config.write_text(text, encoding="utf-8")
        with resources.as_file(resources.files("optout_daemon.demo") / "samples" / "customers.csv") as customers:
            self._command("db", "upgrade")
            self._command("customers", "import", str(customers))

    def start(self) -> None:
        """Start the daemon; its log arrives in `events`."""
        self._told("$ optout-daemon run")
        # A session of its own: Ctrl-C is for the demo, which then stops the daemon as systemd would.
        self._process = subprocess.Popen(
            [*program(), "--config", str(self.config), "run"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read_log, name="daemon-log", daemon=True)
        self._reader.start()

    def stop(self) -> int:
        """SIGTERM; the daemon's exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            raise CommandFailed(f"the daemon did not end within {STOP_LIMIT:.0f} s of SIGTERM") from None

    def _read_log(self) -> None:
        process = self._process
        if process is None or process.stderr is None:
            return
        with process.stderr as lines:
            for line in lines:
                self.last_lines.append(line.rstrip())
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if isinstance(event, dict):
                    self.events.put(event)
        self.events.put(None)

    def _command(self, *arguments: str) -> None:
        shown = [Path(argument).name if "/" in argument else argument for argument in arguments]
        self._told("$ optout-daemon " + " ".join(shown))
        self._run([*program(), "--config", str(self.config), *arguments])

    def _run(self, command: Sequence[str]) -> None:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=False
        )
        for line in done.stdout.splitlines():
            self._told(f"  {line}")
        if done.returncode != 0:
            raise CommandFailed(f"it ended with {done.returncode}:\n{done.stderr.strip()}")
