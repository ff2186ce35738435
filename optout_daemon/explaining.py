"""Say what the desk would do with mails from files, changing nothing.

Each mail is judged by itself: earlier inquiries, the list and the caps are not looked at. What breaks its reader,
or makes our own code raise, is `held` `unreadable` with the cause in the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from optout_daemon.core.decision import decide
from optout_daemon.core.keys import Keys
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Category, Context, Decision, Disposition, Match, Policy, Reading, Reason
from optout_daemon.core.reading.broken import broken
from optout_daemon.directory import Directory
from optout_daemon.edges.readers import Job, ReaderPool
from optout_daemon.errors import DirectoryError

CHUNK = 32


@dataclass(frozen=True, slots=True)
class Explained:
    """One mail, what would be done with it, and what that rests on."""

    decision: Decision
    reading: Reading
    match: Match


def explain(
    raws: Iterable[bytes],
    *,
    readers: ReaderPool,
    directory: Directory,
    policy: Policy,
    own_addresses: frozenset[str],
    keys: Keys | None = None,
    max_size: int | None = None,
) -> Iterator[Explained]:
    """One Explained a mail, in the given order. Raises DirectoryError when the directory is away."""
    waiting = iter(raws)
    while chunk := list(islice(waiting, CHUNK)):
        yield from _explain(chunk, readers, directory, policy, own_addresses, keys, max_size)


def _explain(
    raws: Sequence[bytes],
    readers: ReaderPool,
    directory: Directory,
    policy: Policy,
    own_addresses: frozenset[str],
    keys: Keys | None,
    max_size: int | None,
) -> Iterator[Explained]:
    answers = readers.read(Job(raw, max_size is not None and len(raw) > max_size) for raw in raws)
    for raw, answer in zip(raws, answers, strict=True):
        if isinstance(answer, Reading):
            reading, cause = answer, ""
        else:
            cause = answer.error if hasattr(answer, "error") else answer.cause
            reading = broken(raw, cause)
        envelope = reading.envelope
        ours = keys is not None and keys.is_ours(envelope.message_id, envelope.marker)
        try:
            found = directory.find(search_keys(reading).numbers) if reading.readable else {}
            matched = match(reading, found)
            decision = decide(reading, matched, policy, Context(own_message=ours), own_addresses)
        except DirectoryError:
            raise
        except Exception as error:
            # The daemon would count the attempt and shunt; a clerk is told the same in the contract's words.
            reading, matched, cause = broken(raw, type(error).__name__), Match(), type(error).__name__
            decision = _unreadable(reading, cause)
        yield Explained(decision, reading, matched)


def _unreadable(reading: Reading, cause: str) -> Decision:
    return Decision(
        disposition=Disposition.HELD,
        category=Category.UNCLEAR,
        language=reading.language,
        reasons=(Reason.UNREADABLE,),
        evidence=(f"unreadable: {cause}",),
    )
