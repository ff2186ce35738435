"""Homes in buildings of Japan, against the record: with the room or without, never in another (policy, section 4)."""

from __future__ import annotations

import pytest

from tests.core.home_cases import AGREES, Home, judged, pairs, read_from_a_mail

HOMES: tuple[Home, ...] = (
    (
        "東京都世田谷区若林4-21-8 メゾン若林202",
        "154-0023",
        (
            "世田谷区若林4-21-8-202",
            "世田谷区若林4-21-8 #202",
            "世田谷区若林4丁目21番8号202号室",
            "世田谷区若林4-21-8 メゾン202",
            "世田谷区若林4-21-8 M若林202",
            "世田谷区若林4-21-8 Maison Wakabayashi 202",
            "世田谷区若林4－21－8　メゾン若林２０２号",
            "世田谷区若林4-21-8（メゾン若林202）",
            "世田谷区若林4-21-8 メゾン若林 2F 202",
            "202, 4-21-8 Wakabayashi, Setagaya-ku",
            "#202, 4-21-8 Wakabayashi, Setagayaku, Tokyo",
            "4-21-8-202 Wakabayashi, Setagaya-ku, Tokyo",
            "Maison Wakabayashi #202, 4-21-8 Wakabayashi, Setagaya Ward, Tokyo",
            "4-21-8 Wakabayashi Setagayaku Tokyo",
            "202 Maison Wakabayashi, Wakabayashi 4-21-8, Setagaya, Tokyo",
        ),
        (
            "世田谷区若林4-21-8-203",
            "世田谷区若林4-21-8 メゾン代田202",
            "世田谷区若林4-21-18-202",
            "世田谷区若林4-21-8 #203",
            "世田谷区代田4-21-8-202",
            "4-21-8-302 Wakabayashi, Setagaya-ku",
            "#203, 4-21-8 Wakabayashi, Setagaya-ku",
            "203 Maison Wakabayashi, 4-21-8 Wakabayashi, Setagaya-ku",
            "4-12-8 Wakabayashi Setagayaku Tokyo",
        ),
    ),
    (
        "東京都港区麻布十番1-7-3 十番館802",
        "106-0045",
        (
            "802 Juban-kan, 1-7-3 Azabu-Juban, Minato-ku, Tokyo",
            "Juban-kan 802, Azabujuban 1-7-3, Minato-ku",
            "1-7-3-802 Azabujuban, Minato-ku, Tokyo",
            "Room 802, 1-7-3 Azabu-jyuban, Minatoku, Tokyo",
            "Juban Kan 802, 1-7-3 Azabu Juban, Minato City, Tokyo",
            "港区麻布十番1-7-3",
            "港区麻布十番一丁目7番3号十番館八〇二",
        ),
        (
            "803 Juban-kan, 1-7-3 Azabu-Juban, Minato-ku, Tokyo",
            "802 Juban-kan, 1-7-4 Azabu-Juban, Minato-ku, Tokyo",
            "802 Juban-kan, 1-7-3 Azabudai, Minato-ku, Tokyo",
            "802 Juban-kan, 1-7-3 Azabu-Juban, Meguro-ku, Tokyo",
            "Room 820, 1-7-3 Azabu-jyuban, Minatoku, Tokyo",
        ),
    ),
    (
        "山梨県甲府市丸の内2丁目33番4号 丸の内ハイツ703",
        "400-0031",
        (
            "丸の内2-33-4丸の内ハイツ703（400-0031 山梨県甲府市）",
            "丸の内2-33-4（甲府市）",
            "丸ノ内2-33-4 丸の内ハイツ703（山梨県甲府市）",
            "丸の内２－３３－４（〒400-0031）",
            "甲府市 丸の内2-33-4",
            "甲府市（丸の内2-33-4）",
            "甲府市丸之内2丁目33番4号",
            "2-CHOME 33-4 MARUNOUCHI, KOFU-SHI, YAMANASHI",
            "MARUNOUCHI 2CHOME 33-4, KOFU, YAMANASHI 400-0031",
            "33-4 Marunouchi 2-chome, Kofu, Yamanashi",
        ),
        (
            "丸の内2-33-4（東京都千代田区）",
            "丸の内2-33-4丸の内ハイツ704（400-0031 山梨県甲府市）",
            "丸の内2-34-3（山梨県甲府市）",
            "北口2-33-4（山梨県甲府市）",
            "2-33-4 Marunouchi, Chiyoda-ku, Tokyo",
        ),
    ),
    (
        "神奈川県相模原市南区古淵3-28-1 ライオンズマンション古淵912",
        "252-0344",
        (
            "相模原市南区古淵3-28-1",
            "相模原市南区古淵3-28-1 LM古淵912",
            "相模原市南区古淵3-28-1 ライオンズM古淵912",
            "相模原市南区古淵3-28-1 ライオンズ古淵912",
            "相模原市南区古淵３ー２８ー１ー９１２",
            "相模原市古淵3-28-1",
            "912 Lions Mansion Kobuchi, 3-28-1 Kobuchi, Minami-ku, Sagamihara",
        ),
        (
            "相模原市南区古淵3-28-1 LM古淵913",
            "相模原市南区古淵3-28-1 ライオンズ古淵192",
            "相模原市中央区古淵3-28-1",
            "相模原市南区古淵3-21-8",
        ),
    ),
    (
        "埼玉県川口市本町4丁目5-26 コーポ本町302",
        "332-0012",
        (
            "川口市本町4-5-26-302",
            "川口市本町4丁目5番26号　３０２",
            "川口市本町4-5-26 コーポ本町3階302",
            "コーポ本町302、川口市本町4-5-26",
        ),
        (
            "川口市本町4-5-26-303",
            "川口市元郷4-5-26",
            "川口市本町4-5-2-302",
            "川越市本町4-5-26",
            "川口市本町4-5-26 コーポ本町202",
        ),
    ),
    (
        "3-2-1 Nishi-Shinjuku, Shinjuku-ku, Tokyo",
        "160-0023",
        (
            "東京都新宿区西新宿3-2-1",
            "3-2-1 Nishishinjuku, Shinjuku City, Tokyo",
            "3-2-1, Nishi Shinjuku, Shinjukuku, Tokyo",
            "新宿区西新宿三丁目2番1号",
        ),
        (
            "3-2-1 Kita-Shinjuku, Shinjuku-ku, Tokyo",
            "新宿区北新宿3-2-1",
            "新宿区西新宿3-2-11",
            "3-1-2 Nishi-Shinjuku, Shinjuku-ku, Tokyo",
        ),
    ),
    (
        "Bluff Heights 502, 74 Yamate-cho, Naka-ku, Yokohama",
        "231-0862",
        (
            "横浜市中区山手町74 ブラフハイツ502",
            "74 Yamatecho, Nakaku, Yokohama",
            "Yamate-cho 74, Naka-ku, Yokohama-shi, Kanagawa",
            "神奈川県横浜市中区山手町74",
        ),
        (
            "横浜市中区山手町47",
            "横浜市中区山手町74 ブラフハイツ503",
            "74 Yamashita-cho, Naka-ku, Yokohama",
            "横浜市西区山手町74",
        ),
    ),
    (
        "東京都世田谷区若林4-21-8の第2メゾン202",
        "154-0023",
        ("世田谷区若林4-21-8 第2メゾン202", "世田谷区若林4-21-8 202号室"),
        ("世田谷区若林4-21-8 第2メゾン203",),
    ),
    (
        "東京都世田谷区若林4-21-8-第2メゾン",
        "154-0023",
        ("世田谷区若林4-21-8 第2メゾン", "世田谷区若林4-21-8"),
        ("世田谷区若林4-21-9 第2メゾン",),
    ),
    (
        "Bluff 502, 74-3 Yamate-cho, Naka-ku, Yokohama",
        "",
        ("横浜市中区山手町74-3-502",),
        ("横浜市中区山手町74-3-503", "Bluff 503, 74-3 Yamate-cho, Naka-ku, Yokohama"),
    ),
)


@pytest.mark.parametrize(("address", "code", "said"), list(pairs(HOMES, same=True)))
def test_a_clerk_takes_it_for_the_address_on_record(address: str, code: str, said: str) -> None:
    """Policy, section 4: another spelling, order, script or abbreviation of the same town and lot."""
    assert {AGREES} == judged(address, code, said)


@pytest.mark.parametrize(("address", "code", "said"), list(pairs(HOMES, same=False)))
def test_a_clerk_does_not_take_it_for_the_address_on_record(address: str, code: str, said: str) -> None:
    """Another town, street, direction, lot, flat or digit: opting out the wrong person is worse than asking staff."""
    assert AGREES not in judged(address, code, said)


@pytest.mark.parametrize(("address", "code", "said"), list(pairs(HOMES, same=False)))
def test_what_the_reading_cuts_off_an_address_still_contradicts(address: str, code: str, said: str) -> None:
    """The reading may see only 若林4-21-8 of 若林4-21-8 メゾン代田202; the whole of it is another home."""
    assert AGREES is not read_from_a_mail(address, code, said)
