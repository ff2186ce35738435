"""Mail made to stop or swell its reader: each within 20 s and 512 MB of address space, in a process of its own.

The two figures are the product's promise; a reader that keeps them cannot be killed by one mail.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Customer, Reading
from optout_daemon.core.reading import mime
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.edges.readers import Job, ReaderPool
from tests.hostile import HOSTILE

MEMORY = 512 * 1024 * 1024
SECONDS = 20
SETTINGS = ReaderSettings(own_addresses=("desk@example.jp",))

ANNA = Customer("15439204", "Anna Arden", "1 Birch Lane, Oakford", email="anna@mail.example")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """The daemon's own readers, with its own limits."""
    with ReaderPool(SETTINGS, workers=1, time_limit=SECONDS, memory_limit=MEMORY) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_reader_survives(pool: ReaderPool, name: str) -> None:
    """Read within time and memory, by bounds and not by an exception; and what was read can be stored.

    Matching runs in the daemon itself, where nobody stops it: it has the time that one mail may take and no more.
    """
    [reading] = pool.read([Job(HOSTILE[name]())])
    assert isinstance(reading, Reading), reading
    began = time.process_time()
    match(reading, {number: replace(ANNA, number=number) for number in reading.numbers})
    search_keys(reading).keys  # noqa: B018 (made when asked for)
    matching = time.process_time() - began

    assert matching < SECONDS
    assert reading.unreadable_because != "broken"
    assert reading.text == reading.text.encode().decode()
    assert "\0" not in reading.text + reading.subject + (reading.envelope.author or "")


def test_what_was_cut_is_not_judged() -> None:
    """Half a mail may lack the half that says "do not"; it waits for a person."""
    cut = ["10 MB of header lines", "20,000 parts", "40,000 nested tags", "one line of 10 MB"]

    assert [False] * 4 == [mime.parse(HOSTILE[name](), ReaderSettings()).readable for name in cut]


def test_a_large_attachment_does_not_hide_the_text() -> None:
    """A photo of 25 MB beside three lines is ordinary mail."""
    mail = mime.parse(HOSTILE["25 MB attached"](), ReaderSettings())

    assert ("please stop", True) == (mail.text, mail.readable)
    assert 25_000_000 < mail.attachments[0].size
