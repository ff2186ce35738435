"""What became of the inquiries of a time, counted by the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from optout_daemon.core.model import Reason
from optout_daemon.store import inquiries, statistics
from optout_daemon.store.database import Database
from optout_daemon.store.statistics import Outcomes, Times
from tests.store.builders import APPLIED, DAY, HELD, HOUR, IGNORED, NOW, decide, store


def filled(database: Database) -> None:
    """Ten on one day: four applied by the machine, one by a person, two held, one ignored, one shunted, one new."""
    with database.transaction() as tx:
        for hours in (1, 2, 3, 40):
            decide(tx, store(tx), APPLIED, now=NOW + hours * HOUR)
        decide(tx, store(tx), replace(APPLIED, decided_by="sato", language="ja"), now=NOW + 12 * DAY)
        reasons = (Reason.MISSING_NAME, Reason.CONDITIONAL)
        decide(tx, store(tx), replace(HELD, reasons=reasons))
        decide(tx, store(tx, received_at=NOW + HOUR), replace(HELD, reasons=reasons[:1]))
        decide(tx, store(tx), replace(IGNORED, reasons=(Reason.BULK,)))
        inquiries.shunt(tx, store(tx), now=NOW)
        store(tx)
        store(tx, received_at=NOW - DAY)
        store(tx, received_at=NOW + DAY)


def test_each_inquiry_is_in_one_number_of_its_day(database: Database) -> None:
    """The numbers of a day add up to what was received on it; its end belongs to the next."""
    filled(database)
    with database.reading() as tx:
        found = statistics.days(tx, [NOW - DAY, NOW, NOW + DAY, NOW + 2 * DAY])

    assert [Outcomes(undecided=1), Outcomes(4, 1, 1, 2, 2), Outcomes(undecided=1)] == found
    assert 10 == found[1].received


def test_reasons_and_languages_are_counted_the_frequent_ones_first(database: Database) -> None:
    """An inquiry with two reasons counts for both."""
    filled(database)
    with database.reading() as tx:
        reasons = statistics.reasons(tx, NOW, NOW + DAY)
        languages = statistics.languages(tx, NOW, NOW + DAY)

    assert [("missing_name", 2), ("bulk", 1), ("conditional", 1)] == list(reasons.items())
    assert [("en", 7), ("ja", 1)] == list(languages.items())


def test_times_are_from_arrival_to_close_and_the_late_ones_are_told(database: Database) -> None:
    """One of five closed beyond ten days; of the two that wait the older is late by then, to the minute."""
    filled(database)
    with database.reading() as tx:
        given = {"within_time": 10 * DAY, "now": NOW + 10 * DAY + timedelta(minutes=1)}
        found = statistics.times(tx, NOW, NOW + DAY, **given)  # type: ignore[arg-type]
        empty = statistics.times(tx, NOW - 9 * DAY, NOW - 8 * DAY, **given)  # type: ignore[arg-type]

    assert Times(5, 3 * HOUR, 12 * DAY, 4, 2, 1) == found
    assert Times(0, None, None, 0, 0, 0) == empty
