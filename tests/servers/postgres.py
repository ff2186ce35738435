"""A throw-away PostgreSQL on a free loopback port, as a process of the test run.

The server refuses to run as root: there it runs as `postgres`, or `nobody`. fsync is off, since what the tests kill is
the server, never the machine.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from tests.servers.process import HOST, ServerFailed, ServerMissing, ServerProcess, free_port, temporary_folder

USER = "desk"


def binaries() -> Path:
    """The folder of the newest PostgreSQL on this machine, 15 or later; ServerMissing names the package."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not found or int(found[-1].parent.name) < 15 or not (found[-1] / "initdb").exists():
        raise ServerMissing("the tests need a Debian package: apt-get install postgresql (15 or later)")
    return found[-1]


class Postgres:
    """One server with databases made on demand."""

    def __init__(self) -> None:
        self._names = itertools.count(1)
        self._programs = binaries()
        self._folder = temporary_folder("postgres")
        self._data = self._folder / "data"
        self._as_user = _privileges(self._folder)
        made = subprocess.run(
            [
                *self._as_user,
                str(self._programs / "initdb"),
                *("--pgdata", str(self._data), "--username", USER, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
        )
        if made.returncode:
            raise ServerFailed(f"initdb failed:\n{made.stdout}{made.stderr}")
        self.port = free_port()
        self.start()

    def start(self) -> None:
        """Start the server again after stop(), on the same port with the same data."""
        options = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "60",
            "shared_buffers": "32MB",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [*self._as_user, str(self._programs / "postgres"), "-D", str(self._data), *settings]
        self._process = ServerProcess(command, ports=[self.port], log=self._folder / "log")
        deadline = time.monotonic() + 20
        while True:  # the port answers while the server still starts up
            try:
                psycopg.connect(self._conninfo("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self, *, hard: bool = False) -> None:
        """End the server; `hard` kills it as a crash would."""
        self._process.stop(hard=hard)

    def freeze(self) -> None:
        """Stop the clock of the server and of every session: it accepts connections, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the server and its sessions go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """Sessions lead process groups of their own, so each is told."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (self._process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def close(self) -> None:
        """End the server and remove its data."""
        self.stop(hard=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def create(self, template: str = "template1") -> str:
        """A new database, as a copy of `template`; returns its name."""
        name = f"desk{next(self._names)}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        """The URL of a database in the form of the settings."""
        return f"postgresql+psycopg://{USER}@{HOST}:{self.port}/{name}"

    def _conninfo(self, name: str) -> str:
        return f"host={HOST} port={self.port} user={USER} dbname={name} connect_timeout=5"


def _privileges(folder: Path) -> list[str]:
    """What to put before a command so that it does not run as root, with `folder` given to that user."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--pdeathsig", "INT"]  # another user's process forgets the one set before
    raise ServerFailed("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
