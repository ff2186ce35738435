"""The IMAP side breaks at every command, in every way."""

from __future__ import annotations

import pytest

from tests.flow.imap_faults.work import COMMANDS, Work, mails

pytestmark = pytest.mark.slow


WAYS: dict[str, tuple[str, str]] = {
    "cut_before": ("cut", "before"),
    "cut_within_the_answer": ("cut", "within"),
    "cut_after_the_server_did_it": ("cut", "after"),
    "hung": ("hang", "before"),
    "hung_after_the_server_did_it": ("hang", "after"),
    "garbled": ("garble", "before"),
    "garbled_within_the_answer": ("garble", "within"),
    "slow": ("slow", "before"),
    "slow_within_the_answer": ("slow", "within"),
    "ended_by_BYE": ("bye", "before"),
    "ended_by_BYE_after_the_server_did_it": ("bye", "after"),
}
SLOWEST = ("hung", "hung_after_the_server_did_it", "garbled_within_the_answer")
CASES = [
    pytest.param(command, *WAYS[way], id=f"{name}_{way}")
    for name, command in COMMANDS.items()
    for way in WAYS
    # What waits for a time-out is tried at the commands that matter most, and hanging at every one.
    if (way not in SLOWEST or way == "hung" or name in ("fetch_bodies", "move"))
    and (way in ("cut_before", "hung", "garbled") or name not in ("namespace", "list", "subscribe"))
]


@pytest.mark.parametrize(("command", "how", "when"), CASES)
def test_the_desk_recovers(work: Work, command: str, how: str, when: str) -> None:
    """Whatever the server had done by then; new mail comes meanwhile."""
    fault = work.fault(command, how, when=when)
    work.deliver(*mails(3))
    work.round()
    work.deliver(*mails(1, first=3))
    work.settle()

    assert 1 == fault.hits
    work.check()


@pytest.mark.parametrize("how", ["cut", "garble"])
@pytest.mark.parametrize("command", ["search", "fetch_sizes", "fetch_bodies", "create", "move"])
def test_a_fault_that_lasts_is_outlasted(work: Work, command: str, how: str) -> None:
    """Five times in a row: what is set aside by mistake is taken later, and nothing twice."""
    work.fault(COMMANDS[command], how, times=5)
    work.deliver(*mails(3))
    work.settle()

    work.check()
