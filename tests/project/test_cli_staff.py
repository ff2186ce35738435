"""`optout-daemon staff`: accounts are made and kept from a terminal; passwords never stand in the arguments."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from optout_daemon import passwords
from optout_daemon.store import audit, staff
from optout_daemon.store.database import Database
from tests.project.desk import Desk

PASSWORD = "correct horse battery"


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("optout_daemon.cli.staff.Passwords", lambda: passwords.Passwords(passwords.Cost(1, 8, 1)))
    made = Desk(tmp_path, capsys)
    assert 0 == made("db", "upgrade").code
    return made


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_first_account_is_made_and_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is kept in the one form that is compared; the hash is never shown."""
    typed(monkeypatch, PASSWORD + "\n")
    added = desk("staff", "add", "Hanako", "--role", "supervisor")
    listed = desk("staff", "list", "--json")

    assert (0, "hanako: made, supervisor\n") == (added.code, added.out)
    assert [("hanako", "supervisor", True)] == [(row["name"], row["role"], row["password"]) for row in listed.objects]
    assert "argon2" not in listed.out


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("hanako", "short", "too short"),
        ("hanako", "hanako-hanako", "holds the account's name"),
        ("hanako", "abcdefghijklmnop", "too simple"),
        ("machine", PASSWORD, "a name is"),
        ("two words", PASSWORD, "a name is"),
    ],
)
def test_what_is_refused_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, password: str, said: str
) -> None:
    """A password that is guessed first, a name that stands for something else in the records."""
    typed(monkeypatch, password + "\n")
    refused = desk("staff", "add", name)

    assert 1 == refused.code
    assert said in refused.err
    assert "" == desk("staff", "list", "--json").out


def test_the_last_supervisor_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could keep the accounts any more; with a second one the first may go, and come again."""
    typed(monkeypatch, f"{PASSWORD}\n")
    desk("staff", "add", "hanako", "--role", "supervisor")
    alone = [desk("staff", "disable", "hanako").code, desk("staff", "role", "hanako", "clerk").code]
    typed(monkeypatch, f"{PASSWORD}\n")
    desk("staff", "add", "taro", "--role", "supervisor")
    two = [desk("staff", verb, "hanako").code for verb in ("disable", "enable", "reset-totp")]

    assert [1, 1] == alone
    assert [0, 0, 0] == two
    assert [1] == [desk("staff", "role", "nobody-here", "clerk").code]


def test_a_reset_password_is_temporary(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gave it knows it: the owner changes it before anything else, and the chain has it."""
    for command in (("add", "taro"), ("reset-password", "taro")):
        typed(monkeypatch, f"{PASSWORD}\n")
        assert 0 == desk("staff", *command).code
    with Database(f"sqlite:///{desk.folder / 'desk.db'}").reading() as tx:
        events = [event.event for event in audit.listing(tx)]

    assert ["staff_added", "staff_password_set", "staff_password_set"] == events


PROVIDER = """
[web.oidc]
issuer = "https://login.example.com"
client_id = "desk"
client_secret_file = "oidc.secret"
"""


def test_an_account_for_the_company_s_sign_in_needs_no_password(desk: Desk) -> None:
    """It is known there by an address, or by a subject; and one subject is one account."""
    unset = desk("staff", "add", "hanako", "--email", "hanako@shop.example")
    desk.config.write_text(desk.config.read_text("utf-8") + PROVIDER, "utf-8")
    made = [
        desk("staff", "add", "hanako", "--email", " Hanako@shop.example"),
        desk("staff", "add", "taro", "--subject", "7"),
    ]
    taken = [
        desk("staff", "add", "jiro", "--email", "hanako@shop.example"),
        desk("staff", "add", "jiro", "--subject", "7"),
    ]
    listed = desk("staff", "list", "--json").objects

    assert (78, True) == (unset.code, "none is set" in unset.err)
    assert [0, 0, 1, 1] == [each.code for each in [*made, *taken]]
    assert [("hanako", False), ("taro", False)] == [(row["name"], row["password"]) for row in listed]


def test_an_account_that_is_there_is_given_an_identity_and_loses_the_former(desk: Desk) -> None:
    """Somebody marries, or the company changes its provider; what they were known by belongs to nobody then."""
    desk.config.write_text(desk.config.read_text("utf-8") + PROVIDER, "utf-8")
    desk("staff", "add", "hanako", "--email", "hanako@shop.example")
    desk("staff", "add", "taro", "--subject", "7")
    said = [
        desk("staff", "identity", "hanako", "--email", " Hanako.Sato@shop.example"),
        desk("staff", "identity", "taro", "--email", "hanako@shop.example"),
        desk("staff", "identity", "taro", "--email", "hanako.sato@shop.example"),
        desk("staff", "identity", "hanako", "--subject", "7"),
        desk("staff", "identity", "hanako", "--none"),
        desk("staff", "identity", "nobody", "--none"),
    ]
    wrong = [desk("staff", "identity", "hanako"), desk("staff", "identity", "hanako", "--none", "--subject", "8")]
    with Database(f"sqlite:///{desk.folder / 'desk.db'}").reading() as tx:
        found = {account.name: (account.email, account.oidc_subject) for account in staff.listing(tx)}
        events = [event for event in audit.listing(tx) if event.event == "staff_identity_set"]

    assert [0, 0, 1, 0, 0, 1] == [each.code for each in said]
    assert [2, 2] == [each.code for each in wrong]
    assert {"hanako": (None, None), "taro": ("hanako@shop.example", None)} == found
    assert all("@" not in event.data for event in events)
