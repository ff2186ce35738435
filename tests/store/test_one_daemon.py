"""Only one daemon works on a SQLite database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from optout_daemon.errors import AnotherDaemon, StoreError
from optout_daemon.store.one_daemon import OneDaemon

HOLD = """
import sys, time
from pathlib import Path
from optout_daemon.store.one_daemon import OneDaemon
OneDaemon(Path(sys.argv[1])).take()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of `desk.db`."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "desk.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "held\n" == process.stdout.readline()
        yield process
        process.kill()


def test_a_second_daemon_is_refused_and_a_killed_one_is_in_nobodys_way(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    """It would take the first one's replies for those of a dead process, and send them again."""
    with OneDaemon(tmp_path / "desk.db") as alone:
        with pytest.raises(AnotherDaemon, match="another `optout-daemon run`"):
            alone.take()
        holder.kill()
        holder.wait(10)

        alone.take()
        alone.take()


def test_the_command_says_so_and_asks_to_try_again(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    """systemd tries again, so that the unit takes over once the one that was started by hand has ended."""
    program = [str(Path(sys.executable).with_name("optout-daemon")), "--config", str(tmp_path / "config.toml")]
    (tmp_path / "config.toml").write_text(
        '[desk]\naddress = "desk@shop.example"\n[database]\nurl = "sqlite:///desk.db"\n'
        '[[mailbox]]\nname = "desk"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nusername = "desk"\n'
        '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n'
    )
    subprocess.run([*program, "db", "upgrade"], check=True, capture_output=True, timeout=60)
    done = subprocess.run([*program, "run"], check=False, capture_output=True, text=True, timeout=60)

    assert (75, True) == (done.returncode, "another `optout-daemon run` works on this database" in done.stderr)


def test_a_folder_that_cannot_be_written_is_waited_for(tmp_path: Path) -> None:
    """As for the database itself: the disk may come back."""
    with OneDaemon(tmp_path / "nowhere" / "desk.db") as alone, pytest.raises(StoreError, match="No such file"):
        alone.take()


def test_postgresql_needs_no_lock() -> None:
    """Any number of daemons may work on it."""
    with OneDaemon(None) as alone:
        alone.take()
