"""The schedules of retries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from optout_daemon.core import backoff

SCHEDULES = [
    (backoff.imap_away, 1.0, 120.0),
    (backoff.imap_refused, 60.0, 3600.0),
    (backoff.smtp_away, 1.0, 60.0),
    (backoff.smtp_item, 30.0, 14400.0),
    (backoff.filing, 60.0, 3600.0),
    (backoff.unfetched, 5.0, 3600.0),
    (backoff.sink_away, 5.0, 900.0),
    (backoff.sink_refused, 60.0, 3600.0),
]


@pytest.mark.parametrize(("schedule", "first", "most"), SCHEDULES)
def test_a_schedule_starts_low_and_doubles_up_to_its_most(
    schedule: Callable[[int, float], float], first: float, most: float
) -> None:
    """A short outage is over soon; a long one is not hammered at."""
    assert first == schedule(1, 1.0)
    assert 2 * first == schedule(2, 1.0)
    assert most == schedule(50, 1.0)


@pytest.mark.parametrize(("schedule", "first", "most"), SCHEDULES)
def test_a_schedule_never_ends(schedule: Callable[[int, float], float], first: float, most: float) -> None:
    """Nothing here gives up, whatever the count, and no count overflows."""
    assert most == schedule(10**9, 1.0)
    assert first == schedule(0, 1.0)


@pytest.mark.parametrize(("schedule", "first", "most"), SCHEDULES)
def test_chance_takes_up_to_a_quarter_off(schedule: Callable[[int, float], float], first: float, most: float) -> None:
    """Many clients of one server must not come back at the same instant."""
    assert 0.75 * first == schedule(1, 0.0)
    assert 0.75 * most == schedule(50, 0.0)


@pytest.mark.parametrize(
    ("age", "expected"), [(timedelta(days=4, hours=23), False), (timedelta(days=5), True), (timedelta(days=9), True)]
)
def test_a_message_is_given_up_by_its_age(age: timedelta, expected: bool) -> None:
    """Five days by default, counted from when it was queued."""
    queued_at = datetime(2026, 11, 1, tzinfo=UTC)

    assert expected is backoff.given_up(queued_at, queued_at + age, timedelta(days=5))
