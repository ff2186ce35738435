"""One mail together with the held mails that it answers, and who it names in the directory (policy, sections 4 and 6).

Reads and looks up, decides nothing and writes nothing. Raises StoreError, DirectoryError and ReadersClosed.
"""

from __future__ import annotations

from typing import Final

from optout_daemon.core.combine import combine
from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import MISSING, Authentication, Customer, Match, Reading, Reason
from optout_daemon.directory import Directory
from optout_daemon.edges.readers import Job, ReaderPool
from optout_daemon.store import inquiries
from optout_daemon.store.database import Database

CHAIN: Final = 5
"""So many mails of one conversation are read together at most."""
ANSWERABLE: Final = frozenset(
    {*MISSING.values(), Reason.UNKNOWN_CUSTOMER, Reason.NAME_MISMATCH, Reason.ADDRESS_MISMATCH}
)
"""What a customer's answer can put right (policy, section 6)."""


def look_up(directory: Directory, reading: Reading) -> Match:
    """Ask the directory for the numbers that the mail states, and compare."""
    found: dict[str, Customer] = directory.find(search_keys(reading).numbers) if reading.readable else {}
    return match(reading, found)


def with_what_it_answers(
    reading: Reading, *, database: Database, readers: ReaderPool
) -> tuple[tuple[int, ...], Reading]:
    """The held inquiries that this mail answers (policy, section 6), and one Reading of the whole conversation."""
    author = reading.envelope.author
    if not reading.envelope.references or author is None or reading.machine.reason is not None:
        return (), reading
    chain: list[int] = []
    jobs: list[Job] = []
    with database.reading() as tx:
        earlier = inquiries.find_answered(tx, references=reading.envelope.references, author=author)
        while earlier is not None and earlier not in chain and len(chain) < CHAIN:
            row, raw = inquiries.get(tx, earlier), inquiries.raw(tx, earlier)
            if row is None or raw is None or row.state is not State.HELD or not ANSWERABLE.issuperset(row.reasons):
                break
            chain.append(earlier)
            jobs.append(Job(raw, row.truncated))
            earlier = row.parent_id
    together = reading
    answered: list[int] = []
    for inquiry, answer in zip(chain, readers.read(jobs) if jobs else [], strict=True):
        if not isinstance(answer, Reading) or not _sound(answer):
            break
        # From the nearest back: what a newer mail says wins over an older one.
        together = combine(answer, together)
        answered.append(inquiry)
    return tuple(answered), together


def _sound(reading: Reading) -> bool:
    """Whether only what it lacks kept a mail from being applied: a doubt about its sender is not answered away."""
    machine = reading.machine
    doubts = (machine.reason is not None, machine.for_a_person, machine.own_address, machine.spam, machine.unsolicited)
    return (
        reading.readable
        and reading.authentication is not Authentication.FAIL
        and not reading.envelope.forged_headers
        and not any(doubts)
    )
