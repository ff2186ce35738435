"""The suppression list: appended to, derived, asked; what others lift a block by does not lift it here."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, exc, text

from optout_daemon.core.model import Action, Customer, LedgerEntry
from optout_daemon.store import customers, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import PROVISIONAL
from tests.store.builders import DAY, HOUR, NOW, entry, store

ANNA, ADDRESS = "20000001", "anna@example.org"


def append(tx: Connection, *new: LedgerEntry) -> list[int]:
    return suppressions.append(tx, new, now=NOW)


def blocked(tx: Connection, **who: Any) -> list[tuple[int, str, bool]]:
    found = suppressions.check(tx, **({"channel": "email"} | who))
    return [(block.entry_id, block.subject_kind, block.provisional) for block in found]


def resume(**changes: Any) -> LedgerEntry:
    return entry(
        **(
            {"action": Action.RESUME, "reason": "asked again", "source": "staff", "by": "clerk", "note": "letter"}
            | changes
        )
    )


def test_a_stop_blocks_its_customer_and_addresses_on_its_channel(database: Database) -> None:
    """The recorded address and the author's own are covered by one entry; no other channel is."""
    with database.transaction() as tx:
        [first] = append(tx, entry(emails=(ADDRESS, "anna@work.example")))
        assert [(first, "customer_number", False)] == blocked(tx, customer_number=ANNA)
        assert [(first, "email", False)] == blocked(tx, email="anna@work.example")
        assert [] == blocked(tx, email=ADDRESS, channel="print")
        assert [] == blocked(tx, email="arno@example.org")
        assert [] == blocked(tx)
        assert first == suppressions.version(tx)


@pytest.mark.parametrize("asked", ["Anna@BÜCHER.example", " anna@xn--bcher-kva.example ", "anna@bücher.example."])
def test_an_address_is_asked_in_any_case_and_form(database: Database, asked: str) -> None:
    """The sender's list has it as the customer typed it."""
    with database.transaction() as tx:
        append(tx, entry(emails=("anna@bücher.example",)))

        assert 1 == len(blocked(tx, email=asked))


def test_a_second_stop_of_what_is_stopped_appends_nothing(database: Database) -> None:
    """`applied` again without a second entry (policy, section 5)."""
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,)))

        assert [] == append(tx, entry(emails=("ANNA@example.org",)))
        assert [2] == append(tx, entry(emails=("new@example.org",)))
        assert [3] == append(tx, entry(channel="print"))
        assert [4] == append(tx, entry(scope="a company"))


def test_a_block_keeps_the_date_of_its_first_entry(database: Database) -> None:
    """Who was mailed after their block is asked from the first day."""
    with database.transaction() as tx:
        append(tx, entry())
        append(tx, entry(emails=(ADDRESS,), valid_from=NOW + DAY))
        [first] = suppressions.check(tx, customer_number=ANNA, channel="email")

    assert (1, NOW) == (first.entry_id, first.since)


def test_a_resume_lifts_exactly_what_it_names(database: Database) -> None:
    """One more entry; the old ones stay and tell the history."""
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,)), entry(channel="print"), entry(scope="a company"))
        [lifted] = append(tx, resume(emails=(ADDRESS,)))

        assert 4 == lifted
        assert [(3, "customer_number", False)] == blocked(tx, customer_number=ANNA)
        assert [] == blocked(tx, email=ADDRESS)
        assert 1 == len(blocked(tx, customer_number=ANNA, channel="print"))
        assert [5] == append(tx, entry())
        told = [(one.id, one.entry.action) for one in suppressions.history(tx, customer_number=ANNA)]
        assert [(1, "stop"), (2, "stop"), (3, "stop"), (4, "resume"), (5, "stop")] == told
        assert [1, 4] == [one.id for one in suppressions.history(tx, email="ANNA@example.org")]


def test_a_provisional_block_becomes_a_confirmed_one(database: Database) -> None:
    """It is visible as provisional until a person decides, and counts from its first day."""
    guess = entry(customer_number=None, emails=(ADDRESS,), reason=PROVISIONAL)
    with database.transaction() as tx:
        append(tx, guess)
        assert [(1, "email", True)] == blocked(tx, email=ADDRESS)
        assert [] == append(tx, guess)
        append(tx, entry(emails=(ADDRESS,), valid_from=NOW + DAY))
        [block] = suppressions.check(tx, email=ADDRESS, channel="email")

    assert (2, False, NOW) == (block.entry_id, block.provisional, block.since)


def test_a_provisional_entry_neither_weakens_nor_lifts_a_confirmed_block(database: Database) -> None:
    """A clerk who turns a later mail down must not lift what the customer has asked for before."""
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,)))
        assert [] == append(tx, entry(customer_number=None, emails=(ADDRESS,), reason=PROVISIONAL))
        assert [] == append(tx, resume(customer_number=None, emails=(ADDRESS,), reason=PROVISIONAL))

        assert [(1, "email", False)] == blocked(tx, email=ADDRESS)


def test_a_provisional_block_is_lifted_by_the_decision(database: Database) -> None:
    """The mail was no opt-out after all."""
    with database.transaction() as tx:
        append(tx, entry(customer_number=None, emails=(ADDRESS,), reason=PROVISIONAL))
        assert [2] == append(tx, resume(customer_number=None, emails=(ADDRESS,), reason=PROVISIONAL))

        assert [] == blocked(tx, email=ADDRESS)
        assert [] == suppressions.verify(tx)


def test_an_entry_that_covers_nobody_is_a_defect(database: Database) -> None:
    """It would be a promise to no one."""
    with database.transaction() as tx, pytest.raises(ValueError, match="cover somebody"):
        append(tx, entry(customer_number=None, emails=("",)))


def test_removing_or_importing_customers_never_lifts_a_block(database: Database) -> None:
    """Deleting a person or importing the master again is how other systems lose opt-outs."""
    anna = Customer(ANNA, "Anna Arden", "1 Birch Lane, Oakford", email=ADDRESS)
    with database.transaction() as tx:
        customers.replace_all(tx, [anna], keys=lambda _: [("name", "arden")], partial=False, max_removed=None)
        append(tx, entry(emails=(ADDRESS,)))
        customers.replace_all(tx, [], keys=lambda _: [], partial=False, max_removed=1)
        assert 0 == customers.count(tx)
        assert (1, 1) == (len(blocked(tx, customer_number=ANNA)), len(blocked(tx, email=ADDRESS)))
        customers.replace_all(tx, [anna], keys=lambda _: [], partial=False, max_removed=None)
        assert (1, 1) == (len(blocked(tx, customer_number=ANNA)), len(blocked(tx, email=ADDRESS)))


def test_erasing_an_inquiry_leaves_the_block(database: Database) -> None:
    """The ledger knows its cause by number only: what is erased there cannot reach the list."""
    with database.transaction() as tx:
        inquiry = store(tx)
        append(tx, entry(cause=inquiry))
        for name in ("raw_mail WHERE inquiry_id", "location WHERE inquiry_id", "inquiry WHERE id"):
            tx.execute(text(f"DELETE FROM {name} = {inquiry}"))

        assert [(1, "customer_number", False)] == blocked(tx, customer_number=ANNA)
        [told] = suppressions.history(tx, customer_number=ANNA)
        assert inquiry == told.entry.cause


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET reason = 'changed'",
        "DELETE FROM ledger",
        "UPDATE ledger_subject SET subject = 'other'",
        "DELETE FROM ledger_subject",
        "UPDATE audit_event SET actor = 'other'",
        "DELETE FROM audit_event",
        "UPDATE ledger SET note = '', action = 'resume'",
        "UPDATE ledger SET note = 'changed'",
        "UPDATE ledger_subject SET subject_kind = 'customer_number_digest', subject = 'other'",
        "UPDATE ledger_subject SET entry_id = 2, subject_kind = 'customer_number_digest'",
    ],
)
def test_the_database_itself_refuses_to_change_the_past(database: Database, statement: str) -> None:
    """Also to a hand at the shell: what was promised and when is evidence."""
    with database.transaction() as tx:
        append(tx, entry())
        tx.execute(
            text(
                "INSERT INTO audit_event (id, at, event, actor, data, previous, hash)"
                " VALUES (1, '2025-01-01 00:00:00', 'x', 'x', '{}', '', '')"
            )
        )
    with pytest.raises(exc.IntegrityError, match="append-only"), database.transaction() as tx:
        tx.execute(text(statement))


def test_an_entry_is_not_overwritten_under_its_own_number(database: Database) -> None:
    """INSERT OR REPLACE on SQLite deletes without asking the DELETE trigger; elsewhere the key itself refuses."""
    replaced = "INSERT OR REPLACE INTO" if database.is_sqlite else "INSERT INTO"
    with database.transaction() as tx:
        append(tx, entry())
    with pytest.raises(exc.IntegrityError, match=r"append-only|pk_ledger"), database.transaction() as tx:
        tx.execute(
            text(
                f"{replaced} ledger (id, channel, scope, action, provisional, reason, source, recorded_by,"
                " recorded_at, valid_from, note) VALUES (1, 'email', 'group', 'stop', false, '', '', '',"
                " '2025-01-01 00:00:00', '2025-01-01 00:00:00', '')"
            )
        )
    with database.reading() as tx:
        assert [(1, "customer_number", False)] == blocked(tx, customer_number=ANNA)


def test_the_view_gives_a_mail_server_its_answer(database: Database) -> None:
    """`suppressed_email(email, scope, since)` is a contract with look-up tables outside."""
    with database.transaction() as tx:
        append(tx, entry(emails=("Anna@Example.org",)), entry(channel="print", emails=("b@example.org",)))
        columns = tx.execute(text("SELECT * FROM suppressed_email"))

        assert ["email", "scope", "since"] == list(columns.keys())
        assert [("anna@example.org", "group")] == [tuple(row)[:2] for row in columns]


def test_the_list_is_listed_in_pages(database: Database) -> None:
    """Ten million lines are never one list in memory."""
    with database.transaction() as tx:
        for number in range(5):
            append(tx, entry(customer_number=f"2000000{number}", emails=(f"{number}@example.org",)))
        append(tx, entry(channel="print"))
        lines: list[suppressions.Suppression] = []
        while page := suppressions.listing(tx, channel="email", limit=3, beyond=lines[-1] if lines else None):
            lines += page
        seen = [(line.subject_kind, line.subject) for line in lines]

        assert 10 == len(seen)
        assert sorted(set(seen)) == seen
        assert 11 == suppressions.count(tx)
        assert [("opt_out", "mail", "machine")] == list({(line.reason, line.source, line.by) for line in lines})


def test_changes_since_a_version_are_given_in_order(database: Database) -> None:
    """A sender that missed a day asks for what is new since its last version."""
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,), note="a letter", cause=7), entry(channel="print"), resume())
        [second, third] = suppressions.changes(tx, since=1)
        [first] = suppressions.changes(tx, since=0, limit=1)

    assert (2, 3) == (second.id, third.id)
    assert entry(emails=(ADDRESS,), note="a letter", cause=7) == first.entry
    assert NOW == first.recorded_at


def test_a_changed_list_is_found_out_and_rebuilt(database: Database) -> None:
    """The list is a copy for look-ups; the ledger is what counts."""
    with database.transaction() as tx:
        append(tx, entry(emails=(ADDRESS,)), entry(channel="print"))
        assert [] == suppressions.verify(tx)
        tx.execute(text("DELETE FROM suppression WHERE subject_kind = 'email'"))
        tx.execute(text("UPDATE suppression SET scope = 'other' WHERE channel = 'print'"))
        assert [
            "entry 1: a block by it is not in the list as it should be",
            "entry 2: a block by it is not in the list as it should be",
            "entry 2: a block by it is in the list unfounded",
        ] == suppressions.verify(tx)
        assert 3 == suppressions.rebuild(tx)
        assert [] == suppressions.verify(tx)
        assert [(1, "email", False)] == blocked(tx, email=ADDRESS)


STEPS = st.lists(
    st.tuples(
        st.sampled_from([Action.STOP, Action.RESUME]),
        st.booleans(),
        st.sampled_from([("a@example.org",), ("b@example.org",), ("a@example.org", "b@example.org")]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_list_kept_step_by_step_is_the_one_that_the_ledger_gives(
    database: Database, steps: list[tuple[Action, bool, tuple[str, ...], int]]
) -> None:
    """Two ways to the same list, written apart: upserts as entries come, and one statement over the whole ledger."""
    with database.transaction() as tx:
        scope = str(suppressions.version(tx))  # a scope of its own for each example
        for action, provisional, emails, hours in steps:
            new = entry(
                action=action,
                customer_number=None,
                emails=emails,
                scope=scope,
                reason=PROVISIONAL if provisional else "opt_out",
                source="staff",
                note="a letter",
                valid_from=NOW + hours * HOUR,
                may_arrive_until=(NOW + hours * DAY).date(),
            )
            append(tx, new)

        assert [] == suppressions.verify(tx)


def test_versions_are_committed_in_their_order(database: Database) -> None:
    """A sender that asks for what is new since N must never miss an entry that was committed late."""
    seen: list[list[int]] = []
    errors: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for number in range(10):
                with database.transaction() as tx:
                    append(tx, entry(customer_number=f"{worker}{number}"))
                    seen.append([one.id for one in suppressions.changes(tx, since=0)])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == errors
    assert all(list(range(1, len(ids) + 1)) == ids for ids in seen)
    with database.reading() as tx:
        assert 40 == suppressions.version(tx)
        assert [] == suppressions.verify(tx)
