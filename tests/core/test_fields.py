"""Fields in every shape that people give them, numbers and their impostors, forms inside quotations."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.model import Field, FieldName, Origin, Part, Segment
from optout_daemon.core.reading import words
from optout_daemon.core.reading.collected import Found
from optout_daemon.core.reading.fields import Finder, find
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.quoting import segments
from optout_daemon.core.reading.settings import ReaderSettings

LANGUAGES = tuple(words.load(name) for name in ("ja", "en"))
SETTINGS = ReaderSettings()
FINDER = Finder(LANGUAGES, SETTINGS)
JA = ("12345678", "山田太郎", "東京都港区芝1-2-3", "案内の停止")
EN = ("12345678", "John Smith", "12 High Street, Leeds LS1 2AB", "no more catalogues")


def found(text: str, subject: str = "", finder: Finder = FINDER) -> Found:
    return finder.find(subject, text, parts(text), Folded(text))


def parts(text: str) -> tuple[Segment, ...]:
    return segments(text, LANGUAGES, None, FINDER.states_number)


def values(text: str, subject: str = "") -> tuple[str | None, ...]:
    """The best number, name, address and inquiry; None for what is not stated."""
    best: dict[FieldName, str] = {}
    for field in found(text, subject).fields:
        best.setdefault(field.name, field.value)
    return tuple(best.get(name) for name in FieldName)


def stated(text: str, name: FieldName) -> list[Field]:
    return [field for field in found(text).fields if field.name is name]


SHAPES_JA = [
    "お客様番号：{}\nお名前：{}\nご住所：{}\nお問い合わせ内容：{}",
    "【お客様番号】{}【お名前】{}【ご住所】{}【内容】{}",
    "[顧客番号] {}\n[氏名] {}\n[住所] {}\n[用件] {}",
    "■お客様番号\n{}\n■お名前\n{}\n■ご住所\n{}\n■お問い合わせ内容\n{}",
    "【お客様番号】\n{}\n\n【お名前】\n{}\n\n【ご住所】\n{}\n\n【お問い合わせ内容】\n{}",
    "①お客様番号 {}\n②氏名 {}\n③住所 {}\n④用件 {}",
    "① {}\n② {}\n③ {}\n④ {}",
    "1. {}\n2. {}\n3. {}\n4. {}",
    "1.{}\n2.{}\n3.{}\n4.{}",
    "1　{}\n2　{}\n3　{}\n4　{}",
    "（１）{}\n（２）{}\n（３）{}\n（４）{}",
    "１、{}\n２、{}\n３、{}\n４、{}",
    "1. お客様番号　{}\n2. お名前　　　{}\n3. ご住所　　　{}\n4. お問い合わせ内容　{}",
    "{}\n{}\n{}\n{}",
    "はじめまして。\n\n{}\n{}\n{}\n{}\n\nよろしくお願いします。",
    "お客様番号,氏名,住所,内容\n{},{},{},{}",
    "customer_number={}\nname={}\naddress={}\ninquiry={}",
    '{{"customer_number": "{}", "name": "{}", "address": "{}", "inquiry": "{}"}}',
    "| 項目 | 内容 |\n|---|---|\n| お客様番号 | {} |\n| 氏名 | {} |\n| 住所 | {} |\n| お問い合わせ内容 | {} |",
    "- **お客様番号:** {}\n- **お名前:** {}\n- **ご住所:** {}\n- **ご用件:** {}",
    "お客様番号 | {}\n氏　名 | {}\n住　所 | {}\n内容 | {}",
    "お客様番号\t{}\nお名前\t{}\nご住所\t{}\nご用件\t{}",
    "お客様番号：{}　氏名：{}　住所：{}　用件：{}",
    "番号／{}\n氏名／{}\n住所／{}\n用件／{}",
    "お客様番号（8桁）：{}\nお名前（フルネーム）：{}\nご住所（建物名まで）：{}\nお問い合わせ：{}",
    "　お客様番号　　　：{}\n　お名前　　　　　：{}\n　ご住所　　　　　：{}\n　お問い合わせ内容：{}",
    "氏　　名　：山田太郎\n会員ＩＤ　：{}\n住　　所　：{2}\n内　　容　：{3}".replace("{}", "{0}"),
    "おきゃくさまばんごう　{}\nなまえ　{}\nじゅうしょ　{}\nようけん　{}",
    "Customer No. : {}\nName         : {}\nAddress      : {}\nInquiry      : {}",
]
SHAPES_EN = [
    "Customer number: {}\nName: {}\nAddress: {}\nInquiry: {}",
    "Customer number\n{}\nName\n{}\nAddress\n{}\nInquiry\n{}",
    "1) {}\n2) {}\n3) {}\n4) {}",
    "Member ID        {}\nFull name        {}\nMailing address  {}\nReason           {}",
    "Account ref. ..... {}\nFull name ........ {}\nPostal address ... {}\nRequest .......... {}",
    "Nº – {}\nName – {}\nAddress – {}\nRequest – {}",
    "Customer number / {}\nName / {}\nAddress / {}\nInquiry / {}",
    "* Customer no.: {}\n* Name: {}\n* Address: {}\n* Message: {}",
    "Customer number | {}\nName | {}\nAddress | {}\nInquiry | {}",
    "customer_number: {}\nname: {}\naddress: {}\ninquiry: {}",
    "CUSTOMER NUMBER: {}\nNAME: {}\nADDRESS: {}\nCOMMENTS: {}",
]


@pytest.mark.parametrize("shape", SHAPES_JA)
def test_japanese_forms_give_all_four_fields(shape: str) -> None:
    """Labelled, numbered, in a table, on one line (policy, section 2)."""
    assert values(shape.format(*JA)) == JA


@pytest.mark.parametrize("shape", SHAPES_EN)
def test_english_forms_give_all_four_fields(shape: str) -> None:
    """The same in English."""
    assert values(shape.format(*EN)) == EN


@given(st.permutations(["お客様番号：12345678", "お名前：山田太郎", "ご住所：東京都港区芝1-2-3", "用件：案内の停止"]))
def test_the_order_of_labelled_fields_does_not_matter(lines: list[str]) -> None:
    """Policy, section 2: in any order."""
    assert values("\n".join(lines)) == JA


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("First name: Ryan\nLast name: Chandler", "Ryan Chandler"),
        ("Last name: Chandler\nFirst name: Ryan", "Ryan Chandler"),
        ("姓：山田　名：太郎", "山田 太郎"),
        ("名：太郎\n姓：山田", "山田 太郎"),
    ],
)
def test_parts_of_a_name_are_joined(text: str, expected: str) -> None:
    """Forms of companies ask for them one by one."""
    assert [field.value for field in stated(text, FieldName.NAME)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Street: 8084 Lydia Drive\nCity: New Emilystad\nZip: 58533", "8084 Lydia Drive, New Emilystad, 58533"),
        ("郵便番号：105-0014\n都道府県：東京都\n市区町村：港区\n番地：芝1-2-3", "105-0014 東京都 港区 芝1-2-3"),
        ("住所：東京都港区芝1-2-3\n建物名：芝ハイツ101", "東京都港区芝1-2-3 芝ハイツ101"),
        ("Address: 12 High Street\nLeeds\nLS1 2AB\n\nThanks", "12 High Street Leeds LS1 2AB"),
        (
            "ご住所：〒105-0014\n　　　　東京都港区芝1-2-3\n　　　　芝ハイツ101\n内容：停止",
            "〒105-0014 東京都港区芝1-2-3 芝ハイツ101",
        ),
        ("住所：東京都港区芝1-2-3\nよろしくお願いします。", "東京都港区芝1-2-3"),
        ("Address: 12 High Street, Leeds\nPlease stop the letters.", "12 High Street, Leeds"),
    ],
)
def test_an_address_goes_on_as_long_as_it_is_one(text: str, expected: str) -> None:
    """Over lines and parts, and not into the next sentence."""
    assert [field.value for field in stated(text, FieldName.ADDRESS)] == [expected]


def test_old_and_new_address_keep_their_labels() -> None:
    """The record has the old one; the matching tells them apart by the label."""
    addresses = stated("新住所：大阪市北区梅田1-1-1\n旧住所：東京都港区芝1-2-3", FieldName.ADDRESS)

    assert [("旧住所", "東京都港区芝1-2-3"), ("新住所", "大阪市北区梅田1-1-1")] == [
        (one.label, one.value) for one in addresses
    ]


NUMBERS = [
    ("お客様番号：12345678", ("12345678",)),
    ("お客様番号　１２３４－５６７８", ("12345678",)),
    ("番号は 1234 5678 です", ("12345678",)),
    ("Nº – 12 34 56 78", ("12345678",)),
    ("会員番号１２３４５６７８", ("12345678",)),
    ("番号は一二三四五六七八でございます", ("12345678",)),
    ("お客様番号 : 1 2 3 4 5 6 7 8", ("12345678",)),
    ("12345678、山田です。", ("12345678",)),
    ("michael duncan 12345678 772 bryant lights", ("12345678",)),
    ("山田太郎（12345678）です", ("12345678",)),
    ("The number on the envelope\nsays 12345678.", ("12345678",)),
    ("cust. 12345678", ("12345678",)),
    ("Cust# 12345678", ("12345678",)),
    ("my customer number is 1234-5678", ("12345678",)),
    ("1543\u200b9204", ("15439204",)),
    ("山田太郎 12345678\n山田花子 87654321", ("12345678", "87654321")),
    # wrong length: kept as it is, never completed
    ("お客様番号：1234567", ("1234567",)),
    ("Customer number: 123456789", ("123456789",)),
    ("お客様番号：12-34567", ("1234567",)),
    ("古い会員証の番号は「A-30948」です", ("a30948",)),
    # set apart by brackets or commas, in two groups
    ("今井千代（1234 5678、群馬県前橋市千代田町4-8-11）です", ("12345678",)),
    ("電話（1234 5678）", ()),
    # other people's numbers
    ("注文番号 12345678 の件", ()),
    ("Order no. was 12345678 if that helps", ()),
    ("受付番号：12345678\nお客様番号：87654321", ("87654321",)),
    ("TEL 03-1234-5678", ()),
    ("電話 090-1234-5678", ()),
    ("〒105-0014 東京都港区芝1-2-3", ()),
    ("+81 78 1234 5678", ()),
    ("代金は12345678円です", ()),
    ("invoice 12345678", ()),
    ("http://example.com/12345678", ()),
    ("12345678@example.com", ()),
    ("20250911 に買いました。お客様番号は87654321です。", ("87654321",)),
    ("tour 4471 on 12-09-2025", ()),
    ("Registered in England, company no. 08211945", ()),
    ("I don't know my customer number, but my phone\nnumber is 555-0142.", ()),
]


@pytest.mark.parametrize(("text", "numbers"), NUMBERS)
def test_customer_numbers_are_told_from_others(text: str, numbers: tuple[str, ...]) -> None:
    """An order, a telephone, an amount and a day are none; a malformed one is kept (policy, section 2)."""
    assert numbers == found(text).numbers


def test_the_subject_states_a_number_too() -> None:
    """The subject is part of the customer's own words."""
    result = found("Vincent McCann", "opt-out, customer 26917770")

    assert result.numbers == ("26917770",)
    assert [field.span.part for field in result.fields if field.span and field.name is FieldName.CUSTOMER_NUMBER] == [
        Part.SUBJECT
    ]


def test_numbers_take_the_form_of_the_settings() -> None:
    """Another desk has other numbers, with a prefix and letters."""
    settings = ReaderSettings(number_pattern="[A-Z]{2}[0-9]{4}", number_prefixes=("KN",))
    finder = Finder(LANGUAGES, settings)

    assert found("お客様番号：ＡＢ１２３４", finder=finder).numbers == ("AB1234",)
    assert found(
        "お客様番号：KN12345678", finder=Finder(LANGUAGES, ReaderSettings(number_prefixes=("KN",)))
    ).numbers == ("12345678",)


FORM = "> ご案内が不要な方は次の4点をご記入のうえご返信ください\n> 1. お客様番号： {}\n> 2. お名前： 山田太郎\n> 3. ご住所： 東京都港区芝1-2-3\n> 4. お問い合わせ内容： 停止\n"


def test_a_form_filled_in_inside_a_quotation_counts() -> None:
    """What stands in a quoted mail is not the customer's, but for a form that the customer filled in."""
    result = found("下に書きました。\n\n" + FORM.format("70656096"))

    assert result.numbers == ("70656096",)
    assert all(field.quoted for field in result.fields)


@pytest.mark.parametrize("number", ["12345678", "00000000", "11111111", ""])
def test_an_example_in_a_quotation_does_not(number: str) -> None:
    """A newsletter shows how to fill its form in."""
    assert found("お願いします。\n\n" + FORM.format(number)).numbers == ()


def test_a_sample_form_is_passed_over_for_the_customers() -> None:
    """Both may stand in one quotation."""
    sample = "> 記入例\n> お客様番号： 23456789\n> お名前： 加地花子\n>\n> お客様番号： 70656096\n> お名前： 山田太郎\n"

    assert found("記入しました。\n\n" + sample).numbers == ("70656096",)


def test_own_words_win_over_a_form_in_a_quotation() -> None:
    """The newer statement is the customer's."""
    result = found("お客様番号：87654321\n\n" + FORM.format("70656096"))

    assert result.numbers == ("87654321",)
    assert not any(field.quoted for field in result.fields)


def test_a_company_in_the_signature_is_no_statement() -> None:
    """Policy, section 2: a signature's company address is not the customer's."""
    text = "阿部結衣（お客様番号50769335）です。停止してください。\n\n-- \n例機器株式会社　営業2課\n〒569-1123 大阪府高槻市芥川町1-2-3"

    assert values(text) == ("50769335", "阿部結衣", None, None)


PROSE = [
    ("東京都港区芝1-2-3の山田太郎と申します。", "山田太郎", "東京都港区芝1-2-3"),
    ("港区芝1-2-3 山田太郎 12345678", "山田太郎", "港区芝1-2-3"),
    ("My name is John Smith and I live at 12 High Street, Leeds.", "John Smith", "12 High Street, Leeds"),
    ("Barbara Oliver here, customer 18716298", "Barbara Oliver", None),
    ("Daniel Fisher, 2-7-12 Sakae, Naka-ku, Nagoya", "Daniel Fisher", "2-7-12 Sakae, Naka-ku, Nagoya"),
    ("Please stop sending me the catalogue.", None, None),
    ("カタログを止めてください。いつもありがとうございます。", None, None),
    ("添付の書面のとおりです。", None, None),
    ("三浦えみこと申します。", "三浦えみこ", None),
    ("Muromachi Nishi-iru, Shimogyo-ku, 12345678", None, None),
]


@pytest.mark.parametrize(("text", "name", "address"), PROSE)
def test_names_and_addresses_in_prose_are_hints(text: str, name: str | None, address: str | None) -> None:
    """They tell another name from no name; the matching looks for the record's own in the text."""
    assert (name, address) == values(text)[1:3]
    assert all(
        field.origin is Origin.PROSE for field in found(text).fields if field.name is not FieldName.CUSTOMER_NUMBER
    )


@pytest.mark.parametrize(
    "text",
    [
        "お客様番号：１２３４\uff0d５６７８\nお名前：ﾔﾏﾀﾞ ﾀﾛｳ\nご住所：東京都港区芝１－２－３",
        "Customer number: 1234\u200b5678\nName: John  Smith\nAddress: 12 High Street",
        "12345678\n山田太郎\n東京都港区芝1-2-3\n停止",
    ],
)
def test_a_span_points_at_what_was_written(text: str) -> None:
    """Staff see the place in the mail, whatever the folding did in between."""
    for field in found(text).fields:
        assert field.span is not None
        assert field.value.split() == text[field.span.start : field.span.end].split()


def test_an_empty_label_gives_no_field() -> None:
    """A form whose inquiry was left out, with a greeting below it."""
    text = "Customer number: 12345678\nName: Ann Lee\nAddress: 12 High Street, Leeds\nInquiry:\n\nRegards, Ann"

    assert values(text)[3] is None


@given(st.text(max_size=400))
def test_any_text_can_be_searched(text: str) -> None:
    """A stranger writes it (no input raises)."""
    assert isinstance(find(text[:80], text, parts(text), LANGUAGES, SETTINGS), tuple)


@pytest.mark.parametrize(
    "unit", ["お客様番号：", "1 ", "a: b, ", "12345678 ", "番号 番号 ", "[x] [ ] ", "Name: A\n", "一二三四", "( "]
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    """Crafted to be tried again at every place (ten times the text takes at most twelve times as long)."""

    def seconds(count: int) -> float:
        text = unit * count
        segmented = parts(text)
        began = time.process_time()
        found_in = FINDER.find("", text, segmented, Folded(text))
        assert found_in is not None
        return time.process_time() - began

    seconds(100)
    short = min(seconds(1000) for _ in range(3))

    assert min(seconds(10000) for _ in range(3)) <= 14 * short + 0.02
