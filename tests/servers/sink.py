"""An SMTP server in the test's own process: remembers every message, refuses or breaks where told."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.servers.scripted import CLOSE, HANG, TRICKLE, Cut, Line, ScriptedServer
from tests.servers.tls import Certificate


@dataclass(frozen=True, slots=True)
class Received:
    """One message as accepted (or cut after the dot): envelope and bytes."""

    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes


class SmtpSink(ScriptedServer):
    """`answers` maps a verb (CONNECT EHLO STARTTLS AUTH MAIL RCPT DATA DOT NOOP RSET QUIT) to a reply line or to
    CLOSE, HANG or TRICKLE; change it at any time. `RCPT anna@example.org` is for that recipient alone. `delay` is the
    seconds before each reply. `messages` holds what reached the final dot, whatever followed.
    """

    def __init__(
        self,
        answers: Mapping[str, str] | None = None,
        *,
        certificate: Certificate | None = None,
        starttls: Certificate | None = None,
        extensions: tuple[str, ...] = ("ENHANCEDSTATUSCODES", "8BITMIME", "AUTH PLAIN LOGIN"),
        port: int = 0,
    ) -> None:
        self.answers: dict[str, str] = dict(answers or {})
        self.messages: list[Received] = []
        self.delay = 0.0
        self.verbs: list[str] = []
        self._starttls = starttls
        self._extensions = (*extensions, *(("STARTTLS",) if starttls else ()))
        self._arrived = threading.Condition()
        super().__init__(certificate=certificate, port=port)

    def wait_for(self, count: int, *, limit: float = 20.0) -> list[Received]:
        """The messages once there are `count` of them; fails after `limit` seconds."""
        deadline = time.monotonic() + limit
        with self._arrived:
            while len(self.messages) < count:
                if not self._arrived.wait(deadline - time.monotonic()):
                    raise AssertionError(f"{len(self.messages)} of {count} messages arrived within {limit} s")
            return list(self.messages)

    def talk(self, line: Line) -> None:
        self._say(line, "CONNECT", "220 sink.example ESMTP")
        envelope_from, recipients = "", list[str]()
        while True:
            command = line.read().decode("utf-8", "replace")
            verb = command.split(" ", 1)[0].upper()
            self.verbs.append(verb)
            if verb in ("EHLO", "HELO"):
                lines = ["sink.example", *self._extensions]
                shown = [f"250{'-' if n < len(lines) - 1 else ' '}{text}" for n, text in enumerate(lines)]
                self._say(line, "EHLO", "\r\n".join(shown))
            elif verb == "STARTTLS" and self._starttls is not None:
                if self._say(line, verb, "220 2.0.0 go ahead"):
                    line.secure(self._starttls)
            elif verb == "AUTH":
                self._say(line, verb, "235 2.7.0 accepted")
            elif verb == "MAIL":
                if self._say(line, verb, "250 2.1.0 ok"):
                    envelope_from, recipients = _path(command), []
            elif verb == "RCPT":
                if self._say(line, verb, "250 2.1.5 ok", path=_path(command)):
                    recipients.append(_path(command))
            elif verb == "DATA":
                if self._say(line, verb, "354 go on"):
                    raw = _data(line)
                    with self._arrived:
                        self.messages.append(Received(envelope_from, tuple(recipients), raw))
                        self._arrived.notify_all()
                    self._say(line, "DOT", "250 2.0.0 accepted")
            elif verb == "QUIT":
                self._say(line, verb, "221 2.0.0 bye")
                raise Cut
            else:
                self._say(line, verb, "250 2.0.0 ok")

    def _say(self, line: Line, verb: str, usual: str, *, path: str = "") -> bool:
        """Answer as scripted; True where the answer goes on with the conversation."""
        time.sleep(self.delay)
        answer = self.answers.get(f"{verb} {path}", self.answers.get(verb, usual))
        if answer in (HANG, CLOSE, TRICKLE):
            line.act(answer)
        line.send(answer.encode() + b"\r\n")
        if answer.startswith("421"):
            raise Cut
        return answer[0] in "23"


def _path(command: str) -> str:
    """The address between the angle brackets, "" for the null path."""
    return command[command.find("<") + 1 : command.find(">")]


def _data(line: Line) -> bytes:
    lines = []
    while (row := line.read()) != b".":
        lines.append(row[1:] if row.startswith(b".") else row)
    return b"".join(row + b"\r\n" for row in lines)
