"""The reader as a whole: bytes in, one Reading out; never an exception, never more time than the text is long."""

from __future__ import annotations

import dataclasses
import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optout_daemon.core.model import Category, FieldName, Origin, Part, Reading, SegmentKind
from optout_daemon.core.reading import Reader, ReaderSettings

READER = Reader(ReaderSettings(own_addresses=("desk@example.com",)))


def mail(text: str, subject: str = "停止のお願い", kind: str = "plain") -> bytes:
    head = (
        "From: hanako@example.org\nTo: desk@example.com\nMessage-ID: <1@example.org>\n"
        f"Subject: {subject}\nMIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n"
        "Content-Transfer-Encoding: 8bit\n\n"
    )
    return (head + text).encode("utf-8", "surrogateescape")


FORM = "お客様番号：12345678\nお名前：山田花子\nご住所：東京都港区芝1-2-3\nお問い合わせ内容：カタログの停止\n"


def best(reading: Reading, name: FieldName) -> str | None:
    return next((field.value for field in reading.fields if field.name is name), None)


def test_a_plain_mail_is_read() -> None:
    """Everything that a decision needs stands in the Reading."""
    reading = READER.read(mail(FORM))

    assert reading.readable
    assert reading.language == "ja"
    assert reading.numbers == ("12345678",)
    assert [best(reading, name) for name in FieldName] == [
        "12345678",
        "山田花子",
        "東京都港区芝1-2-3",
        "カタログの停止",
    ]
    assert (reading.wish.category, reading.wish.channels) == (Category.OPT_OUT, ("print",))
    assert reading.envelope.author == "hanako@example.org"
    assert {"opt_out", "stop"} <= {hit.rule for hit in reading.wish.hits}
    assert "field.customer_number" in {hit.rule for hit in reading.hits}


def test_a_table_in_html_is_read_like_a_form() -> None:
    """Label and value stand in cells (policy, section 2)."""
    rows = "".join(f"<tr><td>{line.replace('：', '</td><td>')}</td></tr>" for line in FORM.splitlines())
    reading = READER.read(mail(f"<html><body><table>{rows}</table></body></html>", kind="html"))

    assert [best(reading, name) for name in FieldName] == [
        "12345678",
        "山田花子",
        "東京都港区芝1-2-3",
        "カタログの停止",
    ]


def test_the_sentence_that_carries_the_wish_is_the_inquiry() -> None:
    """Where no label says so, staff see what was taken for the inquiry, and where it stands."""
    text = "いつもありがとうございます。\n\nカタログの送付を停止してください。\n"
    reading = READER.read(mail(text, subject=""))
    field = next(field for field in reading.fields if field.name is FieldName.INQUIRY)

    assert field.origin is Origin.PROSE
    assert field.span is not None
    assert "停止してください" in reading.text[field.span.start : field.span.end]
    assert "ありがとう" not in field.value


def test_a_wish_in_the_subject_is_the_inquiry() -> None:
    """A body of nothing but fields, the wish above it."""
    reading = READER.read(mail("12345678 山田花子 東京都港区芝1-2-3", subject="メルマガ停止"))
    field = next(field for field in reading.fields if field.name is FieldName.INQUIRY)

    assert field.span is not None
    assert (field.value, field.span.part) == ("メルマガ停止", Part.SUBJECT)


def test_a_truncated_mail_is_unreadable() -> None:
    """What was not read may have said something else."""
    reading = READER.read(mail(FORM), truncated=True)

    assert not reading.readable
    assert reading.unreadable_because == "over the limit of size"


def test_text_that_only_points_at_an_attachment_is_unreadable() -> None:
    """Attachments are not read (policy, section 2)."""
    raw = (
        b"From: a@example.org\nSubject: =?utf-8?b?5pu46Z2i?=\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n"
        + "添付の書面のとおりです。よろしくお願いいたします。\n".encode()
        + b"--b\nContent-Type: application/pdf; name=x.pdf\nContent-Disposition: attachment; filename=x.pdf\n\n%PDF\n--b--\n"
    )
    reading = READER.read(raw)

    assert not reading.readable
    assert reading.has_attachments
    assert reading.wish.category is Category.UNCLEAR


def test_equal_content_in_other_bytes_has_an_equal_content_digest() -> None:
    """The policy's `duplicate` compares decoded subject and text."""
    one = READER.read(mail(FORM))
    other = READER.read(mail(FORM).replace(b"\nTo: ", b"\nX-Other: 1\nTo: "))

    assert one.content_digest == other.content_digest
    assert one.digest != other.digest


def test_a_reading_crosses_a_process_boundary() -> None:
    """It is made in a child process: plain values only."""
    reading = READER.read(mail(FORM))

    assert pickle.loads(pickle.dumps(reading)) == reading
    assert dataclasses.is_dataclass(reading)


def test_full_width_reads_as_half_width() -> None:
    """Phones and forms differ in nothing but width."""
    wide = FORM.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    one, other = READER.read(mail(FORM)), READER.read(mail(wide))

    assert one.numbers == other.numbers
    assert one.wish == other.wish


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_no_bytes_raise(raw: bytes) -> None:
    """A stranger writes them."""
    assert isinstance(READER.read(raw), Reading)


@given(st.text(max_size=500), st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_text_raises(text: str, subject: str) -> None:
    """The same behind a good head, so that all of it is reached; segments and spans stay inside the text."""
    reading = READER.read(mail(text, subject=subject.replace("\n", " ").replace("\r", " ")))

    assert "".join(reading.text[one.start : one.end] for one in reading.segments) == reading.text
    for field in reading.fields:
        whole = reading.subject if field.span and field.span.part is Part.SUBJECT else reading.text
        assert field.span is None or 0 <= field.span.start <= field.span.end <= len(whole)


PIECES = st.sampled_from(
    ["停止", "してください", "メール", "は", "カタログ", "続けて", "、", "。", "\n", "> ", "-- \n", "お客様番号：", "12345678", "母",
     "please ", "do not ", "stop ", "the ", "newsletter", ", ", "but ", "keep ", "until ", "1. ", "|", "「", "」", "[x] ", "[ ] ", "?"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_order_of_words_raises(pieces: list[str]) -> None:
    """Our own words in any order reach the corners that random text does not."""
    reading = READER.read(mail("".join(pieces)))

    assert set(reading.wish.channels) <= {"email", "print"}
    assert reading.wish.stated or reading.wish.category is Category.UNCLEAR


@given(st.text(alphabet="あ停止を続けてメール。\n 1a", max_size=120))
@settings(max_examples=60, deadline=None)
def test_quotation_below_changes_no_wish(quoted: str) -> None:
    """What the customer quotes is not the customer's wish."""
    lines = "".join(f"> {line}\n" for line in quoted.split("\n"))
    reading = READER.read(mail(FORM + "\n\n" + lines))

    assert reading.wish == READER.read(mail(FORM)).wish
    assert SegmentKind.QUOTATION in {segment.kind for segment in reading.segments}


@pytest.mark.parametrize(
    "unit",
    [
        "停止してください。",
        "please stop the newsletter, ",
        "メールは続けて、",
        "stop ",
        "do not ",
        "「停止",
        "母宛て",
        "a ",
        "あ",
        "\n",
        "[ ] x [x] ",
    ],
)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    """Ten times the text takes at most twelve times as long, crafted input included; own words are capped."""

    def seconds(size: int) -> float:
        raw = mail(unit * (size // len(unit)))
        began = time.process_time()
        READER.read(raw)
        return time.process_time() - began

    seconds(500)
    # The machine may be busy in any one of the rounds; what is quadratic is so in all of them.
    rounds = ((seconds(3_000), seconds(30_000)) for _ in range(12))

    assert any(long <= 14 * short for short, long in rounds)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("더 이상 메일을 보내지 마세요. 김민수", ""),
        ("Пожалуйста, не присылайте мне больше писем.", ""),
        ("σταματήστε", ""),
        ("ไม่ต้องส่งอีเมล", ""),
        ("请停止发送", ""),
        ("Bonjour, veuillez ne plus m'envoyer de courriels, merci", ""),
        ("Please stop the catalogues, 김민수.", "en"),
        ("停止してください", "ja"),
    ],
)
def test_a_language_of_another_script_is_none_of_ours(text: str, language: str) -> None:
    """Such a mail is answered in the desk's first language and in English, not in English alone (policy, section 5)."""
    raw = f"From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()

    assert language == Reader(ReaderSettings()).read(raw).language
