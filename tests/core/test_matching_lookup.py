"""What a clerk is shown: the keys by which likely customers are found, and their order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optout_daemon.core.matching.candidates import rank
from optout_daemon.core.matching.keys import match_keys, neighbours, search_keys
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.model import Corrections, Customer, Envelope, FieldName, Origin
from tests.core.matching_cases import JOSHUA, YUMIKO, given, mail

NAME, ADDRESS = FieldName.NAME, FieldName.ADDRESS
NOBODY = Envelope()


@pytest.mark.parametrize(
    ("name", "kana", "romaji", "keys"),
    [
        ("長谷川 一", "", "", [("name", "長谷川一"), ("family", "長谷川")]),
        ("長谷川一", "", "", [("name", "長谷川一"), ("family", "長谷川")]),
        ("森翼", "", "", [("name", "森翼"), ("family", "森")]),
        ("小鳥遊 愛", "", "", [("name", "小鳥遊愛"), ("family", "小鳥遊")]),
        ("ファン・ティ・ラン", "ファン ティ ラン", "", [("sound", "HUAN RAN TEE")]),
        (
            "横尾 京",
            "ヨコオ ケイ",
            "Yokoo,Kei",
            [("name", "横尾京"), ("family", "横尾"), ("sound", "KEE YOKO"), ("sound", "KEI YOKO")],
        ),
        ("大田", "オオタ", "Ota", [("name", "大田")]),
        ("潘蘭", "ファン・ラン", "", [("name", "潘蘭"), ("sound", "HUAN RAN")]),
        ("Robert Williams", "ロバート ウィリアムズ", "x y", [("name", "robert williams"), ("family", "williams")]),
    ],
)
def test_a_name_is_indexed_whole_by_family_and_by_sound(
    name: str, kana: str, romaji: str, keys: list[tuple[str, str]]
) -> None:
    """The order of its parts and long vowels aside; one word alone has no sound of its own."""
    assert keys == list(match_keys(Customer("", name, "", kana, romaji)))


def test_a_mail_asks_for_what_it_states_and_for_what_a_clerk_says() -> None:
    """In prose, in a correction, in an address in either script; a mail that states nothing asks for nothing."""
    prose = (given(NAME, "高橋裕美子", Origin.PROSE), given(ADDRESS, "〒441-8035 有楽町5-6", Origin.PROSE))

    assert () == search_keys(mail("", envelope=NOBODY)).keys
    assert {("name", "高橋裕美子"), ("family", "高橋"), ("place", "4418035:5-6")} <= set(
        search_keys(mail("", fields=prose, envelope=NOBODY)).keys
    )
    assert ("name", "高橋裕美子") in search_keys(
        mail("", envelope=NOBODY), Corrections("clerk", name="高橋裕美子")
    ).keys
    assert (("place", "4418035:5-6-21"), ("place", "4418035:6-21")) == search_keys(
        mail("441-8035 Toyohashi 5-6-21 豊橋", envelope=NOBODY)
    ).keys
    assert ("place", "4418035:1") not in search_keys(mail("441-8035 豊橋 一丁目2", envelope=NOBODY)).keys
    assert ("place", "25763:847") in search_keys(mail("847 Hammond Lane 25763 停止", envelope=NOBODY)).keys


def test_the_neighbours_of_a_number_are_one_slip_away() -> None:
    """A digit wrong, one left out, two exchanged, one too many; nothing else."""
    expected = {"1", "2", "21"} | {f"{d}2" for d in "023456789"} | {f"1{d}" for d in "013456789"}
    expected |= {f"{d}12" for d in "0123456789"} | {f"1{d}2" for d in "0123456789"} | {f"12{d}" for d in "0123456789"}

    assert expected == set(neighbours("12"))
    assert "124" in set(neighbours("1234"))
    assert "1324" in set(neighbours("1234"))
    assert [] != list(neighbours("9" * 20))
    assert [] == list(neighbours("9" * 21))


def test_a_prefix_is_taken_off_in_front_of_one_digit_and_once() -> None:
    """KN1A2 is 1A2; what is left of KN KN 12 would still be no number."""
    assert ["1A2", "KNKN12"] == [normalise(number, ["KN"]) for number in ("KN1A2", "KN-KN-12")]


def scores(found: tuple[object, ...]) -> list[object]:
    return [(one.score, one.reasons) for one in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "customer", "score", "reason"),
    [
        ("高橋", YUMIKO, 10.571, "same family name"),
        ("高橋由美子", YUMIKO, 15.8, "similar name"),
        ("Hernandes Joshua", JOSHUA, 15.938, "similar name"),
        ("高橋裕美子", YUMIKO, 51.0, "same name"),
    ],
)
def test_a_name_counts_by_its_kind_and_a_little_by_its_likeness(
    name: str, customer: Customer, score: float, reason: str
) -> None:
    """The likeness only orders those who are alike otherwise."""
    for origin in (Origin.LABEL, Origin.PROSE):
        found = rank(mail("", fields=(given(NAME, name, origin),), envelope=NOBODY), [customer])

        assert [(score, (reason,))] == scores(found)


def test_number_and_address_count_without_a_name() -> None:
    """A labelled address counts as one in own words does."""
    number = rank(mail("", numbers=(YUMIKO.number,), envelope=NOBODY), [YUMIKO])
    address = rank(mail("", fields=(given(ADDRESS, "豊橋市有楽町5-6-21"),), envelope=NOBODY), [YUMIKO])

    assert [(60.0, ("same number",))] == scores(number)
    assert [(50.0, ("same address",))] == scores(address)
    assert [] == scores(rank(mail("", numbers=("20000033",), envelope=NOBODY), [YUMIKO]))


def test_of_equals_the_more_alike_comes_first_then_the_lower_number_and_ten_at_most() -> None:
    """The list on the desk's screen is short, and the same every time."""
    reading = mail("", fields=(given(NAME, "高橋由美子"),), envelope=NOBODY)
    alike = [replace(YUMIKO, number=str(number)) for number in range(30, 18, -1)]
    closer = replace(YUMIKO, number="99", name="高橋由美")
    found = rank(reading, [*alike, closer])

    assert "99" == found[0].customer.number
    assert 10 == len(found)
    assert [str(number) for number in range(19, 28)] == [one.customer.number for one in found[1:]]
