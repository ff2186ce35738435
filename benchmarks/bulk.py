"""Ten million opt-outs in by `suppressions import` and out by `suppressions export`, in bounded memory.

Prints rows a second and the most memory that each command took (resident, by the kernel's count). Takes an hour
or so and 6 GB of disk, and is no part of `make bench`: run it as `python -m benchmarks.bulk [ROWS]`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.list import SETTINGS
from optout_daemon.config_secrets import make_key_file
from optout_daemon.store import migrate

MOST_MEMORY = 512
"""Mebibytes; ten million rows must take no more than ten thousand do, but for the database's own caches."""


def run(folder: Path, *arguments: str) -> tuple[float, int]:
    """Seconds, and the most mebibytes resident, of one command."""
    command = [sys.executable, "-c", "from optout_daemon.cli import main; main()", "--config", "config.toml"]
    path = os.pathsep.join([str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")])
    start = time.perf_counter()
    child = subprocess.Popen(
        [*command, "suppressions", *arguments], cwd=folder, env=os.environ | {"PYTHONPATH": path}, stdout=sys.stderr
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"bulk: {arguments[0]} ended with {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    over = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
        migrate.upgrade(f"sqlite:///{folder / 'desk.db'}")
        make_key_file(folder / "desk.key")
        with (folder / "given.csv").open("w", encoding="utf-8", newline="") as file:
            file.write("email,reason,since\r\n")
            for row in range(rows):
                file.write(f"customer{row * 7_919 % rows:09}@example.org,unsubscribed,2026-01-01T00:00:00Z\r\n")
        for verb, *options in (["import", "given.csv"], ["export", "list.csv", "--to", "benchmark"]):
            seconds, memory = run(folder, verb, *options)
            over = over or memory > MOST_MEMORY
            print(f"bulk: {verb} of {rows} rows: {rows / seconds:.0f} rows/s, {memory} MiB at most", flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
