"""Many names and digests looked up at once, and the lines of exports, on both databases."""

from __future__ import annotations

from optout_daemon import erasing
from optout_daemon.blocking import Subject
from optout_daemon.core.digests import SHA256, Digests, sha256
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Act, Action
from optout_daemon.store import list_lines, receipts, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import PROVISIONAL
from optout_daemon.store.list_lookup import by_digest, by_name
from tests.store.builders import NOW, entry

DIGESTS = Digests(Keys(b"k" * 32))
A, B, C, FREE = (f"{name}@example.org" for name in ("a", "b", "c", "free"))


def fill(database: Database) -> None:
    """A is blocked, B provisionally, C was erased, and each also in a scope or channel of their own."""
    with database.transaction() as tx:
        new = [entry(customer_number=None, emails=(one,)) for one in (A, C)]
        new.append(entry(customer_number=None, emails=(B,), reason=PROVISIONAL))
        new.append(entry(customer_number=None, emails=(A,), scope="a company"))
        new.append(entry(customer_number=None, emails=(FREE,), channel="print"))
        suppressions.append(tx, new, now=NOW)
        erasing.erase(tx, Subject(email=C), DIGESTS, by="clerk", now=NOW)


def test_names_are_looked_up_together(database: Database) -> None:
    """The answer is that of check(), for thousands at once."""
    fill(database)
    with database.reading() as tx:
        assert {A: False, B: True, C: False} == by_name(tx, "email", "email", DIGESTS)({A, B, C, FREE})


def test_digests_are_looked_up_together(database: Database) -> None:
    """Those of every plain name are made on the spot."""
    fill(database)
    with database.reading() as tx, by_digest(tx, "email", "email", sha256, SHA256) as look_up:
        assert {sha256(A): False, sha256(B): True} == look_up({sha256(one) for one in (A, B, FREE)})


def test_a_delta_tells_how_each_line_stands_now(database: Database) -> None:
    """A line that was stopped and lifted since the version is lifted, whatever came between."""
    fill(database)
    with database.transaction() as tx:
        lift = entry(
            customer_number=None, emails=(A,), action=Action.RESUME, reason="asked", source="staff", by="b", note="x"
        )
        suppressions.append(tx, [lift, entry(customer_number=None, emails=("new@example.org",))], now=NOW)
        lines = [(one.subject, one.scope, one.action, one.entry_id) for one in list_lines.stream(tx, since=5)]

        assert [(A, "group", "resume", 6), ("new@example.org", "group", "stop", 7)] == lines
        assert (2, 5) == (list_lines.count(tx, since=5), list_lines.count(tx))
        assert [FREE] == [one.subject for one in list_lines.stream(tx, channel="print")]


def test_receipts_are_kept_and_listed_newest_first(database: Database) -> None:
    """They say what a sender had when."""
    one = receipts.Receipt(Act.EXPORT, NOW, "House", "Aki", 7, None, "email", "csv utf-8", 3, 3, "sha256:x")
    with database.transaction() as tx:
        numbers = [receipts.record(tx, one), receipts.record(tx, one)]

        assert numbers[::-1] == [found.id for found in receipts.listing(tx, receiver="House")]
        assert [] == receipts.listing(tx, receiver="Other")
