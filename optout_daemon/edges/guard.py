"""A deadline for what is said over one socket, kept by a thread that shuts the socket down.

A socket's own time-out counts from byte to byte, so a server that sends one byte a minute never runs into it; and
nobody blocked in a read sees that the daemon is to stop. The guard ends both: whoever reads gets an error at once.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Final

TICK: Final = 0.25
GRACE: Final = 2.0
"""Seconds that a command in hand may still take once the daemon is to stop."""


class Guard:
    """Watches one socket at a time. `stop` ends every command after GRACE seconds."""

    def __init__(self, name: str, stop: threading.Event) -> None:
        self.expired = False
        """True once the guard has shut the socket down."""
        self._stop = stop
        self._socket: socket.socket | None = None
        self._deadline: float | None = None
        self._closed = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self._run, name=f"guard {name}", daemon=True).start()

    def watch(self, connected: socket.socket) -> None:
        """The socket to shut down, plain and just connected: TLS will take its descriptor over, so we keep our own."""
        with self._lock:
            self._release()
            self._socket = connected.dup()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What is done inside may take so long; the outermost limit counts."""
        with self._lock:
            before = self._deadline
            if before is None:
                self._deadline = time.monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:
                self._deadline = before

    def close(self) -> None:
        """Shut the socket down, from any thread, and end the guard."""
        self._closed.set()
        with self._lock:
            self._shut()
            self._release()

    def _run(self) -> None:
        stopped_at: float | None = None
        while not self._closed.wait(TICK):
            now = time.monotonic()
            if stopped_at is None and self._stop.is_set():
                stopped_at = now
            with self._lock:
                if self._deadline is None:
                    continue
                late = now > self._deadline or (stopped_at is not None and now > stopped_at + GRACE)
                if late and self._socket is not None:
                    self.expired = True
                    self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
