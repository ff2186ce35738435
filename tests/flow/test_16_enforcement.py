"""A real Postfix, with the shipped examples, refuses marketing mail to whoever opted out, and no other mail."""

from __future__ import annotations

import re
import shutil
import smtplib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from optout_daemon.core.digests import Digests
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.store import suppressions
from optout_daemon.store.database import Database
from tests.flow.desk import COMMAND, Desk, mail
from tests.servers.databases import PostgresTemplate
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import fresh_user
from tests.servers.postfix import Postfix
from tests.servers.process import HOST, ServerProcess, free_port, temporary_folder
from tests.servers.sink import SmtpSink
from tests.servers.tls import Authority

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples" / "postfix"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KINDS = ("sqlite", "pgsql", "socketmap")
TEXT = b"This recipient asked for no more advertising by e-mail"


@dataclass
class Place:
    """A Postfix with the three tables, the desk on SQLite with its daemon and socketmap, and one on PostgreSQL."""

    postfix: Postfix
    desk: Desk
    postgres_url: str
    socketmap: ServerProcess
    lookup: Path
    _connections: dict[str, smtplib.SMTP] = field(default_factory=dict)

    def url(self, kind: str) -> str:
        return self.postgres_url if kind == "pgsql" else self.desk.url

    def block(self, kind: str, address: str) -> None:
        database = Database(self.url(kind))
        with database.transaction() as tx:
            suppressions.append(
                tx, [LedgerEntry("email", Action.STOP, "opt_out", "staff", "test", NOW, emails=(address,))], now=NOW
            )
        database.close()

    def recipient(self, sender: str, recipient: str) -> tuple[int, bytes]:
        """What Postfix says to this recipient, over a connection that is kept: its process has the table open."""
        client = self._connections.get(sender)
        if client is None:
            client = self._connections[sender] = smtplib.SMTP(HOST, self.postfix.port, timeout=30)
        client.ehlo_or_helo_if_needed()
        assert client.mail(sender)[0] == 250
        answer = client.rcpt(recipient)
        client.rset()
        return answer

    def looked_up(self) -> list[str]:
        """What stands in lookup.db."""
        with closing(sqlite3.connect(f"file:{self.lookup}?mode=ro", uri=True)) as reader:
            return [email for (email,) in reader.execute("SELECT email FROM suppressed_email")]

    def close(self) -> None:
        for client in self._connections.values():
            client.close()


def marketing(kind: str) -> str:
    """The marketing sender whose recipients this kind of table is asked for."""
    return f"news@{kind}.example"


def postfix_settings(folder: Path) -> str:
    """The shipped main.cf, once for each table that it shows: as it is for sqlite, the others uncommented."""
    text = (EXAMPLES / "main.cf").read_text()
    tables = {kind: re.search(rf"check_recipient_access ({kind}:\S+)", text) for kind in KINDS}
    found = {kind: match.group(1) for kind, match in tables.items() if match is not None}
    assert set(found) == set(KINDS)
    lines = text.replace(f"check_recipient_access {found['sqlite']}", "$marketing_sqlite")
    lines = lines.replace(
        "smtpd_restriction_classes = marketing",
        "smtpd_restriction_classes = marketing " + " ".join(f"marketing_{kind}" for kind in KINDS),
    ).replace("marketing =\n    $marketing_sqlite", "marketing = reject")
    classes = "".join(f"marketing_{kind} = check_recipient_access {table}\n" for kind, table in found.items())
    return (lines + classes).replace("/etc/postfix", str(folder)).replace("127.0.0.1:10666", "127.0.0.1:@SOCKETMAP@")


@pytest.fixture(scope="module")
def place(
    authority: Authority,
    dovecot: Dovecot,
    relay: SmtpSink,
    postgres_template: PostgresTemplate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    folder = temporary_folder("lookup")
    port = free_port()
    desk = Desk(
        tmp_path_factory.mktemp("desk"),
        dovecot.mailbox(fresh_user()),
        dovecot,
        smtp_port=relay.port,
        policy=f"""[lookup]
file = "{folder / "lookup.db"}"
readable_by = "all"
[socketmap]
port = {port}
""",
    )
    server = postgres_template.server
    database = server.create(postgres_template.name)
    with psycopg.connect(server.url(database).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute((EXAMPLES / "optout-role.sql").read_bytes())
    for name in ("optout-sqlite.cf", "optout-pgsql.cf"):
        text = (EXAMPLES / name).read_text().replace("/var/lib/optout-lookup", str(folder))
        text = text.replace("db.shop.example", f"{HOST}:{server.port}").replace(
            "dbname = optout", f"dbname = {database}"
        )
        (folder / name).write_text(text)
    senders = "".join(f"{marketing(kind)} marketing_{kind}\n" for kind in KINDS)
    (folder / "optout-senders").write_text((EXAMPLES / "optout-senders").read_text() + senders)
    desk.start()
    socketmap = ServerProcess(
        [str(COMMAND), "--config", str(desk.config), "socketmap"], ports=[port], log=folder / "log"
    )
    settings = postfix_settings(folder).replace("@SOCKETMAP@", str(port))
    postfix = Postfix(authority, dovecot, sink_port=relay.port, extra=settings)
    made = Place(postfix, desk, server.url(database), socketmap, folder / "lookup.db")
    yield made
    made.close()
    postfix.close()
    socketmap.stop()
    desk.close()
    server.drop(database)
    with psycopg.connect(server.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP ROLE optout_postfix")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("kind", KINDS)
def test_marketing_mail_is_refused_after_the_opt_out_and_other_mail_passes(place: Place, kind: str) -> None:
    """The last place where a sender who never heard of it can be stopped; a receipt must arrive all the same."""
    anna = f"anna@{kind}-mail.example"
    assert place.recipient(marketing(kind), anna)[0] == 250
    place.block(kind, anna)
    if kind == "sqlite":
        place.desk.until(lambda: anna in place.looked_up(), "the daemon has written lookup.db", within=20)
    code, text = place.recipient(marketing(kind), anna.upper())

    assert (550, True) == (code, text.startswith(b"5.7.1") and TEXT in text)
    assert 250 == place.recipient("orders@shop.example", anna)[0]
    assert 250 == place.recipient(marketing(kind), f"bo@{kind}-mail.example")[0]


def test_the_erased_stay_blocked_by_socketmap(place: Place) -> None:
    """A table of addresses has forgotten them, which is what erasure asks; the digest has not."""
    place.block("socketmap", "erased@mail.example")
    database = Database(place.desk.url)
    with database.transaction() as tx:
        key = (place.desk.folder / "key").read_bytes().strip()
        suppressions.forget(tx, [("email", "erased@mail.example")], Digests(Keys(key)))
    database.close()

    assert 550 == place.recipient(marketing("socketmap"), "Erased@mail.example")[0]


def test_the_role_may_read_the_view_and_nothing_else(place: Place) -> None:
    """Its password lies on the mail server, which strangers talk to."""
    url = place.postgres_url.replace("+psycopg", "").replace("desk@", "optout_postfix:change-me@")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT email, scope, since FROM suppressed_email")
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p', 'S')"
                " AND (has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))"
            )
        ]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM suppression")

    assert ["suppressed_email"] == tables


def test_one_click_by_mail_is_in_force_where_mail_leaves(place: Place) -> None:
    """From the button in a newsletter to the refusal of the next one, through the running daemon."""
    (place.desk.folder / "list.csv").write_text("email\nclick@mail.example\n")
    out = place.desk.folder / "out.csv"
    place.desk.command("tokens", "unsubscribe", str(out.with_name("list.csv")), "--output", str(out), "--no-https")
    found = re.search(r"subject=([a-z2-7]{32})>", out.read_text())
    assert found is not None
    place.desk.mailbox.append(mail(16, "click@mail.example", found.group(1), "", "Auto-Submitted: auto-generated"))
    place.desk.until(lambda: "click@mail.example" in place.looked_up(), "lookup.db has the click", within=30)

    assert 550 == place.recipient(marketing("sqlite"), "click@mail.example")[0]
    assert [] == place.desk.replies(place.desk.inquiries()[0].id)


def test_a_table_that_cannot_be_asked_defers_the_mail(place: Place) -> None:
    """Mail that waits can be refused later; mail that went out cannot be called back."""
    place.socketmap.stop()
    code = place.recipient(marketing("socketmap"), "bo@mail.example")[0]

    assert 4 == code // 100
