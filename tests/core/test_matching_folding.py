"""Folding, and the way back from a hit to the raw text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.matching.folding import Passage, Piece, fold, plain
from optout_daemon.core.model import Part, Span

MIXED = st.text(alphabet="abcXYZ019 -ー‐\n\u3000あがアガｱｶﾞﾟ高髙辺邉①㈱。\u200béÉß・", max_size=60)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    """Records and mails are folded at different times."""
    assert fold(text) == fold(fold(text))


@given(st.text(max_size=60))
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    """Apple's mail programs decompose kana and accents."""
    assert fold(unicodedata.normalize("NFKC", text)) == fold(unicodedata.normalize("NFKD", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("渡邊", "渡邉"),
        ("渡辺", "渡邉"),
        ("齋藤", "斎藤"),
        ("斉藤", "斎藤"),
        ("𠮷田", "吉田"),
        ("曽我", "曾我"),
        ("瀬戸", "瀨戸"),
        ("葛\U000e0100城", "葛城"),
        ("ﾀｶﾊｼ", "たかはし"),
        ("ガ", "ｶﾞ"),
        ("ＡＢＣ１２３", "abc123"),
        ("1‐2–3−4－5", "1-2-3-4-5"),
        ("O’Brien", "o'BRIEN"),
    ],
)
def test_variants_become_one(one: str, other: str) -> None:
    """The table holds the variants of one character that names and places are written with."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("佐藤", "左藤"),
        ("坂本", "阪本"),
        ("船越", "舟越"),
        ("太田", "大田"),
        ("伊藤", "伊東"),
        ("カ", "ガ"),
        ("ツ", "ッ"),
    ],
)
def test_different_names_stay_two(one: str, other: str) -> None:
    """Pairs that part two Japanese names were left out of the table."""
    assert fold(one) != fold(other)


def test_latin_words_lose_accents_and_apostrophes() -> None:
    """José is typed Jose, O'Brien OBrien."""
    assert ["jose", "obrien", "strasse", "soren"] == [
        plain(fold(word)) for word in ("José", "O'Brien", "Straße", "Søren")
    ]


@given(MIXED, st.integers(0, 59), st.integers(1, 20))
def test_a_range_of_the_folded_text_leads_back_to_text_that_folds_to_it(text: str, start: int, length: int) -> None:
    """The review desk highlights where a field was found."""
    passage = Passage(text, [Piece(Part.TEXT, 100, 0)])
    folded = passage.folded
    if start >= len(folded):
        assert passage.span(len(folded), len(folded)) is None
        return
    span = passage.span(start, min(len(folded), start + length))

    assert span is not None
    assert folded[start : start + length] in fold(text[span.start - 100 : span.end - 100])


def test_a_hit_in_a_long_line_is_found_again() -> None:
    """Lines are folded piece by piece on the way back, so that one endless line costs no more than its length."""
    text = "㈱" * 1000 + "髙橋裕美子" + "ｶﾞ" * 500
    passage = Passage(text, [Piece(Part.TEXT, 0, 0)])
    at = passage.folded.index("高橋")

    assert Span(Part.TEXT, 1000, 1005) == passage.span(at, at + 5)


def test_a_span_ends_with_the_segment_it_began_in() -> None:
    """A Span counts characters in one text; own words and subject are searched together."""
    passage = Passage("abc\ndef", [Piece(Part.TEXT, 50, 0), Piece(Part.SUBJECT, 0, 4)])

    assert Span(Part.TEXT, 51, 53) == passage.span(1, 6)
    assert Span(Part.SUBJECT, 0, 2) == passage.span(4, 6)


def test_squeezed_text_knows_where_white_space_was() -> None:
    """大　森翼 and 大森翼 differ in what may be the name."""
    passage = Passage("森 翼・大\n森翼")

    assert "森翼大森翼" == passage.squeezed
    assert [True, True, True, True, False, True] == [passage.broken_before(at) for at in range(6)]
    assert [0, 2, 4, 6, 7, 8] == [passage.unsqueezed(at) for at in range(6)]
