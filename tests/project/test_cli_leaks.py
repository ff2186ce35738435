"""The leak report: who was mailed after their block, and what the sender had been told by then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from optout_daemon.config import desk_digests, load
from optout_daemon.core.digests import sha256
from optout_daemon.core.model import Act, Action, LedgerEntry
from optout_daemon.store import receipts, suppressions
from optout_daemon.store.database import Database
from tests.project.desk import Desk

ANNA, BO, CY, DORA = (f"{name}@mail.example" for name in ("anna", "bo", "cy", "dora"))


def on(day: int) -> datetime:
    return datetime(2026, 3, day, 9, 0, tzinfo=UTC)


def entry(
    email: str, day: int, action: Action = Action.STOP, reason: str = "opt_out", scope: str = "group"
) -> LedgerEntry:
    return LedgerEntry("email", action, reason, "staff", "test", on(day), emails=(email,), note="letter", scope=scope)


@pytest.fixture
def past(stocked: Desk) -> Desk:
    """Anna stopped on the 2nd and resumed on the 10th; Bo asked on the 3rd and was recorded on the 6th; Cy is erased;
    Dora stopped one company only. The sender got version 1 on the 4th.
    """
    database = Database(f"sqlite:///{stocked.folder / 'desk.db'}")
    with database.transaction() as tx:
        suppressions.append(tx, [entry(ANNA, 2)], now=on(2))
        receipts.record(tx, receipts.Receipt(Act.EXPORT, on(4), "House", "x", 1, None, "", "csv", 1, 1, "sha256:0"))
        suppressions.append(tx, [entry(BO, 3)], now=on(6))
        suppressions.append(tx, [entry(CY, 7)], now=on(7))
        suppressions.append(tx, [entry(DORA, 7, scope="travel")], now=on(7))
        suppressions.append(tx, [entry(ANNA, 10, Action.RESUME, "asked")], now=on(10))
        suppressions.forget(tx, [("email", CY)], desk_digests(load(stocked.config)))
    database.close()
    return stocked


@pytest.fixture
def stocked(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"), capsys).stocked()


def sent(*rows: tuple[str, int]) -> str:
    return "email,time,campaign\n" + "".join(f"{email},{on(day).isoformat()},spring\n" for email, day in rows)


def test_it_says_who_was_mailed_while_blocked_and_what_the_sender_knew(past: Desk) -> None:
    """What counts is the list of that moment: a block that came later or was lifted before is no leak."""
    file = past.file(
        "sent.csv",
        sent(("Anna@Mail.example", 1), (ANNA, 3), (ANNA, 5), (ANNA, 11), (BO, 4), (BO, 8), (CY, 8), (DORA, 8)),
    )
    done = past("suppressions", "leaks", file, "--to", "House", "--json")
    found = [(one["line"], one["kind"], one["asked_version"], one["knew"]) for one in done.objects]

    assert [
        (3, "after_block", None, False),
        (4, "after_block", 1, True),
        (6, "before_recorded", 1, False),
        (7, "after_block", 1, False),
        (8, "after_block", 1, False),
        (9, "after_block", 1, False),
    ] == found
    assert 1 == done.code
    assert "8 mails: 5 after a block, 1 after an opt-out that was recorded only later" in done.err


def test_a_company_answers_for_its_own_blocks_and_the_groups(past: Desk) -> None:
    """Who stopped the travel company's mail may be mailed by the others."""
    file = past.file("sent.csv", sent((DORA, 8)))

    assert 0 == past("suppressions", "leaks", file, "--company", "foods").code
    assert 1 == past("suppressions", "leaks", file, "--company", "travel").code


def test_an_erased_person_and_a_column_of_digests_are_found(past: Desk) -> None:
    """A partner who was given digests has a log of digests."""
    file = past.file("sent.csv", sent((sha256(BO), 8), (sha256("nobody@mail.example"), 8)))
    done = past("suppressions", "leaks", file, "--digest", "sha256", "--json")

    assert [2] == [one["line"] for one in done.objects]


def test_nobody_mailed_after_their_block_is_said_by_the_exit_code(past: Desk) -> None:
    """So that a script can ask once a week."""
    done = past("suppressions", "leaks", past.file("sent.csv", sent((ANNA, 1), ("new@mail.example", 9))))

    assert (0, 1) == (done.code, len(done.out.splitlines()))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mail,time\n", 'the column "email"'),
        ("", 'the column "email"'),
        ("email,time\nanna@mail.example,yesterday\n", "line 2: time"),
        ("email,time\nno address,2026-03-01\n", "line 2: email"),
        ("email,time\nanna@mail.example\n", "line 2: 1 columns"),
        ('email,time\n"anna@mail.example,2026-03-01\n', "CSV"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(past: Desk, text: str, says: str) -> None:
    """A row that was left out is a leak that nobody hears of."""
    done = past("suppressions", "leaks", past.file("sent.csv", text))

    assert 1 == done.code
    assert says in done.err
