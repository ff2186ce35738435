"""What stands behind a lot: building, floor and room, stated in a mail or recorded (policy, section 4, "address")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching import building
from optout_daemon.core.matching.building import Building
from optout_daemon.core.matching.folding import fold

KNOWN = ("コーポ有楽町",)


@pytest.mark.parametrize(
    ("behind", "name", "room"),
    [
        ("309号室", "", "309"),
        (" 309", "", "309"),
        ("-309", "", "309"),
        ("\n309\n", "", "309"),
        ("、309", "", "309"),
        ("、309\n20000002", "", "309"),
        ("三〇九号", "", "309"),
        ("#309", "", "309"),
        ("# A-5 高橋", "", "a5"),
        ("ハイツ3階302", "ハイツ", "302"),
        (" A-309号室", "", "a309"),
        ("コーポ有楽町309", "コーポ有楽町", "309"),
        ("コーポ有楽町", "コーポ有楽町", ""),
        ("コーポ有楽町-309", "コーポ有楽町", "309"),
        ("\nコーポ有楽町 309号", "コーポ有楽町", "309"),
        ("メゾン", "メゾン", ""),
        ("\n第二グリーンハイツ", "第二グリーンハイツ", ""),
        ("エクセル309", "エクセル", "309"),
        ("Excel 309", "excel", "309"),
        ("\nエクセル309号室", "エクセル", "309"),
        ("\n寿309室", "寿", "309"),
        ("ノ有楽町309", "有楽町", "309"),
        ("コーポ有楽町 高橋様方309", "コーポ有楽町", ""),
        ("コーポ有楽町3階", "コーポ有楽町", ""),
        ("メゾン3階", "メゾン", ""),
        ("メゾン3 F", "メゾン", ""),
    ],
)
def test_a_building_and_its_room_are_read_behind_a_lot(behind: str, name: str, room: str) -> None:
    """On the same line or the next, with the recorded name or any that looks like a building's; a floor is no room."""
    read = building.read(fold(behind), 0, KNOWN)

    assert (name, room) == (read.name, read.room)


@pytest.mark.parametrize(
    "behind",
    [
        "",
        "の高橋です",
        " 309 高橋",
        "\n309 高橋",
        "、309 高橋",
        " 20000002",
        "309歳",
        " 高橋 309",
        "\nエクセル 309",
        "、エクセル 309",
        "高橋3階",
        "\nタカハシ 03",
        "ビルは不要です",
        " メゾン停止 309",
        " TEL 309",
        "室",
        "メゾンのカタログはもう結構ですので今後はおやめください",
    ],
)
def test_what_is_not_plainly_a_building_is_none(behind: str) -> None:
    """A person's name, a number or a wish behind the lot says nothing of the room, so it contradicts nothing."""
    read = building.read(fold(behind), 0, KNOWN)

    assert ("", "") == (read.name, read.room)


def test_a_recorded_name_counts_whatever_it_looks_like() -> None:
    """SS30 ends in digits that are no room; with two names on record the whole one counts."""
    names = ("ss30", "寿", "寿壱番")

    assert Building("ss30", "5", 6) == building.read(fold("SS30 5"), 0, names)
    assert Building("ss30", "", 4) == building.read(fold("SS30"), 0, names)
    assert Building("寿壱番", "5", 5) == building.read("寿壱番 5", 0, names)
    assert Building("寿", "", 1) == building.read("寿", 0, ("", "寿"))


def test_a_building_ends_where_its_line_or_its_room_ends() -> None:
    """The review desk marks the whole address."""
    assert "x #309" == "x #309 です"[: building.read("x #309 です", 1).end]
    assert "x ハイツ3階302号室" == "x ハイツ3階302号室です"[: building.read("x ハイツ3階302号室です", 1).end]
    assert "x コーポ309号室" == "x コーポ309号室です"[: building.read("x コーポ309号室です", 1).end]
    assert "x コーポ" == "x コーポ\n高橋"[: building.read("x コーポ\n高橋", 1).end]
    assert "x 309" == "x 309\n高橋"[: building.read("x 309\n高橋", 1).end]


@pytest.mark.parametrize(
    ("tail", "name", "room"),
    [
        (" コーポ有楽町309号室", "コーポ有楽町", "309"),
        ("、コーポ有楽町 ", "コーポ有楽町", ""),
        ("コーポ有楽町309号室、\n", "コーポ有楽町", "309"),
        ("コーポ有楽町309 ", "コーポ有楽町", "309"),
        (" コーポ有楽町-309", "コーポ有楽町", "309"),
        (" コーポ有楽町ノ309", "コーポ有楽町", "309"),
        (" コーポ 2-B", "コーポ", "2b"),
        ("-第2コーポ", "第2コーポ", ""),
        ("ノ第2コーポ-309", "第2コーポ", "309"),
        (" コーポ3階", "コーポ", ""),
        (" コーポ 3F", "コーポ", "3f"),
        ("309", "", "309"),
        ("、\n", "", ""),
        ("", "", ""),
    ],
)
def test_building_and_room_of_a_record_are_parted(tail: str, name: str, room: str) -> None:
    """All that stands behind the recorded lot."""
    recorded = building.recorded(fold(tail))

    assert (name, room) == (recorded.name, recorded.room)


@pytest.mark.parametrize(
    ("stated", "names", "room", "contradicts"),
    [
        (Building("", "309"), ["コーポ"], "309", False),
        (Building("", "0309"), ["コーポ"], "309", False),
        (Building("", "309"), ["コーポ"], "0309", False),
        (Building("", "3090"), ["コーポ"], "309", True),
        (Building("", "309"), ["コーポ"], "3090", True),
        (Building("", "308"), ["コーポ"], "309", True),
        (Building("コーポ", "308"), ["コーポ"], "309", True),
        (Building("", "309"), ["コーポ"], "", False),
        (Building("", ""), ["コーポ"], "309", False),
        (Building("コーポ", ""), [], "", False),
        (Building("コーポ", ""), [""], "309", False),
        (Building("コーポ", ""), ["コーポ有楽町"], "", False),
        (Building("コーポ有楽町", ""), ["コーポ"], "", False),
        (Building("コポ", ""), ["コーポ有楽町"], "", False),
        (Building("ハイツ二", ""), ["ハイツ2"], "", False),
        (Building("o'hara-house", ""), ["oharahouse"], "", False),
        (Building("メゾン・ド", ""), ["メゾンド"], "", False),
        (Building("メゾン", ""), ["コーポ", "メゾン"], "", False),
        (Building("メゾン", ""), ["コーポ", ""], "", True),
        (Building("メゾン", "309"), ["コーポ"], "309", True),
        (Building("メゾン", "309"), ["maison"], "309", False),
        (Building("maison", "309"), ["メゾン"], "309", False),
        (Building("メゾン", ""), ["maison"], "", True),
        (Building("lm古淵", "302"), ["ライオンズマンション古淵"], "302", False),
        (Building("lm古淵", ""), ["ライオンズマンション古淵"], "302", True),
        (Building("lm古", "302"), ["ライオンズマンション古淵"], "302", True),
        (Building("lm淵古", "302"), ["ライオンズマンション古淵"], "302", True),
        (Building("メゾン", "309"), ["maison"], "", True),
        (Building("メゾン", "309"), ["maison"], "308", True),
    ],
)
def test_another_building_or_room_contradicts(stated: Building, names: list[str], room: str, contradicts: bool) -> None:
    """Either may be missing or shortened; Latin letters against kana are told apart by the room alone."""
    assert contradicts is building.contradicts(stated, names, room)


@pytest.mark.parametrize(
    ("name", "looks"),
    [("コーポ", True), ("エクセル", True), ("グリ", False), ("ab", True), ("a", False), ("寿荘", True), ("寿", False)],
)
def test_a_building_is_known_by_katakana_letters_or_a_word(name: str, looks: bool) -> None:
    """Towns are written in kanji; three katakana or two Latin letters are none."""
    assert looks is building.looks_like_one(name)
