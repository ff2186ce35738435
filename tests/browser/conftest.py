"""One Chromium for all tests here; each has a desk of its own, or its module has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.desk import chromium
from tests.web.site import WebDesk, web_desk


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium for the tests of this folder, and no longer: its loop runs in this thread, and asyncio allows no other."""
    with chromium() as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WebDesk]:
    """A new desk on SQLite, served."""
    with web_desk(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    """One desk for all tests of a module."""
    with web_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made
