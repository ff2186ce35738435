"""A served desk for each test, and one for the tests of a file that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.site import WebDesk, web_desk


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebDesk]:
    """A new desk on SQLite, served."""
    with web_desk(tmp_path) as desk:
        yield desk
