"""How far each sink has been told: its place in the ledger, its claim, and what went wrong last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from optout_daemon.core.model import Action
from optout_daemon.errors import Conflict
from optout_daemon.store import ledger, list_lines, sinks, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.sinks import SinkState
from tests.store.builders import DAY, MINUTE, NOW, STOP

LEASE = timedelta(minutes=5)


def claim(tx: Connection, *, worker: str = "w", after: timedelta = timedelta()) -> SinkState | None:
    return sinks.claim(tx, "crm", worker=worker, now=NOW + after, lease=LEASE)


def claimed(tx: Connection, *, worker: str = "w") -> SinkState:
    found = claim(tx, worker=worker)
    assert found is not None
    return found


def state(tx: Connection) -> SinkState:
    found = sinks.get(tx, "crm")
    assert found is not None
    return found


def meet(tx: Connection, delivered: int = 0) -> None:
    assert sinks.meet(tx, "crm", delivered=delivered, now=NOW)


def test_a_sink_is_met_once(database: Database) -> None:
    """A second host, or a restart, must not move the place that the first one has written down."""
    with database.transaction() as tx:
        meet(tx, delivered=3)
        again = sinks.meet(tx, "crm", delivered=9, now=NOW + DAY)

        assert (False, 3, NOW) == (again, state(tx).delivered, state(tx).first_contact)
        assert sinks.get(tx, "other") is None
        assert ["crm"] == [one.name for one in sinks.listing(tx)]


def test_a_sink_belongs_to_one_host_at_a_time_until_its_lease_is_over(database: Database) -> None:
    """Two hosts that tell at once would break the order; one that died must not keep the sink for ever."""
    with database.transaction() as tx:
        meet(tx)
        mine = claimed(tx)

        assert claim(tx, worker="other") is None
        assert sinks.renew(tx, mine, now=NOW + 3 * MINUTE)
        assert claim(tx, worker="other", after=LEASE + MINUTE) is None
        theirs = claim(tx, worker="other", after=LEASE + 3 * MINUTE)
        assert theirs is not None
        assert not sinks.renew(tx, mine, now=NOW + 9 * MINUTE)
        with pytest.raises(Conflict):
            sinks.settle(tx, mine, version=7, now=NOW + 9 * MINUTE)
        assert 0 == state(tx).delivered


def test_a_claim_from_the_future_is_taken_over(database: Database) -> None:
    """A clock that was ahead for a minute must not silence a sink for a year."""
    with database.transaction() as tx:
        meet(tx)
        assert claim(tx, worker="ahead", after=365 * DAY)
        assert claim(tx) is not None


def test_the_range_in_hand_outlives_its_process(database: Database) -> None:
    """What may have arrived goes out again as the same range, so that the receiver knows it for a repeat."""
    with database.transaction() as tx:
        meet(tx)
        sinks.aim(tx, claimed(tx), 4)
    with database.transaction() as tx:
        sinks.release_all(tx)
        again = claim(tx, worker="next")

        assert again is not None
        assert (0, 4) == (again.delivered, again.sending)


def test_what_was_taken_is_settled_and_the_failures_before_it_are_forgotten(database: Database) -> None:
    """One success is the end of a trouble."""
    with database.transaction() as tx:
        meet(tx)
        sinks.defer(tx, claimed(tx), due=NOW, error="away", refused=True, gone=False, now=NOW)
        assert (1, True, "away", NOW) == (
            state(tx).attempts,
            state(tx).refused,
            state(tx).error,
            state(tx).failing_since,
        )
        sinks.settle(tx, claimed(tx), version=4, now=NOW + MINUTE, rejected=2)
        after = state(tx)

        assert (4, None, 2, NOW + MINUTE) == (after.delivered, after.sending, after.rejected, after.last_success)
        assert (0, False, "", None, None) == (
            after.attempts,
            after.refused,
            after.error,
            after.failing_since,
            after.claimed_by,
        )


def test_what_failed_is_due_later_and_keeps_its_range(database: Database) -> None:
    """Order is kept: nothing behind the failed range goes first. `failing_since` is the first failure's."""
    with database.transaction() as tx:
        meet(tx)
        sinks.aim(tx, claimed(tx), 4)
        sinks.defer(tx, claimed(tx), due=NOW + MINUTE, error="away", refused=False, gone=False, now=NOW)
        assert claim(tx) is None
        again = claim(tx, after=2 * MINUTE)
        assert again is not None
        sinks.defer(tx, again, due=NOW + 9 * MINUTE, error="away", refused=False, gone=False, now=NOW + 2 * MINUTE)
        assert (2, 4, NOW) == (state(tx).attempts, state(tx).sending, state(tx).failing_since)


def test_a_sink_that_is_gone_waits_for_a_person(database: Database) -> None:
    """410 says: never again. Only somebody who knows better has it tried; its place is kept."""
    with database.transaction() as tx:
        meet(tx, delivered=3)
        sinks.defer(tx, claimed(tx), due=NOW, error="gone", refused=True, gone=True, now=NOW)
        assert claim(tx, after=365 * DAY) is None
        sinks.retry(tx, "crm", now=NOW)
        again = claim(tx)
        assert again is not None
        assert (3, False) == (again.delivered, again.gone)
        with pytest.raises(Conflict):
            sinks.retry(tx, "other", now=NOW)


def test_a_replay_meanwhile_is_not_undone_by_what_is_on_its_way(database: Database) -> None:
    """An operator who sets the place back must not lose to a request that was already out."""
    with database.transaction() as tx:
        meet(tx, delivered=6)
        mine = claimed(tx)
        sinks.aim(tx, mine, 8)
        sinks.replay(tx, "crm", since=2, now=NOW)
        sinks.settle(tx, mine, version=8, now=NOW)
        after = state(tx)

        assert (2, None, 1) == (after.delivered, after.sending, after.replays)
        with pytest.raises(Conflict):
            sinks.replay(tx, "crm", since=3, now=NOW)
        with pytest.raises(Conflict):
            sinks.replay(tx, "other", since=0, now=NOW)


def test_a_range_ends_after_so_many_entries_or_where_it_ended_before(database: Database) -> None:
    """A batch setting that was changed meanwhile must not change the range in hand, and so its id."""
    with database.transaction() as tx:
        people = [replace(STOP, customer_number=f"2000000{index}") for index in range(5)]
        suppressions.append(tx, people, now=NOW)

        assert (2, NOW) == ledger.end_of_range(tx, since=0, limit=2)
        assert (4, NOW) == ledger.end_of_range(tx, since=0, limit=2, until=4)
        assert (5, NOW) == ledger.end_of_range(tx, since=3, limit=9)
        assert ledger.end_of_range(tx, since=5, limit=9) is None
        assert ledger.end_of_range(tx, since=4, limit=9, until=4) is None
        assert (2, NOW) == ledger.waiting(tx, since=3)
        assert (0, None) == ledger.waiting(tx, since=5)


def test_the_lines_of_a_range_are_those_it_concerns_as_they_stand_now(database: Database) -> None:
    """Told late, a line is told as it is: a block that was lifted meanwhile does not come back."""
    with database.transaction() as tx:
        other = replace(STOP, customer_number="20000002")
        lifted = replace(
            STOP, action=Action.RESUME, source="staff", by="clerk", reason="letter", note="letter of 2 May"
        )
        suppressions.append(tx, [STOP, other], now=NOW)
        suppressions.append(tx, [lifted], now=NOW)
        first = list(list_lines.stream(tx, since=0, upto=1))
        second = list(list_lines.stream(tx, since=1, upto=2))

        assert [("20000001", Action.RESUME)] == [(line.subject, line.action) for line in first]
        assert [("20000002", Action.STOP)] == [(line.subject, line.action) for line in second]
