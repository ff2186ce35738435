"""Fixtures of the tests that drive the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.project.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk in a folder of its own, without a database yet."""
    from tests.project.desk import Desk  # the whole program: other tests of this folder need none of it

    monkeypatch.delenv("OPTOUT_CONFIG", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Desk(tmp_path, capsys)
