"""A whole desk in a temporary folder: settings, database, customers, and daemon and web part as processes of their own.

Everything is done by the same commands that an administrator types. Leaving the context stops the processes and
removes the folder. Raises CommandFailed with the command's own words where one of them fails.
"""

from __future__ import annotations

import json
import queue
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from optout_daemon.demo.browsing import Access
from optout_daemon.demo.service import CommandFailed, Service, program

ADDRESS: Final = "desk@kiku.example"
USER: Final = "desk"
ACCOUNT: Final = "demo"

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

[web]
port = {web_port}
public_url = "{url}"

[log]
format = "json"
"""


class DemoDesk:
    """Use as a context manager; then `prepare`, `start`, `start_web`, and read `events`."""

    def __init__(self, *, imap_port: int, smtp_port: int, password: str, told: Callable[[str], None]) -> None:
        self._ports = imap_port, smtp_port
        self._web_port = free_port()
        self._password = password
        self._told = told
        self._services: dict[str, Service] = {}
        self._web_lines: queue.Queue[str | None] = queue.Queue()
        self.folder = Path()
        self.events: queue.Queue[dict[str, object] | None] = queue.Queue()
        """The daemon's log, a line an entry; None when it has ended."""

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="optout-demo-"))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            for service in self._services.values():
                service.kill()
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

    @property
    def url(self) -> str:
        """Where the web part answers."""
        return f"http://127.0.0.1:{self._web_port}"

    def last_lines(self, verb: str) -> deque[str]:
        """The end of what a service wrote on standard error."""
        return self._services[verb].last_lines if verb in self._services else deque()

    def prepare(self) -> None:
        """Write the settings and the password, make schema and key, import the customers."""
        secret = self.folder / "imap-password"
        secret.touch(mode=0o600)
        secret.write_text(self._password + "\n", encoding="ascii")
        imap_port, smtp_port = self._ports
        text = SETTINGS.format(
            address=ADDRESS,
            user=USER,
            folder=self.folder,
            imap_port=imap_port,
            smtp_port=smtp_port,
            web_port=self._web_port,
            url=self.url,
        )
        self.config.write_text(text, encoding="utf-8")
        with resources.as_file(resources.files("optout_daemon.demo") / "samples" / "customers.csv") as customers:
            self._command("db", "upgrade")
            self._command("customers", "import", str(customers))

    def start(self) -> None:
        """Start the daemon; its log arrives in `events`."""
        self._told("$ optout-daemon run")
        self._services["run"] = Service("run", config=self.config, heard=self._hear)

    def start_web(self) -> None:
        """Start the web part."""
        self._told("$ optout-daemon web")
        self._services["web"] = Service("web", config=self.config, heard=self._web_lines.put)

    def wait_for_web(self) -> None:
        """Return when the web part listens."""
        while (line := self._web_lines.get()) is not None:
            if self.url in line:
                self._told(line.strip())
                return
        raise CommandFailed("\n".join(["`web` ended by itself:", *self.last_lines("web")]))

    def make_access(self) -> Access:
        """An account of a supervisor and a sender's token, both made by the commands for it."""
        password = secrets.token_urlsafe(12)
        self._command("staff", "add", ACCOUNT, "--role", "supervisor", typed=password + "\n")
        made = self._command(
            "tokens", "create", "Newsletter", "--scope", "check", "--scope", "export", "--scope", "add", quiet=True
        )
        return Access(ACCOUNT, password, made.strip())

    def may_be_sent(self, email: str) -> bool:
        """What `suppressions check` says of an address."""
        command = ["suppressions", "check", "--email", email, "--channel", "email"]
        return not self._run(command, quiet=False, codes=(0, 1)).returncode

    def stop(self) -> dict[str, int]:
        """SIGTERM to each service; their exit codes."""
        return {verb: service.stop() for verb, service in self._services.items()}

    def _hear(self, line: str | None) -> None:
        if line is None:
            self.events.put(None)
            return
        try:
            event = json.loads(line)
        except ValueError:
            return
        if isinstance(event, dict):
            self.events.put(event)

    def _command(self, *arguments: str, typed: str = "", quiet: bool = False) -> str:
        """Run one command that has to end well; what it printed."""
        return self._run(arguments, typed=typed, quiet=quiet).stdout

    def _run(
        self, arguments: Sequence[str], *, typed: str = "", quiet: bool, codes: Sequence[int] = (0,)
    ) -> subprocess.CompletedProcess[str]:
        shown = [Path(argument).name if "/" in argument else argument for argument in arguments]
        self._told("$ optout-daemon " + shlex.join(shown))
        command = [*program(), "--config", str(self.config), *arguments]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, encoding="utf-8", check=False)
        for line in () if quiet else done.stdout.splitlines():
            self._told(f"  {line}")
        if done.returncode not in codes:
            raise CommandFailed(f"it ended with {done.returncode}:\n{done.stderr.strip()}")
        return done


def free_port() -> int:
    """A port of this machine's on which nobody listens at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
