"""Notifications to systemd, over a real socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from optout_daemon.edges import systemd


@pytest.fixture(params=["path", "abstract"])
def listener(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """What systemd listens on: a path, or a name in the abstract namespace."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@optout-test-{os.getpid()}"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    server.bind(name.replace("@", "\0", 1))
    server.settimeout(2)
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    yield server
    server.close()


def test_a_state_arrives_as_it_is(listener: socket.socket) -> None:
    """Assignments, one a line (sd_notify(3))."""
    systemd.notify("READY=1\nSTATUS=waiting")

    assert b"READY=1\nSTATUS=waiting" == listener.recv(100)


@pytest.mark.parametrize("address", ["", "relative", "/nowhere/at/all", "@nobody-listens-here", "/" + "x" * 300])
def test_without_systemd_nothing_happens(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notification that cannot be sent must not end the service."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    assert systemd.notify("READY=1") is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("microseconds", "process", "expected"),
    [
        ("30000000", "", 30.0),
        ("500000", "its own", 0.5),
        ("30000000", "1", None),
        ("", "", None),
        ("0", "", None),
        ("soon", "", None),
        ("²", "", None),
    ],
)
def test_the_watchdog_is_fed_where_it_is_ours(
    microseconds: str, process: str, expected: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables may have been meant for a parent (sd_watchdog_enabled(3))."""
    monkeypatch.setenv("WATCHDOG_USEC", microseconds)
    monkeypatch.setenv("WATCHDOG_PID", process.replace("its own", str(os.getpid())))

    assert expected == systemd.watchdog_interval()
