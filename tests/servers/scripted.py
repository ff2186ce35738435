"""What the small scripted servers share: a listener with a thread a connection, and answers that fail where told."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from tests.servers.process import HOST
from tests.servers.tls import Certificate

HANG: Final = "<hang>"
"""Say nothing more, keep the connection."""
CLOSE: Final = "<close>"
"""Cut the connection."""
TRICKLE: Final = "<trickle>"
"""Send one byte every 0.2 s and never a whole line."""


class Cut(Exception):
    """The conversation is over."""


class Line:
    """One connection: lines in, bytes out, and a change to TLS on the way."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._socket: socket.socket = connection
        self._closing = closing
        self._file = cast(BinaryIO, connection.makefile("rb"))

    def secure(self, certificate: Certificate) -> None:
        """Become TLS; ends the conversation where the client does not like our certificate."""
        try:
            self._socket = certificate.context().wrap_socket(self._socket, server_side=True)
        except (ssl.SSLError, OSError) as error:
            raise Cut from error
        self._file = cast(BinaryIO, self._socket.makefile("rb"))

    def read(self) -> bytes:
        """The next line without its end."""
        line = self._file.readline()
        if not line:
            raise Cut
        return line.rstrip(b"\r\n")

    def take(self, count: int) -> bytes:
        return self._file.read(count)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def act(self, action: str) -> None:
        """Misbehave as told, then end."""
        if action == HANG:
            self._closing.wait()
        while action == TRICKLE and not self._closing.wait(0.2):
            self._socket.sendall(b"x")
        raise Cut

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class ScriptedServer:
    """Listens on a free loopback port; `talk` is one conversation, in a thread of its own."""

    def __init__(self, *, certificate: Certificate | None = None, port: int = 0) -> None:
        """With a certificate it speaks TLS from the first byte. Port 0 is a free one."""
        self.host = HOST
        self.connections = 0
        self._certificate = certificate
        self._closing = threading.Event()
        self._lines: list[Line] = []
        self._listener = socket.create_server((HOST, port))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def talk(self, line: Line) -> None:
        """Hold one conversation; overridden by the protocols. Alone it says nothing at all."""
        line.act(HANG)

    def cut(self) -> None:
        """Break every connection that is open now."""
        for line in self._lines:
            line.close()

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        line = Line(connection, self._closing)
        self._lines.append(line)
        try:
            if self._certificate is not None:
                line.secure(self._certificate)
            self.talk(line)
        except (Cut, OSError, ValueError):
            pass
        finally:
            line.close()
