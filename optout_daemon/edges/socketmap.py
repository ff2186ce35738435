"""Answer look-ups by Postfix's socketmap protocol (socketmap_table(5)): netstrings over TCP or a socket file.

A client that does not speak it, keeps a request back or holds a connection idle is closed; so is one too many. Never
raises for what a client sends. Which answer is given is the caller's business.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket as sockets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from optout_daemon.errors import EdgeError

Answer = Callable[[str, str], Awaitable[str]]
"""From the name of a map and a key to a whole reply: `OK …`, `NOTFOUND `, `TEMP …` or `PERM …`."""

NOT_FOUND: Final = "NOTFOUND "
LONGEST: Final = 2_000
"""Bytes of a request: a map's name and an address (RFC 5321: 254 octets) with room for UTF-8."""
_DIGITS: Final = len(str(LONGEST))
REQUEST_WITHIN: Final = 10.0
"""Seconds from the first byte of a request to its last."""
IDLE: Final = 300.0
"""Seconds without a request; Postfix lets go of a connection earlier."""


class NotSpoken(Exception):
    """What came is no netstring, or too long a one."""


class SocketmapServer:
    """Listens until it is closed."""

    def __init__(self, answer: Answer, *, most: int, idle: float = IDLE, within: float = REQUEST_WITHIN) -> None:
        self._answer, self._most, self._idle, self._within = answer, most, idle, within
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int, socket: Path | None) -> None:
        """Begin; OSError where nothing can listen there. A socket file is open to the process's group."""
        if socket is None:
            self._server = await asyncio.start_server(self._connected, host, port, limit=2 * LONGEST)
            return
        before = os.umask(0o117)
        try:
            self._server = await asyncio.start_unix_server(self._connected, socket, limit=2 * LONGEST)
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Take no more connections and end those that there are: Postfix asks again, and mail is deferred meanwhile."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        full = len(self._tasks) >= self._most
        if not full:
            self._tasks.add(task)
        try:
            if not full:
                await self._serve(reader, writer)
        except (NotSpoken, TimeoutError, OSError, asyncio.IncompleteReadError):
            pass  # the client is gone, or is none
        except asyncio.CancelledError:
            pass  # close()
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(writer.wait_closed(), 1.0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(self._idle):
                first = await reader.readexactly(1)
            async with asyncio.timeout(self._within):
                request = await _request(first, reader)
            name, space, key = request.partition(b" ")
            if not space:
                raise NotSpoken
            reply = await self._answer(name.decode("utf-8", "replace"), key.decode("utf-8", "replace"))
            writer.write(netstring(reply))
            async with asyncio.timeout(self._within):
                await writer.drain()


async def _request(first: bytes, reader: asyncio.StreamReader) -> bytes:
    """One netstring, whose first byte is read already."""
    digits = first
    while digits.isdigit() and len(digits) <= _DIGITS:
        byte = await reader.readexactly(1)
        if byte == b":":
            size = int(digits)
            if size > LONGEST or (len(digits) > 1 and digits.startswith(b"0")):
                break
            text = await reader.readexactly(size + 1)
            if not text.endswith(b","):
                break
            return text[:-1]
        digits += byte
    raise NotSpoken


def netstring(text: str) -> bytes:
    """The text as a netstring."""
    raw = text.encode()
    return b"%d:%s," % (len(raw), raw)


def ask(host: str, port: int, socket: Path | None, name: str, key: str, *, within: float) -> str:
    """One question to a server of this kind, as a mail server puts it; its answer. EdgeError where none comes."""
    place = f"{host}:{port}" if socket is None else str(socket)
    try:
        if socket is None:
            client = sockets.create_connection((host, port), timeout=within)
        else:
            client = sockets.socket(sockets.AF_UNIX)
            client.settimeout(within)
        with client:
            if socket is not None:
                client.connect(str(socket))
            client.sendall(netstring(f"{name} {key}"))
            answer = b""
            while _goes_on(answer) and (more := client.recv(LONGEST)):
                answer += more
    except TimeoutError:
        raise EdgeError(f"{place}: no answer within {within:g} s", "4.4.2") from None
    except OSError as error:
        raise EdgeError(
            f"{place}: connect: {error.strerror or type(error).__name__}; does `optout-daemon socketmap` run?", "4.4.1"
        ) from None
    size, _, text = answer.partition(b":")
    if size != b"%d" % (len(text) - 1):
        raise EdgeError(f"{place}: what answers there is no socketmap server", "5.5.0")
    return text[:-1].decode("utf-8", "replace")


def _goes_on(answer: bytes) -> bool:
    """Whether it may still become a netstring, and is none yet."""
    size, colon, text = answer.partition(b":")
    if not answer:
        return True
    return size.isdigit() and len(size) <= _DIGITS and not (colon and len(text) > int(size))
