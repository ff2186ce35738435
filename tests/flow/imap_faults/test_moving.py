"""A move into a folder of which nobody heard the end."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from optout_daemon.core.lifecycle import State
from tests.flow.imap_faults.work import FOLDERS, START, Work, kind_of, mails
from tests.store.builders import APPLIED, IGNORED, decide, reading

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_during_the_move_a_mail_is_found_where_it_was_filed(work: Work, when: str) -> None:
    """The answer never came, and the process that waited for it is gone: filed is not gone."""
    work.deliver(*mails(8))
    work.collect()
    work.decide()
    fault = work.fault("UID MOVE", "cut", when=when)
    work.file()
    work.restart()
    work.settle()

    assert 1 == fault.hits
    work.check()


def test_killed_during_the_move_and_decided_anew_a_mail_ends_where_it_belongs(work: Work) -> None:
    """On its way to the review folder; staff close it before the desk is back."""
    held = mails(3)[2]
    work.deliver(held)
    work.collect()
    work.decide()
    work.fault("UID MOVE", "cut", when="after")
    work.file()
    with work.database.transaction() as tx:
        decide(tx, 1, APPLIED, reading("<2@mail.example>"), before=State.HELD, now=START)
    work.restart()
    work.settle()

    assert Counter({("Done", held): 1}) == work.filed()
    assert 0 == work.gone()


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_on_its_way_out_of_the_review_folder_a_mail_arrives(work: Work, when: str) -> None:
    """The second move of a mail, with its own moment of death."""
    held = mails(3)[2]
    work.deliver(held)
    work.settle()
    with work.database.transaction() as tx:
        decide(tx, 1, IGNORED, reading("<2@mail.example>"), before=State.HELD, now=START)
    fault = work.fault("UID MOVE", "cut", when=when, nth=1)
    work.settle()

    assert 1 == fault.hits
    assert Counter({("Ignored", held): 1}) == work.filed()
    assert 0 == work.gone()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("command", ["UID COPY", "UID STORE", "UID EXPUNGE"])
def test_without_move_a_mail_is_filed_twice_at_worst(work: Work, command: str, when: str) -> None:
    """COPY, STORE and EXPUNGE are three commands: cut in between, a second copy is the price, never the mail."""
    work.without_move()
    fault = work.fault(command, "cut", when=when)
    work.deliver(*mails(3))
    work.settle()

    assert 1 == fault.hits
    assert sorted(hashlib.sha256(raw).hexdigest() for raw in work.raws) == work.digests()
    assert {(FOLDERS[kind_of(raw)], raw) for raw in work.raws} == set(work.filed())
    assert work.filed().total() <= 4
    assert "UID MOVE" not in {command[:8] for command in work.proxy.commands}
