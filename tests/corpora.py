"""The corpora that the tests read: our own, and the practice corpus where it lies beside this checkout.

`../shared` (or OPTOUT_SHARED) is not part of the project; without it the tests on it are not collected, and the
run's last lines say so.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN = Path(__file__).parent / "corpus"
SHARED = Path(os.environ.get("OPTOUT_SHARED", Path(__file__).parents[2] / "shared"))
PRACTICE = SHARED / "corpus"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Mails with the right answers, and the customers they are read against."""

    name: str
    mails: Path
    truth_file: Path
    customers: Path

    def truth(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.truth_file.read_text(encoding="utf-8").splitlines()]

    def raw(self, file: str) -> bytes:
        return (self.mails / file).read_bytes()


def own() -> Corpus:
    return Corpus("own", OWN / "mails", OWN / "truth.jsonl", OWN / "customers.csv")


@functools.cache
def practice() -> Corpus:
    """The practice corpus, built into a temporary folder by its own builder."""
    folder = Path(tempfile.mkdtemp(prefix="optout-corpus-"))
    sources = [str(PRACTICE / name) for name in ("japanese.jsonl", "english.jsonl")]
    subprocess.run([sys.executable, str(PRACTICE / "build.py"), str(folder), *sources], check=True, capture_output=True)
    return Corpus("practice", folder, folder / "truth.jsonl", PRACTICE / "customers.csv")


def have_practice() -> bool:
    return (PRACTICE / "build.py").exists()


def names() -> list[str]:
    """For parametrising: the corpora of this checkout."""
    return ["own", *(["practice"] if have_practice() else [])]


STRANGERS = tuple(f"strangers/{number}" for number in range(1, 8))
"""Mail by authors who knew nothing of the code; their README has the scores at first sight."""


def corpus(name: str) -> Corpus:
    if name in STRANGERS:
        folder = OWN / name
        return Corpus(name, folder / "mails", folder / "truth.jsonl", folder / "customers.csv")
    return practice() if name == "practice" else own()
