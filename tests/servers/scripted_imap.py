"""An IMAP server with one empty INBOX that hangs, cuts, trickles or lies at a command, where told."""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers.scripted import CLOSE, HANG, TRICKLE, Cut, Line, ScriptedServer
from tests.servers.tls import Certificate


class ScriptedImap(ScriptedServer):
    """`answers` maps a command (GREETING LOGIN SELECT SEARCH FETCH MOVE IDLE ...) to HANG, CLOSE, TRICKLE or to the
    bytes to send, in which `{tag}` stands for the client's tag. What is not named gets a plausible plain answer.
    """

    def __init__(
        self,
        answers: Mapping[str, str] | None = None,
        *,
        capabilities: str = "IMAP4rev1 IDLE MOVE UIDPLUS NAMESPACE",
        certificate: Certificate | None = None,
    ) -> None:
        self.answers: dict[str, str] = dict(answers or {})
        self.commands: list[str] = []
        self._capabilities = capabilities
        super().__init__(certificate=certificate)

    def talk(self, line: Line) -> None:
        self._say(line, "GREETING", "", f"* OK [CAPABILITY {self._capabilities}] ready\r\n")
        while True:
            tag, name, rest = self._command(line)
            self.commands.append(name)
            self._say(line, name, tag, self._usual(name, rest) + "{tag} OK done\r\n")
            if name == "LOGOUT":
                raise Cut

    def _command(self, line: Line) -> tuple[str, str, str]:
        words = line.read().decode("utf-8", "replace").split(" ", 2)
        tag, name = words[0], (words[1].upper() if len(words) > 1 else "DONE")
        rest = words[2] if len(words) > 2 else ""
        if name == "UID":
            name, _, rest = rest.partition(" ")
        return tag, name.upper(), rest

    def _usual(self, name: str, rest: str) -> str:
        return {
            "CAPABILITY": f"* CAPABILITY {self._capabilities}\r\n",
            "NAMESPACE": '* NAMESPACE (("" "/")) NIL NIL\r\n',
            "SELECT": "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 1] ok\r\n",
            "EXAMINE": "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 1] ok\r\n",
            "SEARCH": "* SEARCH\r\n",
            "LOGOUT": "* BYE bye\r\n",
        }.get(name, "")

    def _say(self, line: Line, name: str, tag: str, usual: str) -> None:
        answer = self.answers.get(name)
        if answer in (HANG, CLOSE, TRICKLE):
            line.act(answer)
        if name == "IDLE" and (answer is None or "+ idling" in answer):
            line.send((answer or "+ idling\r\n").encode())
            line.read()
            answer = None
        line.send((usual if answer is None else answer).replace("{tag}", tag).encode())
