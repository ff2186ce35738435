"""`tokens create|list|revoke`: senders are let in and shown out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from optout_daemon.store import api_tokens, api_uses
from optout_daemon.store.api_uses import Count, Minute
from optout_daemon.store.database import Database
from tests.project.desk import Desk


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    """A desk with a database."""
    return desk.stocked()


def test_a_token_is_shown_once_and_kept_as_a_digest(stocked: Desk) -> None:
    """Whoever reads the database, or a backup of it, can ask nothing by it."""
    made = stocked("tokens", "create", "agency", "--scope", "check", "--scope", "export", "--days", "30")
    secret = made.out.strip()
    database = Database(f"sqlite:///{stocked.folder / 'desk.db'}")
    with database.reading() as tx:
        found = api_tokens.by_digest(tx)
    database.close()

    assert (0, True) == (made.code, secret.startswith("optout_"))
    assert "not shown again" in made.err
    assert [("agency", ["check", "export"])] == [(one.name, sorted(one.scopes)) for one in found.values()]
    assert secret.encode() not in b"".join(path.read_bytes() for path in stocked.folder.glob("desk.db*"))


def test_the_list_says_what_each_was_used_for(stocked: Desk) -> None:
    """So that a token that nobody uses, or that asks too much, is seen."""
    number = json.loads(stocked("tokens", "create", "agency", "--scope", "check", "--json").out)["id"]
    minute = Minute(number, datetime(2026, 4, 1, tzinfo=UTC), "check", "email")
    database = Database(f"sqlite:///{stocked.folder / 'desk.db'}")
    for count in (Count(2, 11, 1, 7), Count(1, 5, 0, 6)):
        with database.transaction() as tx:
            api_uses.add(tx, {minute: count})
    database.close()
    listed = json.loads(stocked("tokens", "list", "--json").out)

    assert [("agency", "check", "valid", 3, 16, 1, 7)] == [
        tuple(one[name] for name in ("sender", "scopes", "state", "requests", "subjects", "refused", "version"))
        for one in (listed if isinstance(listed, list) else [listed])
    ]


def test_a_revoked_token_stays_listed_and_cannot_be_revoked_again(stocked: Desk) -> None:
    """Receipts and ledger name it."""
    stocked("tokens", "create", "agency", "--scope", "add")
    first, second = stocked("tokens", "revoke", "1"), stocked("tokens", "revoke", "1")

    assert (0, 1) == (first.code, second.code)
    assert "revoked" in stocked("tokens", "list").out


def test_a_token_needs_a_scope_and_a_name(stocked: Desk) -> None:
    """One that may do nothing is a mistake."""

    assert 2 == stocked("tokens", "create", "agency").code
    assert 2 == stocked("tokens", "create", " ", "--scope", "check").code
    assert 2 == stocked("tokens", "create", "agency", "--scope", "lift").code
