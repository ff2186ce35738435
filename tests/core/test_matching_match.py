"""The record that a mail's number names, and whether name and address agree with it (policy, sections 2 and 4)."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from optout_daemon.core.matching.match import match, stated_number
from optout_daemon.core.model import (
    Agreement,
    Corrections,
    Customer,
    Envelope,
    Field,
    FieldName,
    Origin,
    Part,
    Span,
    Wish,
)
from tests.core.matching_cases import JOSHUA, YUMIKO, given, mail, matched

NAME, ADDRESS, NUMBER = FieldName.NAME, FieldName.ADDRESS, FieldName.CUSTOMER_NUMBER
AGREES, DIFFERS, ABSENT = Agreement.AGREES, Agreement.DIFFERS, Agreement.ABSENT
LABELLED = (given(NAME, "高橋裕美子"), given(ADDRESS, "豊橋市有楽町5-6-21"))


def test_a_labelled_mail_agrees() -> None:
    """The plain case: both fields given, both the record's."""
    found = matched(YUMIKO, fields=LABELLED)

    assert (AGREES, AGREES) == (found.name, found.address)
    assert YUMIKO == found.customer
    assert YUMIKO.number == found.number


def test_a_mail_in_prose_agrees() -> None:
    """Nothing is cut out of the text: the record's name and address are looked for in it."""
    text = "豊橋市有楽町5-6-21の高橋裕美子（番号20000002）です。\nカタログを止めてください。"
    found = matched(YUMIKO, text)

    assert (AGREES, AGREES) == (found.name, found.address)
    assert found.name_span is not None
    assert "高橋裕美子" == text[found.name_span.start : found.name_span.end]
    assert found.address_span is not None
    assert "豊橋市有楽町5-6-21" == text[found.address_span.start : found.address_span.end]


def test_the_subject_belongs_to_the_customers_own_words() -> None:
    """Policy, section 2."""
    found = matched(JOSHUA, "847 Hammond Ln, Rachelmouth", subject="Joshua Hernandez: opt out")

    assert (AGREES, AGREES) == (found.name, found.address)
    assert Span(Part.SUBJECT, 0, 16) == found.name_span


@pytest.mark.parametrize("origin", [Origin.LABEL, Origin.NUMBERED, Origin.STAFF])
def test_a_labelled_field_that_contradicts_counts_whatever_stands_elsewhere(origin: Origin) -> None:
    """It is the customer's answer to the question; the record's own name beside it may be anybody's."""
    text = "高橋裕美子\n豊橋市有楽町5-6-21"
    found = matched(
        YUMIKO, text, fields=(given(NAME, "高橋由美子", origin), given(ADDRESS, "豊橋市有楽町5-6-22", origin))
    )

    assert (DIFFERS, DIFFERS) == (found.name, found.address)


def test_right_number_and_address_of_another_person_differ() -> None:
    """A household or a former tenant: the name that is stated is not the record's."""
    text = "Hi, Daniel Fisher, 847 Hammond Lane, Rachelmouth. The number says 20000003. Cheers, Dan"

    assert (DIFFERS, AGREES) == (matched(JOSHUA, text).name, matched(JOSHUA, text).address)


@pytest.mark.parametrize(
    "text",
    [
        "高橋花子と申します。",
        "田中浩です。",
        "田中　浩\n豊橋市",
        "こんにちは、田中浩（20000002）です",
        "藤島玲奈と\n申します",
        "高橋玲奈\n豊橋市有楽町5-6-21",
        "笹塚裕美子",
        "I am Kazuya Nakamura.",
        "タナカ　ヒロシ",
    ],
)
def test_another_name_in_japanese_prose_differs(text: str) -> None:
    """A person who says who they are and is not the one on record."""
    assert DIFFERS is matched(YUMIKO, text).name


@pytest.mark.parametrize(
    "text",
    [
        "My name is Robert Williams.",
        "I am Victor Harris-Briggs of 95 Tony River",
        "Kind regards,\nPriya Nair",
        "56273185 Kimberly Frazier, 4499 Joel Field",
        "77156440 / Miss Eleanor Thomson / 1 Abdul Island",
        "Barbara Oliver here, customer 18716298",
        "LINDA JORDAN *** 33208461",
        "Joshua Tremblay, Rachelmouth",
        "Doug Hernandez",
        "Yamamoto Mai",
    ],
)
def test_another_name_in_english_prose_differs(text: str) -> None:
    """Also where only half of it is another's."""
    assert DIFFERS is matched(JOSHUA, text).name


@pytest.mark.parametrize(
    "text",
    [
        "847 Hammond Lane, Rachelmouth. Stop all mailings please.",
        "Regards, Joshua",
        "Hernandez",
        "Dear Customer Desk,\nKind Regards",
        "Kaji Travel newsletter",
        "Hammond Lane, New Michael",
    ],
)
def test_a_mail_without_a_name_has_none(text: str) -> None:
    """A given name, a surname, a street and a greeting are no name; nor is the From header or an e-mail address."""
    envelope = Envelope(author="joshua@example.org", author_name="Joshua Hernandez")

    assert ABSENT is matched(JOSHUA, text + "\njoshua.hernandez@example.org", envelope=envelope).name


@pytest.mark.parametrize(
    "text",
    ["豊橋市有楽町5-6-21\n案内は不要です", "高橋です。配信停止希望", "停止をお願いします。関東のほうです", "出張です"],
)
def test_a_japanese_mail_without_a_full_name_has_none(text: str) -> None:
    """Ordinary words in front of です are no names."""
    assert ABSENT is matched(YUMIKO, text).name


def test_a_family_name_under_a_label_needs_the_given_name_in_the_text() -> None:
    """It does not contradict, and it is not enough."""
    fields = (given(NAME, "高橋"),)

    assert AGREES is matched(YUMIKO, "高橋裕美子です", fields=fields).name
    assert DIFFERS is matched(YUMIKO, "よろしくお願いします", fields=fields).name


def test_first_and_last_name_under_labels_of_their_own_agree() -> None:
    """Web forms ask for them one by one; street, town and postcode too."""
    fields = (
        given(NAME, "Joshua"),
        given(NAME, "Hernandez"),
        given(ADDRESS, "847 Hammond Lane"),
        given(ADDRESS, "Rachelmouth"),
        given(ADDRESS, "25763"),
    )
    found = matched(JOSHUA, fields=fields)

    assert (AGREES, AGREES) == (found.name, found.address)


def test_one_of_several_labelled_addresses_is_enough() -> None:
    """Who moves gives the old and the new one (policy, section 3: change of address is a second request)."""
    fields = (
        given(ADDRESS, "兵庫県姫路市本町68番地", label="新住所"),
        given(ADDRESS, "豊橋市有楽町5-6-21", label="旧住所"),
    )

    assert AGREES is matched(YUMIKO, fields=fields).address


def test_an_old_and_a_new_address_in_prose_agree_by_the_old() -> None:
    """The same without labels."""
    text = "I moved. old: 847 Hammond Lane, Rachelmouth\nnew: 88 Orchard Terrace, Lakewood 80214"

    assert AGREES is matched(JOSHUA, text).address


def test_a_labelled_address_that_goes_on_in_the_next_line_is_read_on() -> None:
    """Mail programs break a line in the middle of a lot."""
    text = "〒441-8035 愛知県豊橋市有楽町5-6- \n21\n用件 停止"
    field = Field(ADDRESS, "〒441-8035 愛知県豊橋市有楽町5-6-", Origin.LABEL, Span(Part.TEXT, 0, 25))

    assert AGREES is matched(YUMIKO, text, fields=(field,)).address


@pytest.mark.parametrize("value", ["登録のとおり", "東京都", "same as before"])
def test_a_labelled_address_that_is_none_does_not_agree(value: str) -> None:
    """Given, and not the record's: a person looks."""
    assert DIFFERS is matched(YUMIKO, fields=(given(ADDRESS, value),)).address


def test_an_e_mail_address_under_the_label_address_is_no_postal_address() -> None:
    """Address: joshua@example.org says nothing of where he lives."""
    fields = (given(ADDRESS, "joshua@example.org"),)

    assert ABSENT is matched(JOSHUA, fields=fields).address
    assert AGREES is matched(JOSHUA, "847 Hammond Lane, Rachelmouth", fields=fields).address


@pytest.mark.parametrize(
    ("text", "agreement"),
    [
        ("大阪府高槻市芥川町1-2-3", DIFFERS),
        ("豊橋市朝丘町1-11-8", DIFFERS),
        ("2-11-3 Meieki, Nakamura-ku, Nagoya", DIFFERS),
        ("88 Orchard Terrace, Lakewood", DIFFERS),
        ("豊橋市に住んでいます", ABSENT),
        ("カタログは2-3冊で十分です", ABSENT),
    ],
)
def test_another_address_in_prose_differs_and_no_address_is_absent(text: str, agreement: Agreement) -> None:
    """A missing address is asked for, a wrong one waits for a person."""
    assert agreement is matched(YUMIKO, text).address


def test_a_company_address_in_a_signature_is_no_statement() -> None:
    """Policy, section 2; that it lies in the record's own city changes nothing."""
    found = matched(YUMIKO, "高橋裕美子です。", signature="\n-- \n東三河機器株式会社\n〒440-0888 豊橋市駅前大通1-2-3")

    assert (AGREES, ABSENT) == (found.name, found.address)


def test_the_records_own_name_and_address_in_a_signature_are_the_customers() -> None:
    """Many sign with both; what equals the record cannot be the company's."""
    found = matched(YUMIKO, "20000002 停止希望", signature="\n-- \n高橋裕美子\n〒441-8035 豊橋市有楽町5-6-21")

    assert (AGREES, AGREES) == (found.name, found.address)


def test_a_signature_does_not_outweigh_another_name_in_the_text() -> None:
    """A colleague's account signs with its owner."""
    assert DIFFERS is matched(YUMIKO, "田中浩と申します", signature="\n-- \n高橋裕美子").name


def test_a_quotation_is_nobodys_statement() -> None:
    """We wrote it ourselves, or somebody else did."""
    found = matched(YUMIKO, "止めてください", quotation="\n> 高橋裕美子 様 豊橋市有楽町5-6-21")

    assert (ABSENT, ABSENT) == (found.name, found.address)


def test_a_form_filled_in_inside_a_quotation_counts_where_own_words_have_none() -> None:
    """Own words come first."""
    quoted = (given(NAME, "高橋裕美子", quoted=True), given(ADDRESS, "豊橋市有楽町5-6-21", quoted=True))
    own = (given(NAME, "田中浩"), given(ADDRESS, "豊橋市朝丘町1-11-8"))

    assert (AGREES, AGREES) == (matched(YUMIKO, fields=quoted).name, matched(YUMIKO, fields=quoted).address)
    assert DIFFERS is matched(YUMIKO, fields=own + quoted).name
    assert DIFFERS is matched(YUMIKO, fields=own + quoted).address


def test_what_the_reader_took_from_prose_is_evidence_too() -> None:
    """An earlier mail's prose is not in the text of the answer that completes it."""
    right = (given(NAME, "高橋裕美子", Origin.PROSE), given(ADDRESS, "豊橋市有楽町5-6-21", Origin.PROSE))
    wrong = (given(NAME, "長谷部修", Origin.PROSE), given(ADDRESS, "姫路市本町1-68", Origin.PROSE))
    noise = (given(NAME, "よかった", Origin.PROSE), given(ADDRESS, "近く", Origin.PROSE))

    assert [(AGREES, AGREES), (DIFFERS, DIFFERS), (ABSENT, ABSENT)] == [
        (found.name, found.address) for found in (matched(YUMIKO, fields=fields) for fields in (right, wrong, noise))
    ]


def test_without_a_record_it_is_told_whether_a_name_and_an_address_are_given() -> None:
    """An unknown number with all fields asks for nothing; one without asks for what is missing."""
    full = match(mail("福島県郡山市賀庄2327-3の加藤智也と申します。", numbers=("20000008",)), {})
    bare = match(mail("止めてください", numbers=("20000008",)), {})
    labelled = match(mail("", numbers=("20000008",), fields=LABELLED), {})
    signed = match(mail("20000008", numbers=("20000008",), signature="\n-- \n加藤智也"), {})

    assert (None, "20000008", DIFFERS, DIFFERS) == (full.customer, full.number, full.name, full.address)
    assert (ABSENT, ABSENT) == (bare.name, bare.address)
    assert (DIFFERS, DIFFERS) == (labelled.name, labelled.address)
    assert DIFFERS is signed.name


def test_the_labelled_number_is_looked_up_even_if_it_is_nobodys() -> None:
    """Never guessed: another number in the mail is not what was asked for."""
    reading = mail("", numbers=("2000002", "20000003"), fields=(given(NUMBER, "2000002"),))

    assert "2000002" == stated_number(reading, {JOSHUA.number: JOSHUA})


def test_of_unlabelled_numbers_the_one_that_is_somebodys_is_taken() -> None:
    """An order number may stand in front; name and address must agree all the same."""
    reading = mail("", numbers=("88120471", "20000003"))

    assert "20000003" == stated_number(reading, {JOSHUA.number: JOSHUA})
    assert "88120471" == stated_number(reading, {})
    assert None is stated_number(mail(""), {})


def test_two_customers_numbers_are_several() -> None:
    """Policy, section 3: several people in one mail are held."""
    both = {YUMIKO.number: YUMIKO, JOSHUA.number: JOSHUA}
    two = mail("", numbers=(YUMIKO.number, JOSHUA.number))

    assert match(two, both).several
    assert not match(mail("", numbers=(YUMIKO.number, "88120471")), both).several
    assert match(mail("", numbers=(YUMIKO.number,), wish=Wish(several=True)), both).several
    assert not match(two, both, Corrections(by="clerk", customer_number=YUMIKO.number)).several


@pytest.mark.parametrize(
    ("author", "on_record"), [("yumiko@example.jp", True), ("other@example.jp", False), (None, False)]
)
def test_the_senders_address_on_record_is_evidence_and_no_more(author: str | None, on_record: bool) -> None:
    """Shown to staff; it makes nothing agree (policy, section 4)."""
    found = matched(replace(YUMIKO, email="Yumiko@Example.JP"), "止めて", envelope=Envelope(author=author))

    assert on_record is found.author_on_record
    assert (ABSENT, ABSENT) == (found.name, found.address)


def test_a_customer_without_an_e_mail_address_never_has_the_author_on_record() -> None:
    """Two empty addresses are not the same address."""
    assert not matched(replace(YUMIKO, email=""), "止めて", envelope=Envelope(author=None)).author_on_record
    assert not matched(replace(YUMIKO, email=""), "止めて", envelope=Envelope(author="")).author_on_record


def test_a_clerks_corrections_stand_in_the_place_of_the_mail() -> None:
    """Number, name and address each by itself, compared with the record in the same way."""
    wrong = mail("", numbers=("20000008",), fields=(given(NAME, "田中浩"), given(ADDRESS, "豊橋市朝丘町1-11-8")))
    right = Corrections("clerk", customer_number="2000-0002", name="高橋裕美子", address="豊橋市有楽町5-6-21")
    found = match(wrong, {YUMIKO.number: YUMIKO}, right)
    still = match(wrong, {YUMIKO.number: YUMIKO}, replace(right, name="田中浩", address=None))

    assert (YUMIKO, AGREES, AGREES) == (found.customer, found.name, found.address)
    assert (YUMIKO, DIFFERS, DIFFERS) == (still.customer, still.name, still.address)


def test_the_evidence_names_rules_and_no_person() -> None:
    """It goes into logs and reports (promise 4)."""
    found = matched(YUMIKO, fields=LABELLED, envelope=Envelope(author=YUMIKO.email))
    lines = " ".join(map(str, found.hits))

    assert ["number", "name", "address", "author"] == [hit.rule for hit in found.hits]
    assert not any(word in lines for word in (YUMIKO.number, "高橋", "豊橋", "yumiko"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "豊橋市有楽町5-6-",
        "豊橋市",
        "高橋裕美",
        "有楽町5",
        "5-6-21 Yuraku-cho, ",
        "Yumiko ",
        "ユミコ",
        "1-",
        "#5 ",
        "ノ5",
        "Toyohashi-shi ",
        "一",
        "です",
        "ト申シ",
        "nananana",
        "I am ",
        "( ",
        "・",
        "441-8035 ",
        "都5番",
    ],
)
def test_the_time_grows_with_the_text_and_not_faster(unit: str) -> None:
    """A stranger writes it: ten times the text must not take much more than ten times as long."""

    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            matched(YUMIKO, text)
            matched(JOSHUA, text)
            best = min(best, time.process_time() - started)
        return best

    assert 16 * seconds(6_000) + 0.05 > seconds(60_000)


@hypothesis_given(st.text(max_size=120), st.text(max_size=30), st.text(max_size=40), st.text(max_size=40))
def test_no_mail_and_no_record_makes_it_raise(text: str, subject: str, name: str, address: str) -> None:
    """A stranger writes the one, and a master may hold anything."""
    customer = Customer("20000009", name, address, name, name, address)
    fields = (given(NAME, text[:20]), given(ADDRESS, subject))

    for stated in ((), fields):
        found = matched(customer, text, subject=subject, fields=stated)
        for span in (found.name_span, found.address_span):
            assert span is None or 0 <= span.start < span.end


@hypothesis_given(
    st.text(alphabet="高橋田中裕美子浩豊橋市有楽町朝丘0123456789-ー丁目番号のです\n 　abcABC,.", max_size=80)
)
def test_added_quotation_changes_nothing(text: str) -> None:
    """What others wrote is not the customer's statement."""
    alone = matched(YUMIKO, text)
    quoted = matched(YUMIKO, text, quotation="\n> 高橋裕美子 豊橋市有楽町5-6-21")

    assert (alone.name, alone.address) == (quoted.name, quoted.address)
