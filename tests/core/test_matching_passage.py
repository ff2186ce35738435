"""The tables of folding, and the questions that are put to a passage."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching import folding, variants
from optout_daemon.core.matching.folding import Passage, Piece, fold
from optout_daemon.core.model import Part, Span


def test_the_table_makes_one_of_kana_hyphens_quotes_and_cases() -> None:
    """Made anew, for it is kept: from the first to the last of each, and nothing beside them."""
    table = folding._table()

    assert "ァヶヽヾ" == "".join(chr(table[ord(kana)]) for kana in "ぁゖゝゞ")
    assert "-" * 12 == "".join(chr(table[ord(hyphen)]) for hyphen in "‐‑‒–—―−⁃─━﹣－")
    assert "'" * 6 == "".join(chr(table[ord(quote)]) for quote in "’‘´`′＇")
    assert "azàɏ" == "".join(chr(table[ord(capital)]) for capital in "AZÀɎ")
    assert "高崎" == "".join(chr(table[ord(variant)]) for variant in "髙﨑")
    assert not {0x3040, 0x3097, 0x309F, 0x40, 0x5B, 0xBF, 0x130, 0x250, ord("X") + 1000} & table.keys()


def test_what_composes_in_small_letters_only_is_composed_too() -> None:
    """J with a caron has no capital of its own; folding twice must change nothing."""
    assert "ǰ" == fold("J\u030c") == fold(fold("J\u030c"))


def test_the_tables_are_read_in_utf_8_whatever_the_system_uses() -> None:
    """Read anew, for they are kept."""
    assert "タカハシ" == variants.family_names.__wrapped__()["高橋"]
    assert "robert" in variants.given_names.__wrapped__()
    assert "williams" in variants.surnames.__wrapped__()
    assert "高" == variants.variant_kanji.__wrapped__()["髙"]
    assert "マチ" in variants.place_readings.__wrapped__()["町"]
    assert frozenset(("a", "b", "c")) == variants.bag("a b", " c")


@pytest.mark.parametrize(
    ("text", "word", "inside"),
    [
        ("yumiko@example.jp and more", "yumiko", True),
        ("mail: yumiko.takahashi@example.jp", "takahashi", True),
        ("a@b.example yumiko", "yumiko", False),
        ("a@b.example\nyumiko", "yumiko", False),
        ("see http://x.example/yumiko", "yumiko", True),
        ("see www.x.example/yumiko", "yumiko", True),
        ("yumiko.takahashi", "takahashi", False),
        ("yumiko@example.jp(a)", "(", False),
        ("ア yumiko@example.jp", "ア", False),
        ("@" + "x" * 90 + "yumiko", "yumiko", False),
    ],
)
def test_a_word_in_an_internet_address_is_told(text: str, word: str, inside: bool) -> None:
    """No name is stated there; words beside it are not part of it."""
    assert inside is Passage(text).is_in_internet_address(text.index(word))


def test_the_end_of_a_squeezed_text_is_the_end_of_the_folded_one() -> None:
    """With the blanks that stand behind the last word."""
    assert 5 == Passage("ab c ").unsqueezed(3)
    assert 4 == Passage("ab \n").unsqueezed(2)
    assert 0 == Passage("").unsqueezed(0)


def test_a_grave_accent_is_an_apostrophe_in_any_text() -> None:
    """O`Brien is typed where the keyboard has no other, with kana beside it or without."""
    assert ["o'brien", "o'brien ア"] == [fold(text) for text in ("O`Brien", "O`Brien ア")]


def test_a_word_is_broken_behind_its_first_character_only_where_it_is() -> None:
    """林 花子 may be 林花 and 子; 原聡 is one word."""
    assert [True, False] == [Passage(text).broken_before(1) for text in ("林 花子", "原聡")]


def test_the_last_character_of_a_line_is_found_again() -> None:
    """Also where the lines around it fold to another length."""
    passage = Passage("㈱髙\n㈱橋\n髙", [Piece(Part.TEXT, 0, 0)])

    assert "(株)高\n(株)橋\n高" == passage.folded
    assert [Span(Part.TEXT, 1, 2), Span(Part.TEXT, 4, 5), Span(Part.TEXT, 6, 7)] == [
        passage.span(at, at + 1) for at in (3, 8, 10)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "ｶﾞｷﾞ…高橋です",
        "会員\u200b番号の高橋です",
        "a\u200b\u200bb高橋です",
        "㍻" * 70 + "と高橋です",
        "…" + "ｶﾞ" * 200 + "高橋です",
        "\u200b" * 300 + "高橋です",
        "a" + "e\u0323\u0302" * 90 + "高橋です",
        "\u1100\u1175\u11b7" * 90 + "高橋です",
        "…" + "あ" * 120 + "高橋です",
        "a" + "\u0301" * 300 + "高橋です",
        "㍿\u200b" * 100 + "高橋です" + "ｶﾞ" * 100,
    ],
)
def test_a_name_is_found_again_where_characters_fold_to_more_or_to_none(line: str) -> None:
    """㍻ folds to two characters, ｶﾞ to one, a zero-width space to none; the sums may cancel out."""
    raw = f"…\n{line}\n㈱"
    passage = Passage(raw, [Piece(Part.TEXT, 0, 0)])
    at, name = passage.folded.index("高橋"), raw.index("高橋")

    assert [Span(Part.TEXT, name, name + 2), Span(Part.TEXT, name, name + 1), Span(Part.TEXT, name + 1, name + 2)] == [
        passage.span(start, end) for start, end in ((at, at + 2), (at, at + 1), (at + 1, at + 2))
    ]


def test_a_character_of_which_only_a_half_is_found_is_marked_whole() -> None:
    """№ folds to two letters."""
    assert Span(Part.TEXT, 0, 2) == Passage("a№", [Piece(Part.TEXT, 0, 0)]).span(0, 2)


def test_capitals_are_seen_in_every_line() -> None:
    """Of the raw text, whatever stands in front."""
    passage = Passage("É é\n㈱ Ab\ncD")

    assert "é é\n(株) ab\ncd" == passage.folded
    assert [0, 8, 12] == [at for at in range(len(passage.folded)) if passage.is_capital(at)]


def test_a_span_is_cut_at_the_end_of_any_piece() -> None:
    """The first, one in the middle, and the last; and behind a character of which it has only a part."""
    passage = Passage("ab\ncd\nef", [Piece(Part.TEXT, 10, 0), Piece(Part.TEXT, 20, 3), Piece(Part.SUBJECT, 0, 6)])

    assert [Span(Part.TEXT, 10, 12), Span(Part.TEXT, 20, 22), Span(Part.SUBJECT, 0, 2)] == [
        passage.span(start, 8) for start in (0, 3, 6)
    ]
    assert Span(Part.TEXT, 0, 2) == Passage("a㈱", [Piece(Part.TEXT, 0, 0)]).span(0, 3)
    assert None is passage.span(3, 3)
    assert None is Passage("ab").span(0, 1)
