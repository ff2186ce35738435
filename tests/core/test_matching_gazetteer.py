"""Japan's municipalities: how the table is taken apart, and how an address is split by it."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching import gazetteer
from optout_daemon.core.matching.gazetteer import Area, locate, place_form
from optout_daemon.core.matching.variants import municipalities


def test_every_municipality_is_taken_apart_into_county_city_and_ward() -> None:
    """With the sounds of its parts; 市 and 郡 stand inside names too. Read anew, for the table is kept."""
    areas = gazetteer.areas.__wrapped__()

    assert (Area("愛知県", "", "豊橋市", "", ("AITI", "TOYOHASI")),) == areas["豊橋市"]
    assert (Area("愛知県", "", "名古屋市", "守山区", ("AITI", "NAGOYA", "MORIYAMA")),) == areas["名古屋市守山区"]
    assert (Area("大阪府", "", "堺市", "堺区", ("OSAKA", "SAKAI", "SAKAI")),) == areas["堺市堺区"]
    assert (Area("高知県", "高岡郡", "梼原町", "", ("KOTI", "TAKAOKA", "YUSUHARA")),) == areas["梼原町"]
    assert (Area("福島県", "", "郡山市", "", ("HUKUSIMA", "KORIYAMA")),) == areas["郡山市"]
    assert (Area("東京都", "", "港区", "", ("TOKYO", "MINATO")),) == areas["港区"]
    assert (Area("北海道", "余市郡", "余市町", "", ("HOQKAIDO", "YOITI", "YOITI")),) == areas["余市町"]
    assert (Area("山梨県", "南都留郡", "富士河口湖町", "", ("YAMANASI", "MINAMITURU", "HUZIKAWAGUTIKO")),) == areas[
        "富士河口湖町"
    ]
    assert (Area("東京都", "", "三宅島三宅村", "", ("TOKYO", "MIYAKEZIMAMIYAKE")),) == areas["三宅島三宅村"]
    assert ["東京都", "広島県"] == [area.prefecture for area in areas["府中市"]]


def test_the_tables_by_part_and_by_sound_hold_all_of_it() -> None:
    """津市 is a part by itself; a ward is found by its sound wherever it lies."""
    assert {"津市", "大津市", "守山区", "名古屋市", "梼原町"} < gazetteer.parts.__wrapped__()
    assert 47 == len(gazetteer.prefectures.__wrapped__())
    assert "愛知県" == gazetteer.sounds.__wrapped__()["AITI"]
    assert "豊橋市" == gazetteer.sounds.__wrapped__()["TOYOHASI"]
    assert "NAGOYA" in gazetteer.cities_with_wards.__wrapped__()
    assert {"東京都", "愛知県", "大阪府"} <= {area.prefecture for area in gazetteer.by_sound.__wrapped__()["MINATO"]}


def test_every_name_in_the_table_ends_in_its_kind() -> None:
    """A romanised name that was cut off at its end (Mac for Machi) would hide the county in front of it."""
    kinds = ("Shi", "Ku", "Cho", "Machi", "Mura", "Son")

    assert [] == [one.kanji for one in municipalities() if one.romaji.split()[-1] not in kinds]


@pytest.mark.parametrize(
    ("address", "area", "rest"),
    [
        ("津市本町", ("三重県", "", "津市", ""), "本町"),
        ("東京都", ("東京都", "", "", ""), ""),
        ("東京都どこか", ("東京都", "", "", ""), "ドコカ"),
        ("東京都府中市本町", ("東京都", "", "府中市", ""), "本町"),
        ("広島県府中市本町", ("広島県", "", "府中市", ""), "本町"),
        ("愛知県東京市本町", ("愛知県", "", "東京市", ""), "本町"),
        ("新興市大手区一番", ("", "", "新興市", "大手区"), "一番"),
        ("新興郡新興町一番", ("", "新興郡", "新興町", ""), "一番"),
        ("高岡郡檮原町坂本川", ("高知県", "高岡郡", "檮原町", ""), "坂本川"),
        ("小田郡檮原町坂本川", ("", "小田郡", "檮原町", ""), "坂本川"),
        ("", ("", "", "", ""), ""),
    ],
)
def test_an_address_is_split_at_its_municipality(address: str, area: tuple[str, ...], rest: str) -> None:
    """By the table where prefecture and county fit, else by form; what is not there stays empty."""
    located, behind = locate(place_form(address))

    assert tuple(map(place_form, area)) == (located.prefecture, located.county, located.city, located.ward)
    assert place_form(rest) == behind


def test_the_place_form_makes_one_of_what_varies_in_place_names() -> None:
    """Blanks and middle dots, ヶ and ケ and が, の and 之, small kana."""
    assert "霞ケ関ノヤ" == place_form("霞 が・関\n之 ゃ")
