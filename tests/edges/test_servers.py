"""The tests' own servers: what is missing is named, what cannot start shows its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.process import ServerFailed, ServerMissing, ServerProcess, free_port, require


def test_missing_software_is_named_by_its_package() -> None:
    """Nothing is skipped: the run fails and says what to install."""
    with pytest.raises(ServerMissing, match=r"apt-get install dovecot-imapd postfix$"):
        require({"/no/such/master": "postfix", "no-such-imap": "dovecot-imapd", "sh": "dash"})


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    """Else every test of the run fails with a refused connection."""
    with pytest.raises(ServerFailed, match="out of luck"):
        ServerProcess(["sh", "-c", "echo out of luck; exit 3"], ports=[free_port()], log=tmp_path / "log")
