"""The suppression list by hand: asked, added to, lifted from, never without a trace."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.project.desk import Desk

WHY = ("--reason", "phone call", "--note", "4 April, recorded by Bo")


def test_nobody_is_blocked_at_first(desk: Desk) -> None:
    """Exit 0 is the answer yes."""
    said = desk.stocked()("suppressions", "check", "--email", "anna@mail.example")

    assert (0, "email: may be sent\n") == (said.code, said.out)


def test_a_block_by_hand_covers_number_and_recorded_address_on_every_channel(desk: Desk) -> None:
    """A letter to the desk is worth what a mail is."""
    desk.stocked()
    said = desk("suppressions", "add", "--number", "1000-0002", "--by", "Aki", "--note", "letter of 3 April")

    assert (0, "blocked: entries 1, 2\n") == (said.code, said.out)
    assert 1 == desk("suppressions", "check", "--number", "10000002", "--channel", "print").code
    assert 1 == desk("suppressions", "check", "--email", "Anna@MAIL.example").code
    assert 0 == desk("suppressions", "check", "--email", "taro@mail.example").code


def test_only_the_channels_that_were_named_are_blocked(desk: Desk) -> None:
    """Who has enough of catalogues may still like the newsletter."""
    desk.stocked()
    desk("suppressions", "add", "--number", "10000002", "--channel", "print", "--by", "Aki")

    assert 1 == desk("suppressions", "check", "--number", "10000002", "--channel", "print").code
    assert 0 == desk("suppressions", "check", "--number", "10000002", "--channel", "email").code


def test_blocking_twice_adds_no_second_entry(desk: Desk) -> None:
    """The list's version moves only when something changed."""
    desk.stocked()
    desk("suppressions", "add", "--number", "10000002", "--by", "Aki")
    said = desk("suppressions", "add", "--number", "10000002", "--by", "Aki", "--json")

    assert [{"entries": []}] == said.objects


def test_a_number_that_nobody_has_is_refused(desk: Desk) -> None:
    """A slip of the finger would block nobody, silently."""
    desk.stocked()
    said = desk("suppressions", "add", "--number", "99999999", "--by", "Aki")

    assert (1, "") == (said.code, said.out)
    assert "no customer has this number" in said.err


def test_an_address_alone_can_be_blocked(desk: Desk) -> None:
    """Not everybody who is mailed is a customer."""
    desk.stocked()
    desk("suppressions", "add", "--email", "somebody@else.example", "--channel", "email", "--by", "Aki")
    said = desk("suppressions", "list", "--json")

    assert [("email", "somebody@else.example", "email", "staff", "Aki")] == [
        (row["subject_kind"], row["subject"], row["channel"], row["source"], row["by"]) for row in said.objects
    ]


def test_lifting_lifts_what_the_customers_own_entries_covered(desk: Desk) -> None:
    """A customer who wants the newsletter back must get it."""
    desk.stocked()
    desk("suppressions", "add", "--number", "10000002", "--by", "Aki")
    said = desk("suppressions", "lift", "--number", "10000002", "--by", "Bo", *WHY)

    assert 0 == said.code
    assert 0 == desk("suppressions", "check", "--number", "10000002", "--channel", "print").code
    assert 0 == desk("suppressions", "check", "--email", "anna@mail.example").code


@pytest.mark.parametrize("lacking", ["--by", "--reason", "--note"])
def test_lifting_needs_a_person_a_reason_and_the_evidence(desk: Desk, lacking: str) -> None:
    """Lifting a block is the one act that can wrong somebody."""
    desk.stocked()
    given = [part for name in ("--by", "--reason", "--note") if name != lacking for part in (name, "x")]
    said = desk("suppressions", "lift", "--number", "10000002", *given)

    assert 2 == said.code
    assert lacking in said.err


def test_lifting_what_is_not_blocked_is_a_no(desk: Desk) -> None:
    """A mistyped number must not look like a block that was lifted."""
    desk.stocked()
    said = desk("suppressions", "lift", "--number", "10000001", "--by", "Bo", *WHY)

    assert (1, "") == (said.code, said.out)
    assert "nothing was lifted: not blocked on email, print\n" == said.err


@pytest.mark.parametrize("verb", ["check", "add"])
def test_somebody_has_to_be_named(desk: Desk, verb: str) -> None:
    """Wrong use, not an empty answer."""
    desk.stocked()

    assert 2 == desk("suppressions", verb).code
    assert 2 == desk("suppressions", verb, "--number", "10000001", "--channel", "fax").code


def damaged(desk: Desk) -> None:
    """A desk with a block whose line in the list somebody took away."""
    desk.stocked()
    desk("suppressions", "add", "--number", "10000002", "--channel", "email", "--by", "Aki")
    with closing(sqlite3.connect(desk.folder / "desk.db")) as database, database:
        database.execute("DELETE FROM suppression WHERE subject_kind = 'email'")


def test_a_damaged_list_is_found_out_by_entry_number_and_never_by_name(desk: Desk) -> None:
    """Whoever restored or edited a file by hand must hear of it; the output can be passed on."""
    damaged(desk)
    said = desk("suppressions", "verify")

    assert (1, ["entry 1: a block by it is not in the list as it should be", "version 1, 2 lines: 1 differ"]) == (
        said.code,
        said.out.splitlines(),
    )
    named = [{"surplus": False, "entry_id": 1}]
    assert [{"version": 1, "lines": 2, "differing": 1, "named": named}] == desk(
        "suppressions", "verify", "--json"
    ).objects


def test_a_damaged_list_is_repaired_from_the_ledger(desk: Desk) -> None:
    """The ledger is what counts, and the repair is in the audit chain."""
    damaged(desk)

    assert 0 == desk("suppressions", "verify", "--repair", "--by", "Aki").code
    assert 0 == desk("suppressions", "verify").code
    assert 1 == desk("suppressions", "check", "--email", "anna@mail.example").code
    assert 0 == desk("audit", "verify").code


def test_an_erased_customer_is_still_blocked_after_the_master_is_imported_again(desk: Desk) -> None:
    """Erasing and importing are how other systems lose opt-outs."""
    desk.stocked()
    desk("suppressions", "add", "--number", "10000002", "--by", "Aki")

    said = desk("customers", "erase", "1000-0002", "--by", "Bo")
    assert (0, "erased: the customer's record and the name in entries 1, 2\n") == (said.code, said.out)
    assert "anna" not in desk("suppressions", "list", "--json").out
    assert 1 == desk("customers", "find", "10000002").code
    assert 0 == desk("customers", "import", desk.folder / "customers.csv").code
    for who in (["--number", "10000002"], ["--email", "Anna@mail.example"]):
        assert 1 == desk("suppressions", "check", *who).code
    assert 0 == desk("suppressions", "verify").code


def test_an_address_alone_can_be_forgotten_and_lifted(desk: Desk) -> None:
    """Not everybody who is blocked is a customer, and who comes back may ask for mail again."""
    who = ("--email", "somebody@else.example")
    desk.stocked()
    desk("suppressions", "add", *who, "--channel", "email", "--by", "Aki")

    assert "erased: the name in entries 1\n" == desk("suppressions", "forget", *who).out
    assert 1 == desk("suppressions", "check", *who).code
    assert 0 == desk("suppressions", "lift", *who, "--by", "Bo", *WHY).code
    assert 0 == desk("suppressions", "check", *who).code


def test_a_postal_address_is_blocked_asked_forgotten_and_lifted(desk: Desk) -> None:
    """However it is written; nobody at that address has to be a customer."""
    desk.stocked()
    assert 0 == desk("suppressions", "add", "--address", "千代田区千代田１丁目１番１号", "--channel", "print").code
    who = ("--address", "東京都千代田区千代田1-1-1")
    assert 1 == desk("suppressions", "check", *who, "--channel", "print").code
    assert 0 == desk("suppressions", "check", "--address", "東京都千代田区千代田1-1-2", "--channel", "print").code
    assert 0 == desk("suppressions", "forget", *who).code
    assert 1 == desk("suppressions", "check", *who, "--channel", "print").code

    assert 0 == desk("suppressions", "lift", *who, "--channel", "print", "--by", "Bo", *WHY).code
    assert 0 == desk("suppressions", "check", *who, "--channel", "print").code


def test_without_its_key_the_list_gives_no_answer(desk: Desk) -> None:
    """ "May be sent" would be wrong for everybody who is erased."""
    desk.stocked()
    (desk.folder / "desk.key").unlink()

    assert (78, "") == ((said := desk("suppressions", "check", "--email", "a@mail.example")).code, said.out)


def test_a_companys_block_stops_that_company_and_the_groups_stops_each(desk: Desk) -> None:
    """Who wants no more of one company's letters may go on reading another's."""
    desk.stocked()
    file = desk.folder / "config.toml"
    file.write_text(file.read_text() + '\n[[company]]\nname = "Aozora"\n[[company]]\nname = "Hikari"\n')
    who = ("--email", "somebody@else.example")
    assert 0 == desk("suppressions", "add", *who, "--channel", "email", "--company", "Aozora").code

    assert 1 == desk("suppressions", "check", *who, "--company", "Aozora").code
    assert 0 == desk("suppressions", "check", *who, "--company", "Hikari").code
    assert 2 == desk("suppressions", "check", *who, "--company", "Nobody").code
    assert 0 == desk("suppressions", "add", *who, "--channel", "email").code
    assert 1 == desk("suppressions", "check", *who, "--company", "Hikari").code
    assert 0 == desk("suppressions", "lift", *who, "--channel", "email", "--by", "Bo", *WHY).code
    assert 1 == desk("suppressions", "check", *who, "--company", "Aozora").code
