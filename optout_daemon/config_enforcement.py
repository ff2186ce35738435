"""The settings of the mail servers' look-ups: `[lookup]`, the file beside SQLite, and `[socketmap]`, the server."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from optout_daemon.config_types import FilePath, Host, Number, Port, Section, Waiting


class LookupSettings(Section):
    """Where `lookup.db` lies, and who may read it."""

    file: FilePath | None = None
    readable_by: Literal["group", "all"] = "group"

    @property
    def mode(self) -> int:
        """The file's mode."""
        return 0o644 if self.readable_by == "all" else 0o640


class SocketmapSettings(Section):
    """Where the socketmap server listens, and how much it takes on."""

    host: Host = "127.0.0.1"
    port: Port = 10666
    socket: FilePath | None = None
    max_connections: Number = Field(default=200, ge=1, le=10_000)
    answer_within: Waiting = timedelta(seconds=5)
