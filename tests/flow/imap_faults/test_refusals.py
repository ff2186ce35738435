"""What the server refuses: commands, room, writing; and mails that it will not hand out."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.flow.imap_faults.work import FOLDERS, Work, kind_of, mails

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param("UID MOVE", b"OVERQUOTA", id="move_over_quota"),
        pytest.param("UID MOVE", b"TRYCREATE", id="move_into_a_folder_that_is_gone"),
        pytest.param("UID MOVE", b"INUSE", id="move_in_use"),
        pytest.param("CREATE", b"OVERQUOTA", id="create_over_quota"),
        pytest.param("CREATE", b"NOPERM", id="create_not_allowed"),
        pytest.param("SUBSCRIBE", b"SERVERBUG", id="subscribe_refused"),
        pytest.param("SELECT", b"UNAVAILABLE", id="select_unavailable"),
        pytest.param("UID SEARCH", b"SERVERBUG", id="search_refused"),
        pytest.param(r"UID FETCH .*BODY\.PEEK\[\]", b"SERVERBUG", id="fetch_refused"),
        pytest.param("LOGIN", b"UNAVAILABLE", id="login_not_now"),
    ],
)
def test_a_refusal_is_tried_again(work: Work, command: str, code: bytes) -> None:
    """Over quota today, and not for ever; the mail stays where it is and is collected all the same."""
    fault = work.fault(command, "refuse", text=(code, b""), times=3)
    work.deliver(*mails(4))
    work.settle()

    assert 3 == fault.hits
    work.check()


def test_a_copy_over_quota_is_tried_again(work: Work) -> None:
    """The server without MOVE: nothing is marked as deleted before the copy is there."""
    work.without_move()
    fault = work.fault("UID COPY", "refuse", text=(b"OVERQUOTA", b""), times=2)
    work.deliver(*mails(3))
    work.round()
    flags = list(work.mailbox.flags().values())
    work.settle()

    assert 2 == fault.hits
    assert [set(), set()] == flags
    work.check()


def test_from_a_read_only_mailbox_mail_is_taken_and_stays(work: Work) -> None:
    """Once it can be written, it is filed; until then one alarm says so."""
    read_only = work.fault("SELECT", "rewrite", when="within", times=100, text=(b"[READ-WRITE]", b"[READ-ONLY]"))
    work.deliver(*mails(3))
    work.round()
    work.round()
    raised, left = work.alarms(), len(work.mailbox.uids())
    stored = work.digests()
    read_only.times = 0
    work.settle()

    assert ({"cannot_file"}, 3, 3) == (raised, left, len(stored))
    assert 1 == work.stream.getvalue().count("kind=cannot_file")
    work.check()


def test_any_number_of_unfetchable_mails_stops_neither_the_others_nor_filing(work: Work) -> None:
    """Eight mails that cut the connection whenever they are asked for, among four that do not."""
    work.deliver(*mails(12))
    bad = [1, 2, 3, 4, 6, 7, 8, 9]
    faults = [work.fault(rf"UID FETCH (\d+[,:])*{uid}([,:]\d+)* .*BODY\.PEEK\[\]", "cut", times=1_000) for uid in bad]
    faults.append(work.fault(r"UID FETCH \d+:\d+ .*BODY\.PEEK\[\]", "cut", times=1_000))
    for _ in range(6):
        work.round()
    good = [work.raws[uid - 1] for uid in (5, 10, 11, 12)]

    assert Counter((FOLDERS[kind_of(raw)], raw) for raw in good) == work.filed()
    assert {"unfetchable"} == work.alarms()
    for fault in faults:
        fault.times = 0
    work.settle()
    work.check()
