"""The numbers of Japanese addresses, in Japanese script and in Latin letters (policy, section 4, "address")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching import lot
from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.numbers import groups
from optout_daemon.core.matching.place import lots_in


@pytest.mark.parametrize(
    ("value", "kanji"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (36, "三十六"),
        (99, "九十九"),
        (105, "百五"),
        (150, "百五十"),
        (1000, "千"),
        (2026, "二千二十六"),
        (0, "零"),
    ],
)
def test_a_small_number_is_written_in_kanji_as_streets_are(value: int, kanji: str) -> None:
    """北10条 and 北十条 are one; one ten has no 一 in front."""
    assert kanji == lot.in_kanji(value)
    assert value == lot.number(kanji)


@pytest.mark.parametrize(
    ("written", "value"),
    [("7", 7), ("007", 7), ("七", 7), ("〇", 0), ("零", 0), ("二〇三", 203), ("二百三", 203), ("百", 100),
     ("千百一", 1101), ("三千二百十", 3210), ("二十〇", 20)],
)  # fmt: skip
def test_digits_and_kanji_have_one_value(written: str, value: int) -> None:
    """One by one (二〇三) or with tens, hundreds and thousands (二百三)."""
    assert value == lot.number(written)


@pytest.mark.parametrize(
    ("written", "numbers", "covered"),
    [
        (" \t5-6-21です", (5, 6, 21), " \t5-6-21"),
        ("5-6-\n21", (5, 6, 21), "5-6-\n21"),
        ("5ノ6", (5, 6), "5ノ6"),
        ("5番地ノ6", (5, 6), "5番地ノ6"),
        ("5番地 ノ6", (5, 6), "5番地 ノ6"),
        ("5番地6号室", (5,), "5番地"),
        ("5番町6", (5,), "5"),
        ("5丁目 6番 21号 309", (5, 6, 21), "5丁目 6番 21号"),
        ("5丁目 6 21", (5,), "5丁目"),
        ("6号7", (6,), "6号"),
        ("6号-7", (6, 7), "6号-7"),
        ("6号ノ7", (6, 7), "6号ノ7"),
        ("6丁目7", (6, 7), "6丁目7"),
        ("6丁目\n7番", (6, 7), "6丁目\n7番"),
        ("二丁目\n十一番五号", (2, 11, 5), "二丁目\n十一番五号"),
        ("6丁目\n7", (6,), "6丁目"),
        ("1-2-3-4-5-6-7", (1, 2, 3, 4, 5, 6), "1-2-3-4-5-6"),
        ("1-2-3階", (1, 2), "1-2"),
        ("1-2-3号棟", (1, 2), "1-2"),
        ("1-2-3件", (1, 2), "1-2"),
        ("1-2-123456", (1, 2), "1-2"),
        ("1-2 ", (1, 2), "1-2"),
    ],
)
def test_a_lot_ends_where_its_numbers_end(written: str, numbers: tuple[int, ...], covered: str) -> None:
    """What stands behind it is read as building and room, so neither may take from the other."""
    folded = fold(written)
    read = lot.read(folded, 0)

    assert read is not None
    assert (numbers, fold(covered)) == (read.numbers, folded[: read.end])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2839番地の三浦です", (2839,)),
        ("2839番地三浦です", (2839,)),
        ("5の三ツ矢です", (5,)),
        ("5の三", (5, 3)),
        ("5の三番", (5, 3)),
        ("5-三浦", (5, 3)),
        ("三浦", (3,)),
        ("5の3浦", (5, 3)),
        ("三浦3", (3,)),
    ],
)
def test_a_family_name_behind_a_lot_is_no_number(text: str, numbers: tuple[int, ...]) -> None:
    """三浦 and 五味 begin with one; only behind の or 番地 can the name begin there."""
    read = lot.read(fold(text), 0)

    assert read is not None
    assert numbers == read.numbers


def test_a_mark_tells_a_lot_from_a_bare_number() -> None:
    """堀内951 may be anything, 堀内951番地 is a lot; lots_in takes the one number only with its mark."""
    marked = [lot.read(text, 0) for text in ("951番地", "9丁目5", "5-6号")]
    bare = [lot.read(text, 0) for text in ("951", "9-5", "9ノ5")]

    assert [True] * 3 == [read is not None and read.marked for read in marked]
    assert [False] * 3 == [read is not None and read.marked for read in bare]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("有楽町5-6-21", [(5, 6, 21), (6, 21)]),
        ("有楽町五丁目6-21", [(5, 6, 21), (6, 21)]),
        ("有楽町951番地、番号は20000002、12です", [(951,)]),
        ("一昨日5月に12番", [(12,)]),
        ("五番町3-4", [(3, 4)]),
        ("", []),
    ],
)
def test_all_lots_of_a_text_are_asked_for(text: str, found: list[tuple[int, ...]]) -> None:
    """For match keys beside a postal code; a number by itself is none."""
    assert found == [numbers for numbers in lots_in(fold(text)) if len(numbers) > 1 or numbers[0] > 9]


def test_a_text_has_a_limited_number_of_lots() -> None:
    """A stranger writes it, and each lot is one look-up."""
    text = "、".join(f"{number}番地" for number in range(10, 50))

    assert [(number,) for number in range(10, 30)] == lots_in(text)
    assert [(10,), (11,)] == lots_in(text, 2)
    assert [(7,)] == lots_in("1 2 3 4 5 6 7番地", 2)
    assert [] == lots_in("1 2 3 4 5 6 7 8 9番地", 2)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3-38-8 Roppongi", [(3, 38, 8)]),
        ("3-chome 38-8", [(3, 38, 8)]),
        ("3 chome 38 ban 8 go", [(3, 38, 8)]),
        ("3-chome, 38-8", [(3, 38, 8)]),
        ("3-chome\n38-8", [(3, 38, 8)]),
        ("3 - 38 -\n8", [(3, 38, 8)]),
        ("951 banchi 3", [(951, 3)]),
        ("951-banchi", [(951,)]),
        ("3 38", [(3,), (38,)]),
        ("3, 38", [(3,), (38,)]),
        ("3  chome", [(3,)]),
        ("3     -38", [(3,), (38,)]),
        ("3 / 38", [(3,), (38,)]),
        ("3-chome Sakae 34-7", [(3,), (34, 7)]),
        ("34-7 Sakae 3-chome", [(34, 7), (3,), (3, 34, 7)]),
        ("34-7 Kita Sakae Machi Dori 3-chome", [(34, 7), (3,), (3, 34, 7)]),
        ("34-7 Kita Sakae Machi Dori Nishi 3-chome", [(34, 7), (3,)]),
        ("34-7 Sakae 4a 3-chome", [(34, 7), (3,)]),
        ("34-7 Sakae 3-ban", [(34, 7), (3,)]),
        ("34-7 Sakae 2-3-chome", [(34, 7), (2, 3)]),
        ("162-0041", []),
        ("1-2-3-4-5", [(1, 2, 3, 4, 5)]),
        ("1-2-3-4-5-6", []),
        ("12345", [(12345,)]),
        ("123456", []),
        ("44o-3", [(3,)]),
        ("Roppongi", []),
        ("", []),
    ],
)
def test_the_numbers_of_a_lot_are_found_in_latin_letters(text: str, numbers: list[tuple[int, ...]]) -> None:
    """Joined by hyphens or by chome, ban and go; a postal code is no lot, and a block may stand behind its town."""
    assert numbers == [group.numbers for group in groups(Passage(text))]


def test_a_group_knows_its_place_among_the_words() -> None:
    """The town is looked for beside it."""
    behind = groups(Passage("Sakae 34-7 Kita 3-chome, Nagoya"))

    assert [(1, 3), (4, 6), (1, 3)] == [(group.first, group.last) for group in behind]
