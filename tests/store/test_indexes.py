"""The look-ups that run for every mail find their rows by an index, whatever has gathered behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from optout_daemon.core.lifecycle import Delivery
from optout_daemon.core.model import Customer, ReplyKind
from optout_daemon.store import api_tokens, api_uses, customers, inquiries, locations, outbox, past, rates, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.past import Sought
from tests.store.builders import APPLIED, NOW, decide, entry, reading, reply, store

LOOK_UPS: list[tuple[str, Callable[[Connection], object]]] = [
    ("ix_inquiry_received", lambda tx: inquiries.pending(tx, limit=10)),
    ("ix_inquiry_follow_up", lambda tx: inquiries.listing(tx, follow_up=True)),
    (
        "ix_inquiry_message_id",
        lambda tx: inquiries.find_same(tx, message_id="<7@a.example>", content_digest="c", other_than=1),
    ),
    ("ix_inquiry_author", lambda tx: past.about(tx, Sought(author="7@a.example"), limit=10)),
    ("ix_inquiry_customer_number", lambda tx: past.about(tx, Sought(id=7, customer_number="7"), limit=10)),
    ("ix_inquiry_state_received_at", lambda tx: past.latest(tx, limit=10)),
    ("ix_location_unfiled", lambda tx: locations.unfiled(tx, mailbox="desk", uidvalidity=1, now=NOW, limit=10)),
    ("ix_location_moving_on", lambda tx: locations.moving_on(tx, mailbox="desk", now=NOW, limit=10)),
    ("ix_location_unfiled", lambda tx: locations.left_behind(tx, mailbox="desk", uidvalidity=1, now=NOW, limit=10)),
    ("uq_location|sqlite_autoindex_location", lambda tx: locations.at(tx, "desk", 1, 5)),
    ("uq_location|sqlite_autoindex_location", lambda tx: locations.known_uids(tx, "desk", 1, 5, 9)),
    ("ix_outbox_due", lambda tx: outbox.claim(tx, now=NOW, limit=10, worker="w")),
    ("ix_outbox_failed", lambda tx: outbox.listing(tx, Delivery.FAILED)),
    ("ix_outbox_claimed", lambda tx: outbox.release_stale(tx, claimed_before=NOW, now=NOW)),
    (
        "ix_outbox_counted",
        lambda tx: outbox.sent_counts(tx, recipient="7@a.example", domain="a.example", kind=ReplyKind.MISSING, now=NOW),
    ),
    ("uq_outbox_message_id|sqlite_autoindex_outbox", lambda tx: outbox.find(tx, "<7@desk.example>")),
    ("ix_outbox_envelope", lambda tx: outbox.find_by_envelope(tx, "desk+7@example.com")),
    ("pk_reply_count|sqlite_autoindex_reply_count", lambda tx: rates.last_hour(tx, "a.example", NOW)),
    ("pk_suppression|PRIMARY KEY", lambda tx: suppressions.check(tx, email="7@a.example", channel="email")),
    ("pk_suppression|PRIMARY KEY", lambda tx: suppressions.append(tx, [entry()], now=NOW)),
    ("ix_ledger_subject", lambda tx: suppressions.history(tx, email="7@a.example")),
    ("pk_customer_key|PRIMARY KEY", lambda tx: customers.by_keys(tx, [("name", "x")])),
    (
        r"token_id=? AND minute<?|::bigint) AND (minute <= ",
        lambda tx: api_uses.last_before(tx, NOW, channel="email"),
    ),
    ("ix_customer_email_key", lambda tx: customers.by_email(tx, "7@a.example")),
]


@contextmanager
def statements(tx: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that runs inside, with its parameters as the driver gets them."""
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(tx, "before_cursor_execute", note)
    yield seen
    event.remove(tx, "before_cursor_execute", note)


def fill(tx: Connection) -> None:
    """Three hundred mails that are done with, and a customer for each."""
    for number in range(300):
        inquiry = store(tx)
        address = f"{number}@a.example"
        decide(tx, inquiry, APPLIED, reading(f"<{number}@a.example>", author=address))
        message = reply(message_id=f"<{number}@desk.example>", recipient=address, envelope_from="")
        outbox.enqueue(tx, message, cause=inquiry, due=NOW - timedelta(days=number))
        suppressions.append(tx, [entry(customer_number=f"{number}", emails=(address,))], now=NOW)
        locations.mark_filed(tx, [place.id for place in locations.of_inquiry(tx, inquiry)], "Done", NOW)
    api_tokens.create(tx, "crm", [], per_minute=60, by="Aki", now=NOW)
    asked = {api_uses.Minute(1, NOW - timedelta(minutes=n), "check", "email"): api_uses.Count(1, 1) for n in range(300)}
    api_uses.add(tx, asked)
    people = (Customer(f"{number}", "A B", "C", email=f"{number}@a.example") for number in range(300))
    customers.replace_all(tx, people, keys=lambda customer: [("name", customer.number)], partial=False)
    tx.execute(text("UPDATE outbox SET state = 'sent' WHERE id % 100 <> 0"))


@pytest.mark.slow
def test_no_look_up_walks_through_what_is_done(database: Database) -> None:
    """Cost a mail must be the same at a hundred thousand filed mails and a million customers."""
    walks: list[tuple[str, list[str]]] = []
    with database.transaction() as tx:
        fill(tx)
        if not database.is_sqlite:
            tx.execute(text("ANALYZE"))
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        for index, look_up in LOOK_UPS:
            with statements(tx) as seen:
                look_up(tx)
            explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
            plans = [
                str(tx.exec_driver_sql(explain + statement, parameters).all())
                for statement, parameters in seen
                if statement.lstrip().startswith(("SELECT", "UPDATE")) and "pg_advisory" not in statement
            ]
            if not any(name in plan for name in index.split("|") for plan in plans):
                walks.append((index, plans))

    assert [] == walks
