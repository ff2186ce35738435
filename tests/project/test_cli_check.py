"""`optout-daemon check`: every connection in one plain line, and every file that the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.desk import SETTINGS, Desk, Result
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.fixtures import fresh_user
from tests.servers.mailbox import Mailbox
from tests.servers.postfix import Postfix
from tests.servers.tls import Authority

ACL = """
mail_plugins = acl
protocol imap {
  mail_plugins = acl imap_acl
}
plugin {
  acl = vfile
}
"""


def says(said: Result, what: str) -> str:
    """The one line about `what`, without its name."""
    [line] = [line for line in said.out.splitlines() if line[6:].startswith(f"{what}: ")]
    return line[6:].removeprefix(f"{what}: ")


def connected(desk: Desk, dovecot: Dovecot, user: str, *, smtp: str = 'host = "127.0.0.1"\nport = 9') -> Desk:
    """A desk whose mailbox is a real one."""
    desk.file("pw", PASSWORD).chmod(0o600)
    box = f'port = {dovecot.imap_port}\nsecurity = "none"\nusername = "{user}"\npassword_file = "pw"'
    given = SETTINGS.replace('port = 9\nsecurity = "none"\nusername = "desk"', box)
    desk.settings(given.replace('[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"', f"[smtp]\n{smtp}"))
    return desk.stocked()


@pytest.mark.slow
def test_each_connection_names_host_user_mechanism_capabilities_and_rights(
    desk: Desk, dovecot: Dovecot, mailbox: Mailbox, postfix: Postfix
) -> None:
    """What an administrator would otherwise find out by telnet."""
    smtp = (
        f'host = "localhost"\nport = {postfix.port}\nsecurity = "starttls"\nca_file = "{postfix.ca_file}"\n'
        f'username = "{mailbox.user}"\npassword_file = "pw"'
    )
    said = connected(desk, dovecot, mailbox.user, smtp=smtp)("check")

    assert 0 == said.code, said.out
    assert (
        f"127.0.0.1:{dovecot.imap_port} (none), {mailbox.user} signed in by LOGIN, has MOVE, UIDPLUS, IDLE, "
        "folder INBOX may be changed"
    ) == says(said, "mailbox desk")
    line = says(said, "smtp")
    assert line.startswith(
        f"localhost:{postfix.port} (starttls), {mailbox.user} signed in, offers STARTTLS, AUTH PLAIN"
    )
    for capability in ("SIZE ", "8BITMIME", "SMTPUTF8"):
        assert capability in line


@pytest.fixture
def shared(authority: Authority) -> Iterator[Dovecot]:
    """A Dovecot with access control lists."""
    server = Dovecot(authority, extra=ACL)
    yield server
    server.close()


@pytest.mark.slow
def test_the_rights_on_the_folder_are_told_where_the_server_has_them(desk: Desk, shared: Dovecot) -> None:
    """A shared mailbox often lets itself be read and nothing moved; that is found before the first mail."""
    user = fresh_user()
    whole = connected(desk, shared, user)("check")
    with shared.mailbox(user).client() as client:
        client.setacl("INBOX", user, "lrsi")
    few = desk("check")

    assert 75 == whole.code
    assert "folder INBOX may be changed (rights " in says(whole, "mailbox desk")
    assert says(few, "mailbox desk").endswith("folder INBOX lets nothing be moved (rights lrsia, without t and e)")
    assert "FAIL  mailbox desk: " in few.out


@pytest.mark.parametrize(
    ("section", "what"), [("[[mailbox]]\n", "mailbox desk: ca_file"), ("[smtp]\n", "smtp: smtp.ca_file")]
)
@pytest.mark.parametrize(
    ("content", "because"),
    [(None, "cannot be read: No such file or directory"), ("nothing\n", "holds no certificates in PEM form")],
)
def test_a_file_of_certificates_is_looked_at(
    desk: Desk, section: str, what: str, content: str | None, because: str
) -> None:
    """Also where no TLS asks for it yet: it is a wrong setting all the same."""
    desk.stocked()
    if content is not None:
        desk.file("ca.pem", content)
    desk.settings(SETTINGS.replace(section, f'{section}ca_file = "ca.pem"\n'))
    said = desk("check")

    assert 78 == said.code
    assert f"FAIL  {what}: the file {desk.folder / 'ca.pem'} {because}" in said.out.splitlines()


def test_a_folder_of_templates_that_is_not_there_is_an_error(desk: Desk) -> None:
    """Otherwise customers get the shipped replies, and nobody notices."""
    desk.stocked()
    desk.settings(SETTINGS.replace('address = "desk@shop.example"', 'address = "desk@shop.example"\ntemplates = "t"'))
    said = desk("check")

    assert 78 == said.code
    assert f"FAIL  templates: desk.templates: there is no folder {desk.folder / 't'}" in said.out.splitlines()


@pytest.mark.parametrize("kind", ["missing", "a folder", "empty", "two lines"])
def test_every_secret_is_read(desk: Desk, kind: str) -> None:
    """The customers' own database as well: its address is a secret file too."""
    desk.stocked()
    secret = desk.folder / "url"
    if kind == "a folder":
        secret.mkdir()
    elif kind != "missing":
        secret.write_text("" if kind == "empty" else "a\nb\n")
    desk.settings(SETTINGS + '[customers]\nsource = "sql"\nurl_file = "url"\ntable = "people"\n')
    said = desk("check")

    assert 78 == said.code
    assert f"FAIL  customers: customers.url_file: the file {secret} " in said.out


def test_the_customers_own_database_is_tried(desk: Desk) -> None:
    """A table that is not there is said before the first mail waits for it."""
    desk.stocked()
    desk.file("url", f"sqlite:///{desk.folder / 'desk.db'}\n").chmod(0o600)
    settings = (
        '[customers]\nsource = "sql"\nurl_file = "url"\ntable = "{}"\nmapping = {{ customer_number = "number" }}\n'
    )
    desk.settings(SETTINGS + settings.format("customer"))
    there = desk("check")
    desk.settings(SETTINGS + settings.format("nobody"))
    missing = desk("check")

    assert f"ok    customers: sqlite {desk.folder / 'desk.db'}, table customer, can be read" in there.out.splitlines()
    assert "FAIL  customers: " in missing.out


def test_no_line_names_its_subject_twice(desk: Desk) -> None:
    """`mailbox desk: mailbox desk: ...` reads like a fault of ours."""
    desk.settings(SETTINGS.replace('username = "desk"', 'username = "desk"\npassword_file = "pw"'))
    desk("db", "upgrade")
    line = says(desk("check"), "mailbox desk")

    assert f"password_file: the file {Path(desk.folder, 'pw')} cannot be read: No such file or directory" == line
