"""A long list of entries in the order of its subjects: as it was given, and in bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from optout_daemon.core.model import LedgerEntry
from optout_daemon.list_order import in_order
from tests.store.builders import DAY, NOW, entry


def test_entries_come_back_as_they_were_and_of_one_subject_in_their_order() -> None:
    """Whose date comes first in a file counts from then; nothing of an entry may be lost on the way."""
    given = [
        entry(customer_number=None, emails=("b@example.org",), valid_from=NOW + DAY / 7, reason="bounce"),
        entry(customer_number=None, postal_key="東京都 千代田区 千代田 1-1-1", channel="print", scope="travel"),
        entry(may_arrive_until=NOW.date(), emails=("c@example.org",)),
        entry(customer_number=None, digests=(("email_digest", "0" * 64),)),
        entry(customer_number=None, emails=("b@example.org",)),
        entry(customer_number=None, emails=("a@example.org",)),
    ]
    with in_order(given) as entries:
        found = list(entries)

    assert [given[place] for place in (2, 5, 0, 4, 3, 1)] == found


def test_what_reading_raises_is_raised_before_anything_is_given() -> None:
    """A file is taken whole or not at all."""

    def broken() -> Iterator[LedgerEntry]:
        yield entry()
        raise ValueError("line 3")

    with pytest.raises(ValueError, match="line 3"), in_order(broken()):
        pytest.fail("an entry was given")


def peak(rows: int) -> int:
    """Bytes of Python's own memory at most while so many entries go through; SQLite's cache is bounded by itself."""
    tracemalloc.start()
    with in_order(entry(emails=(f"{row}@example.org",)) for row in range(rows)) as entries:
        for _ in entries:
            pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_rows() -> None:
    """Ten million opt-outs have to go through a small machine: not ten bytes of a row may stay."""
    peak(10)
    few, many = peak(1_000), peak(10_000)

    assert many - few < 9_000 * 10
