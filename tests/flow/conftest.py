"""Leaves out the flows whose mail is not beside this checkout, and marks those that take long.

The long ones break servers, disks and clocks under a daemon that runs as a process: some twenty minutes in all. They
are run by `make test-long`; `make test` leaves them out and says so in its last lines.
"""

import pytest

from tests.corpora import PRACTICE

collect_ignore = [] if (PRACTICE / "real" / "index.tsv").exists() else ["test_13_real_mail.py"]

LONG = {
    "imap_faults",
    "test_06_smtp_faults.py",
    "test_07_database_faults.py",
    "test_09_clock.py",
    "test_11_shadow.py",
    "test_12_soak.py",
    "test_13_real_mail.py",
    "test_14_hostile_mail.py",
    "test_15_no_loop.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "flow" in item.path.parts and not LONG.isdisjoint(item.path.parts):
            item.add_marker(pytest.mark.long)
