"""What a ledger entry does to the blocks in force; values only, no statement.

A confirmed block outranks a provisional one: a provisional stop does not replace it, a provisional resume does not
lift it. A block that is confirmed counts from the earlier of the two dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.store.ledger import PROVISIONAL

Key = tuple[str, str, str, str]
"""Kind of subject, subject, channel, scope."""
Subject = tuple[str, str]
"""Kind of subject, subject."""

Aliases = Mapping[Subject, Sequence[Subject]]
"""The other subjects that stand for the same person, of those who have any."""
NOBODY_ELSE: Final[Aliases] = {}


@dataclass(frozen=True, slots=True)
class Block:
    """A block in force: since when, whether provisional, which entry made it, and what that says of matter in print."""

    since: datetime
    provisional: bool
    entry: int
    may_arrive_until: date | None = None


def redundant(
    blocks: dict[Key, Block], entry: LedgerEntry, covers: Iterable[Subject], aliases: Aliases = NOBODY_ELSE
) -> bool:
    """Whether the entry says nothing new: a stop of what is stopped, a provisional resume with nothing to lift.

    Whom a stop covers may be stopped by an alias (a digest of theirs) as well.
    """
    provisional, where = entry.reason == PROVISIONAL, (entry.channel, entry.scope)
    if entry.action is Action.STOP:
        return all(
            any(_says(blocks.get((*one, *where)), provisional) for one in (subject, *aliases.get(subject, ())))
            for subject in covers
        )
    there = [blocks.get((*subject, *where)) for subject in covers]
    return provisional and not any(block is not None and block.provisional for block in there)


def _says(block: Block | None, provisional: bool) -> bool:
    return block is not None and (provisional or not block.provisional)


def apply(blocks: dict[Key, Block], entry: LedgerEntry, covers: Iterable[Subject], number: int) -> None:
    """Change `blocks` as the entry with that number, which covers these subjects, does."""
    provisional = entry.reason == PROVISIONAL
    for kind, subject in covers:
        key = (kind, subject, entry.channel, entry.scope)
        block = blocks.get(key)
        outranked = block is not None and provisional and not block.provisional
        if entry.action is Action.RESUME:
            if not outranked:
                blocks.pop(key, None)
        elif block is None:
            blocks[key] = Block(entry.valid_from, provisional, number, entry.may_arrive_until)
        elif block.provisional and not provisional:
            since = min(block.since, entry.valid_from)
            blocks[key] = Block(since, False, number, entry.may_arrive_until)
