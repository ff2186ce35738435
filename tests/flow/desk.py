"""A whole desk for the flows: settings, database, customers, and the installed daemon as a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from optout_daemon.core.lifecycle import Delivery, State
from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Customer
from optout_daemon.store import customers, inquiries, outbox, suppressions
from optout_daemon.store.database import Database
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mailbox import Mailbox

COMMAND = Path(sys.executable).parent / "optout-daemon"
DESK = "desk@kaji.example"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must become of one mail."""

    raw: bytes
    disposition: str
    reason: str = ""
    reply: str = "none"
    customer_number: str | None = None


class Desk:
    """One desk in one folder; the daemon may be started, stopped and killed again and again."""

    def __init__(
        self,
        folder: Path,
        mailbox: Mailbox,
        dovecot: Dovecot,
        *,
        smtp_port: int,
        url: str = "",
        address: str = DESK,
        inside: Sequence[str] = (),
        copy: Callable[[], str] | None = None,
        environment: Mapping[str, str] | None = None,
        **settings: str,
    ) -> None:
        """`settings` are extra TOML lines by section (`policy="…"`, `mailbox="…"`); SQLite where no URL is given.

        `inside` stands before every command (nsenter, where the daemon sees other mounts); the test then looks at what
        `copy` makes of the database, by its URL. `environment` is added for the daemon alone.
        """
        self.folder = folder
        self.mailbox = mailbox
        self.url = url or f"sqlite:///{folder / 'desk.db'}"
        self._copy = copy or (lambda: self.url)
        self._inside = list(inside)
        self._environment = {**os.environ, **(environment or {})}
        (folder / "key").write_text("k" * 64)
        (folder / "key").chmod(0o600)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o600)
        self.config = folder / "config.toml"
        self.config.write_text(
            f"""
[desk]
address = "{address}"
name = "Kaji"
key_file = "key"
{settings.pop("desk", "")}
[database]
url = "{self.url}"
[[mailbox]]
name = "desk"
host = "{dovecot.host}"
port = {dovecot.imap_port}
security = "none"
username = "{mailbox.user}"
password_file = "password"
since = "all"
trusted_authserv_ids = ["mail.kaji.example"]
poll_interval = "1s"
{settings.pop("mailbox", "")}
[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
{settings.pop("smtp", "")}
[policy]
{settings.pop("policy", "")}
[log]
format = "json"
"""
        )
        assert not settings, f"unknown sections {settings}"
        self.process: subprocess.Popen[bytes] | None = None
        self._log = folder / "log"
        self.command("db", "upgrade")

    def command(self, *arguments: str, expect: int = 0) -> str:
        """Run `optout-daemon` with this desk's settings; its standard output."""
        done = subprocess.run(
            [*self._inside, COMMAND, "--config", self.config, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self, *, ready: bool = True) -> None:
        """Start the daemon; with `ready`, return once it says so."""
        with self._log.open("ab") as log:
            before = self._log.stat().st_size
            self.process = subprocess.Popen(
                [*self._inside, COMMAND, "--config", self.config, "run"],
                stdin=subprocess.DEVNULL,
                stderr=log,
                stdout=log,
                env=self._environment,
            )
        if ready:
            self.until(lambda: '"event": "ready"' in self._log.read_text()[before:], "the daemon is ready")

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def stop(self, within: float = 10.0) -> int:
        """SIGTERM; the exit code, which must come within the promised ten seconds."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(within)
        self.process = None
        return code

    def close(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait(10)

    def until(self, holds: Callable[[], bool], what: str, within: float = 60.0) -> None:
        """Wait for something; fail with the log where it does not come or the daemon ended by itself."""
        deadline = time.monotonic() + within
        while not holds():
            ended = self.process is not None and self.process.poll() is not None
            assert not ended, f"the daemon ended before: {what}\n{self.log()[-4000:]}"
            assert time.monotonic() < deadline, f"waited in vain: {what}\n{self.log()[-4000:]}"
            time.sleep(0.05)

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def events(self, name: str) -> list[dict[str, object]]:
        """The log's events of one name, parsed."""
        lines = (json.loads(line) for line in self.log().splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == name]

    @contextlib.contextmanager
    def database(self) -> Iterator[Database]:
        database = Database(self._copy())
        try:
            yield database
        finally:
            database.close()

    def inquiries(self) -> list[inquiries.Inquiry]:
        with self.database() as database, database.reading() as tx:
            return inquiries.listing(tx, limit=10_000)

    def undecided(self) -> int:
        return sum(inquiry.state is State.RECEIVED for inquiry in self.inquiries())

    def unsent(self) -> int:
        with self.database() as database, database.reading() as tx:
            return sum(item.state is not Delivery.SENT for item in outbox.listing(tx, limit=10_000))

    def queued(self) -> int:
        with self.database() as database, database.reading() as tx:
            return len(outbox.listing(tx, state=Delivery.QUEUED, limit=10_000))

    def replies(self, inquiry: int) -> list[outbox.OutboxItem]:
        with self.database() as database, database.reading() as tx:
            return outbox.of_inquiry(tx, inquiry)

    def blocked(self, number: str, channel: str) -> bool:
        with self.database() as database, database.reading() as tx:
            return bool(suppressions.check(tx, customer_number=number, channel=channel))

    def ledger_size(self) -> int:
        with self.database() as database, database.reading() as tx:
            return suppressions.version(tx)

    def settled(self, mails: int) -> bool:
        """All mails stored, decided, answered and filed."""
        rows = self.inquiries()
        return (
            len(rows) == mails
            and all(row.state is not State.RECEIVED for row in rows)
            and self.unsent() == 0
            and not self.mailbox.uids()
        )


def mail(sequence: int, author: str, subject: str, text: str, *headers: str) -> bytes:
    """One plain mail in UTF-8 with a Message-ID of its own."""
    lines = (
        f"From: {author}",
        f"To: {DESK}",
        f"Subject: {subject}",
        "Date: Mon, 02 Nov 2026 10:00:00 +0900",
        f"Message-ID: <flow-{sequence}@mail.example>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *headers,
    )
    return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


STREETS = ("Birch Lane", "Alder Road", "Cedar Street", "Maple Avenue")
NAMES = ("Anna Arden", "Bertram Boyle", "Clara Conrad", "Dorian Drake")


def number(index: int) -> str:
    return f"{40_000_000 + index * 37}"


def customer_rows(count: int) -> str:
    """A customer master of `count` people, as CSV."""
    rows = ["customer_number,name,name_kana,name_romaji,postal_code,address,email,company"]
    rows += [
        f'{number(i)},{NAMES[i % 4]},,,,"{i + 1} {STREETS[i % 4]}, Oakford",person{i}@mail{i}.example,Kaji Foods'
        for i in range(count)
    ]
    return "\n".join(rows) + "\n"


def import_customers(desk: Desk, count: int) -> None:
    """The same people straight into the database: a command for it costs a second, and says nothing new."""
    people = [
        Customer(
            number(i),
            NAMES[i % 4],
            f"{i + 1} {STREETS[i % 4]}, Oakford",
            email=f"person{i}@mail{i}.example",
            company="Kaji Foods",
        )
        for i in range(count)
    ]
    with desk.database() as database, database.transaction() as tx:
        customers.replace_all(tx, people, keys=match_keys, partial=False, max_removed=None)


def mixed_mails(count: int) -> Sequence[Expectation]:
    """`count` mails, each from another customer: opt-outs, questions, unknown numbers, missing fields, machines."""
    made = []
    for i in range(count):
        author, own, kind = f"person{i}@mail{i}.example", number(i), i % 10
        name, address = NAMES[i % 4], f"{i + 1} {STREETS[i % 4]}, Oakford"
        form = f"Customer number: {own}\nName: {name}\nAddress: {address}\n"
        stop = "Inquiry: Please stop sending me catalogues and e-mails.\n"
        if kind <= 5:
            made.append(Expectation(mail(i, author, "Opt out", form + stop), "applied", "", "confirmed", own))
        elif kind == 6:
            text = f"Customer number: {own}\nName: {name}\n{stop}"
            made.append(Expectation(mail(i, author, "Opt out", text), "held", "missing_address", "missing"))
        elif kind == 7:
            text = form.replace(own, "99999999") + stop
            made.append(Expectation(mail(i, author, "Opt out", text), "held", "unknown_customer", "received"))
        elif kind == 8:
            text = form + "Inquiry: When will my order arrive?\n"
            made.append(Expectation(mail(i, author, "My order", text), "held", "not_an_opt_out", "received"))
        else:
            raw = mail(i, author, "News", "Autumn news. Unsubscribe here.", "List-Id: <news.example>")
            made.append(Expectation(raw, "ignored", "bulk"))
    return made
