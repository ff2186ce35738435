"""The pages' languages: every text of templates and code stands in every catalogue, translated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "messages.py"


def test_every_text_is_translated() -> None:
    """One English sentence among Japanese ones is the one that a clerk has to understand."""
    checked = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True)

    assert (0, "") == (checked.returncode, checked.stdout), "run `make messages`, and translate what it names"
