"""People move, take and put back mails in the same mailbox."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from optout_daemon.core.lifecycle import State
from optout_daemon.store import inquiries
from tests.flow.imap_faults.work import COMMANDS, FOLDERS, START, Work, kind_of, mails
from tests.store.builders import APPLIED, decide, reading

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("command", ["search", "fetch_sizes", "fetch_bodies"])
def test_a_mail_that_vanishes_while_it_is_collected_is_a_persons_business(work: Work, command: str) -> None:
    """Deleted between two commands: the others are taken, and nothing is set aside."""
    work.deliver(*mails(4))
    work.fault(COMMANDS[command], "call", act=lambda: work.mailbox.delete(2))
    work.raws.pop(1)
    work.settle()

    digests = {hashlib.sha256(raw).hexdigest() for raw in work.raws}
    assert digests <= set(work.digests())
    assert set() == work.alarms()
    assert Counter((FOLDERS[kind_of(raw)], raw) for raw in work.raws) == work.filed()


@pytest.mark.parametrize(
    "target", [pytest.param("Private", id="elsewhere"), pytest.param("Done", id="where_it_belongs")]
)
@pytest.mark.parametrize("moment", ["before", "during"])
def test_a_mail_that_a_person_moves_is_not_filed_twice(work: Work, target: str, moment: str) -> None:
    """Elsewhere it is gone to us; where it belongs it is filed."""
    work.deliver(mails(1)[0], mails(4)[3])
    work.mailbox.create(target)
    work.collect()
    work.decide()
    if moment == "before":
        work.mailbox.move(1, target)
    else:
        work.fault("UID MOVE", "call", act=lambda: work.mailbox.move(1, target))
    work.settle()

    assert 2 == len(work.digests())
    assert Counter({(target, work.raws[0]): 1, ("Done", work.raws[1]): 1}) == work.filed()
    assert (1 if target == "Private" and moment == "before" else 0) == work.gone()


def test_a_mail_that_a_person_puts_back_is_filed_again(work: Work) -> None:
    """It has a new UID and the same bytes: one more place, no second inquiry."""
    work.deliver(*mails(3))
    work.settle()
    work.mailbox.move(1, "INBOX", folder="Done")
    work.settle()

    work.check()


def test_a_mail_that_staff_close_leaves_the_review_folder_through_a_broken_server(work: Work) -> None:
    """The mail is looked for there by its bytes, and the search breaks."""
    work.deliver(*mails(12))
    work.settle()
    with work.database.transaction() as tx:
        for row in inquiries.listing(tx, state=State.HELD):
            decide(tx, row.id, APPLIED, reading(None), before=State.HELD, now=START)
    faults = [work.fault(f"UID SEARCH .*{key}", "cut") for key in ("SMALLER", "SMALLER")]
    work.settle()

    assert [1, 1] == [min(fault.hits, 1) for fault in faults]
    assert {"Done", "Ignored"} == {folder for folder, _ in work.filed()}
    assert 12 == work.filed().total()
    assert 0 == work.gone()
