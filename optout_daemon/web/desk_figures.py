"""The figures of one month as the desk's page, its pictures and its files show them: tables with a head and rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from sqlalchemy import Connection

from optout_daemon.store import statistics
from optout_daemon.store.statistics import Outcomes, Times
from optout_daemon.web import charts, wording
from optout_daemon.web.charts import Series
from optout_daemon.web.navigation import N_

OUTCOMES: Final[Mapping[str, str]] = {
    "straight": N_("straight through"),
    "put_aside": N_("put aside by the program"),
    "person": N_("closed by a person"),
    "waiting": N_("waiting for a person"),
    "undecided": N_("not decided yet"),
}
TITLES: Final[Mapping[str, str]] = {
    "days": N_("Received by day"),
    "reasons": N_("Why the program did not apply it"),
    "languages": N_("By language"),
}
HEADS: Final[Mapping[str, str]] = {"days": N_("Day"), "reasons": N_("Reason"), "languages": N_("Language")}


@dataclass(frozen=True, slots=True)
class Month:
    """One month in the desk's time zone: every day until today, or the whole month where it is over."""

    first: date
    days: tuple[date, ...]
    outcomes: tuple[Outcomes, ...]
    all: Outcomes
    reasons: Mapping[str, int]
    languages: Mapping[str, int]
    times: Times


def midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins, in UTC: days are 23 and 25 hours long where clocks are changed."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def following(first: date) -> date:
    """The first day of the next month."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_of(tx: Connection, first: date, *, zone: tzinfo, now: datetime, within_time: timedelta) -> Month:
    """Count one month."""
    today, end = now.astimezone(zone).date(), following(first)
    last = min(end, today + timedelta(days=1))
    days = tuple(first + timedelta(days=at) for at in range(max(0, (last - first).days)))
    since, until = midnight(first, zone), midnight(end, zone)
    by_day = statistics.days(tx, [midnight(day, zone) for day in (*days, last)]) if days else []
    return Month(
        first,
        days,
        tuple(by_day),
        statistics.outcomes(tx, since, until),
        statistics.reasons(tx, since, until),
        statistics.languages(tx, since, until),
        statistics.times(tx, since, until, within_time=within_time, now=now),
    )


def rows(month: Month, table: str, say: Callable[[str], str]) -> list[list[str | int]]:
    """One table, its head first; `say` translates."""
    if table == "days":
        head: list[str | int] = [say(HEADS[table]), say(N_("received")), *(say(text) for text in OUTCOMES.values())]
        lines = zip(month.days, month.outcomes, strict=True)
        made: list[list[str | int]] = [
            [day.isoformat(), one.received, *(getattr(one, name) for name in OUTCOMES)] for day, one in lines
        ]
        return [head, *made]
    names: Mapping[str, str] = {str(key): text for key, text in wording.REASONS.items()}
    counted = month.reasons if table == "reasons" else month.languages
    names = names if table == "reasons" else wording.LANGUAGES
    told: list[list[str | int]] = [
        [say(names[key]) if key in names else key, number] for key, number in counted.items()
    ]
    return [[say(HEADS[table]), say(N_("inquiries"))], *told]


def chart(month: Month, table: str, say: Callable[[str], str]) -> str:
    """The same as a picture."""
    title = f"{say(TITLES[table])}, {month.first:%Y-%m}"
    if table == "days":
        series = [
            Series(say(text), tuple(getattr(one, name) for one in month.outcomes)) for name, text in OUTCOMES.items()
        ]
        return charts.columns("chart-days", title, [str(day.day) for day in month.days], series)
    lines = rows(month, table, say)[1:]
    return charts.bars(f"chart-{table}", title, [str(line[0]) for line in lines], [int(line[1]) for line in lines])
