"""`optout-daemon replay` as an operator sees it."""

from __future__ import annotations

import pytest

from tests.project.desk import CUSTOMERS, Desk
from tests.project.test_cli_explain import OPT_OUT
from tests.project.test_cli_queue import decided

pytestmark = pytest.mark.slow  # each starts reader processes

NEW = '10000004,Ben Weber,,Ben Weber,,"12 Mill Street, Bath",ben@mail.example,\n'
FROM_BEN = OPT_OUT.replace("10000002", "10000004").replace("Anna Weber", "Ben Weber")


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    """With one held mail of a customer who was imported only after it came."""
    desk.stocked()
    decided(desk, FROM_BEN, OPT_OUT)
    assert 0 == desk("customers", "import", desk.file("new.csv", CUSTOMERS + NEW)).code
    return desk


def test_it_prints_one_line_a_difference_and_what_it_looked_at(stocked: Desk) -> None:
    """Before a new version decides anything, an operator sees what it would decide otherwise."""
    result = stocked("replay")

    assert [
        "inquiry 1: held (unknown_customer; opt_out) -> applied (print)",
        "2 mails decided again, 1 with another outcome",
    ] == result.out.splitlines()
    assert 0 == result.code
    assert [1] == [row["id"] for row in stocked("queue", "list", "--json").objects]


def test_apply_decides_held_mail_anew(stocked: Desk) -> None:
    """And a second run finds nothing more."""
    result = stocked("replay", "--apply")

    assert [
        "inquiry 1: held (unknown_customer; opt_out) -> applied (print); done",
        "2 mails decided again, 1 with another outcome; 1 decided anew",
    ] == result.out.splitlines()
    assert [] == stocked("queue", "list", "--json").objects
    assert "2 mails decided again, 0 with another outcome; 0 decided anew\n" == stocked("replay", "--apply").out


def test_json_has_both_outcomes_with_the_same_keys(stocked: Desk) -> None:
    """For a comparison by a program; one object a difference and nothing else."""
    [found] = stocked("replay", "--json").objects

    assert found["was"].keys() == found["now"].keys()
    assert ("held", "applied") == (found["was"]["disposition"], found["now"]["disposition"])
    assert (1, "held", "machine", False) == tuple(found[key] for key in ("inquiry", "state", "decided_by", "applied"))


def test_since_is_a_day(stocked: Desk) -> None:
    """What came before it is not looked at; another spelling is refused."""
    assert "0 mails decided again, 0 with another outcome\n" == stocked("replay", "--since", "2026-04-02").out
    assert 2 == stocked("replay", "--since", "yesterday").code
