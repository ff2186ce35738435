"""Japanese addresses in a running Japanese text: where they begin, what ends them (policy, section 4, "address")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.address import RecordAddress
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.gazetteer import Area
from optout_daemon.core.matching.place import Finding, Place
from optout_daemon.core.model import Agreement, Customer

AGREES, DIFFERS, ABSENT = Agreement.AGREES, Agreement.DIFFERS, Agreement.ABSENT
TOYOHASHI = "愛知県豊橋市有楽町5丁目6番21号 コーポ有楽町309号室"
OTANI = "愛知県名古屋市守山区大谷町1-28-2"
TSU = "三重県津市本町1-2-3"
MIYASHIRO = "埼玉県南埼玉郡宮代町西粂原4-28-19 コーポ401号室"
KOFU = "山梨県甲府市丸の内2丁目33番4号"
YAMATE = "神奈川県横浜市中区山手町85-3"
OTSUKA = "埼玉県比企郡小川町大字大塚55番地"
CODES = {KOFU: "400-0031", TOYOHASHI: "441-8035", OTANI: "463-0041", TSU: "514-0033"}


def finding(address: str, text: str) -> Finding:
    customer = Customer("20000009", "", address, postal_code=CODES.get(address, ""))
    return RecordAddress.of(customer).find(Passage(text))


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (TOYOHASHI, "豊橋有楽町5-6-21"),
        (TOYOHASHI, "豊橋し有楽町5-6-21"),
        (TOYOHASHI, "豊橋市の高橋です。豊橋市有楽町5-6-21"),
        (TOYOHASHI, "豊橋市有楽町5-6-21。豊橋市より"),
        (TOYOHASHI, "引越し先の市 豊橋市有楽町5-6-21"),
        (TOYOHASHI, "有楽町5-6-21、〒441-8035"),
        (TOYOHASHI, "〒441-8035 住所:有楽町5-6-21"),
        (TOYOHASHI, "南有楽町でなく:有楽町5-6-21 〒4418035"),
        (TOYOHASHI, "有楽町5-6-21、有楽町です。〒441ー8035"),
        (TOYOHASHI, "豊橋の者です。有楽町5-6-21"),
        (TOYOHASHI, "私は愛知県有楽町5-6-21"),
        (TOYOHASHI, "豊橋市字有楽町5-6-21"),
        (TOYOHASHI, "豊橋市有楽町字5-6-21"),
        (TOYOHASHI, "豊橋市有楽町5-6-21-309"),
        (OTANI, "名古屋市守山区です。名古屋市大谷町1-28-2"),
        (OTANI, "名古屋大谷町1-28-2"),
        (OTANI, "守山の者です。大谷町1-28-2"),
        (TSU, "津市です。本町1-2-3"),
        (MIYASHIRO, "南埼玉郡宮代町西粂原4-28-19"),
        (MIYASHIRO, "宮代まち西粂原4-28-19"),
        ("愛知県豊橋市大字有楽町5-6-21", "豊橋市有楽町5-6-21"),
        ("愛知県豊橋市有楽町5-6-21 Maison 309", "豊橋市有楽町5-6-21-309"),
        ("愛知県豊橋市有楽町5-6-21 寿309", "豊橋市有楽町5-6-21寿309"),
        ("愛知県豊橋市有楽町5-6-21-309", "豊橋市有楽町5-6-21 309号室"),
        ("東京都中央区日本橋1-2-3", "私は東京中央区日本橋1-2-3"),
        ("東京都府中市宮町1-2-3", "東京 府中市宮町1-2-3"),
        (TOYOHASHI, "石川\n豊橋市有楽町5-6-21"),
        ("愛知県名古屋市中区栄タワー3-4-5", "中区栄3-4-5"),
        ("東京都中央区晴海タワー1-2-24", "中央区晴海1-2-24"),
        ("東京都中央区晴海ビル1-2-24", "中央区晴海1-2-24"),
        ("北海道札幌市北区北10条西4-1-19", "札幌市北区北十条西4-1-19"),
        ("北海道河東郡士幌町東150線4", "士幌町東百五十線4番地"),
        ("北海道河東郡士幌町東百五十線4", "士幌町東150線4番地"),
        ("愛知県岡崎市井ノ口町6丁目15番22号", "岡崎です。住所:井の口町6-15-22"),
    ],
)
def test_the_town_is_found_behind_city_ward_or_postal_code(address: str, text: str) -> None:
    """In any of several places; 市 may be missing or in kana, 大字 and a building inside the town may be left out."""
    assert AGREES is finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (TSU, "津本町1-2-3"),
        (TSU, "津です。本町1-2-3"),
        (TSU, "京都府津市本町1-2-3"),
        (OTANI, "名古屋市守山区5-6"),
        (OTANI, "守山区は1-28-2"),
        (OTANI, "中市守山区大谷町1-28-2"),
        (MIYASHIRO, "北葛飾郡宮代町西粂原4-28-19"),
        (TOYOHASHI, "豊川の者です。有楽町5-6-21"),
        (TOYOHASHI, "〒441-80351 有楽町5-6-21"),
        (TOYOHASHI, "〒1441-8035 有楽町5-6-21"),
        (TOYOHASHI, "〒441-8036 有楽町5-6-21"),
        (TOYOHASHI, "〒441-8035 南有楽町5-6-21"),
        (TOYOHASHI, "愛知県です。私は有楽町5-6-21"),
        (TOYOHASHI, "豊橋市有5-6-21"),
        (TOYOHASHI, "豊橋市有楽町"),
        ("東京都中央区日本橋1-2-3", "大阪市中央区日本橋1-2-3"),
        ("東京都中央区日本橋1-2-3", "大阪 中央区日本橋1-2-3"),
        ("大阪府大阪市中央区日本橋1-2-3", "東京中央区日本橋1-2-3"),
        ("東京都府中市宮町1-2-3", "広島 府中市宮町1-2-3"),
        ("東京都中央区日本橋1-2-3", "大阪府大阪市中央区日本橋1-2-3"),
        ("愛知県豊橋市大手館1-2-3", "豊橋市大手1-2-3"),
        ("愛知県豊橋市有楽町5-6-21 寿309", "豊橋市有楽町5-6-21寿308"),
        ("愛知県豊橋市有楽町5-6-21", "豊橋市有楽町5-6-21-309"),
        ("北海道河東郡士幌町東150線4", "士幌町東百五十一線4番地"),
        ("北海道河東郡士幌町東15000線4", "士幌町東1線4番地"),
    ],
)
def test_another_city_town_or_room_never_agrees(address: str, text: str) -> None:
    """津 stands in many names, 豊 in many cities; a longer number is no postal code."""
    assert AGREES is not finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (TOYOHASHI, "朝丘町1-2、豊橋市の者です"),
        (TOYOHASHI, "豊橋市"),
        (TOYOHASHI, "東豊橋市"),
        (OTANI, "名古屋市守山区5-6"),
        (TSU, "津1-2-3"),
        ("石川県新興市大手町1-2-3", "しんこうし おおてまち 1-2-4"),
    ],
)
def test_where_no_town_follows_the_city_nothing_is_said(address: str, text: str) -> None:
    """Then the mail gives no address of this city, and none is held against it."""
    assert ABSENT is finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (KOFU, "甲府の五味です。住所は東京都千代田区 丸の内2-33-4"),
        (KOFU, "甲府の五味です。住所は東京都千代田区\n丸の内2-33-4"),
        (KOFU, "甲府の五味です。住所は(東京都千代田区)丸の内2-33-4"),
        (KOFU, "甲府の五味です。住所は千代田区、丸の内2-33-4"),
        (KOFU, "甲府の五味です。住所は東京 丸の内2-33-4"),
        (KOFU, "甲府の五味です。住所は北海道 丸の内2-33-4"),
        (KOFU, "甲府の五味です。南アルプス市、大字丸の内2-33-4"),
        (KOFU, "〒400-0031 かすみがうら市 丸の内2-33-4"),
        (YAMATE, "横浜の者です。名古屋市中区 山手町85-3"),
        (YAMATE, "横浜の者です。名古屋 中区 山手町85-3"),
        (TSU, "津市の者です。大津市 本町1-2-3"),
        (OTSUKA, "小川町の者です。比企郡嵐山町 大塚55番地"),
        ("岐阜県揖斐郡池田町本郷1-2-3", "池田町の者です。長野県北安曇郡池田町 本郷1-2-3"),
        ("岐阜県揖斐郡池田町本郷1-2-3", "池田町の者です。北安曇郡 池田町 本郷1-2-3"),
        (OTSUKA, "小川町の者です。長野県 小川町、大塚55番地"),
    ],
)
def test_the_town_alone_is_not_enough_behind_another_city(address: str, text: str) -> None:
    """A blank, a bracket or a line between a city and its town does not make the town that of the record."""
    assert AGREES is not finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (KOFU, "甲府の五味です。山梨県、丸の内2-33-4"),
        (KOFU, "甲府の五味です。山梨 丸の内2-33-4"),
        ("岐阜県揖斐郡池田町本郷1-2-3", "岐阜県 揖斐郡 池田町 本郷1-2-3"),
        (KOFU, "〒400-0031 山梨県 甲府 丸の内2-33-4"),
        (
            KOFU,
            "甲府の五味です。丸の内2-33-4です。いつもお世話になっておりますが、これまでに届いたカタログがたくさんありますので止めてください。なお、前にもお店(東京都千代田区)に伝えました。",
        ),
        (YAMATE, "横浜の者です。横浜市 中区、山手町85-3"),
        (YAMATE, "横浜の者です。山手町85-3（横浜市）"),
        (TSU, "津市の者です。津市 本町1-2-3"),
        (OTSUKA, "小川町の者です。比企郡、大塚55番地"),
        (OTSUKA, "小川町の者です。埼玉 比企郡 小川町、大塚55番地"),
        ("愛知県豊橋市有楽町5\nコーポ有楽309号室", "豊橋市有楽町5"),
        ("東京都杉並区阿佐ヶ谷北3-12-4", "杉並の者です。阿佐谷北3-12-4"),
    ],
)
def test_the_town_alone_is_enough_where_its_own_city_stands_near(address: str, text: str) -> None:
    """In front of it, in brackets behind it or elsewhere; a shop in brackets further down is not the address."""
    assert AGREES is finding(address, text).agreement


@pytest.mark.parametrize(
    ("text", "agreement"),
    [
        ("甲府の五味圭一です。住所は丸の内2-33-4（400-0031 山梨県甲府市）。", AGREES),
        ("甲府市丸の内2-33-4の三浦です。", AGREES),
        ("甲府の五味圭一です。丸の内2-33-5です。", DIFFERS),
        ("甲府の五味圭一です。", ABSENT),
    ],
)
def test_a_number_in_a_family_name_is_no_lot(text: str, agreement: Agreement) -> None:
    """五味 of 甲府 and 三浦 behind の are people."""
    assert agreement is finding(KOFU, text).agreement


@pytest.mark.parametrize(
    ("text", "agreement", "covered"),
    [
        ("私は愛知県豊橋市有楽町5-6-21です", AGREES, "愛知県豊橋市有楽町5-6-21"),
        ("私は愛知豊橋市有楽町5丁目 6番 21号です", AGREES, "愛知豊橋市有楽町5丁目 6番 21号"),
        ("私は豊橋市有楽町5-6-21コーポ309号室の者", AGREES, "豊橋市有楽町5-6-21コーポ309号室"),
        ("〒441-8035 有楽町5-6-21-309です", AGREES, "有楽町5-6-21-309"),
        ("私は愛知県豊橋市有楽町5-6-22です", DIFFERS, "愛知県豊橋市有楽町5-6-22"),
        ("私は愛知県豊橋市朝丘町 1-2です", DIFFERS, "愛知県豊橋市朝丘町 1-2"),
        ("私 とよはしし ゆうらくちょう 5-6-21 です", AGREES, "トヨハシシ ユウラクチョウ 5-6-21"),
        ("私 とよはしし あさおかちょう 1-11 です", DIFFERS, "トヨハシシ アサオカチョウ 1-11"),
    ],
)
def test_the_whole_address_is_marked_in_the_text(text: str, agreement: Agreement, covered: str) -> None:
    """The review desk shows where it was seen, from prefecture to room."""
    found = finding(TOYOHASHI, text)

    assert (agreement, covered) == (found.agreement, Passage(text).folded[found.start : found.end])


@pytest.mark.parametrize(
    ("address", "text", "agreement"),
    [
        (TOYOHASHI, "とよはしし　ゆうらくちょう 5-6-21-309", AGREES),
        (TOYOHASHI, "あいちけん とよはしし ゆうらくちょう 5の6の21", AGREES),
        (TOYOHASHI, "とよはしし 20000002、とよはしし ゆうらくちょう 5-6-21", AGREES),
        (TOYOHASHI, "とよはししの とよはしし ゆうらくちょう 5-6-21", AGREES),
        (TOYOHASHI, "とよはしし あさおかちょう 1-2。とよはしし ゆうらくちょう 5-6-21", AGREES),
        (TOYOHASHI, "とよはしし　ゆうらくちょう 5-6-21-308", DIFFERS),
        (TOYOHASHI, "とよはしし　ゆうらくちょう 5-6-309", DIFFERS),
        (TOYOHASHI, "とよはしし　ゆうらくちょう 5-6", DIFFERS),
        (TOYOHASHI, "とよはしし　ゆうらくちょう 5-6-22", DIFFERS),
        (TOYOHASHI, "とよはしし　ゆうらくちょう 20000002", ABSENT),
        (TOYOHASHI, "とよかわし　ゆうらくちょう 5-6-21", ABSENT),
        (OTANI, "なごやし もりやまく おおたにまち 1-28-2", AGREES),
        (OTANI, "なごやし みどりく おおたにまち 1-28-2", ABSENT),
        (MIYASHIRO, "みやしろまち にしくめはら 4-28-19", AGREES),
        ("石川県新興市大手町1-2-3", "しんこうし おおてまち 1-2-3", ABSENT),
    ],
)
def test_an_address_all_in_kana_is_read_by_its_sound(address: str, text: str, agreement: Agreement) -> None:
    """City or ward with its suffix, then the town, then the same numbers, perhaps with the room."""
    assert agreement is finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (
            TOYOHASHI,
            Place(
                Area("愛知県", "", "豊橋市", "", ("AITI", "TOYOHASI")),
                "有楽町",
                (5, 6, 21),
                "コーポ有楽町",
                "309",
                "12",
            ),
        ),
        (
            "豊橋市有楽町5-6-21-309",
            Place(Area("愛知県", "", "豊橋市", "", ("AITI", "TOYOHASI")), "有楽町", (5, 6, 21), "", "309", "12"),
        ),
        (
            "豊橋市有楽町951",
            Place(Area("愛知県", "", "豊橋市", "", ("AITI", "TOYOHASI")), "有楽町", (951,), "", "", "12"),
        ),
        (
            "豊橋市大字有楽町字三951番地",
            Place(Area("愛知県", "", "豊橋市", "", ("AITI", "TOYOHASI")), "有楽町三", (951,), "", "", "12"),
        ),
        (
            "新興市大手町1-2",
            Place(Area("", "", "新興市", "", ()), "大手町", (1, 2), "", "", "12"),
        ),
    ],
)
def test_a_recorded_address_is_taken_apart(address: str, place: Place) -> None:
    """Area, town, lot, building, room and the digits of the postal code."""
    assert place == Place.of(address, "〒1-2")


@pytest.mark.parametrize("address", ["", "愛知県豊橋市", "住所不定", "愛知県豊橋市 20000002"])
def test_without_a_lot_there_is_no_place(address: str) -> None:
    """A town alone is no address."""
    assert None is Place.of(address, "441-8035")
