"""Match keys: what a customer is indexed under and what a mail asks for, so that the two meet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optout_daemon.core.matching.keys import match_keys, neighbours, search_keys, text_keys
from optout_daemon.core.model import Corrections, Customer, Envelope, FieldName
from tests.core.matching_cases import JOSHUA, YUMIKO, given, mail

NAME, ADDRESS = FieldName.NAME, FieldName.ADDRESS


def shared(customer: Customer, text: str = "", **changes: object) -> set[str]:
    """Kinds of keys by which this mail finds this customer."""
    changes = {"envelope": Envelope()} | changes
    asked = search_keys(mail(text, **changes)).keys  # type: ignore[arg-type]
    return {kind for kind, _ in set(match_keys(customer)) & set(asked)}


def test_a_customer_is_indexed_under_all_that_a_mail_may_state() -> None:
    """One row each, without repeats; `sound` is there for kana and for romaji."""
    assert (
        ("number", "20000002"),
        ("name", "高橋裕美子"),
        ("family", "高橋"),
        ("sound", "TAKAHASI YUMIKO"),
        ("place", "4418035:5-6-21"),
        ("email", "yumiko@example.jp"),
    ) == match_keys(YUMIKO)
    assert (
        ("number", "20000003"),
        ("name", "hernandez joshua"),
        ("family", "hernandez"),
        ("place", "25763:847"),
        ("place", "25763:911"),
        ("email", "joshua@example.org"),
    ) == match_keys(JOSHUA)


def test_a_bare_record_has_its_number_only() -> None:
    """Nothing empty is indexed: it would find everybody else without it."""
    assert (("number", "1"),) == match_keys(Customer("1", "", ""))


@pytest.mark.parametrize(
    ("customer", "text", "kinds"),
    [
        (YUMIKO, "髙橋裕美子です", {"name", "family"}),
        (YUMIKO, "高橋花子と申します", {"family"}),
        (YUMIKO, "タカハシ　ユミコ", {"sound"}),
        (YUMIKO, "Yumiko Takahashi", {"sound"}),
        (YUMIKO, "〒441-8035 豊橋市有楽町五丁目6-21", {"place"}),
        (YUMIKO, "番号は20000012です", set()),
        (JOSHUA, "I am Joshua T. Hernandez", {"name", "family"}),
        (JOSHUA, "847 Hammond Ln, Rachelmouth 25763", {"place"}),
        (JOSHUA, "Please stop", set()),
    ],
)
def test_a_mail_finds_the_customer_by_what_it_states(customer: Customer, text: str, kinds: set[str]) -> None:
    """In prose, in any script; the family name alone finds the household."""
    assert kinds == shared(customer, text)


def test_labelled_fields_the_display_name_and_the_sender_are_asked_for_too() -> None:
    """They are evidence for staff, whoever wrote."""
    assert {"name", "family"} == shared(YUMIKO, fields=(given(NAME, "高橋裕美子"),))
    assert {"place"} == shared(YUMIKO, fields=(given(ADDRESS, "〒441-8035 豊橋市有楽町5-6-21"),))
    assert {"email"} == shared(YUMIKO, envelope=Envelope(author="yumiko@example.jp"))
    assert {"email"} == shared(YUMIKO, envelope=Envelope(reply_to=("yumiko@example.jp",)))
    assert {"sound"} == shared(YUMIKO, envelope=Envelope(author_name="TAKAHASHI Yumiko"))


def test_an_address_is_one_in_whatever_form_it_is_written() -> None:
    """Case and IDNA: the record has it as its owner typed it, the reading in comparable form."""
    customer = replace(YUMIKO, email="Yumiko@Bücher.example")

    assert {"email"} == shared(customer, envelope=Envelope(author="yumiko@xn--bcher-kva.example"))


def test_a_long_mail_is_searched_where_its_numbers_are() -> None:
    """A postal code may stand a line above its lot; what has no number near it is no address."""
    talk = "いつもお世話になっております。\n" * 50
    text = f"{talk}441-8035\n豊橋市有楽町\n五丁目6-21\n{talk}"

    assert {"place"} == shared(YUMIKO, text)
    assert "いつも" not in search_keys(mail(talk)).numbered.raw


@pytest.mark.parametrize("number", ["20000002", "20000003", "2000002", "200000002", "02000002", "20000020"])
def test_a_number_one_slip_away_finds_the_customer(number: str) -> None:
    """A digit wrong, two exchanged, one lost or doubled: for a clerk to see, never looked up as it stands."""
    assert {"number"} == shared(YUMIKO, numbers=(number,))
    assert (number,) == search_keys(mail("", numbers=(number,))).numbers


def test_a_number_two_slips_away_does_not() -> None:
    """Then it could be anybody's."""
    assert set() == shared(YUMIKO, numbers=("20000033",))


def test_the_neighbours_are_few_and_digits_only() -> None:
    """Each is one look-up in an index."""
    near = set(neighbours("20000002"))

    assert 150 < len(near) < 190
    assert "20000002" not in near
    assert [] == list(neighbours("KN2000")) == list(neighbours("9" * 99))


def test_a_clerks_number_is_looked_up_first() -> None:
    """As given and normalised; the mail's own follows."""
    keys = search_keys(mail("", numbers=("20000008",)), Corrections("clerk", customer_number="2000-0002"))

    assert ("2000-0002", "20000002", "20000008") == keys.numbers


def test_every_record_is_found_by_its_own_statement() -> None:
    """Name, kana, romaji and address of a record lead back to it."""
    for customer in (
        YUMIKO,
        JOSHUA,
        replace(YUMIKO, name="太田洋介", name_kana="オオタ ヨウスケ", name_romaji="Yosuke Ota"),
    ):
        for name in filter(None, (customer.name, customer.name_kana, customer.name_romaji)):
            assert shared(customer, fields=(given(NAME, name),)) & {"name", "sound"}


def test_names_in_a_text_are_asked_for_only_where_none_is_given() -> None:
    """Whom else a mail mentions is not looked up beside the name in its field; of a long list the first few are."""
    crowd = "\n".join(
        f"{name}と申します"
        for name in ["佐藤花子", "鈴木花子", "田中花子", "伊藤花子", "渡辺花子", "山本花子", "中村花子", "小林花子"]
    )
    labelled = mail("佐藤花子と申します", fields=(given(NAME, "高橋裕美子"),), envelope=Envelope())

    assert ("高橋裕美子",) == search_keys(labelled).names
    assert 6 == len(search_keys(mail(crowd, envelope=Envelope())).names)


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("高橋裕美子", {"name", "family"}),
        ("高橋", {"family"}),
        (" 高橋 ", {"family"}),
        ("高橋様", {"family"}),
        ("タカハシ ユミコ", {"sound"}),
        ("Yumiko Takahashi", {"sound"}),
        ("〒441-8035 豊橋市有楽町5-6-21", {"place"}),
        ("豊橋市有楽町5-6-21", set()),
        ("", set()),
    ],
)
def test_staff_find_a_customer_by_what_they_type(typed: str, kinds: set[str]) -> None:
    """A name, a family name alone, a sound, or an address with its postal code."""
    keys = text_keys(typed)

    assert kinds == {kind for kind, _ in set(match_keys(YUMIKO)) & set(keys)}
    assert sorted(set(keys)) == sorted(keys)
    assert all(key for _, key in keys)
