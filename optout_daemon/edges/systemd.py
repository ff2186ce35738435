"""Tell systemd how the service is (sd_notify(3)); without systemd it does nothing.

Never raises: a notification that cannot be sent must not end the service.
"""

from __future__ import annotations

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Send assignments such as "READY=1", one a line, to the socket in $NOTIFY_SOCKET."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return
    if address[0] == "@":  # the abstract namespace, unix(7)
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.connect(address)
        sender.sendall(state.encode())


def watchdog_interval() -> float | None:
    """Seconds within which systemd wants a "WATCHDOG=1", or None where it wants none (sd_watchdog_enabled(3))."""
    asked = os.environ.get("WATCHDOG_PID", "")
    if asked and asked != str(os.getpid()):  # meant for another process
        return None
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    if not microseconds.isascii() or not microseconds.isdigit() or int(microseconds) == 0:
        return None
    return int(microseconds) / 1_000_000
