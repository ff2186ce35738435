"""Mail made to stop or swell its reader: each within 20 s and 512 MB of address space, in a process of its own.

The two figures are the product's promise; a reader that keeps them cannot be killed by one mail.
"""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from tests.hostile import HOSTILE

MEMORY = 512 * 1024 * 1024
SECONDS = 20

CHILD = """
import sys
from optout_daemon.core.reading import mime
from optout_daemon.core.reading.settings import ReaderSettings
mail = mime.parse(sys.stdin.buffer.read(), ReaderSettings(own_addresses=("desk@example.jp",)))
assert mail.text == mail.text.encode().decode() and "\\0" not in mail.text
print("read" if mail.readable else mail.unreadable_because)
"""


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_reader_survives(name: str) -> None:
    """Ends within its time and memory, and says whether there was something to read."""
    raw = HOSTILE[name]()
    child = subprocess.run(
        [sys.executable, "-c", CHILD], input=raw, capture_output=True, timeout=SECONDS, preexec_fn=limit, check=False
    )

    assert (0, b"") == (child.returncode, child.stderr[-300:])
    assert child.stdout.strip() != b"broken", "it should be bounded, not saved by an exception"


def test_what_was_cut_is_not_judged() -> None:
    """Half a mail may lack the half that says "do not"; it waits for a person."""
    from optout_daemon.core.reading import mime
    from optout_daemon.core.reading.settings import ReaderSettings

    cut = ["10 MB of header lines", "20,000 parts", "40,000 nested tags", "one line of 10 MB"]

    assert [False] * 4 == [mime.parse(HOSTILE[name](), ReaderSettings()).readable for name in cut]


def test_a_large_attachment_does_not_hide_the_text() -> None:
    """A photo of 25 MB beside three lines is ordinary mail."""
    from optout_daemon.core.reading import mime
    from optout_daemon.core.reading.settings import ReaderSettings

    mail = mime.parse(HOSTILE["25 MB attached"](), ReaderSettings())

    assert ("please stop", True) == (mail.text, mail.readable)
    assert 25_000_000 < mail.attachments[0].size
