"""Run a small IMAP server and a small SMTP server on free loopback ports, inside this process.

Each is a context manager that listens when it is entered and is gone when it is left. Both keep everything in
memory and are meant for the demo only: the IMAP server (pymap) knows no keywords, the SMTP server (aiosmtpd)
accepts whatever it is handed and delivers it nowhere. Raises OSError where no port can be had.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

LOOPBACK = "127.0.0.1"
START_LIMIT = 20.0
"""Seconds within which a server must listen."""


@dataclass(frozen=True, slots=True)
class Received:
    """One message as the SMTP server was handed it."""

    envelope_from: str
    """"" is the null reverse-path."""
    recipients: tuple[str, ...]
    raw: bytes


class LoopServer:
    """A server on an event loop in a thread of its own; subclasses say how it is started."""

    def __init__(self) -> None:
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    async def listen(self, listener: socket.socket) -> asyncio.Server:
        """Start serving on a bound socket."""
        raise AssertionError("a subclass says how")

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_LIMIT):
            raise OSError(f"{type(self).__name__} did not listen within {START_LIMIT:.0f} s")
        if self._failure is not None:
            raise OSError(f"{type(self).__name__} did not start: {type(self._failure).__name__}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_LIMIT)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # A client that leaves in the middle is the demo's daily bread, not worth a traceback on the screen.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        listener = socket.create_server((LOOPBACK, 0))
        self.port = listener.getsockname()[1]
        server = await self.listen(listener)
        self._ready.set()
        await self._stop.wait()
        server.close()
        leftover = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in leftover:
            task.cancel()
        await asyncio.gather(*leftover, return_exceptions=True)


class MailboxServer(LoopServer):
    """An IMAP server with one user and one INBOX, all in memory."""

    def __init__(self, *, username: str, password: str) -> None:
        super().__init__()
        self.username = username
        self.password = password

    async def listen(self, listener: socket.socket) -> asyncio.Server:
        # This server logs each line of a session that it does not like; none of that is for the demo's reader.
        logging.getLogger("pymap").setLevel(logging.CRITICAL)
        backend, config = await DictBackend.init(self._arguments(), secure_auth=False)
        config.apply_context()
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        return await asyncio.start_server(serve, sock=listener)

    def _arguments(self) -> Namespace:
        """What pymap's own command line would have made."""
        return Namespace(
            host=LOOPBACK,
            port="0",
            debug=False,
            cert=None,
            key=None,
            tls=False,
            proxy_protocol=None,
            passlib_cfg=None,
            demo_data=False,
            demo_user=self.username,
            demo_password=self.password,
        )

    def append(self, raws: Sequence[bytes], at: datetime) -> list[int]:
        """Put messages into INBOX, as a mail host delivers them; their UIDs."""
        uids = []
        with self.client() as client:
            for raw in raws:
                answer = client.append("INBOX", raw, flags=(), msg_time=at)
                # RFC 4315, section 3: [APPENDUID uidvalidity uid]
                uids.append(int(answer.partition(b"]")[0].split()[-1]))
        return uids

    def folders(self) -> dict[str, list[bytes]]:
        """Every folder with the raw messages in it."""
        with self.client() as client:
            found: dict[str, list[bytes]] = {}
            for _flags, _separator, name in client.list_folders():
                client.select_folder(name, readonly=True)
                uids = client.search("ALL")
                rows = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
                found[name] = [rows[uid][b"BODY[]"] for uid in sorted(rows)]
            return found

    def client(self) -> IMAPClient:
        """A signed-in client; use it as a context manager, which signs out."""
        client = IMAPClient(LOOPBACK, port=self.port, ssl=False, timeout=START_LIMIT)
        client.login(self.username, self.password)
        return client


class CourierServer(LoopServer):
    """An SMTP server that hands each message it accepted to `on_message`, in its own thread."""

    def __init__(self, on_message: Callable[[Received], None]) -> None:
        super().__init__()
        self._on_message = on_message

    async def listen(self, listener: socket.socket) -> asyncio.Server:
        logging.getLogger("mail").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: SMTP(self, hostname="mail.desk.example", loop=loop), sock=listener)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd after the final dot."""
        content: Any = envelope.original_content or b""
        sender = envelope.mail_from or ""
        self._on_message(Received("" if sender == "<>" else sender, tuple(envelope.rcpt_tos), bytes(content)))
        return "250 2.0.0 accepted by the demo, delivered nowhere"
