"""What a mail server is told of a recipient: by every form of the address, by digest, by channel and company."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest

from optout_daemon.core.digests import Digests
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.log import Log
from optout_daemon.refusing import AWAY, REFUSED, WRONG_MAP, Refusals
from optout_daemon.store import suppressions
from optout_daemon.store.database import Database

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PASSED = "NOTFOUND "
DIGESTS = Digests(Keys(b"k" * 32))


def ask(database: Database, *questions: tuple[str, str], within: float = 5.0) -> list[str]:
    async def run() -> list[str]:
        refusals = Refusals(database, DIGESTS, ("email", "print"), within=within, log=Log(level="error"))
        try:
            return [await refusals.answer(name, key) for name, key in questions]
        finally:
            refusals.close()

    return asyncio.run(run())


def block(database: Database, *entries: tuple[str, str, str]) -> None:
    with database.transaction() as tx:
        suppressions.append(
            tx,
            [
                LedgerEntry(channel, Action.STOP, "opt_out", "staff", "test", NOW, emails=(email,), scope=scope)
                for email, channel, scope in entries
            ],
            now=NOW,
        )


def test_the_address_is_known_in_any_form_and_the_erased_by_digest(database: Database) -> None:
    """Erasing a person must not set their mail free again."""
    block(database, ("anna@xn--bcher-kva.example", "email", "group"), ("bo@mail.example", "email", "group"))
    with database.transaction() as tx:
        suppressions.forget(tx, [("email", "bo@mail.example")], DIGESTS)
    asked = [("email", key) for key in ("Anna@Bücher.example", "bo@MAIL.example", "cy@mail.example")]

    assert [REFUSED, REFUSED, PASSED] == ask(database, *asked)


def test_a_company_is_told_of_the_groups_blocks_and_its_own(database: Database) -> None:
    """Who stopped one company's mail did not stop the others'."""
    block(database, ("anna@mail.example", "email", "group"), ("bo@mail.example", "email", "travel"))
    asked = [
        (name, key)
        for name in ("email", "email/travel", "email/foods", "print")
        for key in ("anna@mail.example", "bo@mail.example")
    ]

    assert [REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, PASSED, PASSED, PASSED] == ask(database, *asked)


@pytest.mark.parametrize("key", ["", "@", "mail.example", "anna@", "@mail.example", "a" * 1900 + "@b", "\x00@\ufffd"])
def test_what_is_no_address_is_nobody(database: Database, key: str) -> None:
    """Postfix asks for parts of the address as well; none of them may break the look-up."""
    assert [PASSED] == ask(database, ("email", key))


def test_an_unknown_map_is_an_error_and_not_an_answer(database: Database) -> None:
    """A mistyped name in main.cf would otherwise let everything through, unnoticed."""
    assert [WRONG_MAP] * 2 == ask(database, ("mail", "anna@mail.example"), ("", "anna@mail.example"))


def test_a_list_that_cannot_be_asked_lets_nothing_through(sqlite_url: str) -> None:
    """Postfix defers the mail then, and asks again."""
    assert [AWAY] == ask(Database(sqlite_url.replace("desk.db", "missing.db")), ("email", "anna@mail.example"))


def test_an_answer_does_not_take_longer_than_was_said(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that hangs must not hold Postfix's processes."""
    monkeypatch.setattr(suppressions, "check", lambda *_a, **_k: time.sleep(0.3))

    assert [AWAY] == ask(Database(sqlite_url), ("email", "anna@mail.example"), within=0.05)
