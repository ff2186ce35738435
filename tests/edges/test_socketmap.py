"""The socketmap server: what Postfix asks is answered, what strangers send harms nobody."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from optout_daemon.edges.socketmap import LONGEST, SocketmapServer, netstring
from tests.servers.process import HOST, free_port

Client = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


async def answer(name: str, key: str) -> str:
    return f"OK {name}|{key}"


def talk(conversation: Callable[[Client], Awaitable[None]], *, most: int = 10, limit: float = 5.0) -> None:
    """Hold a conversation with a new server."""

    async def run() -> None:
        port = free_port()
        server = SocketmapServer(answer, most=most, idle=limit, within=limit)
        await server.listen(HOST, port, None)
        try:
            await asyncio.wait_for(conversation(lambda: asyncio.open_connection(HOST, port)), 30)
        finally:
            await server.close()

    asyncio.run(run())


def test_requests_are_answered_in_their_order_over_one_connection() -> None:
    """Postfix keeps its connection, and a client may send before it has read."""

    async def conversation(client: Client) -> None:
        reader, writer = await client()
        writer.write(netstring("email anna@mail.example") + netstring("email 日本@mail.example") + b"6:email ,")

        for expected in ("OK email|anna@mail.example", "OK email|日本@mail.example", "OK email|"):
            assert netstring(expected) == await reader.readexactly(len(netstring(expected)))
        writer.close()

    talk(conversation)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b":,",
        b"-1:a,",
        b"05:email,",
        b"99999999999999999999999999:",
        b"%d:" % (LONGEST + 1) + b"a" * 100,
        b"7:email a.",
        b"5:email,",
        b"\xd9\xa3:abc,",
    ],
)
def test_what_is_no_request_ends_the_connection(sent: bytes) -> None:
    """Nothing of it may be answered, nor be kept."""

    async def conversation(client: Client) -> None:
        reader, writer = await client()
        writer.write(sent)

        assert b"" == await reader.read()
        writer.close()

    talk(conversation)


def test_bytes_that_are_no_text_are_a_key_that_nobody_has() -> None:
    """An address may hold any byte that a client made up."""

    async def conversation(client: Client) -> None:
        reader, writer = await client()
        writer.write(b"8:email \xff\xfe,")

        assert netstring("OK email|\ufffd\ufffd") == await reader.readuntil(b",")
        writer.close()

    talk(conversation)


@pytest.mark.parametrize("sent", [b"", b"2", b"200:email a"])
def test_who_sends_no_more_is_not_waited_for(sent: bytes) -> None:
    """A connection held open for ever is a place that Postfix misses."""

    async def conversation(client: Client) -> None:
        reader, writer = await client()
        writer.write(sent)

        assert b"" == await reader.read()
        writer.close()

    talk(conversation, limit=0.1)


def test_one_connection_too_many_is_closed_and_room_comes_back() -> None:
    """The others go on, and whoever comes after one has left is served."""

    async def conversation(client: Client) -> None:
        first = await client()
        first[1].write(netstring("email a@b.example"))
        await first[0].readuntil(b",")
        second, writer = await client()

        assert b"" == await second.read()
        writer.close()
        first[1].close()
        await first[1].wait_closed()
        while True:
            third = await client()
            third[1].write(netstring("email c@d.example"))
            if await third[0].read(100):
                break
        third[1].close()

    talk(conversation, most=1)


def test_a_socket_file_is_for_the_group(tmp_path: Path) -> None:
    """The mail server's account is in it; nobody else may ask who opted out."""

    async def run() -> None:
        server = SocketmapServer(answer, most=10)
        await server.listen(HOST, 1, tmp_path / "socket")
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(netstring("email a@b.example"))

        assert netstring("OK email|a@b.example") == await reader.readuntil(b",")
        assert 0o660 == stat.S_IMODE((tmp_path / "socket").stat().st_mode)
        await server.close()

    asyncio.run(run())


def test_closing_ends_the_connections_that_there_are() -> None:
    """The stop must not wait for Postfix, which keeps its connections."""

    async def run() -> None:
        port = free_port()
        server = SocketmapServer(answer, most=10)
        await server.listen(HOST, port, None)
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(netstring("email a@b.example"))
        await reader.readuntil(b",")
        await asyncio.wait_for(server.close(), 5)

        assert b"" == await reader.read()
        writer.close()

    asyncio.run(run())
