"""Judge how the desk's work stands: passes that came to their end, what waits and since when, the last reconcile.

A desk is well while each mailbox is looked through to its end every few `poll_interval`s; that a process lives says
nothing. Works on the value that store/health.py gives, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from optout_daemon.config import MailboxSettings, Settings
from optout_daemon.store.alarms import Alarm
from optout_daemon.store.health import Health, MailboxHealth

LATE: Final = 10
"""So many times its `poll_interval` a mailbox may be without a pass that came to its end, and LATE_AT_LEAST anyhow."""
LATE_AT_LEAST: Final = timedelta(minutes=10)


ALARMS_NAMED: Final = 10


class Verdict(IntEnum):
    """How bad a finding is; the worst of all decides what the whole check says."""

    GOOD = 0
    AWAY = 1
    BAD = 2
    SETTINGS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was tried, and what came of it in one line."""

    what: str
    verdict: Verdict
    says: str


def judge(found: Health, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """One finding for each mailbox's passes and reconciles, for the inquiries, the outbox and the open alarms."""
    for mailbox, seen in zip(settings.mailbox, found.mailboxes, strict=True):
        yield _passes(mailbox, seen, now)
        yield _reconciled(seen)
    undecided = f"{found.received} undecided{_since(found.oldest_received, now)}"
    shunted = f"{found.shunted} shunted" + ("; see `optout-daemon shunted list`" if found.shunted else "")
    yield Finding("inquiries", Verdict.GOOD, f"{undecided}, {found.held} held for a person, {shunted}")
    failed = f"{found.failed} failed" + ("; see `optout-daemon outbox list --state failed`" if found.failed else "")
    yield Finding("outbox", Verdict.GOOD, f"{found.outbox} to be sent{_since(found.oldest_queued, now)}, {failed}")
    if found.alarms:
        yield Finding("alarms", Verdict.GOOD, _open(found.alarms))


def late_after(mailbox: MailboxSettings) -> timedelta:
    """The time without a completed pass after which a mailbox is not looked after."""
    return max(LATE * mailbox.poll_interval, LATE_AT_LEAST)


def _passes(mailbox: MailboxSettings, seen: MailboxHealth, now: datetime) -> Finding:
    what = f"passes {seen.mailbox}"
    if seen.last_pass is None:
        return Finding(what, Verdict.GOOD, "none yet; the daemon begins with the first")
    says = f"the last complete one was at {time_of(seen.last_pass)}"
    if now - seen.last_pass > late_after(mailbox):
        return Finding(what, Verdict.AWAY, f"{says}, {age_of(now - seen.last_pass)} ago: does the daemon run?")
    return Finding(what, Verdict.GOOD, says + (", the renumbered mailbox is read again" if seen.rescanning else ""))


def _reconciled(seen: MailboxHealth) -> Finding:
    what, word = f"reconcile {seen.mailbox}", seen.reconciled
    if word is None:
        return Finding(what, Verdict.GOOD, "none yet; the daemon does it daily, `optout-daemon reconcile` now")
    says = (
        f"at {time_of(word.at)} {word.mails} mails, {word.inquiries} inquiries, "
        f"{word.below_baseline} below the baseline, {word.waiting} not collected yet, {word.set_aside} not handed out, "
        f"{word.unaccounted} unaccounted for"
    )
    if word.unaccounted:
        return Finding(what, Verdict.BAD, f"{says}; `optout-daemon reconcile` names them")
    return Finding(what, Verdict.GOOD, says)


def _open(alarms: Sequence[Alarm]) -> str:
    """What still needs a person, oldest first; what makes the desk ill has a line and a verdict of its own."""
    named = "; ".join(f"{alarm.kind} {alarm.key} since {time_of(alarm.raised_at)}" for alarm in alarms[:ALARMS_NAMED])
    more = len(alarms) - ALARMS_NAMED
    return f"{len(alarms)} open: {named}" + (f"; and {more} more" if more > 0 else "")


def _since(oldest: datetime | None, now: datetime) -> str:
    return "" if oldest is None else f" (the oldest for {age_of(now - oldest)})"


def age_of(age: timedelta) -> str:
    """Two of days, hours, minutes and seconds."""
    seconds = max(0, int(age.total_seconds()))
    parts = [(seconds // 86_400, "d"), (seconds // 3_600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    first = next((index for index, (number, _) in enumerate(parts) if number), 3)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2])


def time_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
