"""Judge how far each sink has been told of the suppression list, and whether it takes what it is told.

A sink that is away is tried again by itself, and counts as away once it has been for LATE. One that refuses, or is
gone, needs a person at once: meanwhile somebody may be sent what they have opted out of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from optout_daemon.config import Settings
from optout_daemon.standing import Finding, Verdict, age_of, time_of
from optout_daemon.store import ledger, sinks
from optout_daemon.store.sinks import SinkState

LATE: Final = timedelta(minutes=15)
"""What nobody has told a sink for so long is late."""


@dataclass(frozen=True, slots=True)
class SinkStanding:
    """One sink by its name: its row, None before first contact, and what it was not told yet."""

    name: str
    state: SinkState | None
    waiting: int
    """Ledger entries after the last version that it took; some of them may not concern it."""
    oldest: datetime | None
    """When the first of them was recorded."""

    @property
    def word(self) -> str:
        """One word for it: new, up to date, behind, failing, refused, gone."""
        state = self.state
        if state is None:
            return "new"
        if state.gone:
            return "gone"
        if state.failing_since is not None:
            return "refused" if state.refused else "failing"
        return "behind" if self.waiting else "up to date"


def standings(tx: Connection, settings: Settings) -> list[SinkStanding]:
    """Every sink of the settings, in their order, then those that were met once and are in the settings no more."""
    met = {state.name: state for state in sinks.listing(tx)}
    names = [sink.name for sink in settings.sink]
    return [_standing(tx, name, met.get(name)) for name in [*names, *sorted(met.keys() - set(names))]]


def owed(tx: Connection, settings: Settings, entries: Collection[int]) -> list[str]:
    """The sinks of the settings that were met and have not been told all of these ledger entries yet."""
    wanted, last = {sink.name for sink in settings.sink}, max(entries, default=0)
    return [state.name for state in sinks.listing(tx) if state.name in wanted and state.delivered < last]


def judge_sinks(tx: Connection, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """One finding for each sink of the settings; in shadow mode nobody is told anything, and nothing is late."""
    names = {sink.name for sink in settings.sink}
    for found in standings(tx, settings):
        if found.name in names:
            yield _finding(found, now, shadow=settings.desk.mode == "shadow")


def _standing(tx: Connection, name: str, state: SinkState | None) -> SinkStanding:
    waiting, oldest = (0, None) if state is None else ledger.waiting(tx, since=state.delivered)
    return SinkStanding(name, state, waiting, oldest)


def _finding(found: SinkStanding, now: datetime, *, shadow: bool) -> Finding:
    what, state = f"told {found.name}", found.state
    if state is None:
        return Finding(what, Verdict.GOOD, "nothing yet; the daemon begins with the first change")
    says = f"up to version {state.delivered}"
    if state.last_success is not None:
        says += f", the last time at {time_of(state.last_success)}"
    if found.oldest is not None:
        says += f"; {found.waiting} waiting, the oldest for {age_of(now - found.oldest)}"
    if state.rejected:
        says += f"; {state.rejected} that it never takes, by `sink_rejected` in the log"
    if state.gone:
        return Finding(
            what, Verdict.BAD, f"{says}; {state.error}: it is gone; `optout-daemon sinks retry` once it is back"
        )
    if state.failing_since is not None:
        since = age_of(now - state.failing_since)
        says += f"; failing for {since}, {state.attempts} times: {state.error}; next try at {time_of(state.due)}"
        bad = Verdict.BAD if state.refused else Verdict.AWAY
        return Finding(what, bad if state.refused or now - state.failing_since > LATE else Verdict.GOOD, says)
    late = found.oldest is not None and now - max(found.oldest, state.first_contact) > LATE
    if late and not shadow and (state.last_success is None or now - state.last_success > LATE):
        return Finding(what, Verdict.AWAY, f"{says}: does the daemon run?")
    return Finding(what, Verdict.GOOD, says)
