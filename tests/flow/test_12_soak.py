"""The short form of `make soak`: killed eight times while mail arrives, the desk is as one that was never killed."""

from __future__ import annotations

import shutil

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.process import temporary_folder
from tests.soak import Soak

pytestmark = pytest.mark.slow


def test_killed_at_random_instants_it_ends_as_an_undisturbed_desk(dovecot: Dovecot, capsys: pytest.CaptureFixture[str]):
    """Nothing lost, doubled, wrong or missing; a reply again only where a kill fell before its record (design)."""
    folder = temporary_folder("soak")
    figures = Soak(folder, dovecot, mails=60, kills=8, seed=20261124).run()
    with capsys.disabled():
        print(f"\n{figures}")

    assert [] == figures.faults
    assert figures.kept
    assert figures.kills == 8
    shutil.rmtree(folder)
