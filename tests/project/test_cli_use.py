"""How the commands are called and what their exit codes mean."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from optout_daemon import __version__
from optout_daemon.cli import config_first, output
from optout_daemon.store.schema import HEAD
from tests.project.desk import SETTINGS, Desk


def test_it_says_its_version(desk: Desk) -> None:
    """The first line of every report of a fault."""
    said = desk.plain("--version")

    assert (0, f"optout-daemon {__version__}\n", "") == (said.code, said.out, said.err)


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("queue", "resolve", "1"), ("queue", "resolve", "1", "--ask", "--spam"), ("explain",)],
)
def test_wrong_use_ends_with_2(desk: Desk, arguments: tuple[str, ...]) -> None:
    """Scripts tell a typing error from a refusal."""
    said = desk(*arguments)

    assert (2, "") == (said.code, said.out)
    assert said.err


def test_wrong_settings_end_with_78_and_one_plain_line(desk: Desk) -> None:
    """The unit does not restart on it, and the journal says what to mend."""
    desk.settings(SETTINGS.replace("username", "user_name"))
    said = desk("customers", "count")

    assert 78 == said.code
    assert [f"{desk.config}:5: mailbox[1].username: missing; it is required"] == said.err.splitlines()[:1]
    assert 2 == len(said.err.splitlines())


@pytest.mark.parametrize("verb", ["run", "check", "explain", "customers", "db"])
def test_every_verb_needs_right_settings(desk: Desk, verb: str) -> None:
    """A desk that half works is worse than one that says why it does not."""
    desk.settings("[desk]\n")
    rest = {"explain": ["x.eml"], "customers": ["count"], "db": ["upgrade"]}.get(verb, [])

    assert 78 == desk(verb, *rest).code


def test_the_option_may_stand_before_or_behind_the_verb(desk: Desk) -> None:
    """People type it where it comes to mind."""
    assert 0 == desk.plain("--config", desk.config, "db", "upgrade").code
    assert 0 == desk.plain("db", "current", "--config", desk.config).code
    assert 0 == desk.plain("db", f"--config={desk.config}", "current").code


def test_an_empty_name_of_the_settings_is_wrong_use(desk: Desk) -> None:
    """`--config "$UNSET"` must not read whatever lies at the default place."""
    said = desk.plain("--config", "", "customers", "count")

    assert (2, "") == (said.code, said.out)
    assert "--config" in said.err
    assert "empty" in said.err


def test_the_option_is_not_taken_from_behind_a_double_dash() -> None:
    """There everything is a file name."""
    assert ["--config", "a", "explain", "--", "--config"] == config_first(
        ["explain", "--config", "a", "--", "--config"]
    )


def test_a_database_that_is_not_there_yet_says_what_makes_it(desk: Desk) -> None:
    """The second step of a newcomer."""
    said = desk("customers", "count")

    assert (78, "") == (said.code, said.out)
    assert "run `optout-daemon db upgrade`" in said.err
    assert 1 == len(said.err.splitlines())


def test_a_folder_that_is_not_there_is_named(desk: Desk) -> None:
    """A mistyped path must not look like an empty desk."""
    desk.settings(SETTINGS.replace("desk.db", "nowhere/desk.db"))
    said = desk("db", "upgrade")

    assert 75 == said.code
    assert f"the folder {desk.folder / 'nowhere'} does not exist" in said.err


def test_upgrading_makes_schema_and_key_once(desk: Desk) -> None:
    """A second run must change neither: the key would cut the desk off from its own replies."""
    first = desk("db", "upgrade")
    key = (desk.folder / "desk.key").read_text()
    second = desk("db", "upgrade", "--json")

    assert 0 == first.code
    assert f"schema: from nothing to {HEAD}" in first.out
    assert f"key: made {desk.folder / 'desk.key'}" in first.out
    assert {"before": HEAD, "after": HEAD, "backup": None, "key_made": False} == second.objects[0]
    assert key == (desk.folder / "desk.key").read_text()
    assert 0o600 == (desk.folder / "desk.key").stat().st_mode & 0o777


def test_a_key_that_is_newer_than_its_database_is_warned_of(desk: Desk) -> None:
    """A restored database without its key would otherwise go unnoticed until a loop."""
    desk("db", "upgrade")
    (desk.folder / "desk.key").unlink()
    said = desk("db", "upgrade")

    assert 0 == said.code
    assert "warning: the database is older than its key" in said.err


def test_the_schema_is_shown_and_a_missing_one_is_a_no(desk: Desk) -> None:
    """For scripts that upgrade only where it is due."""
    before = desk("db", "current", "--json")
    desk("db", "upgrade")
    after = desk("db", "current", "--json")

    assert (1, None) == (before.code, before.objects[0]["current"])
    assert (0, after.objects[0]["wanted"]) == (after.code, after.objects[0]["current"])


def test_no_secret_and_no_traceback_leaves_a_defect(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was at hand when the program failed may be a person's."""

    def fail(_url: str) -> None:
        raise RuntimeError("@".join(["anna", "mail.example"]))

    monkeypatch.setattr("optout_daemon.store.migrate.current", fail)
    said = desk("db", "current")

    assert (70, "") == (said.code, said.out)
    assert "RuntimeError" in said.err
    assert "anna@mail.example" not in said.err


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("山田 太郎", "山田 太郎"),
        ("a\x1b[31mb", "a�[31mb"),
        ("a\u202eb", "a�b"),
        ("a\x00\x7f\x9bb", "a���b"),
        ("山田\u3000太郎", "山田\u3000太郎"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_a_mail_cannot_steer_the_terminal(given: str, shown: str) -> None:
    """Subjects and names are printed; escape sequences and bidi marks in them are an attack."""
    assert shown == output.safe(given)


def test_lists_are_tab_separated_lines_where_no_terminal_is(desk: Desk) -> None:
    """So that cut, sort and grep can take them; a value never breaks its line."""
    desk.stocked()
    said = desk("customers", "find", "10000002")

    assert "number\tname\tpostal_code\taddress\temail\tcompany" == said.out.splitlines()[0]
    assert "10000002\tAnna Weber\t\t12 Mill Street, Bath\tanna@mail.example\tShop Travel" == said.out.splitlines()[1]


def test_the_audit_chain_holds_and_a_change_breaks_it(desk: Desk) -> None:
    """The question that an auditor asks."""
    desk.stocked()
    assert 0 == desk("suppressions", "add", "--number", "10000001", "--by", "Aki").code
    holds = desk("audit", "verify", "--json")
    with sqlite3.connect(desk.folder / "desk.db") as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")  # whoever owns the file can
        connection.execute("UPDATE audit_event SET actor = 'nobody'")
    broken = desk("audit", "verify")

    assert (0, True) == (holds.code, holds.objects[0]["holds"])
    assert (1, "the chain breaks at event 1: its content was changed\n") == (broken.code, broken.out)


def test_an_exposed_secret_is_warned_of_on_standard_error(desk: Desk) -> None:
    """Results stay clean for scripts; the operator is told all the same."""
    password = desk.file("pw", "hunter2\n")
    password.chmod(0o644)
    desk.settings(SETTINGS.replace('username = "desk"', 'username = "desk"\npassword_file = "pw"'))
    desk("db", "upgrade")
    said = desk("check", "--json")

    assert f"warning: mailbox desk: password_file: every user of this machine can read {Path(password)}" in said.err
    assert "hunter2" not in said.out + said.err


def test_the_check_names_each_connection_and_what_is_away(desk: Desk) -> None:
    """One plain line each, all of them whatever the first ones say; 75: it may work in a minute."""
    desk.stocked()
    password = desk.file("pw", "hunter2\n")
    password.chmod(0o600)
    desk.settings(SETTINGS.replace('username = "desk"', 'username = "desk"\npassword_file = "pw"'))
    said = desk("check")
    lines = said.out.splitlines()

    assert 75 == said.code
    assert ["settings", "database", "customers", "key", "templates", "mailbox desk", "smtp", "lookup"] == [
        line[6:].partition(":")[0] for line in lines[:8]
    ]
    assert ["passes desk", "reconcile desk", "inquiries", "outbox"] == [
        line[6:].partition(":")[0] for line in lines[8:]
    ]
    assert [*["ok"] * 5, "FAIL", "FAIL", *["ok"] * 5] == [line.split()[0] for line in lines]
    assert "127.0.0.1" in lines[5]
    assert "hunter2" not in said.out + said.err


def test_the_check_of_a_missing_secret_is_a_matter_of_the_settings(desk: Desk) -> None:
    """78: a restart would not mend it."""
    desk.settings(SETTINGS.replace('username = "desk"', 'username = "desk"\npassword_file = "pw"'))
    desk("db", "upgrade")
    said = desk("check", "--json")

    assert 78 == said.code
    assert [f"password_file: the file {desk.folder / 'pw'} cannot be read: No such file or directory"] == [
        finding["says"] for finding in said.objects if finding["what"] == "mailbox desk"
    ]
