"""The tokens of List-Unsubscribe, and what a mail with one comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optout_daemon.core.decision import decide
from optout_daemon.core.model import (
    Authentication,
    Category,
    Clicked,
    Context,
    Decision,
    Machine,
    Match,
    Policy,
    Reading,
    Reason,
    Wish,
)
from optout_daemon.core.one_click import LENGTH, OneClick, Target, plus_address
from tests.builders import envelope, match, reading

TOKENS = OneClick(b"k" * 32)
ANNA = Target("email", "anna@mail.example", "email", "group")
TOKEN = TOKENS.token(ANNA)
HANDLE = TOKENS.handle(TOKEN)


def test_a_token_fits_a_local_part_and_is_the_same_each_time() -> None:
    """A table of a million recipients must not grow with every campaign."""
    assert LENGTH == len(TOKEN)
    assert TOKEN == TOKENS.token(ANNA)
    assert TOKEN == TOKEN.lower()
    assert f"desk+{TOKEN}@shop.example" == plus_address("desk@shop.example", TOKEN)
    assert plus_address("a-very-long-name-of-a-customer-desk@shop.example", TOKEN) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(ANNA, subject="bo@mail.example"),
        replace(ANNA, channel="print"),
        replace(ANNA, scope="travel"),
        replace(ANNA, kind="customer_number"),
    ],
)
def test_another_person_channel_or_company_has_another_token(other: Target) -> None:
    """A token stops what it was made for and nothing else."""
    assert TOKEN != TOKENS.token(other)


def test_a_token_says_nothing_without_the_database() -> None:
    """It stands in links that providers, proxies and logs see."""
    assert "anna" not in TOKEN
    assert TOKENS.token(ANNA)[:16] != OneClick(b"j" * 32).token(ANNA)[:16]


@pytest.mark.parametrize("folded", [TOKEN.upper(), TOKEN.capitalize(), f" {TOKEN}\n"])
def test_mail_systems_may_change_its_case(folded: str) -> None:
    """A local part is often lower-cased on its way, a subject sometimes capitalised."""
    assert HANDLE == TOKENS.handle(folded)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        TOKEN[:-1],
        TOKEN + "a",
        TOKEN[1:] + TOKEN[0],
        ("b" if TOKEN[0] != "b" else "c") + TOKEN[1:],
        TOKEN[:-1] + ("b" if TOKEN[-1] != "b" else "c"),
        "a" * LENGTH,
        "1" * LENGTH,
        "ａ" * LENGTH,
        OneClick(b"j" * 32).token(ANNA),
    ],
)
def test_what_is_forged_or_cut_off_is_none(forged: str) -> None:
    """Whoever could make one could silence the mail of anybody."""
    assert TOKENS.handle(forged) is None


def test_a_token_outlives_a_change_of_the_key() -> None:
    """The mail with it may be opened years later."""
    assert HANDLE == OneClick(b"n" * 32, [b"k" * 32]).handle(TOKEN)


@pytest.mark.parametrize(
    ("subject", "recipients"),
    [
        (TOKEN, []),
        (f"Re: unsubscribe {TOKEN.upper()}", []),
        ("unsubscribe", ["other@shop.example", f"desk+{TOKEN}@shop.example"]),
        (TOKEN, [f"desk+{TOKEN}@shop.example"]),
    ],
)
def test_it_is_found_in_the_subject_and_behind_the_plus(subject: str, recipients: list[str]) -> None:
    """These are the two places that a mailto link can fill."""
    assert [HANDLE] == TOKENS.handles_in(subject, recipients)


@pytest.mark.parametrize("subject", ["", "unsubscribe", f"x{TOKEN}", f"{TOKEN}9", TOKEN[:20] + " " + TOKEN[20:]])
def test_elsewhere_or_in_pieces_it_is_none(subject: str) -> None:
    """A part of a longer word is no token."""
    assert [] == TOKENS.handles_in(subject, [f"{TOKEN}@shop.example", f"desk+bounce={TOKEN[1:]}a@shop.example"])


def decided(read: Reading, found: Match = Match(), **context: Any) -> Decision:  # noqa: B008 - frozen
    return decide(read, found, Policy(), Context(clicked=Clicked("email", "travel"), **context), {"desk@example.com"})


NOTHING = Wish()


def test_a_token_is_certain_without_any_field() -> None:
    """The person pressed a button in a mail that we sent to them; to ask for a customer number then is a trick."""
    decision = decided(reading(wish=NOTHING, fields=(), numbers=()))

    assert ("applied", ("email",), "travel", "confirmed") == (
        decision.disposition, decision.channels, decision.scope, decision.reply,
    )  # fmt: skip
    assert (None, (), False) == (decision.customer_number, decision.missing, decision.follow_up)


@pytest.mark.parametrize("reason", [Reason.AUTO_REPLY, Reason.BULK, Reason.SPAM])
def test_a_machine_that_sends_it_is_obeyed_and_not_answered(reason: Reason) -> None:
    """Mail programs and providers send the mail for a person; it is still a mail of a machine."""
    decision = decided(reading(wish=NOTHING, fields=(), numbers=(), machine=Machine(reason)))

    assert ("applied", "none") == (decision.disposition, decision.reply)


def test_whoever_sends_it_need_not_be_believed_and_is_not_answered() -> None:
    """The token is the authority, not the author: forwarded mail fails DMARC every day."""
    decision = decided(reading(wish=NOTHING, fields=(), numbers=(), authentication=Authentication.FAIL))
    nobody = decided(reading(wish=NOTHING, fields=(), numbers=(), envelope=replace(envelope(), author=None)))

    assert [("applied", "none")] * 2 == [(one.disposition, one.reply) for one in (decision, nobody)]


@pytest.mark.parametrize(
    ("machine", "context"),
    [
        (Machine(Reason.BOUNCE), {}),
        (Machine(Reason.LOOP, own_address=True), {}),
        (Machine(), {"own_message": True}),
        (Machine(), {"duplicate": True}),
    ],
)
def test_a_bounce_our_own_mail_and_the_same_mail_again_are_ignored(machine: Machine, context: dict[str, Any]) -> None:
    """Nobody pressed anything there."""
    assert "ignored" == decided(reading(wish=NOTHING, fields=(), numbers=(), machine=machine), **context).disposition


def test_who_wants_the_mails_to_go_on_is_read_by_a_person() -> None:
    """Somebody answers the mail, and its subject still has the token."""
    decision = decided(reading(wish=Wish(Category.OPT_IN, stated=True), fields=(), numbers=()))

    assert ("held", (Reason.NOT_AN_OPT_OUT,)) == (decision.disposition, decision.reasons)
    assert (Category.OPT_IN, (), "group", False) == (
        decision.category, decision.channels, decision.scope, decision.by_token,
    )  # fmt: skip


def test_who_takes_it_back_in_an_answer_is_read_by_a_person() -> None:
    """An answer `that was not me` keeps the subject with the token: nothing is stopped by it."""
    decision = decided(reading(wish=NOTHING, fields=(), numbers=(), withdraws=True))

    assert ("held", (), False) == (decision.disposition, decision.channels, decision.by_token)


def test_a_token_names_no_customer_and_stops_its_own_channel_alone() -> None:
    """The mail may be forwarded: the reply must not tell the number, and the token is good for one channel."""
    decision = decided(reading(), match())

    assert ("applied", None, ("email",), "travel", True) == (
        decision.disposition, decision.customer_number, decision.channels, decision.scope, decision.by_token,
    )  # fmt: skip
    assert (Category.OPT_OUT, True) == (decision.category, decision.follow_up)


@pytest.mark.parametrize("machine", [Machine(Reason.BULK), Machine(for_a_person=True)])
def test_what_a_machine_writes_beside_it_is_for_nobody(machine: Machine) -> None:
    """The program that sends the mail asks no question; the queue is for people's."""
    wish = Wish(Category.QUESTION, stated=True, follow_up=True)
    decision = decided(reading(wish=wish, fields=(), numbers=(), machine=machine))

    assert ("applied", False) == (decision.disposition, decision.follow_up)


@pytest.mark.parametrize("category", [Category.QUESTION, Category.COMPLAINT, Category.DISCLOSURE])
def test_what_else_a_person_asks_beside_it_is_for_a_person(category: Category) -> None:
    """The block does not wait for it, and the question is not lost."""
    decision = decided(reading(wish=Wish(category, stated=True), fields=(), numbers=()))

    assert ("applied", True) == (decision.disposition, decision.follow_up)
    assert Category.OPT_OUT is decision.category
