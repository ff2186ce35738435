"""The likely customers of a held inquiry, ranked for staff with the reason for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optout_daemon.core.matching.candidates import rank
from optout_daemon.core.model import Customer, Envelope, FieldName
from tests.core.matching_cases import JOSHUA, YUMIKO, given, mail

HANAKO = replace(
    YUMIKO, number="20000005", name="高橋花子", name_kana="タカハシ ハナコ", name_romaji="Hanako Takahashi", email=""
)
NOBODY = Envelope()


def test_the_likeliest_comes_first_with_its_reasons() -> None:
    """Name and address outweigh the household that shares the address."""
    reading = mail("豊橋市有楽町5-6-21の高橋裕美子です。", envelope=Envelope(author="yumiko@example.jp"))
    found = rank(reading, [JOSHUA, HANAKO, YUMIKO])

    assert [YUMIKO, HANAKO] == [candidate.customer for candidate in found]
    assert ("same name", "same address", "writes from the e-mail address on record") == found[0].reasons
    assert ("same address",) == tuple(reason for reason in found[1].reasons if "name" not in reason)
    assert found[0].score > found[1].score


def test_a_number_one_slip_away_is_named_as_such() -> None:
    """Two digits swapped: the clerk sees whose it would be."""
    near = rank(mail("", numbers=("20000020",), envelope=NOBODY), [YUMIKO, JOSHUA])
    same = rank(mail("", numbers=("20000002",), envelope=NOBODY), [YUMIKO])

    assert [(YUMIKO, ("number one slip away",))] == [(one.customer, one.reasons) for one in near]
    assert ("same number",) == same[0].reasons


def test_likeness_of_a_name_ranks_and_family_names_count_little() -> None:
    """A ratio is for people's eyes: 裕美子 and 由美子 are alike, and two people."""
    found = rank(mail("", fields=(given(FieldName.NAME, "高橋由美子"),), envelope=NOBODY), [HANAKO, YUMIKO])
    family = rank(mail("", fields=(given(FieldName.NAME, "Hernandez"),), envelope=NOBODY), [JOSHUA])

    assert YUMIKO == found[0].customer
    assert ("similar name",) == found[0].reasons
    assert family[0].reasons in (("same family name",), ("similar name",))


def test_parts_of_an_address_are_told_apart() -> None:
    """Postal code with the lot, or the town alone."""
    lot = rank(mail("〒441-8035 有楽 5-6-21", envelope=NOBODY), [YUMIKO])
    town = rank(mail("豊橋市有楽町のあたり", envelope=NOBODY), [YUMIKO])

    assert ("postal code and lot",) == lot[0].reasons
    assert ("same town",) == town[0].reasons


def test_nobody_is_shown_for_whom_nothing_speaks() -> None:
    """And no more than asked for."""
    reading = mail("高橋裕美子、豊橋市有楽町5-6-21", envelope=NOBODY)

    assert () == rank(mail("止めてください", envelope=NOBODY), [YUMIKO, JOSHUA])
    assert 1 == len(rank(reading, [YUMIKO, HANAKO], limit=1))
    assert () == rank(reading, [])


NAMESAKE = replace(
    YUMIKO, number="20009999", address="大阪府高槻市芥川町1-2", postal_code="569-1123", email="y@example.org"
)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("", {"numbers": ("20009999",)}),
        ("", {"numbers": ("20009998",)}),
        ("", {"envelope": Envelope(author="y@example.org")}),
        ("〒569-1123 8-8", {}),
        ("高槻市芥川町の者です", {}),
    ],
)
def test_of_two_namesakes_the_one_is_looked_at_for_whom_more_speaks(text: str, stated: dict[str, Any]) -> None:
    """Number, a number one slip away, e-mail address, postal code, town: each tells them apart."""
    reading = mail(text, fields=(given(FieldName.NAME, "高橋裕美子"),), **{"envelope": NOBODY} | stated)

    assert [NAMESAKE] == [found.customer for found in rank(reading, [YUMIKO, NAMESAKE], limit=1)]


def test_the_number_outweighs_the_name() -> None:
    """A clerk is shown whose number it is, whoever writes."""
    other = replace(JOSHUA, number="88120471")
    reading = mail("", fields=(given(FieldName.NAME, "高橋裕美子"),), numbers=(other.number,), envelope=NOBODY)

    assert [other] == [found.customer for found in rank(reading, [YUMIKO, other], limit=1)]


@pytest.mark.parametrize(
    ("customer", "text", "reasons"),
    [
        (JOSHUA, "847 Hammond Lane Apt. 911, Rachelmouth", ("same address",)),
        (YUMIKO, "〒441-8035 有楽 9-9-9", ()),
        (YUMIKO, "豊橋市朝丘町5-6-21", ()),
        (YUMIKO, "〒441-8099 豊橋市朝丘町5-6-21", ()),
    ],
)
def test_an_address_speaks_for_whom_it_is_on_record(customer: Customer, text: str, reasons: tuple[str, ...]) -> None:
    """The postal code alone or the same lot in another town is no reason."""
    found = rank(mail(text, envelope=NOBODY), [customer])

    assert reasons == tuple(reason for candidate in found for reason in candidate.reasons)
