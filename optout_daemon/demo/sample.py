"""The demo's sample mails, and what a careful clerk would do with each.

Both are files of the package (`samples/`): a mail is stored as it arrives, byte for byte. Raises OSError or
ValueError where the package is damaged, nothing else.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from optout_daemon.core.reading.mime import parse
from optout_daemon.core.reading.settings import ReaderSettings

COMPARED: Final = ("disposition", "reasons", "category", "customer_number", "channels", "reply", "follow_up")
"""What is compared with the expected outcome, where that names it."""

PLACEHOLDER: Final = b"<the-reply-to-08@demo.invalid>"
"""Stands in an answer for the Message-ID of our reply, which nobody knows before it is sent."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail to put into the mailbox."""

    file: str
    raw: bytes
    shows: str
    """One line for the reader of the demo."""
    answers: str | None
    """File name of the sample whose reply this one answers; it can arrive only after that reply."""
    expected: Mapping[str, object] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The two digits that the file name begins with."""
        return self.file[:2]

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, as the desk keeps it."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def heading(self) -> tuple[str, str]:
        """Author and subject for the screen, decoded as the desk decodes them."""
        mail = parse(self.raw, ReaderSettings())
        envelope = mail.envelope
        return envelope.author_name or envelope.author_as_given, mail.subject

    def answering(self, message_id: str) -> Sample:
        """The same mail with its threading headers naming our reply."""
        raw = self.raw.replace(PLACEHOLDER, message_id.encode("ascii"))
        return Sample(self.file, raw, self.shows, self.answers, self.expected)


def folder() -> Traversable:
    """Where the samples are, in a source tree and in an installed package."""
    return resources.files("optout_daemon.demo") / "samples"


def load() -> list[Sample]:
    """Every sample in the order of arrival."""
    here = folder()
    table = tomllib.loads((here / "expected.toml").read_text(encoding="utf-8"))
    samples = []
    for file, entry in sorted(table.items()):
        expected = {key: entry[key] for key in COMPARED if key in entry}
        samples.append(Sample(file, (here / file).read_bytes(), entry["shows"], entry.get("answers"), expected))
    return samples


def differences(sample: Sample, found: Mapping[str, object]) -> list[str]:
    """One line for each value that is not as expected."""
    lines = []
    for key, wanted in sample.expected.items():
        got = found.get(key)
        if wanted != got:
            lines.append(f"{sample.file}: {key}: expected {wanted!r}, got {got!r}")
    return lines
