"""Names in the script of the record: their spellings, where they begin and end, and what is only a part (policy, section 4, "name")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.boundary import stands_alone_after, stands_alone_before
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.name import Likeness, PersonName, bare
from optout_daemon.core.model import Customer
from tests.core.matching_cases import Named, is_named, name_found

FULL, PARTIAL, OTHER, EMPTY = Likeness.FULL, Likeness.PARTIAL, Likeness.OTHER, Likeness.EMPTY
SPACED = ("高橋　裕美子", "タカハシ ユミコ", "Yumiko Takahashi")
HARA = ("原　聡", "ハラ サトシ", "")
MINSU = ("김 민수", "", "")
TOGETHER = ("高橋裕美子", "タカハシ ユミコ", "Yumiko Takahashi")
MORI = ("森翼", "モリ ツバサ", "Tsubasa Mori")


def person(recorded: Named) -> PersonName:
    name, kana, romaji = recorded
    return PersonName(Customer("20000009", name, "", kana, romaji))


@pytest.mark.parametrize(
    ("recorded", "written", "likeness"),
    [
        (TOGETHER, "高橋ゆみこ", FULL),
        (TOGETHER, "たかはし裕美子", FULL),
        (TOGETHER, "裕美子 高橋", FULL),
        (TOGETHER, "ゆみこ", PARTIAL),
        (TOGETHER, "裕美子", PARTIAL),
        (TOGETHER, "高橋裕", OTHER),
        (SPACED, "高ゆみこ", OTHER),
        (SPACED, "ユミコ タカハシ", FULL),
        (SPACED, "高橋裕美子 / ゆみちゃん", FULL),
        (SPACED, "高橋 | たかはしゆみこ", FULL),
        (SPACED, "高橋(たかはしゆみこ)", FULL),
        (SPACED, "(高橋裕美子)", FULL),
        (SPACED, "田中(高橋裕美子)", OTHER),
        (SPACED, "田中浩(高橋裕美子)", OTHER),
        (SPACED, "Takahashi-sama", PARTIAL),
        (SPACED, "Takahashi sama", PARTIAL),
        (SPACED, "Mr Takahashi", PARTIAL),
        (SPACED, "Takahashi Y.", PARTIAL),
        (SPACED, "高橋 Takahashi", OTHER),
        (MORI, "翼 森", FULL),
        (MORI, "翼 森 翼", OTHER),
        (MORI, "森つばさ", FULL),
        (MORI, "もり翼", FULL),
        (MORI, "つばさ", PARTIAL),
        (("森翼", "モリツバサ", ""), "もりつばさ", PARTIAL),
        (("田中 陽子", "タナカ ヨウコ", ""), "たなか よーこ", FULL),
        (("田中 陽子", "タナカ ヨウコ", ""), "よーこ たなか", FULL),
        (("田中 陽子", "タナカ ヨウコ", ""), "よこ たなか", OTHER),
        (("田中 千鶴", "タナカ チヅル", ""), "Chizuru Tanaka", FULL),
        (("田中 愛", "タナカ アイ", ""), "Ai", PARTIAL),
        (("太田洋介", "", "Yosuke Ota"), "Ohta", PARTIAL),
        (("太田洋介", "オタ ヨウスケ", "Yosuke Ota"), "Ohta", OTHER),
        (("佐々木蔵之介", "ササキ クラノスケ", ""), "Kurano-suke Sasaki", FULL),
        (("Robert Williams", "", ""), "Bob / Robert Williams", FULL),
        (("Robert Williams", "", ""), "Bob (Robert Williams)", FULL),
        (("Robert Williams", "", ""), "Bob Smith (Robert Williams)", OTHER),
        (("Robert Williams", "", ""), "Robert Smith (Bob)", OTHER),
        (("Robert Williams", "", ""), "()", EMPTY),
    ],
)
def test_a_value_given_as_a_name_is_the_name_a_part_of_it_or_another(
    recorded: Named, written: str, likeness: Likeness
) -> None:
    """Kana without a blank on record may be the family name alone; a reading in brackets belongs to what it follows."""
    assert likeness is person(recorded).likeness(written)


@pytest.mark.parametrize(
    ("recorded", "text", "found"),
    [
        (SPACED, "裕美子 高橋です", "裕美子 高橋"),
        (SPACED, "ゆみこ たかはしです", "ユミコ タカハシ"),
        (SPACED, "大高橋裕美子ではなく、高橋裕美子です", "高橋裕美子"),
        (SPACED, "高橋裕美子です。大高橋裕美子ではない", "高橋裕美子"),
        (SPACED, "20000002-Yumiko Takahashi", "yumiko takahashi"),
        (SPACED, "Yumiko Takahashi-20000002", "yumiko takahashi"),
        (SPACED, "Yumiko Takahashi-", "yumiko takahashi"),
        (SPACED, "Yumiko Takahashi - Tokyo", "yumiko takahashi"),
        (SPACED, "Yumiko Takahashi/Tokyo", "yumiko takahashi"),
        (SPACED, "Yumiko        Takahashi", "yumiko        takahashi"),
        (SPACED, "Takahashi,\nYumiko, Toyohashi", "takahashi,\nyumiko"),
        *(
            (SPACED, f"Yumiko Takahashi-{title}", "yumiko takahashi")
            for title in ("san", "sama", "sensei", "kun", "dono")
        ),
        (TOGETHER, "たかはし裕美子です", "タカハシ裕美子"),
    ],
)
def test_the_name_is_found_where_it_stands(recorded: Named, text: str, found: str) -> None:
    """In either order, behind and in front of what does not belong to it, at the second place if not at the first."""
    passage = Passage(text)
    hit = person(recorded).find(passage)

    assert hit is not None
    assert found == passage.folded[hit[0] : hit[1]]


@pytest.mark.parametrize(
    ("recorded", "text"),
    [
        (SPACED, "Yumiko/Takahashi"),
        (SPACED, "Yumiko         Takahashi"),
        (SPACED, "Yumiko Takahashi-Smith"),
        (SPACED, "Anna-Yumiko Takahashi"),
        (SPACED, "Anna-Yumiko Takahashi 5"),
        (SPACED, "Yumiko\ntakahashi@example.jp"),
        (SPACED, "Yumiko"),
        (SPACED, "Takahashi, "),
        (SPACED, "大高橋裕美子"),
        (TOGETHER, "ゆみこです"),
        (MORI, "大　森　翼です"),
    ],
)
def test_a_part_or_a_piece_of_an_address_is_not_found(recorded: Named, text: str) -> None:
    """A double name, an e-mail address and a given name alone are not this person."""
    assert None is person(recorded).find(Passage(text))


@pytest.mark.parametrize(
    ("name", "halves"),
    [
        ("高橋　裕美子", ("高橋", "裕美子")),
        ("高橋裕美子", ("高橋", "裕美子")),
        ("森翼", ("森", "翼")),
        ("林真理子", ("林", "真理子")),
        ("長谷川一", ("長谷川", "一")),
        ("小鳥遊 愛", ("小鳥遊", "愛")),
        ("小鳥遊愛", ("小鳥", "遊愛")),
        ("ファン・ティ・ラン", ("ファン", "ティラン")),
        ("Joshua Hernandez", ("hernandez", "joshua")),
        ("", ("", "")),
    ],
)
def test_family_and_given_name_are_parted(name: str, halves: tuple[str, str]) -> None:
    """At the blank; without one by the longest usual family name; else in the middle."""
    assert halves == person((name, "", "")).halves


def test_a_bare_name_has_no_blanks_honorific_or_copula() -> None:
    """Nor the dots between the parts of a foreign one."""
    assert ["高橋裕美子", "フアンテイ", "高橋"] == [
        bare(folded) for folded in ("高橋 裕美子 様", "フアン・テイデス", "高橋 サント申シマス")
    ]


@pytest.mark.parametrize(
    ("text", "start", "alone"),
    [
        ("森翼", 0, True),
        ("大森翼", 1, False),
        ("大　森　翼", 1, False),
        ("大　森　翼子", 1, False),
        ("大 森翼", 1, True),
        ("港区 森 翼", 2, True),
        ("港区 森翼", 2, True),
        ("は 森 翼", 1, True),
        ("名前森翼", 2, True),
        ("市ケ森翼", 2, False),
        ("、森翼", 1, True),
        ("1森翼", 1, True),
        ("タモリ", 1, False),
        ("大モリ", 1, False),
        ("。モリ", 1, True),
        ("ハモリ", 1, True),
        ("名前モリ", 2, True),
    ],
)
def test_a_name_begins_where_nothing_in_front_can_belong_to_it(text: str, start: int, alone: bool) -> None:
    """Single characters set apart are one name; words such as 名前 end in front of one."""
    assert alone is stands_alone_before(Passage(text), start)


@pytest.mark.parametrize(
    ("text", "end", "alone"),
    [
        ("森翼", 2, True),
        ("森翼 子", 2, True),
        ("森翼子", 2, False),
        ("森翼様", 2, True),
        ("森翼へ", 2, True),
        ("森翼、", 2, True),
        ("高マリ", 2, False),
        ("高マ", 2, True),
        ("高マデス", 2, True),
        ("高マ子", 2, False),
    ],
)
def test_a_name_ends_where_nothing_behind_can_belong_to_it(text: str, end: int, alone: bool) -> None:
    """Kana behind kanji is grammar, kana behind kana may be the rest of the name."""
    assert alone is stands_alone_after(Passage(text), end)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (SPACED, "I am Yumiko Takahashi and want no mail"),
        (SPACED, "Yumiko Takahashi-san"),
        (SPACED, "Yumiko Takahashi-sama"),
        (SPACED, "Yumiko Takahashi-sensei"),
        (SPACED, "Yumiko Takahashi-kun"),
        (SPACED, "Yumiko Takahashi-dono"),
        (SPACED, "Yumiko Takahashi-"),
        (SPACED, "Yumiko Takahashi-20000009"),
        (SPACED, "20000009-Yumiko Takahashi"),
        (SPACED, "no 5-Yumiko Takahashi"),
        (SPACED, "Yumiko        Takahashi"),
        (SPACED, "Yumiko Takahashi y.takahashi@example.jp"),
        (HARA, "原（はら）聡"),
        (HARA, "会員番号は20000009原聡相模原市南区古淵3-28-1"),
        (MINSU, "김민수"),
        (MINSU, "저는 김민수입니다"),
        (MINSU, "김민수님"),
        (MINSU, "김민수1"),
        (MINSU, "한1김민수"),
        (MINSU, "김민수 박김민수"),
        (MINSU, "a김민수 씨"),
    ],
)
def test_the_name_on_record_is_seen(record: Named, text: str) -> None:
    """Whatever stands around it that is no part of a name, the record's own address too."""
    assert is_named(record, text)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (SPACED, "Yumiko Takahashi-Sato"),
        (SPACED, "Yumiko Takahashi-wada here"),
        (SPACED, "5 Anna-Yumiko Takahashi"),
        (SPACED, "Yumiko: Takahashi"),
        (SPACED, "Yumiko         Takahashi"),
        (SPACED, "Yu Miko Takahashi"),
        (SPACED, "佐藤 （たかはし）ゆみこ"),
        (HARA, "会員番号は20000009原聡美相模原市南区古淵3-28-1"),
        (HARA, "会員番号は20000009原聡大阪市南区古淵3-28-1"),
        (MINSU, "박김민수"),
        (MINSU, "김민수진"),
        (MINSU, "박민수"),
        (MINSU, "저는 김민"),
        (MINSU, "マイケル オコンネル"),
    ],
)
def test_a_longer_name_or_another_is_not_the_name_on_record(record: Named, text: str) -> None:
    """One more word, another sign between two words: another person may have written."""
    assert not is_named(record, text)


@pytest.mark.parametrize(
    ("record", "text", "found"),
    [
        (MINSU, "저는 김민수입니다", "김민수"),
        (MINSU, "김 민수 씨", "김 민수"),
        (SPACED, "髙橋 裕美子です", "高橋 裕美子"),
        (("王　薫", "オウ カオル", "Kaoru O"), "Kaoru O is here", "kaoru o"),
        (("王　薫", "オウ カオル", "Kaoru O"), "Kaoru O@example.jp", None),
    ],
)
def test_what_is_marked_is_the_name_alone(record: Named, text: str, found: str | None) -> None:
    """Staff see the words that were taken for the name; an e-mail address is none."""
    assert found == name_found(record, text)


@pytest.mark.parametrize(("value", "likeness"), [("김민수", FULL), ("박민수", OTHER)])
def test_a_labelled_name_in_hangul_is_the_record_s_or_another(value: str, likeness: Likeness) -> None:
    """In its field nothing may stand beside the name."""
    assert likeness is person(MINSU).likeness(value)
