"""The audit chain, the alarms and the jobs' passes."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection, text

from optout_daemon.store import alarms, audit, health
from optout_daemon.store.audit import Broken
from optout_daemon.store.database import Database
from tests.store.builders import HOUR, NOW


def record(tx: Connection, event: str = "decided", **data: object) -> None:
    audit.record(tx, event=event, actor="machine", now=NOW, inquiry_id=7, data=data)


@pytest.fixture
def chained(database: Database) -> Database:
    """Five events, and the triggers taken away as an attacker with the database's password would."""
    with database.transaction() as tx:
        for number in range(5):
            record(tx, number=number, text="漢\0字")
        if database.is_sqlite:
            tx.execute(text("DROP TRIGGER audit_event_update"))
            tx.execute(text("DROP TRIGGER audit_event_delete"))
            tx.execute(text("DROP TRIGGER audit_event_replace"))
        else:
            tx.execute(text("DROP TRIGGER audit_event_change ON audit_event"))
            tx.execute(text("DROP TRIGGER audit_event_remove ON audit_event"))
    return database


def test_a_chain_that_nobody_touched_holds(chained: Database) -> None:
    """Also read back in another transaction, where times and text have been through the database."""
    with chained.reading() as tx:
        assert audit.verify(tx) is None
        assert [1, 2, 3, 4, 5] == [event.id for event in audit.listing(tx)]
        assert [4] == [event.id for event in audit.listing(tx, after_id=3, limit=1)]
        assert [] == audit.of_inquiry(tx, 8)
        assert '{"number":0,"text":"漢字"}' == audit.of_inquiry(tx, 7)[0].data


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit_event SET actor = 'other' WHERE id = 3", Broken(3, "its content was changed")),
        ("UPDATE audit_event SET data = '{}' WHERE id = 1", Broken(1, "its content was changed")),
        ("UPDATE audit_event SET inquiry_id = NULL WHERE id = 5", Broken(5, "its content was changed")),
        ("UPDATE audit_event SET at = '2025-01-01 00:00:00' WHERE id = 2", Broken(2, "its content was changed")),
        ("DELETE FROM audit_event WHERE id = 2", Broken(2, "the event is missing")),
        ("DELETE FROM audit_event WHERE id = 1", Broken(1, "the event is missing")),
        (
            "UPDATE audit_event SET previous = 'x' WHERE id = 4",
            Broken(4, "it does not follow from the event before it"),
        ),
    ],
)
def test_tampering_is_found_at_the_first_event_concerned(chained: Database, tampering: str, found: Broken) -> None:
    """Whoever changes one event has to make every later hash anew; the anchors outside hold the last one."""
    with chained.transaction() as tx:
        tx.execute(text(tampering))

    with chained.reading() as tx:
        assert found == audit.verify(tx)


def test_an_event_stands_or_falls_with_its_transaction(database: Database) -> None:
    """And one that fell leaves no gap in the chain."""

    def fail() -> None:
        with database.transaction() as tx:
            record(tx)
            raise RuntimeError

    with database.transaction() as tx:
        record(tx)
    with pytest.raises(RuntimeError):
        fail()
    with database.transaction() as tx:
        record(tx)

    with database.reading() as tx:
        assert [1, 2] == [event.id for event in audit.listing(tx)]
        assert audit.verify(tx) is None


def test_writers_at_once_make_one_chain(database: Database) -> None:
    """Several hosts append; a fork would make every later check fail."""
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(15):
                with database.transaction() as tx:
                    record(tx)
                    record(tx)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == errors
    with database.reading() as tx:
        assert audit.verify(tx) is None
        assert 120 == len(audit.listing(tx, limit=1000))


def test_an_alarm_is_raised_once_until_it_is_cleared(database: Database) -> None:
    """A cap that silences a thousand replies is one message to staff."""
    with database.transaction() as tx:
        assert alarms.raise_once(tx, kind="reply_capped", key="per_hour", now=NOW)
        assert not alarms.raise_once(tx, kind="reply_capped", key="per_hour", now=NOW + HOUR)
        assert alarms.raise_once(tx, kind="mailbox", key="desk", now=NOW + HOUR)
        raised = [(alarm.kind, alarm.raised_at) for alarm in alarms.open_alarms(tx)]
        assert [("reply_capped", NOW), ("mailbox", NOW + HOUR)] == raised
        assert alarms.clear(tx, "reply_capped", "per_hour")
        assert not alarms.clear(tx, "reply_capped", "per_hour")
        assert alarms.raise_once(tx, kind="reply_capped", key="per_hour", now=NOW + HOUR)


def test_a_jobs_last_pass_and_last_success_are_kept_apart(database: Database) -> None:
    """A pass that ended in a named temporary failure has come round; a success is another question."""
    with database.transaction() as tx:
        health.job_done(tx, "collect", NOW, "the mailbox is away")
        assert [health.JobPass("collect", NOW, "the mailbox is away", None)] == health.jobs(tx)
        health.job_done(tx, "collect", NOW + HOUR, health.OK)
        health.job_done(tx, "collect", NOW + 2 * HOUR, "the mailbox is away")
        health.job_done(tx, "deliver", NOW)

        assert [
            health.JobPass("collect", NOW + 2 * HOUR, "the mailbox is away", NOW + HOUR),
            health.JobPass("deliver", NOW, "ok", NOW),
        ] == health.jobs(tx)
