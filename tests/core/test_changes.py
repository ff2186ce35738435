"""What of the list a sink is told, and what a sink that only ever blocks makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from optout_daemon.core import changes
from optout_daemon.core.changes import Change
from optout_daemon.core.model import Action

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ANNA = Change("email", "anna@mail.example", "email", "group", Action.STOP, NOW, False, 1)
PRINT = replace(ANNA, subject_kind="customer_number", subject="20000001", channel="print", entry=2)
TRAVEL = replace(ANNA, subject="berta@mail.example", scope="Travel", entry=3)
LIFTED = replace(ANNA, subject="carl@mail.example", action=Action.RESUME, since=None, entry=4)
MAYBE = replace(ANNA, subject="dora@mail.example", provisional=True, entry=5)
ERASED = replace(ANNA, subject_kind="email_digest", subject="ab" * 32, entry=6)
ALL = (ANNA, PRINT, TRAVEL, LIFTED, MAYBE, ERASED)


@pytest.mark.parametrize(
    ("channels", "companies", "entries"),
    [
        ((), (), [1, 2, 3, 4, 5, 6]),
        (("print",), (), [2]),
        ((), ("Travel",), [1, 2, 3, 4, 5, 6]),
        ((), ("Books",), [1, 2, 4, 5, 6]),
        (("email",), ("Books",), [1, 4, 5, 6]),
    ],
)
def test_a_sink_is_told_of_its_channels_and_companies(
    channels: tuple[str, ...], companies: tuple[str, ...], entries: list[int]
) -> None:
    """A block of the whole group concerns every company; one of another company is nobody else's business."""
    assert entries == [one.entry for one in changes.wanted(ALL, channels=channels, companies=companies)]


def test_a_partner_is_told_digests_and_never_a_name_or_the_desks_own_digest() -> None:
    """The desk's own digest would tell the partner nothing, and a name is what the digest is to spare."""
    told = changes.digested(ALL, lambda subject: f"<{len(subject)}>", "_hmac")

    assert [1, 2, 3, 4, 5] == [one.entry for one in told]
    assert {"email_hmac", "customer_number_hmac"} == {one.subject_kind for one in told}
    assert all(one.subject.startswith("<") for one in told)


def test_a_sink_that_only_blocks_is_given_confirmed_blocks_of_addresses() -> None:
    """It knows no way back: what a person may still lift must not get there, and what is lifted stays there."""
    assert {"anna@mail.example": 1, "berta@mail.example": 3} == changes.blockable(ALL)
    assert {"lifted": 1, "provisional": 1, "erased": 1} == changes.left_alone(ALL)


def test_an_address_is_known_by_both_spellings_of_its_domain() -> None:
    """The list has A-labels; another system has whatever somebody typed."""
    assert ("anna@xn--mller-kva.example", "anna@müller.example") == changes.spellings("anna@xn--mller-kva.example")
    assert ("anna@mail.example",) == changes.spellings("anna@mail.example")
    assert ("anna@xn--a.example",) == changes.spellings("anna@xn--a.example")
