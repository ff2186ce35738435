"""Bytes to text: what Japanese mail really is, labels that lie, and what can be relied on."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.reading.charset import decode_body, decode_header
from optout_daemon.core.reading.clean import clean

PLAIN = "お客様番号は12345678、案内の停止をお願いします。"
VENDOR = "㈱カジ①髙橋さま、案内の停止"
KANA = "ｱﾝﾅｲ ﾃｲｼ ﾎﾞｸ"
CHINESE = "请停止发送广告邮件"
KOREAN = "광고 메일을 그만 보내 주세요"
WESTERN = "Please don’t send me the “Weekly” — it’s café stuff…"


def jis(text: str) -> bytes:
    """What a Windows mailer sends as ISO-2022-JP: cp932 cells in `ESC $ B`, half-width kana in `ESC ( I`."""
    out, state = b"", b"\x1b(B"
    for char in text:
        cell = {"髙": b"\xee\xe0", "﨑": b"\xed\x95"}.get(char) or char.encode("cp932")
        if len(cell) == 1 and cell < b"\x80":
            wanted, code = b"\x1b(B", cell
        elif len(cell) == 1:
            wanted, code = b"\x1b(I", bytes([cell[0] & 0x7F])
        else:
            lead, trail = cell[0] - (0x40 if cell[0] >= 0xE0 else 0) - 0x81, cell[1]
            if trail >= 0x9F:
                code = bytes([lead * 2 + 0x22, trail - 0x7E])
            else:
                code = bytes([lead * 2 + 0x21, trail - (0x20 if trail > 0x7F else 0x1F)])
            wanted = b"\x1b$B"
        out += code if wanted == state else wanted + code
        state = wanted
    return out if state == b"\x1b(B" else out + b"\x1b(B"


def euc(text: str) -> bytes:
    """EUC-JP with the vendor rows: the JIS cells with the eighth bit."""
    out, wide = b"", False
    data = jis(text)
    at = 0
    while at < len(data):
        if data[at : at + 3] in (b"\x1b$B", b"\x1b(B"):
            wide = data[at : at + 3] == b"\x1b$B"
            at += 3
        else:
            out += bytes([data[at] | (0x80 if wide else 0)])
            at += 1
    return out


TABLE = [
    pytest.param(jis(PLAIN), "ISO-2022-JP", PLAIN, id="iso-2022-jp 7bit"),
    pytest.param(jis(VENDOR), "iso-2022-jp", VENDOR, id="iso-2022-jp with NEC and IBM characters"),
    pytest.param(jis(KANA), "ISO-2022-JP", KANA, id="iso-2022-jp with half-width kana"),
    pytest.param(jis(VENDOR + KANA), "CP50221", VENDOR + KANA, id="cp50221 label"),
    pytest.param(jis(PLAIN), "", PLAIN, id="7bit JIS without a label"),
    pytest.param(jis(PLAIN), "us-ascii", PLAIN, id="7bit JIS labelled us-ascii"),
    pytest.param(jis(PLAIN), "utf-8", PLAIN, id="7bit JIS labelled utf-8"),
    pytest.param(jis(PLAIN).replace(b"\x1b", b""), "", PLAIN, id="JIS whose escapes a gateway took"),
    pytest.param(PLAIN.encode("cp932"), "Shift_JIS", PLAIN, id="shift_jis"),
    pytest.param(VENDOR.encode("cp932"), "Shift_JIS", VENDOR, id="shift_jis with vendor characters"),
    pytest.param(VENDOR.encode("cp932"), "x-sjis", VENDOR, id="x-sjis"),
    pytest.param(VENDOR.encode("cp932"), "MS_Kanji", VENDOR, id="ms_kanji"),
    pytest.param(VENDOR.encode("cp932"), "windows-31j", VENDOR, id="windows-31j"),
    pytest.param(PLAIN.encode("cp932"), "ISO-2022-JP", PLAIN, id="shift_jis labelled iso-2022-jp"),
    pytest.param(PLAIN.encode("cp932"), "", PLAIN, id="shift_jis without a label"),
    pytest.param(PLAIN.encode(), "", PLAIN, id="utf-8 without a label"),
    pytest.param(PLAIN.encode("euc-jp"), "EUC-JP", PLAIN, id="euc-jp"),
    pytest.param(euc(VENDOR), "euc-jp", VENDOR, id="euc-jp with vendor characters"),
    pytest.param(PLAIN.encode("euc-jp"), "", PLAIN, id="euc-jp without a label"),
    pytest.param(PLAIN.encode(), "us-ascii", PLAIN, id="utf-8 labelled us-ascii"),
    pytest.param(PLAIN.encode(), "foo-8", PLAIN, id="utf-8 under an unknown label"),
    pytest.param(WESTERN.encode("cp1252"), "us-ascii", WESTERN, id="cp1252 labelled us-ascii"),
    pytest.param(WESTERN.encode("cp1252"), "iso-8859-1", WESTERN, id="cp1252 labelled iso-8859-1"),
    pytest.param(CHINESE.encode("gbk"), "GB2312", CHINESE, id="gbk labelled gb2312"),
    pytest.param(KOREAN.encode("cp949"), "ks_c_5601-1987", KOREAN, id="cp949 labelled ks_c_5601-1987"),
    pytest.param(PLAIN.encode("euc-jp"), "Shift_JIS", PLAIN, id="euc-jp labelled shift_jis"),
    pytest.param(PLAIN.encode("utf-8"), "Shift_JIS", PLAIN, id="utf-8 labelled shift_jis"),
    pytest.param(PLAIN.encode("cp932"), "utf-8", PLAIN, id="shift_jis labelled utf-8"),
    pytest.param(PLAIN.encode("utf-16"), "utf-16", PLAIN, id="utf-16"),
    pytest.param(
        "Grüße, bitte keine Werbung".encode("cp1252"), "", "Grüße, bitte keine Werbung", id="western, no label"
    ),
]


@pytest.mark.parametrize(("data", "label", "text"), TABLE)
def test_a_body_is_read_whatever_its_label_says(data: bytes, label: str, text: str) -> None:
    """Each row is a way in which real mail is encoded; Python's codecs alone get fewer than half of them right."""
    read = decode_body(data, label)

    assert (text, True) == (read.text, read.confident)


@pytest.mark.parametrize(("data", "label", "text"), TABLE)
@pytest.mark.parametrize("encoding", ["B", "Q"])
def test_a_subject_is_read_whatever_its_label_says(data: bytes, label: str, text: str, encoding: str) -> None:
    """Subjects carry the number and the wish as often as bodies do; unlabelled ones stand there raw."""
    if label:
        word = base64.b64encode(data) if encoding == "B" else quopri.encodestring(data, quotetabs=True, header=True)
        word = word.replace(b"=\n", b"").replace(b"?", b"=3F")
        raw = b"=?" + label.encode() + b"?" + encoding.encode() + b"?" + word + b"?="
    else:
        raw = data

    assert text == decode_header(raw).text


def test_utf_7_is_never_decoded() -> None:
    """It hides markup and addresses from every filter on the way."""
    read = decode_body(b"+ADw-script+AD4- stop", "utf-7")

    assert ("+ADw-script+AD4- stop", False) == (read.text, read.confident)


@pytest.mark.parametrize(
    ("data", "label"),
    [(b"\xff\xfe\x81", "utf-8"), (b"abc \x1b$B!", "iso-2022-jp"), (b"\x1b[31mred", ""), (b"\x81\x20\xfd\xff", "")],
)
def test_a_damaged_text_is_not_relied_on(data: bytes, label: str) -> None:
    """A lost character may be the one digit that makes it another customer."""

    assert False is decode_body(data, label).confident


def test_a_dollar_price_is_no_japanese() -> None:
    """`$B` and `(B` stand in English too; only clean pairs of JIS are taken for Japanese."""
    text = "The US$Bill(By the way, $BA(B and $B!) cost $B1"

    assert text == decode_body(text.encode(), "us-ascii").text


def test_one_character_in_two_tables_is_one_character() -> None:
    """The wave dash of JIS has two codes in Unicode, by vendor; equal mail must give equal text."""
    wave = "10～20、５－３"

    assert {clean(wave)} == {
        decode_body(wave.encode("cp932"), "cp932").text,
        decode_body("10〜20、５−３".encode("iso2022_jp"), "iso-2022-jp").text,
        decode_body("10〜20、５−３".encode(), "utf-8").text,
    }


def test_neighbouring_words_are_joined_before_they_are_decoded() -> None:
    """Mailers cut a long subject at any byte; decoded one by one, the character at the cut is lost."""
    data = jis("案内の停止")
    cut = [data[:7], data[7:]]
    raw = b" ".join(b"=?ISO-2022-JP?B?" + base64.b64encode(part) + b"?=" for part in cut)

    assert "案内の停止" == decode_header(raw).text


def test_base64_may_go_on_in_the_next_word() -> None:
    """Some mailers cut the base64 itself, not the bytes."""
    code = base64.b64encode("配信停止".encode())
    raw = b"=?utf-8?B?" + code[:6] + b"?=\r\n =?utf-8?B?" + code[6:] + b"?="

    assert "配信停止" == decode_header(raw).text


def test_blanks_between_words_vanish_and_around_text_stay() -> None:
    """RFC 2047, section 6.2."""
    raw = "Re: =?utf-8?Q?=E5=81=9C?= =?utf-8?Q?=E6=AD=A2?= please"

    assert "Re: 停止 please" == decode_header(raw).text


def test_a_line_break_in_an_encoded_word_is_removed_and_told() -> None:
    """Written back into a header, it would begin another one."""
    raw = b"=?utf-8?B?" + base64.b64encode(b"hi\r\nBcc: all@example.com") + b"?="
    read = decode_header(raw)

    assert ("hi Bcc: all@example.com", True) == (read.text, read.injected)


def test_a_fold_is_no_injection() -> None:
    """Folds are how long headers are sent; and a mailer's newline at the end of a word is only sloppy."""
    raw = "a long\r\n subject =?utf-8?Q?here=0A?="
    read = decode_header(raw)

    assert ("a long subject here", False) == (read.text, read.injected)


def test_raw_japanese_in_a_header_is_read() -> None:
    """Old phones send JIS and Shift_JIS without any encoded word."""

    assert ["停止依頼です"] * 3 == [
        decode_header(data).text
        for data in (jis("停止依頼です"), "停止依頼です".encode("cp932"), "停止依頼です".encode())
    ]


def test_what_hides_is_removed() -> None:
    """A zero-width blank inside a number, a bidi override or a NUL must neither hide digits nor stop the database."""
    text = "No. 1543\u200b9204\u202e \x00ok\ud800\x07 葛\U000e0100城\u00a0x\x0by"

    assert "No. 15439204 ok\ufffd 葛城 x\ny" == clean(text)


@pytest.mark.parametrize("marks", ["\u0308\u3099", "\uff9e\u0308", "\u0301\U0001d165", "\u0323\u0345"])
def test_a_letter_carries_only_so_many_marks(marks: str) -> None:
    """They are sorted in quadratic time wherever a text is compared; ordinary ones stay (UAX #15, section 13)."""
    assert "a" + marks * 15 + "b" == clean("a" + marks * 90_000 + "b")
    assert "Zu\u0308rich ｶﾞﾊﾟ e\u0323\u0302" == clean("Zu\u0308rich ｶﾞﾊﾟ e\u0323\u0302")


@given(st.text(alphabet=st.characters(min_codepoint=0x3041, max_codepoint=0x3093), min_size=2))
def test_kana_survive_every_charset(text: str) -> None:
    """A round trip through what mailers use gives the text back."""
    encodings = (("iso-2022-jp", "iso-2022-jp"), ("cp932", "shift_jis"), ("euc-jp", "euc-jp"), ("utf-8", "utf-8"))

    assert [text] * 4 == [decode_body(text.encode(codec), label).text for codec, label in encodings]


@given(
    st.binary(max_size=300), st.sampled_from(["", "utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "gb2312", "x-nobody"])
)
def test_any_bytes_give_a_text_that_can_be_stored(data: bytes, label: str) -> None:
    """Whatever a stranger sends, decoding ends, and PostgreSQL takes the result."""
    for read in (decode_body(data, label), decode_header(data, label)):
        assert "\0" not in read.text
        assert read.text == read.text.encode().decode()
    assert not set("\r\n") & set(decode_header(data, label).text)
