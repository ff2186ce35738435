"""Scrubbing a mailing list of a million rows by a million entries, against the same join by hand.

`suppressions filter` as a whole command against the sqlite3 shell that imports the file, joins it with the list and
writes what is left: at most 2.5 times the processor time, taken in turns in one run. Prints ratios; run it with
`make bench`. Another number of rows can be given as its one argument.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from optout_daemon.config_secrets import make_key_file
from optout_daemon.store import migrate

LIMIT = 2.5
ROUNDS = 3
SETTINGS = """\
[desk]
address = "desk@shop.example"
[database]
url = "sqlite:///desk.db"
[[mailbox]]
name = "desk"
host = "127.0.0.1"
security = "none"
username = "desk"
[smtp]
host = "127.0.0.1"
security = "none"
"""
BY_HAND = """\
.import --csv --schema temp mailing.csv mailing
.headers on
.mode csv
.output by-hand.csv
SELECT m.* FROM mailing AS m LEFT JOIN suppression AS s ON s.subject_kind = 'email'
AND s.subject = lower(trim(m.email)) AND s.channel = 'email' WHERE s.subject IS NULL;
"""


def fill(folder: Path, size: int) -> None:
    """A desk with `size` blocked addresses."""
    (folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    migrate.upgrade(f"sqlite:///{folder / 'desk.db'}")
    make_key_file(folder / "desk.key")
    at = "2026-01-01 00:00:00.000000"
    database = sqlite3.connect(folder / "desk.db")
    with database:
        database.executemany(
            "INSERT INTO ledger (id, channel, scope, action, provisional, reason, source, recorded_by, recorded_at,"
            " valid_from, note) VALUES (?, 'email', 'group', 'stop', 0, 'opt_out', 'mail', 'machine', ?, ?, '')",
            ((number, at, at) for number in range(1, size + 1)),
        )
        database.executemany(
            "INSERT INTO suppression (subject_kind, subject, channel, scope, since, provisional, entry_id)"
            " VALUES ('email', ?, 'email', 'group', ?, 0, ?)",
            ((f"customer{number:09}@example.org", at, number) for number in range(1, size + 1)),
        )
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def prepare(folder: Path, size: int) -> None:
    """The desk, and a mailing list of as many rows, half of them blocked, in no order."""
    fill(folder, size)
    with (folder / "mailing.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("number,name,email,place\r\n")
        for row in range(size):
            number = row * 7_919 % size * 2
            file.write(f"{row},Customer {row},Customer{number:09}@Example.org,Oakford\r\n")


def taken(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor in the child process."""
    before, start = os.times(), time.perf_counter()
    run()
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, used


def main() -> int:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    shell = shutil.which("sqlite3")
    if shell is None:
        print("list: the sqlite3 shell is not installed")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, size)
        command = [sys.executable, "-c", "from optout_daemon.cli import main; main()", "--config", "config.toml"]
        command += ["suppressions", "filter", "mailing.csv", "--column", "email", "--output", "ours.csv"]
        path = os.pathsep.join([str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")])

        def ours() -> None:
            environment = os.environ | {"PYTHONPATH": path}
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)

        def by_hand() -> None:
            subprocess.run([shell, "desk.db"], cwd=folder, input=BY_HAND.encode(), check=True)

        rounds = [(taken(ours), taken(by_hand)) for _ in range(ROUNDS)]
        left = [(folder / file).read_bytes().count(b"\n") for file in ("ours.csv", "by-hand.csv")]
    clock = min(one[0] for one, _ in rounds) / min(one[0] for _, one in rounds)
    used = min(one[1] for one, _ in rounds) / min(one[1] for _, one in rounds)
    print(f"list: filter of {size} rows by {size} entries against the sqlite3 shell: {used:.2f} times the processor")
    print(f"      time, {clock:.2f} times by the clock (at most {LIMIT}); rows left: {left[0]} and {left[1]}")
    return 0 if used <= LIMIT and left[0] == left[1] else 1


if __name__ == "__main__":
    sys.exit(main())
