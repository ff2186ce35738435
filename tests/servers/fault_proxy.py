"""A proxy before a real IMAP server that breaks the conversation at one command, in one way, a number of times.

It understands as much of RFC 3501 as it needs: lines, literals and tags. Clear text only.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Final, Literal, Self, cast

from tests.servers.process import HOST

GARBAGE: Final = b"* 1 FETCH (UID \xff\x00 (((\r\n%%% nonsense {x}\r\n"
_LITERAL: Final = re.compile(rb"\{(\d+)\}\r\n$")


@dataclass(slots=True)
class Fault:
    """What goes wrong at a command whose text (without its tag) matches `at`.

    `when`: "before" the server sees the command, "within" its answer (half of the first literal, or of the first
    line), "after" the server has done it, in place of the tagged line. `how`: cut the connection; hang; garble; be
    slow (`seconds`); refuse with `text`; say BYE and cut; call `act` and go on; rewrite the answer's lines by `text`.
    """

    at: str
    how: Literal["cut", "hang", "garble", "slow", "refuse", "bye", "call", "rewrite"]
    when: Literal["before", "within", "after"] = "before"
    nth: int = 1
    """The first occurrence that is hit."""
    times: int = 1
    """How many are hit in a row."""
    text: tuple[bytes, bytes] = (b"", b"")
    """Rewrite: from, to. Refuse: the response code and nothing."""
    seconds: float = 0.1
    act: Callable[[], None] = lambda: None
    seen: int = 0
    hits: int = 0

    def strikes(self, command: str) -> bool:
        """Count the command; True where it is hit."""
        if not re.match(self.at, command, re.IGNORECASE):
            return False
        self.seen += 1
        hit = self.nth <= self.seen < self.nth + self.times
        self.hits += hit
        return hit


class _Ended(Exception):
    """Nothing more is said on this connection."""


@dataclass(slots=True)
class _Conversation:
    """One client, one connection to the server, and the faults that wait for an answer."""

    client: socket.socket
    server: socket.socket
    closing: threading.Event
    waiting: dict[bytes, Fault] = field(default_factory=dict)
    within: Fault | None = None

    def end(self) -> None:
        for side in (self.client, self.server):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def strike(self, fault: Fault, tag: bytes) -> None:
        """Do to the client what the fault says; returns where the conversation goes on by itself."""
        match fault.how:
            case "cut":
                raise _Ended
            case "hang":
                self.closing.wait()
                raise _Ended
            case "garble":
                self.client.sendall(GARBAGE + tag + b" OK maybe\r\n")
            case "slow":
                self.closing.wait(fault.seconds)
            case "refuse":
                self.client.sendall(tag + b" NO [" + fault.text[0] + b"] no\r\n")
            case "bye":
                self.client.sendall(b"* BYE going down\r\n")
                raise _Ended
            case "call":
                fault.act()


class FaultProxy:
    """Listens on a free loopback port and hands everything on to the server, but for `faults`."""

    def __init__(self, port: int) -> None:
        """`port` is the real server's, on loopback."""
        self.faults: list[Fault] = []
        self.commands: list[str] = []
        """What the clients said, without tags, in the order of arrival."""
        self._server_port = port
        self._closing = threading.Event()
        self._conversations: list[_Conversation] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def bye(self) -> None:
        """Say BYE on every connection that is open, and cut it."""
        for conversation in list(self._conversations):
            with contextlib.suppress(OSError):
                conversation.client.sendall(b"* BYE going down\r\n")
            conversation.end()

    def cut(self) -> None:
        """Cut every connection that is open, as a firewall does."""
        for conversation in list(self._conversations):
            conversation.end()

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
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((HOST, self._server_port), timeout=20)
            except OSError:
                return
            server.settimeout(None)
            for side in (client, server):  # lines are handed on one by one: none waits for the other side's ACK
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            conversation = _Conversation(client, server, self._closing)
            self._conversations.append(conversation)
            for work in (self._to_server, self._to_client):
                threading.Thread(target=self._until_the_end, args=(work, conversation), daemon=True).start()

    def _until_the_end(self, work: Callable[[_Conversation], None], conversation: _Conversation) -> None:
        with contextlib.suppress(_Ended, OSError, ValueError):
            work(conversation)
        conversation.end()

    def _to_server(self, conversation: _Conversation) -> None:
        lines = cast(BinaryIO, conversation.client.makefile("rb"))
        while line := lines.readline():
            tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
            command = rest.decode("utf-8", "replace") or tag.decode("utf-8", "replace")
            fault = self._fault_at(command)
            if fault is not None and fault.when == "before":
                conversation.strike(fault, tag)
                if fault.how in ("garble", "refuse"):
                    continue  # answered; the server never heard of it
            elif fault is not None:
                conversation.waiting[tag] = fault
                conversation.within = fault if fault.when == "within" else None
            conversation.server.sendall(line)

    def _fault_at(self, command: str) -> Fault | None:
        with self._lock:
            self.commands.append(command)
            struck = [fault for fault in self.faults if fault.strikes(command)]
        return struck[0] if struck else None

    def _to_client(self, conversation: _Conversation) -> None:
        lines = cast(BinaryIO, conversation.server.makefile("rb"))
        while line := lines.readline():
            literal = _LITERAL.search(line)
            body = lines.read(int(literal.group(1))) if literal else b""
            if conversation.within is not None:
                line, body = self._within(conversation, line, body)
            tag = line.split(b" ", 1)[0]
            fault = conversation.waiting.pop(tag, None)
            if fault is not None and fault.when == "after":
                conversation.strike(fault, tag)
                if fault.how in ("garble", "refuse"):
                    continue
            if fault is not None:
                conversation.within = None
            conversation.client.sendall(line + body)

    def _within(self, conversation: _Conversation, line: bytes, body: bytes) -> tuple[bytes, bytes]:
        fault = conversation.within
        assert fault is not None
        if fault.how == "rewrite":
            return line.replace(*fault.text), body
        conversation.within = None
        whole = line + body
        half = len(line) + len(body) // 2 if body else len(line) // 2
        conversation.client.sendall(whole[:half])
        conversation.strike(fault, b"")
        # Garbled, the rest never comes: what was promised is filled up with something else.
        return (b"", b"") if fault.how == "garble" else (b"", whole[half:])
