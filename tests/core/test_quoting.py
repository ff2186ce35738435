"""Own words, quotation, signature, disclaimer and footer: what each line of a mail is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.reading import words
from optout_daemon.core.reading.quoting import segments
from tests.core.wishes import judged

LANGUAGES = tuple(words.load(name) for name in ("ja", "en"))
LETTERS = {"own": "o", "quotation": "q", "signature": "s", "disclaimer": "d", "footer": "f"}


def drawn(text: str) -> str:
    """One letter a line that is not empty."""
    letters = []
    for segment in segments(text, LANGUAGES):
        lines = text[segment.start : segment.end].split("\n")
        letters += [LETTERS[segment.kind.value] for line in lines if line.strip()]
    return "".join(letters)


CASES = [
    ("停止してください。\n\n> いつもありがとう\n> ございます", "oqq"),
    ("停止してください。\n\n＞いつもありがとう", "oq"),
    ("> 引用\n\n停止してください。", "qo"),
    ("停止希望です。\n\n2025年9月1日(月) 10:00 カジ・トラベル <news@example.com>:\n> 秋の旅", "oqq"),
    ("停止希望です。\n\n2025年9月1日(月) 10:00 カジ・トラベル\n<news@example.com>:\n> 秋の旅", "oqqq"),
    ("停止希望です。\n\n2025/09/01 10:00、カジ・トラベルのメール:\n> 秋の旅", "oqq"),
    ("停止希望です。\n\n2025/09/01 10:00、カジさんは書きました:\n> 秋の旅", "oqq"),
    ("停止希望です。\n\n2025年9月1日 10:00 カジ <news@example.com>:\n\n秋の旅です。\nお楽しみに。", "oqqq"),
    (
        "停止希望。\n\n-----元のメッセージ-----\n差出人: カジ\n送信日時: 2025年9月1日\n宛先: 山田\n件名: 秋の旅\n\n本文",
        "oqqqqqq",
    ),
    ("停止希望。\n\n差出人: カジ\n送信日時: 2025年9月1日\n宛先: 山田\n件名: 秋の旅\n\n本文", "oqqqqq"),
    ("Stop.\n\n-----Original Message-----\nFrom: Kaji\nSent: Monday\nTo: me\nSubject: sale\n\nBuy!", "oqqqqqq"),
    (
        "Stop.\n\n________________________________\nFrom: Kaji <n@example.com>\nSent: Monday\nTo: me\nSubject: x\n\nB",
        "oqqqqqq",
    ),
    ("Stop.\n\nOn Mon, 1 Sep 2025 at 10:00, Kaji <news@example.com> wrote:\n> Buy!", "oqq"),
    (
        "Stop.\n\nOn Mon, 1 Sep 2025 at 10:00, Kaji Travel and Friends of Japan\n<news@example.com> wrote:\n> Buy!",
        "oqqq",
    ),
    ("Stop.\n\nOn 1 Sep 2025, at 10:00, Kaji <news@example.com> wrote:\n\nBuy!\nNow!", "oqqq"),
    ("As my brother wrote:\nplease stop.", "oo"),
    ("On the label you wrote:\nMr Smith. That is wrong.", "oo"),
    ("停止してください。\n\n-- \n山田太郎\nyamada@example.com", "osss"),
    ("停止してください。\n\n-- \n山田太郎\n東京都港区芝1-2-3\nお客様番号 12345678", "ooooo"),
    (
        "停止してください。12345678\n\n-- \n山田 太郎\n株式会社例 営業部\n誤って受信された方は、このメールを削除してください。",
        "osssd",
    ),
    ("停止してください。\n12345678 山田太郎\n\n-- \n株式会社例 営業部\n山田太郎\n東京都港区芝1-2-3", "oossss"),
    (
        "停止願います。\n\n*****************\n例商事株式会社 総務課\n山田太郎\nTEL 03-0000-0000\n*****************",
        "osssss",
    ),
    ("停止願います。\n\n━━━━━━━━━━\n山田太郎\n東京都港区芝1-2-3\n━━━━━━━━━━", "ooooo"),
    ("停止をお願いいたします。\n\n例商事株式会社 営業部\n山田太郎\n〒105-0014 東京都港区芝1-2-3", "osss"),
    ("停止をお願いいたします。\n\n山田太郎\n東京都港区芝1-2-3\n12345678", "oooo"),
    ("Please stop.\n\nKind regards,\nScott Fisher\nAssociate Director\nNorthbridge Partners K.K.\n14F Tower", "ooosss"),
    ("Please stop.\n\nKind regards,\nScott Fisher\n12 High Street\nLeeds LS1 2AB", "ooooo"),
    ("Please stop.\n\nJane Roe\nManager, Roe Ltd\nCustomer number 12345678", "oooo"),
    ("-----------\n番号: 12345678\n名前: 山田\n会社: 例株式会社\n-----------\n停止", "oooooo"),
    ("Please stop.\n\nSent from my iPhone", "of"),
    ("停止して\n\niPhoneから送信", "of"),
    ("停止して\n\nOutlook for iOSを入手", "of"),
    ("Stop.\n\nThis e-mail is confidential and intended for the addressee only.\nIf you are not, delete it.", "odd"),
    ("停止願います。\n\n本メールの機密情報を含む内容は名宛人以外の方の閲覧を禁じます。", "od"),
    ("This is confidential: please stop writing to me.", "o"),
    ("", ""),
    ("\n\n", ""),
]


@pytest.mark.parametrize(("text", "letters"), CASES)
def test_each_line_is_what_a_reader_sees_in_it(text: str, letters: str) -> None:
    """Only own words are the customer's statement (policy, section 2)."""
    assert letters == drawn(text)


@given(st.text(alphabet="> -_*:あ。a@.\n\t ０1", max_size=300))
def test_segments_cover_the_text_in_order(text: str) -> None:
    """No character is lost and none is told twice."""
    found = segments(text, LANGUAGES)
    places = [place for segment in found for place in (segment.start, segment.end)]

    assert places == sorted(places)
    assert "".join(text[segment.start : segment.end] for segment in found) == text


@given(st.lists(st.sampled_from(["配信停止", "stop it", "12345678", "続けてください", ""]), max_size=5))
def test_quotation_added_below_changes_nothing(lines: list[str]) -> None:
    """What the customer quotes is not the customer's wish."""
    alone = judged("カタログの送付を停止してください。")
    quoted = "".join(f"> {line}\n" for line in lines)

    assert alone.wish == judged(f"カタログの送付を停止してください。\n\n{quoted}").wish


@pytest.mark.parametrize("line", ["On a b a b", "> > > a", "-----", "a:", "From: x", "\n", "差出人: a", "2025年1月1日"])
def test_time_grows_with_the_text_and_no_faster(line: str) -> None:
    """Crafted to be tried again at every line (ten times the text takes at most twelve times as long)."""

    def seconds(count: int) -> float:
        text = f"{line}\n" * count
        began = time.process_time()
        segments(text, LANGUAGES)
        return time.process_time() - began

    seconds(100)
    short = min(seconds(1000) for _ in range(3))

    assert min(seconds(10000) for _ in range(3)) <= 14 * short + 0.02
