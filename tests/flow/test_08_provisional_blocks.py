"""A block that holds until a person has decided: for whom there is one, and how each decision ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from optout_daemon import review
from optout_daemon.core.arrival import Arrivals
from optout_daemon.core.model import Corrections, Disposition, StaffAction
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.companies import Company
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.store import suppressions
from optout_daemon.store.database import Database
from tests.flow.situation import DESK, FORM, NOW, Situation, mail

WITHOUT_ADDRESS = "Customer number: 20000001\nName: Anna Arden\nInquiry: Please stop all mailings.\n"
HER_OWN = "anna.private@example.net"


def situation(database: Database, **desk: Any) -> Situation:
    return Situation(database, **({"provisional": True} | desk))


def blocks(desk: Situation, email: str = HER_OWN) -> list[tuple[str, bool]]:
    """(scope, provisional) of each."""
    with desk.database.reading() as tx:
        found = suppressions.check(tx, email=email, channel="email")
        assert [] == suppressions.verify(tx)
    return [(one.scope, one.provisional) for one in found]


def held(desk: Situation, text: str = WITHOUT_ADDRESS, *headers: str, name: str = "one", author: str = HER_OWN) -> int:
    number = desk.receive(mail(name, text, author, *headers))
    desk.process()
    assert Disposition.HELD is desk.inquiry(number).disposition
    return number


def resolve(desk: Situation, number: int, action: StaffAction, **changes: Any) -> None:
    review.resolve(number, Corrections("Aki", action, **changes), parts=desk.parts, now=NOW)


def test_the_author_of_a_held_opt_out_is_blocked_provisionally(database: Database) -> None:
    """Nobody should be sent a newsletter because their opt-out waits in a queue; the customer's record is untouched."""
    desk = situation(database)
    held(desk)

    assert [("group", True)] == blocks(desk)
    assert [] == blocks(desk, "anna@example.org")


def test_it_is_off_unless_the_settings_ask_for_it(database: Database) -> None:
    """The policy leaves the list untouched while a mail is held."""
    desk = situation(database, provisional=False)
    held(desk)

    assert [] == blocks(desk)


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (WITHOUT_ADDRESS, ["Authentication-Results: mx.example.com; dmarc=fail header.from=example.net"]),
        (WITHOUT_ADDRESS, ["Auto-Submitted: auto-generated"]),
        (WITHOUT_ADDRESS, ["X-Spam-Flag: YES"]),
        ("Please stop the e-mail until April.\nCustomer number: 20000001\n", []),
        ("My mother wants no more e-mail. Please stop it for her.\nCustomer number: 20000001\n", []),
        ("Please stop the catalogues.\nCustomer number: 20000001\n", []),
        ("Where is my order?\nCustomer number: 20000001\n", []),
    ],
    ids=["dmarc", "machine", "spam", "conditional", "on_behalf", "print_only", "question"],
)
def test_there_is_none_where_sender_or_wish_is_in_doubt(database: Database, text: str, headers: list[str]) -> None:
    """A forged mail must not keep somebody from what they want to get."""
    desk = situation(database)
    desk.readers.reader = Reader(ReaderSettings(own_addresses=(DESK,), trusted_authserv_ids=("mx.example.com",)))
    held(desk, text, *headers)

    assert [] == blocks(desk)


def test_there_is_none_without_a_single_author(database: Database) -> None:
    """Which of two would it be?"""
    desk = situation(database)
    held(desk, author=f"{HER_OWN}, other@example.net")

    assert [] == blocks(desk)


def test_applying_confirms_it(database: Database) -> None:
    """From the first day, and no longer as provisional."""
    desk = situation(database)
    number = held(desk)
    resolve(desk, number, StaffAction.APPLY)

    assert [("group", False)] == blocks(desk)


@pytest.mark.parametrize("action", [StaffAction.NOT_AN_OPT_OUT, StaffAction.SPAM, StaffAction.CLOSE])
def test_any_other_end_lifts_it(database: Database, action: StaffAction) -> None:
    """It was for the time of the decision."""
    desk = situation(database)
    number = held(desk)
    resolve(desk, number, action)

    assert [] == blocks(desk)


def test_asking_for_more_leaves_it(database: Database) -> None:
    """Nothing is decided yet."""
    desk = situation(database)
    number = held(desk)
    resolve(desk, number, StaffAction.ASK)

    assert [("group", True)] == blocks(desk)


def test_what_the_decision_does_not_cover_is_lifted(database: Database) -> None:
    """Staff found that only letters were meant."""
    desk = situation(database)
    number = held(desk)
    resolve(desk, number, StaffAction.APPLY, channels=("print",))

    assert [] == blocks(desk)


def test_a_confirmed_block_outlives_a_held_mail_that_was_none(database: Database) -> None:
    """Turning a later mail down must not lift what was asked for before."""
    desk = situation(database)
    desk.receive(mail("first", FORM, HER_OWN))
    desk.process()
    number = held(desk, name="later")
    resolve(desk, number, StaffAction.NOT_AN_OPT_OUT)

    assert [("group", False)] == blocks(desk)


def test_while_another_opt_out_of_the_author_waits_the_block_stays(database: Database) -> None:
    """Two mails, one turned down: the other still asks for it, and its decision ends the block."""
    desk = situation(database)
    first, second = held(desk, name="first"), held(desk, WITHOUT_ADDRESS + "Thank you.\n", name="second")
    resolve(desk, first, StaffAction.NOT_AN_OPT_OUT)
    assert [("group", True)] == blocks(desk)

    resolve(desk, second, StaffAction.NOT_AN_OPT_OUT)
    assert [] == blocks(desk)


def test_the_customers_own_answer_confirms_it(database: Database) -> None:
    """Policy, section 6: given what was missing, the held mail leaves the queue with it."""
    desk = situation(database)
    number = held(desk)
    answer = "Address: 1 Birch Lane, Oakford\n"
    desk.receive(mail("answer", answer, HER_OWN, "In-Reply-To: <one@example.org>"))
    desk.process(NOW + timedelta(hours=1))

    assert Disposition.APPLIED is desk.inquiry(number).disposition
    assert [("group", False)] == blocks(desk)


def test_shadow_mode_blocks_nobody(database: Database) -> None:
    """It decides and records, and does nothing."""
    desk = situation(database, shadow=True)
    held(desk)

    assert [] == blocks(desk)


@pytest.mark.parametrize(
    ("wish", "mailbox", "scope"),
    [
        ("Please stop all mailings from Aozora Travel.", "", "Aozora Travel"),
        ("Please stop all mailings.", "Hikari Wine", "Hikari Wine"),
        ("Please stop all mailings of the whole group.", "Hikari Wine", "group"),
        ("Please stop all mailings.", "", "group"),
    ],
)
def test_the_mail_or_its_mailbox_may_name_one_company(database: Database, wish: str, mailbox: str, scope: str) -> None:
    """Ledger, list and reply hold the same scope, and only that company is stopped."""
    desk = situation(database, companies={"desk": mailbox} if mailbox else {}, arrivals=Arrivals({"print": 14}))
    words = (Company("Aozora Travel", ("Aozora Travel",)), Company("Hikari Wine", ("Hikari Wine",)))
    desk.readers.reader = Reader(ReaderSettings(own_addresses=(DESK,), companies=words))
    number = desk.receive(mail("one", FORM.replace("Please stop all mailings.", wish)))
    desk.process()

    row = desk.inquiry(number)
    assert (Disposition.APPLIED, scope) == (row.disposition, row.scope)
    with desk.database.reading() as tx:
        [block] = suppressions.check(tx, customer_number="20000001", channel="print")
        other = suppressions.check(tx, customer_number="20000001", channel="print", scope="Third Company")
    assert (scope, (NOW + timedelta(days=14)).date()) == (block.scope, block.may_arrive_until)
    assert (scope == "group") == bool(other)
