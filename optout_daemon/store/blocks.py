"""What a ledger entry does to the blocks in force; values only, no statement.

A confirmed block outranks a provisional one: a provisional stop does not replace it, a provisional resume does not
lift it. A block that is confirmed counts from the earlier of the two dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.store.ledger import PROVISIONAL, subjects

Key = tuple[str, str, str, str]
"""Kind of subject, subject, channel, scope."""


Aliases = Callable[[str, str], Iterable[tuple[str, str]]]
"""The other (kind, subject) pairs that stand for the same person."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block in force: since when, whether provisional, which entry made it, and what that says of matter in print."""

    since: datetime
    provisional: bool
    entry: int
    may_arrive_until: date | None = None


def keys(entry: LedgerEntry) -> list[Key]:
    """The lines of the list that the entry concerns."""
    return [(kind, subject, entry.channel, entry.scope) for kind, subject in subjects(entry)]


def redundant(blocks: dict[Key, Block], entry: LedgerEntry, aliases: Aliases | None = None) -> bool:
    """Whether the entry says nothing new: a stop of what is stopped, a provisional resume with nothing to lift.

    Whom a stop covers may be stopped by an alias (a digest of theirs) as well.
    """
    provisional = entry.reason == PROVISIONAL
    if entry.action is Action.STOP:
        return all(
            any(_says(blocks.get(one), provisional) for one in [key, *_aliased(key, aliases)]) for key in keys(entry)
        )
    there = [blocks.get(key) for key in keys(entry)]
    return provisional and not any(block is not None and block.provisional for block in there)


def _says(block: Block | None, provisional: bool) -> bool:
    return block is not None and (provisional or not block.provisional)


def _aliased(key: Key, aliases: Aliases | None) -> list[Key]:
    return [] if aliases is None else [(kind, subject, *key[2:]) for kind, subject in aliases(*key[:2])]


def apply(blocks: dict[Key, Block], entry: LedgerEntry, number: int) -> None:
    """Change `blocks` as the entry with that number does."""
    provisional = entry.reason == PROVISIONAL
    for key in keys(entry):
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
