"""The suppression list by hand: asked, added to, lifted from, never without a trace."""

from __future__ import annotations

import pytest

from tests.project.desk import Desk


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
    said = desk("suppressions", "lift", "--number", "10000002", "--by", "Bo", "--reason", "phone call")

    assert 0 == said.code
    assert 0 == desk("suppressions", "check", "--number", "10000002", "--channel", "print").code
    assert 0 == desk("suppressions", "check", "--email", "anna@mail.example").code


@pytest.mark.parametrize("lacking", ["--by", "--reason"])
def test_lifting_needs_a_person_and_a_reason(desk: Desk, lacking: str) -> None:
    """Lifting a block is the one act that can wrong somebody."""
    desk.stocked()
    given = [part for part in ("--by", "--reason") if part != lacking]
    said = desk("suppressions", "lift", "--number", "10000002", given[0], "x")

    assert 2 == said.code
    assert lacking in said.err


def test_lifting_what_is_not_blocked_changes_nothing(desk: Desk) -> None:
    """And says so."""
    desk.stocked()
    said = desk("suppressions", "lift", "--number", "10000001", "--by", "Bo", "--reason", "phone call")

    assert (0, "nothing to do: not blocked\n") == (said.code, said.out)


@pytest.mark.parametrize("verb", ["check", "add"])
def test_somebody_has_to_be_named(desk: Desk, verb: str) -> None:
    """Wrong use, not an empty answer."""
    desk.stocked()

    assert 2 == desk("suppressions", verb).code
    assert 2 == desk("suppressions", verb, "--number", "10000001", "--channel", "fax").code
