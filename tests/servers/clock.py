"""A clock that a test sets for one process: Debian's libfaketime, by a file that is read at every look at the time.

The machine's clock is never touched, nor is the monotonic one: a step is what an administrator or NTP does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.servers.process import ServerMissing

# Python sleeps until a time of the monotonic clock, and libfaketime 0.9.10 answers EINVAL to that after a step back;
# a wait by select() is a duration.
SLEEP = (
    "import runpy, select, sys, time; time.sleep = lambda s: select.select([], [], [], s);"
    " sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


class FakeTime:
    """`environment` is for the process whose clock it is, `inside` before its command; `step` may come at any time."""

    inside = (sys.executable, "-c", SLEEP)

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        if not found:
            raise ServerMissing("the tests need a Debian package: apt-get install libfaketime")
        self._file = folder / "clock"
        self.step("+0")
        self.environment = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, offset: str) -> None:
        """So far from the machine's clock from now on: "+1d", "-1h", "+0"."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(offset)
        fresh.replace(self._file)
