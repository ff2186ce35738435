"""The mailbox numbers its mails anew, is restored, or gets another name."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from tests.flow.imap_faults.work import FOLDERS, Work, kind_of, mails

pytestmark = pytest.mark.slow


def renumber(work: Work, uidvalidity: int, uidnext: int = 1) -> None:
    work.dovecot.renumber(work.mailbox.user, uidvalidity=uidvalidity, uidnext=uidnext)
    work.proxy.cut()


@pytest.mark.parametrize("moment", ["before anything", "collected", "decided", "filed"])
def test_a_changed_uidvalidity_makes_no_second_inquiry(work: Work, moment: str) -> None:
    """Whatever was done by then; new mail comes with the change."""
    work.deliver(*mails(4))
    work.round() if moment == "filed" else None
    work.collect() if moment in ("collected", "decided") else None
    work.decide() if moment == "decided" else None
    renumber(work, 4_242, uidnext=900)
    work.deliver(*mails(4, first=4))
    work.settle()

    # The places under the old numbers are settled, and each mail has one under the new ones.
    work.check(gone=4 if moment in ("collected", "decided") else 0)


def test_the_same_mails_under_a_new_uidvalidity_are_known(work: Work) -> None:
    """A restore from a backup brings back what was filed long ago, with what was not."""
    work.deliver(*mails(4))
    work.settle()
    for raw in work.raws:
        work.mailbox.append(raw)
    renumber(work, 4_242)
    work.settle()

    assert sorted(hashlib.sha256(raw).hexdigest() for raw in work.raws) == work.digests()
    assert Counter({(FOLDERS[kind_of(raw)], raw): 2 for raw in work.raws}) == work.filed()


def test_uidvalidity_that_changes_in_the_middle_of_a_pass_ends_it(work: Work) -> None:
    """The UIDs in hand mean other mails after the reconnection: none of them is asked for."""
    work.deliver(*mails(4))

    def change() -> None:
        work.dovecot.renumber(work.mailbox.user, uidvalidity=4_242, uidnext=2)
        work.proxy.cut()

    work.fault(r"UID FETCH .*BODY\.PEEK\[\]", "call", act=change)
    work.settle()

    work.check()


def restore(work: Work, keep: int) -> None:
    """A snapshot in which there were `keep` mails comes back: same UIDVALIDITY, and the later UIDs are free again."""
    validity = work.mailbox.uidvalidity()
    work.mailbox.delete(*work.mailbox.uids()[keep:])
    renumber(work, validity, uidnext=1)


@pytest.mark.parametrize("burst", [0, 1, 3])
@pytest.mark.parametrize("first", ["collect", "file"])
def test_uids_rolled_back_under_the_same_uidvalidity_lose_no_mail(work: Work, first: str, burst: int) -> None:
    """The server gives UIDs of mail that we know to mail that we do not: fewer, as many or more before we look.

    Filed by what its UID once meant, such a mail would be away before anybody has read it.
    """
    work.deliver(*mails(4))
    work.collect()
    work.decide()
    restore(work, keep=2)
    work.raws[2:] = []  # stored, and lost to the mailbox
    work.deliver(*mails(burst, first=4))
    for _ in range(2):  # the first finds a connection that is dead
        work.collect() if first == "collect" else work.file()
    work.deliver(*mails(1, first=8))
    work.settle()

    assert 1 == work.stream.getvalue().count("event=uids_rolled_back")
    assert 5 + burst == len(work.digests())
    assert {hashlib.sha256(raw).hexdigest() for raw in work.raws} < set(work.digests())
    assert Counter((FOLDERS[kind_of(raw)], raw) for raw in work.raws) == work.filed()


@pytest.mark.parametrize("back", [True, False])
def test_a_mailbox_that_is_renamed_is_found_again(work: Work, back: bool) -> None:
    """It is renamed back, or a new one takes its name: what was in hand is settled either way."""
    work.mailbox.create("Optout")
    work.configure(folder="Optout")
    work.deliver(*mails(3))
    work.collect()
    work.decide()
    with work.mailbox.client() as client:
        client.rename_folder("Optout", "Elsewhere")
    work.proxy.cut()
    work.round()
    work.round()
    with work.mailbox.client() as client:
        if back:
            client.rename_folder("Elsewhere", "Optout")
        else:
            client.create_folder("Optout")
    if not back:  # mail in the old folder is a person's business
        work.raws.clear()
    work.deliver(*mails(3, first=3))
    work.settle()

    assert 6 == len(work.digests())
    assert "SELECT: refused" in work.stream.getvalue()
    assert {(FOLDERS[kind_of(raw)], raw) for raw in work.raws} <= set(work.filed())
    assert (0 if back else 3) == work.gone()
