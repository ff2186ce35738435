"""What the list has of one person, whatever the channel, the scope or the name that the block is under."""

from __future__ import annotations

from optout_daemon.core.model import Action
from optout_daemon.store import list_person, suppressions
from optout_daemon.store.database import Database
from tests.store.builders import DAY, NOW, entry


def test_every_channel_and_scope_is_told_and_nobody_else_s(database: Database) -> None:
    """A page that left one out would say that a person may be sent what they refused."""
    with database.transaction() as tx:
        new = [entry(), entry(channel="print", scope="Travel"), entry(customer_number="2"), entry(channel="fax")]
        suppressions.append(tx, new, now=NOW)
        gone = entry(channel="fax", action=Action.RESUME, source="staff", by="Kiyoshi", note="letter")
        suppressions.append(tx, [gone], now=NOW + DAY)
    pairs = [("customer_number", "20000001"), ("email", "unknown@mail.example")]
    with database.reading() as tx:
        told = [(line.channel, line.scope, line.since, line.entry_id) for line in list_person.standing(tx, pairs)]

    assert [("email", "group", NOW, 1), ("print", "Travel", NOW, 2)] == told


def test_an_entry_is_the_one_with_this_number_or_none(database: Database) -> None:
    """Never the next one: a page that is asked for entry 1 must not show entry 2's person."""
    with database.transaction() as tx:
        suppressions.append(tx, [entry(), entry(channel="print")], now=NOW)
    with database.reading() as tx:
        found = [list_person.entry(tx, number) for number in (0, 2, 3)]

    assert [None, 2, None] == [one and one.id for one in found]
