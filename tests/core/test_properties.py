"""What must not matter, whatever else a mail says: order, width, charset, quotation, and doing a thing twice.

Whole mails, from bytes to decision. The same properties of single parts stand with the parts: test_charset.py,
test_fields.py, test_matching_folding.py, test_matching_number.py, test_quoting.py, test_reader.py, test_words.py.
"""

from __future__ import annotations

import base64
import quopri
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optout_daemon.core.decision import decide
from optout_daemon.core.matching.gazetteer import place_form
from optout_daemon.core.matching.kana import kana_key
from optout_daemon.core.matching.keys import digits, search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Customer, Decision, Disposition, Policy
from optout_daemon.core.reading import Reader, ReaderSettings
from optout_daemon.core.reading.address import comparable
from optout_daemon.core.reading.clean import clean, clean_line
from tests.core.matching_cases import JOSHUA, YUMIKO, wide

SACHIKO = replace(
    YUMIKO,
    number="20000007",
    name="渡辺　幸子",
    name_kana="ワタナベ サチコ",
    name_romaji="Sachiko Watanabe",
    address="大阪府吹田市千里山竹園1-31-1 コーポ竹園203",
    postal_code="565-0852",
)
READER = Reader(ReaderSettings(own_addresses=("desk@example.com",)))
DIRECTORY = {customer.number: customer for customer in (YUMIKO, SACHIKO, JOSHUA)}

WISHES_JA = st.sampled_from(
    [
        "カタログの送付を停止してください。",
        "メールマガジンの配信停止をお願いします。",
        "今後一切のご案内は不要です。",
        "メールは続けて、ダイレクトメールだけ止めてください。",
        "はがきの郵送をやめていただけますか。",
        "来年4月まで案内を止めてください。",
        "案内を再開してください。",
        "注文した商品はいつ届きますか？",
        "登録内容を開示してください。",
    ]
)
WISHES_EN = st.sampled_from(
    [
        "Please stop sending me the catalogues.",
        "Please unsubscribe me from the newsletter.",
        "I do not want any more mail from you, neither printed nor by e-mail.",
        "Stop the letters, e-mail is fine.",
        "Please stop until April.",
        "Please send me the newsletter again.",
        "When will my order arrive?",
    ]
)
JAPANESE = st.sampled_from([YUMIKO, SACHIKO])


def mail(body: bytes, kind: str = "text/plain; charset=utf-8", more: str = "") -> bytes:
    head = (
        "From: somebody@example.org\r\nTo: desk@example.com\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
        f"{more}"
    )
    if kind:
        head += f"Content-Type: {kind}\r\n"
    return head.encode() + b"\r\n" + body


def decided(raw: bytes) -> Decision:
    """What the desk decides on a mail that comes by itself."""
    reading = READER.read(raw)
    found = {number: DIRECTORY[number] for number in search_keys(reading).numbers if number in DIRECTORY}
    return decide(reading, match(reading, found), Policy())


def outcome(raw: bytes) -> tuple[object, ...]:
    """All of a decision that anybody is told; fields, spans and evidence are about the writing."""
    told = decided(raw)
    return (
        told.disposition,
        told.category,
        told.reasons,
        told.follow_up,
        told.customer_number,
        told.channels,
        told.reply,
        told.language,
    )


def labels(customer: Customer, wish: str) -> list[str]:
    return [
        f"お客様番号：{customer.number}",
        f"お名前：{customer.name}",
        f"ご住所：〒{customer.postal_code} {customer.address}",
        f"お問い合わせ内容：{wish}",
    ]


def form(customer: Customer, wish: str) -> str:
    return "\n".join(labels(customer, wish)) + "\n"


def english(wish: str) -> list[str]:
    return [
        f"Customer number: {JOSHUA.number}",
        f"Name: {JOSHUA.name}",
        f"Address: {JOSHUA.address} {JOSHUA.postal_code}",
        f"Inquiry: {wish}",
    ]


def test_the_mails_of_these_properties_are_decided() -> None:
    """Else two equal readings might only be equally empty."""
    told = decided(mail(form(YUMIKO, "カタログの送付を停止してください。").encode()))
    other = decided(mail("\n".join(english("Stop the letters, e-mail is fine.")).encode()))

    assert (Disposition.APPLIED, ("print",), YUMIKO.number) == (told.disposition, told.channels, told.customer_number)
    assert (Disposition.APPLIED, ("print",), JOSHUA.number) == (
        other.disposition,
        other.channels,
        other.customer_number,
    )


# Order


@given(JAPANESE, WISHES_JA, st.permutations(range(4)))
@settings(max_examples=120)
def test_the_order_of_labelled_fields_changes_no_decision(customer: Customer, wish: str, order: list[int]) -> None:
    """Policy, section 2: labelled, in any order."""
    lines = labels(customer, wish)
    mixed = "\n".join(lines[at] for at in order)

    assert outcome(mail("\n".join(lines).encode())) == outcome(mail(mixed.encode()))


@given(WISHES_EN, st.permutations(range(4)))
@settings(max_examples=80)
def test_the_order_of_english_fields_changes_no_decision(wish: str, order: list[int]) -> None:
    """The same in English."""
    lines = english(wish)
    mixed = "\n".join(lines[at] for at in order)

    assert outcome(mail("\n".join(lines).encode())) == outcome(mail(mixed.encode()))


# Quotation

OTHERS = st.lists(
    st.sampled_from(
        [
            "いつもご利用ありがとうございます。",
            "配信停止はこちら",
            "お客様番号：20000003",
            "お名前：鈴木 一郎",
            "Stop the newsletter",
            "Please keep sending",
            "株式会社カジ 東京都港区芝1-2-3",
            "",
            "https://www.example.com/unsubscribe",
        ]
    ),
    max_size=6,
)
INTRODUCTIONS = st.sampled_from(
    [
        "",
        "2026年11月2日(月) 10:00 カジ・トラベル <news@example.com>:\n",
        "On Mon, 2 Nov 2026 at 10:00, Kaji <news@example.com> wrote:\n",
    ]
)


@given(JAPANESE, WISHES_JA, OTHERS, INTRODUCTIONS)
@settings(max_examples=150)
def test_quotation_below_changes_no_decision(
    customer: Customer, wish: str, lines: list[str], introduction: str
) -> None:
    """Policy, section 2: what stands in a quoted earlier mail is not the customer's statement."""
    quoted = introduction + "".join(f"> {line}\n" for line in lines)

    assert outcome(mail(form(customer, wish).encode())) == outcome(mail(f"{form(customer, wish)}\n\n{quoted}".encode()))


@given(WISHES_EN, OTHERS, INTRODUCTIONS)
@settings(max_examples=100)
def test_quotation_below_an_english_mail_changes_no_decision(wish: str, lines: list[str], introduction: str) -> None:
    """The same in English."""
    own = "\n".join(english(wish))
    quoted = introduction + "".join(f"> {line}\n" for line in lines)

    assert outcome(mail(own.encode())) == outcome(mail(f"{own}\n\n{quoted}".encode()))


# Width


def narrow(text: str) -> str:
    """Katakana as half-width, as old phones write them."""
    table = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
    pairs = {
        letter: "".join(
            table.get(part, {"\u3099": "ﾞ", "\u309a": "ﾟ"}.get(part, part))
            for part in unicodedata.normalize("NFD", letter)
        )
        for letter in map(chr, range(0x30A1, 0x30FB))
    }
    return "".join(pairs.get(letter, letter) for letter in text)


@given(JAPANESE, WISHES_JA, st.sampled_from([wide, narrow]))
@settings(max_examples=80)
def test_width_changes_no_decision(customer: Customer, wish: str, write: Callable[[str], str]) -> None:
    """Digits, Latin letters and signs as full-width characters, or kana as half-width ones, are the same mail."""
    text = form(customer, wish)
    other = "\n".join(map(write, text.split("\n")))

    assert outcome(mail(text.encode())) == outcome(mail(other.encode()))


@given(WISHES_EN)
@settings(max_examples=20)
def test_an_english_mail_in_full_width_is_the_same(wish: str) -> None:
    """It happens to whoever left the Japanese input method on."""
    lines = english(wish)

    assert outcome(mail("\n".join(lines).encode())) == outcome(mail("\n".join(map(wide, lines)).encode()))


# Charset

CHARSETS = st.sampled_from(
    [
        ("iso-2022-jp", "iso-2022-jp"),
        ("cp932", "shift_jis"),
        ("cp932", "windows-31j"),
        ("euc-jp", "euc-jp"),
        ("utf-8", "utf-8"),
        # No label, or one that lies: the bytes say what they are.
        ("iso-2022-jp", "us-ascii"),
        ("iso-2022-jp", "utf-8"),
        ("iso-2022-jp", ""),
        ("cp932", "iso-2022-jp"),
        ("cp932", ""),
        ("euc-jp", ""),
        ("utf-8", "us-ascii"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", ""),
    ]
)
TRANSFERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("8bit", lambda body: body),
    ("base64", base64.encodebytes),
    ("quoted-printable", quopri.encodestring),
]


@given(JAPANESE, WISHES_JA, CHARSETS, st.sampled_from(TRANSFERS))
@settings(max_examples=250)
def test_the_charset_changes_no_decision(
    customer: Customer, wish: str, charset: tuple[str, str], transfer: tuple[str, Callable[[bytes], bytes]]
) -> None:
    """The same mail from every mailer, with a label, without one, and with one that lies."""
    # The first character of this name on record is in no table but the vendors'.
    text = form(customer, wish).replace("髙", "高").replace("\n", "\r\n")
    codec, label = charset
    name, encode = transfer
    kind = f"text/plain; charset={label}" if label else "text/plain"
    raw = mail(encode(text.encode(codec)), kind, f"Content-Transfer-Encoding: {name}\r\n")

    assert outcome(mail(text.encode())) == outcome(raw)
    assert READER.read(raw).text == READER.read(mail(text.encode())).text


@given(JAPANESE, st.sampled_from(["iso-2022-jp", "cp932", "euc-jp", "utf-8"]), st.booleans())
@settings(max_examples=40)
def test_a_subject_is_the_same_in_every_charset(customer: Customer, codec: str, raw: bool) -> None:
    """Encoded words of any charset, and 8-bit headers without any."""
    subject = "カタログの送付を停止してください。"
    label = {"cp932": "shift_jis"}.get(codec, codec)
    data = subject.encode(codec)
    written = data if raw else b"=?" + label.encode() + b"?B?" + base64.b64encode(data) + b"?="
    body = "\n".join(labels(customer, "")[:3]).encode()
    one = b"Subject: " + written + b"\r\n" + mail(body)

    assert outcome(f"Subject: {subject}\r\n".encode() + mail(body)) == outcome(one)


# Twice is once


@given(st.text())
@pytest.mark.parametrize("form", [digits, clean, clean_line, comparable])
def test_doing_it_twice_changes_nothing(form: Callable[[str], str], text: str) -> None:
    """A form that is compared must be one: stored text goes through it again."""
    assert form(text) == form(form(text))


WRITTEN: Final = "0189-ー−－０９ 　・、丁目番地号ヶケがガカ大字之ノ渡邊髙髪一二十百aBＣzハﾊﾞ゙区市町,.'`"


@given(st.text(alphabet=WRITTEN))
def test_the_form_of_an_address_is_its_own_form(text: str) -> None:
    """The records' addresses and those of mails meet in it."""
    assert place_form(text) == place_form(place_form(text))


@given(st.text(alphabet=st.characters(min_codepoint=0x3041, max_codepoint=0x30FF)))
def test_the_sound_of_kana_is_its_own_sound(text: str) -> None:
    """Keys of kana are compared with keys of keys where a record has both."""
    assert kana_key(text) == kana_key(kana_key(text))


# Nothing raises

HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "From",
                "Reply-To",
                "Subject",
                "Date",
                "Message-ID",
                "Content-Type",
                "Content-Transfer-Encoding",
                "References",
                "Authentication-Results",
                "Auto-Submitted",
                "Return-Path",
            ]
        ),
        st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=60)
        | st.sampled_from(
            [
                "=?iso-2022-jp?B?GyRC?=",
                "multipart/mixed; boundary=b",
                "multipart/alternative",
                "message/rfc822",
                "text/html; charset=x",
                "base64",
                "quoted-printable",
                "<>",
                "a@example.org, b@example.org",
            ]
        ),
    ),
    max_size=8,
)


@given(
    HEADERS,
    st.lists(
        st.sampled_from(["--b", "--b--", "", "Content-Type: text/html", "<table><tr><td>", "停止"])
        | st.text(max_size=30),
        max_size=12,
    ),
)
@settings(max_examples=200)
def test_no_mail_breaks_the_way_to_its_decision(headers: list[tuple[str, str]], lines: list[str]) -> None:
    """Reading, matching and deciding end with an answer, whatever the parts of a mail are put together from."""
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    raw = f"{head}\n{chr(10).join(lines)}".encode("utf-8", "surrogatepass")

    assert decided(raw).disposition in Disposition
