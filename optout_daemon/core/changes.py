"""What a sink is told: how lines of the suppression list stand now that some ledger entries concern them.

A batch is the lines that a range of entries touched, as they stand when it is read. Taken again, or after a later one,
it never lifts a block that holds and never brings back one that a person has lifted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import idna

from optout_daemon.core.digests import plain_kind
from optout_daemon.core.model import EMAIL, GROUP, Action

LIFTED: Final = "lifted"
PROVISIONAL: Final = "provisional"
ERASED: Final = "erased"
"""Why a sink that only ever blocks leaves a change alone: see blockable()."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the list: STOP while it is blocked, by ledger entry `entry`; RESUME, `since` None, where not."""

    subject_kind: str
    subject: str
    channel: str
    scope: str
    action: Action
    since: datetime | None
    provisional: bool
    entry: int
    may_arrive_until: date | None = None
    """The last day on which what was sent before the block may still arrive; None where none is known."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The lines that ledger entries after `since` up to `version` concern, as one sink wants them."""

    sink: str
    since: int
    version: int
    recorded_at: datetime
    """When the entry `version` was recorded: with a restored database the numbers come again, the times do not."""
    replays: int
    """How often the sink's cursor was set back."""
    changes: tuple[Change, ...]


def wanted(changes: Iterable[Change], *, channels: Collection[str], companies: Collection[str]) -> tuple[Change, ...]:
    """What a sink with these channels and companies is told; an empty collection is all, GROUP concerns everybody."""
    return tuple(
        change
        for change in changes
        if (not channels or change.channel in channels)
        and (not companies or change.scope in companies or change.scope == GROUP)
    )


def digested(changes: Iterable[Change], digest: Callable[[str], str], ending: str) -> tuple[Change, ...]:
    """With digests in the place of names; those of the erased, whose name nobody has any more, are left out."""
    return tuple(
        replace(change, subject_kind=change.subject_kind + ending, subject=digest(change.subject))
        for change in changes
        if plain_kind(change.subject_kind) == change.subject_kind
    )


def blockable(changes: Iterable[Change]) -> dict[str, int]:
    """The addresses, each with its ledger entry, that a sink which only ever blocks is to block: confirmed, by name."""
    return {change.subject: change.entry for change in changes if _left_alone(change) is None}


def left_alone(changes: Iterable[Change]) -> Mapping[str, int]:
    """How many of them such a sink leaves alone, by LIFTED, PROVISIONAL or ERASED."""
    counted: dict[str, int] = {}
    for change in changes:
        reason = _left_alone(change)
        if reason:
            counted[reason] = counted.get(reason, 0) + 1
    return counted


def spellings(address: str) -> tuple[str, ...]:
    """The address in comparable form, and with its domain in U-labels where that is another spelling (RFC 5890)."""
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain:
        return (address,)
    try:
        return (address, f"{local}@{idna.decode(domain)}")
    except idna.IDNAError:
        return (address,)


def _left_alone(change: Change) -> str | None:
    """None for what is blocked; "" for a line that is no address and never could be sent there."""
    if change.subject_kind.startswith(EMAIL) and change.subject_kind != EMAIL:
        return ERASED if change.action is Action.STOP else LIFTED
    if change.subject_kind != EMAIL or not change.subject.isprintable():
        return ""
    if change.action is not Action.STOP:
        return LIFTED
    return PROVISIONAL if change.provisional else None
