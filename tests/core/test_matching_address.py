"""When an address as written is the address on record (policy, section 4, "address")."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optout_daemon.core.matching import lot
from optout_daemon.core.matching.address import RecordAddress, any_address
from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.gazetteer import locate, place_form
from optout_daemon.core.matching.town_reading import can_be_read
from optout_daemon.core.model import Agreement, Customer
from tests.core.matching_cases import customers, wide

AGREES, DIFFERS, ABSENT = Agreement.AGREES, Agreement.DIFFERS, Agreement.ABSENT


def found(address: str, text: str, postal_code: str = "") -> Agreement:
    return RecordAddress.of(Customer("20000009", "", address, postal_code=postal_code)).find(Passage(text)).agreement


TOYOHASHI = "愛知県豊橋市有楽町5丁目6番21号 コーポ有楽町309号室"


@pytest.mark.parametrize(
    "written",
    [
        TOYOHASHI,
        "〒441-8035 愛知県豊橋市有楽町5-6-21 コーポ有楽町309",
        "豊橋市有楽町5-6-21",
        "豊橋市有楽町５−６−２１",
        "豊橋市有楽町５ー６ー２１",
        "豊橋市有楽町五丁目六番二十一号",
        "豊橋市有楽町五丁目六番二一号",
        "豊橋市有楽町5丁目6の21",
        "豊橋市有楽町5丁目 6番 21号",
        "豊橋市有楽町5-6-\n21",
        "豊橋市有\n楽町5-6-21",
        "愛知県豊橋市大字有楽町5-6-21",
        "豊橋市有楽町5-6-21-309",
        "豊橋市有楽町5-6-21の309",
        "豊橋市有楽町5-6-21 309号室",
        "豊橋市有楽町5-6-21コーポ309",
        "豊橋市有楽町5-6-21、コーポ有楽町の三〇九",
        "豊橋市有楽町5-6-21\nコーポ有楽町 309号",
        "豊橋 有楽町5-6-21",
        "とよはしし　ゆうらくちょう 5-6-21",
        "5-6-21 Yuraku-cho, Toyohashi-shi, Aichi",
        "Corpo 309, 5-6-21 Yurakucho, Toyohashi, Aichi 441-8035, Japan",
        "豊橋の高橋です。有楽町5-6-21に住んでいます。",
    ],
)
def test_the_same_japanese_address_agrees_however_it_is_written(written: str) -> None:
    """Postal code, prefecture and building may be missing; the numbers have many forms; romaji and kana are read."""
    assert AGREES is found(TOYOHASHI, written, "441-8035")


@pytest.mark.parametrize(
    "written",
    [
        "豊橋市有楽町5-6-22",
        "豊橋市有楽町5-6-2",
        "豊橋市有楽町5-6",
        "豊橋市有楽町5-16-21",
        "豊橋市有楽町56-21",
        "豊橋市有楽町5-6-21-308",
        "豊橋市有楽町5-6-21 コーポ有楽町308号室",
        "豊橋市有楽町5-6-21 メゾン309号室",
        "豊橋市有楽町5-6-21\nハイツ有楽 309号",
        "豊橋市有楽5-6-21",
        "豊橋市有楽町北5-6-21",
        "豊橋市南有楽町5-6-21",
        "豊橋市朝丘町5-6-21",
        "5-6-22 Yuraku-cho, Toyohashi-shi, Aichi 441-8035",
        "5-6-21 Asaoka-cho, Toyohashi-shi, Aichi 441-8035",
        "5-6-21 Yuraku-cho, Toyokawa-shi, Aichi",
        "Corpo 308, 5-6-21 Yurakucho, Toyohashi, Aichi 441-8035",
        "とよはしし　ゆうらくちょう 5-6-22",
        "とよはしし　あさおかちょう 5-6-21",
    ],
)
def test_another_town_lot_building_or_room_differs(written: str) -> None:
    """However alike it looks: 5-6-2 is as near to 5-6-21 as a misprint, and another house."""
    assert DIFFERS is found(TOYOHASHI, written, "441-8035")


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("広島県府中市本町1-2-3", "東京都府中市本町1-2-3"),
        ("三重県津市本町1-2-3", "滋賀県大津市本町1-2-3"),
        ("大阪府大阪市西区北堀江1-2-3", "横浜市西区北堀江1-2-3"),
        ("大阪府大阪市西区北堀江1-2-3", "東大阪市北堀江1-2-3"),
        ("愛知県名古屋市守山区大谷町1-28-2", "大谷町1-28-2"),
        ("神奈川県横浜市緑区中山1-2-3", "さいたま市緑区中山1-2-3"),
        ("岡山県小田郡矢掛町本堀12", "広島県神石郡矢掛町本堀12"),
    ],
)
def test_the_same_town_in_another_city_is_not_the_address(address: str, written: str) -> None:
    """Many cities have a 本町, and many wards are called 西区."""
    assert AGREES is not found(address, written)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("東京都中央区晴海オフィスタワーＺ1-2-24", "〒104-6219\n東京都中央区晴海1-2-24\nオフィスタワーＺ"),
        ("東京都中央区晴海オフィスタワーＺ1-2-24", "中央区晴海1-2-24"),
        (
            "東京都渋谷区恵比寿恵比寿ガーデンプレイス3-20-8",
            "Yebisu Garden Place, 3-20-8 Ebisu, Shibuya-ku, Tokyo 150-6017",
        ),
        ("東京都新宿区早稲田鶴巻町6-40-20", "6-40-20 Waseda Tsurumaki-cho, Shinjuku-ku, Tokyo 162-0041"),
        ("大阪府枚方市星丘5-7-21", "5-7-21 Hoshigaoka, Hirakata-shi, Osaka-fu"),
        ("沖縄県島尻郡南風原町本部6-26-13 メゾン509号室", "沖縄県島尻郡南風原町字本部6-26-13　メゾン509"),
        ("兵庫県神崎郡神河町比延5-37-9 コーポ比延202号室", "神河町比延5-37-9"),
        ("愛知県岡崎市井ノ口町6丁目15番22号 コーポ309号室", "岡崎市井の口町6-15-22-309"),
        ("東京都千代田区霞が関1-2-3", "千代田区霞ヶ関１ー２ー３"),
        ("愛知県春日井市杁ケ島町951番地", "春日井市杁ヶ島町951"),
        ("北海道札幌市北区北十条西4-1-19", "札幌市北区北10条西4丁目1-19"),
        ("高知県高岡郡檮原町坂本川2950番地 サンハイム304号室", "高岡郡梼原町坂本川2950"),
        ("福島県相馬市中村字大手先63番地3", "相馬市中村大手先63-3"),
        ("岩手県下閉伊郡山田町船越第6地割50番地", "山田町船越6地割50"),
        ("宮崎県都城市姫城町6街区21号", "都城市姫城町６−２１"),
        ("茨城県行方市玉造乙704番地 マンション311", "行方市玉造乙７０４"),
        ("石川県かほく市高松ノ12番地3", "カホクシ高松ノ１２－３"),
        ("秋田県湯沢市御囲地町962番地12", "湯沢市御囲地町962番地の12"),
        ("三重県伊勢市二見町茶屋111番地8", "伊勢の堀内です。二見町茶屋111-8、番号は20000001"),
        ("愛知県名古屋市守山区大谷町1-28-2", "守山区大谷町1-28-2"),
        ("愛知県名古屋市守山区大谷町1-28-2", "名古屋市大谷町1-28-2"),
        ("愛知県一宮市浅井町大野6-35-17 コーポ201", "一宮市浅井町大野6-35-17の井上花子（73940241）です。"),
        ("埼玉県南埼玉郡宮代町西粂原4-28-19 コーポ401号室", "宮代町西粂原4-28-19 TEL 03-1234-5678"),
        ("埼玉県南埼玉郡宮代町西粂原4-28-19 コーポ401号室", "宮代町西粂原4-28-19\nメルマガとカタログを停止"),
        ("埼玉県南埼玉郡宮代町西粂原4-28-19 コーポ401号室", "宮代町西粂原4-28-19\n1. 山田"),
        (
            "宮城県仙台市青葉区中央ＳＳ３０住友生命仙台中央ビル4-37-15",
            "仙台市青葉区中央4-37-15 SS30住友生命仙台中央ビル",
        ),
    ],
)
def test_the_oddities_of_japanese_masters_and_writers_agree(address: str, written: str) -> None:
    """A tower inside the town, 大字, 条, 地割, 街区, the room hung on the lot, an omitted county, text that goes on."""
    code = {"東京都渋谷区恵": "150-6017", "東京都新宿区早": "162-0041"}.get(address[:7], "")

    assert AGREES is found(address, written, code)


def test_the_postal_code_stands_for_the_city() -> None:
    """It names city and town; without either the town alone could lie anywhere."""
    assert AGREES is found("愛知県名古屋市守山区大谷町1-28-2", "〒463-0041 大谷町1-28-2", "463-0041")
    assert ABSENT is found("愛知県名古屋市守山区大谷町1-28-2", "〒463-0042 大谷町1-28-2", "463-0041")


ROPPONGI = "3-38-8 Roppongi, Minato-ku, Tokyo"


@pytest.mark.parametrize(
    "written",
    [
        ROPPONGI,
        "3-38-8 ROPPONGI MINATO-KU TOKYO 106-0032",
        "Tokyo, Minato-ku, Roppongi 3-chome 38-8",
        "Roppongi 3-38-8\nMinato-ku\nTokyo",
        "38-8 Roppongi 3-chome, Minato-ku, Tokyo",
        "3 chome 38 ban 8 go Roppongi, Minato Ward, Tokyo",
        "3-38-8 Roppongi, Minato-ku, Tōkyō-to, Japan",
        "東京都港区六本木3-38-8",
        "港区六本木三丁目38番8号",
    ],
)
def test_a_japanese_address_in_latin_letters_agrees_in_either_order_and_script(written: str) -> None:
    """Residents write it as a foreigner reads it, as a Japanese says it, or in kanji."""
    assert AGREES is found(ROPPONGI, written)


@pytest.mark.parametrize(
    "written",
    [
        "3-38-9 Roppongi, Minato-ku, Tokyo",
        "38-8 Roppongi, Minato-ku, Tokyo",
        "3-38-8 Akasaka, Minato-ku, Tokyo",
        "3-38-8 Roppongi, Shibuya-ku, Tokyo",
        "3-38-8 Roppongi, Minato-ku, Osaka",
        "2-11-3 Meieki, Nakamura-ku, Nagoya 450-0002",
        "東京都港区六本木3-38-9",
        "東京都港区赤坂3-38-8",
    ],
)
def test_another_japanese_address_in_latin_letters_differs(written: str) -> None:
    """Another lot, town, ward or city."""
    assert DIFFERS is found(ROPPONGI, written)


def test_in_latin_letters_a_room_in_front_counts_too() -> None:
    """Bluff Heights 503 is next door."""
    record = "Bluff Heights 502, 74 Yamate-cho, Naka-ku, Yokohama"

    assert AGREES is found(record, "74 Yamate-cho, Naka-ku, Yokohama")
    assert AGREES is found(record, "Bluff Heights 502, 74 Yamate-cho, Naka-ku, Yokohama 231-0862")
    assert DIFFERS is found(record, "Bluff Heights 503, 74 Yamate-cho, Naka-ku, Yokohama")


HAMMOND = "847 Hammond Lane Apt. 911, Rachelmouth"


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (HAMMOND, "847 Hammond Ln Apt 911\n  Rachelmouth 25763"),
        (HAMMOND, "Apt 911, 847 hammond ln, rachelmouth"),
        (HAMMOND, "847 HAMMOND LANE #911 RACHELMOUTH USA"),
        (HAMMOND, "847 Hammond Lane, Rachelmouth"),
        (HAMMOND, "Rachelmouth, 847 Hammond Lane"),
        (HAMMOND, "847 Hammond Lane, 25763"),
        ("8084 Lydia Drive, New Emilystad", "8084 Lydia Dr., New Emilystad"),
        ("772 Bryant Lights, New Michael", "michael duncan 20000001 772 bryant lights new michael stop the emails"),
        ("53976 Kenneth Square Apt. 946, Andrewsmouth", "I live at 53976 Kenneth Sq. #946, Andrewsmouth 62484."),
        ("Flat 5, Lynn Prairie, Brownport", "Flat 5, Lynn Prairie, Brownport"),
        ("Flat 5, Lynn Prairie, Brownport", "5 Lynn Prairie, Brownport"),
        ("Studio 37A, Hill Isle, Samuelland", "studio 37a hill isle samuelland"),
        ("Flat 44o, Mohammed Inlet, North Kenneth", "44O Mohammed Inlet, N. Kenneth"),
        ("123 N Main St, Springfield, IL", "123 North Main Street, Springfield"),
        ("722 Fountain Street NE, Grand Rapids, MI", "722 Fountain St. N.E., Grand Rapids, Michigan"),
        ("901 SW 3rd Avenue Apt 610, Miami, FL", "901 SW 3 Ave #610 Miami FL"),
        ("4/27 Banksia Street, Fremantle WA", "Unit 4, 27 Banksia St, Fremantle"),
        ("27 Synge Terrace, Portobello, Dublin 8", "27 Synge Tce, Portobello, D8"),
        ("41 Hanover Mount, Headingley, Leeds", "41 Hanover Mount, Leeds"),
        ("The Old Rectory, Church Lane, Taunton", "Old Rectory, Church Ln, Taunton"),
        ("Chy Lowen, 3 Truro Road, St Austell", "3 Truro Rd, Saint Austell"),
        ("5240 rue Saint-Urbain, Montréal QC", "5240 St-Urbain, Montreal"),
        ("05823 Cross Alley, Lake Jeromeshire", "5823 Cross Aly, Lk Jeromeshire"),
        ("387 5th Street Apt 2R, Brooklyn, NY", "387 Fifth Street 2R, Brooklyn"),
        ("2 Garnet Road, Tralee, Co. Kerry", "2 Garnet Rd, Tralee"),
        ("Minami 3-jo Nishi 6-chome 8, Chuo-ku, Sapporo", "minami 3-jo nishi 6-chome 8 chuo-ku sapporo"),
    ],
)
def test_a_western_address_agrees_with_its_usual_abbreviations(address: str, written: str) -> None:
    """Postcode, state, country and flat may be missing; case, commas and the order of the parts do not count."""
    assert AGREES is found(address, written, "25763" if address == HAMMOND else "")


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (HAMMOND, "874 Hammond Lane Apt 911, Rachelmouth"),
        (HAMMOND, "847 Hammond Lane Apt 912, Rachelmouth"),
        (HAMMOND, "847 Hammond Lane Apt 911, Rachelmouth 25764"),
        (HAMMOND, "Hammond Lane, Rachelmouth"),
        (HAMMOND, "Apt 847, Hammond Lane, Rachelmouth"),
        (HAMMOND, "847 Hammond Lane, Lakewood"),
        (HAMMOND, "847 Old Hammond Lane, Rachelmouth"),
        ("772 Bryant Lights, Michael", "772 Bryant Lights, New Michael"),
        ("Flat 5, Lynn Prairie, Brownport", "Flat 6, Lynn Prairie, Brownport"),
        ("Flat 5, Lynn Prairie, Brownport", "Lynn Prairie, Brownport"),
        ("722 Fountain Street NE, Grand Rapids, MI", "722 Fountain Street SE, Grand Rapids"),
        ("640 Glenwood Avenue, Atlanta", "640 Glenwood Avenue SE, Atlanta"),
        ("4/27 Banksia Street, Fremantle WA", "5/27 Banksia Street, Fremantle"),
        ("27 Synge Terrace, Dublin 8", "27 Synge Terrace, Dublin 6"),
        ("The Old Rectory, Church Lane, Bishops Lydeard, Taunton", "The Old Rectory, Mill Lane, Taunton"),
    ],
)
def test_another_western_address_differs(address: str, written: str) -> None:
    """Another house number, flat, street, direction, district, town or postcode; or no house number at all."""
    assert DIFFERS is found(address, written, "25763" if address == HAMMOND else "")


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (HAMMOND, "Please stop the catalogs."),
        (HAMMOND, "847 Green Parks, Rachelmouth"),
        (TOYOHASHI, "豊橋市の高橋です。カタログを止めてください。"),
        (TOYOHASHI, "5-6-21"),
        (ROPPONGI, "I am here since 3-38-8."),
    ],
)
def test_where_nothing_of_the_address_stands_nothing_is_said(address: str, written: str) -> None:
    """A missing address is asked for; a wrong one is not."""
    assert ABSENT is found(address, written)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("福島県郡山市賀庄2327-3の加藤です", True),
        ("大牟田市長田町4-38-21", True),
        ("〒100-0005 千代田区", True),
        ("2-11-3 Meieki, Nakamura-ku, Nagoya", True),
        ("new: 88 Orchard Terrace, Lakewood 80214", True),
        ("都合により2-3日かかります", False),
        ("市場調査の3番目", False),
        ("メールは週に2-3通です", False),
        ("after 20 years way too many mails", False),
        ("Order no. 88120471, 3-4 days", False),
        ("", False),
    ],
)
def test_any_postal_address_is_seen_without_a_record(text: str, states: bool) -> None:
    """For an unknown number: the mail gave an address, so none is asked for."""
    assert states is (any_address(Passage(text)) is not None)


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("6丁目6番3号", (6, 6, 3)),
        ("六丁目六番三号", (6, 6, 3)),
        ("二十四番地の3", (24, 3)),
        ("百二番地", (102,)),
        ("1-5 54286153", (1, 5)),
        ("714番地 201", (714,)),
        ("1106番地6号室", (1106,)),
        ("1-2-3F", (1, 2)),
        ("3丁目16の24コーポ409", (3, 16, 24)),
        ("6街区21号", (6, 21)),
        ("6番 3号", (6, 3)),
        ("6-15-22-309", (6, 15, 22, 309)),
    ],
)
def test_the_numbers_of_a_lot_are_read_as_numbers(written: str, numbers: tuple[int, ...]) -> None:
    """And a room, a floor or a customer number behind them is none of them."""
    read = lot.read(fold(written), 0)

    assert read is not None
    assert numbers == read.numbers


@pytest.mark.parametrize("written", ["12345678", "号", "2025年9月", ""])
def test_what_is_no_lot_is_not_read_as_one(written: str) -> None:
    """A customer number or a date behind a town is no lot."""
    assert lot.read(fold(written), 0) is None


@pytest.mark.parametrize(
    ("address", "area", "town"),
    [
        ("高知県高岡郡檮原町坂本川", ("高知県", "高岡郡", "梼原町", ""), "坂本川"),
        ("小田郡矢掛町本堀", ("岡山県", "小田郡", "矢掛町", ""), "本堀"),
        ("矢掛町本堀", ("岡山県", "小田郡", "矢掛町", ""), "本堀"),
        ("愛知県名古屋市守山区大谷町", ("愛知県", "", "名古屋市", "守山区"), "大谷町"),
        ("三重県四日市市富田", ("三重県", "", "四日市市", ""), "富田"),
        ("東京都港区六本木", ("東京都", "", "港区", ""), "六本木"),
        ("静岡県浜松市浜名区於呂", ("静岡県", "", "浜松市", "浜名区"), "於呂"),
        ("石川県新興市大手町", ("石川県", "", "新興市", ""), "大手町"),
    ],
)
def test_an_address_is_split_at_its_municipality(address: str, area: tuple[str, ...], town: str) -> None:
    """By the table, for 市, 町 and 村 stand inside names too; by form where a municipality is newer than the table."""
    located, rest = locate(place_form(address))

    assert tuple(map(place_form, area)) == (located.prefecture, located.county, located.city, located.ward)
    assert place_form(town) == rest


@pytest.mark.parametrize(
    ("town", "sound", "can"),
    [
        ("六本木", "ROPPONGI", True),
        ("六本木", "AKASAKA", False),
        ("早稲田鶴巻町", "WASEDATURUMAKITYO", True),
        ("星丘", "HOSIGAOKA", True),
        ("星丘", "HOSIDA", False),
        ("大岡", "OOKA", True),
        ("栄", "SAKAE", True),
        ("栄", "SAKAEMATI", False),
    ],
)
def test_a_romanised_town_is_checked_by_the_readings_of_its_kanji(town: str, sound: str, can: bool) -> None:
    """A check and no transcription: it is asked only where city and numbers are equal already."""
    assert can is can_be_read(town, sound.replace("PP", "QP"))


@pytest.mark.slow
def test_every_recorded_address_agrees_in_all_its_spellings() -> None:
    """As recorded, full-width, with postal code, without prefecture, without building, with and without 丁目."""
    faults = []
    for customer in customers():
        address, code = customer.address, customer.postal_code
        record = RecordAddress.of(customer)
        spellings = {address, wide(address), f"〒{code} {address}", address.replace(" ", "　")}
        if customer.name_kana:
            near = re.sub("^(?:東京都|北海道|(?:大阪|京都)府|.{2,3}県)", "", address)
            spellings |= {near, near.split(" ")[0], address.replace("号室", ""), address.replace(" ", "")}
            spellings |= {re.sub(r"(\d+)-(\d+)-(\d+)", r"\1丁目\2番\3号", address), address.replace("ケ", "ヶ")}
            spellings |= {re.sub(r"(\d+)丁目(\d+)番(\d+)号", r"\1-\2-\3", address), re.sub(r"番地(?=\d)", "-", address)}
        else:
            spellings |= {address.lower(), address.upper(), address.replace(", ", "\n"), f"{address}, {code}"}
        for spelling in spellings:
            text = (
                f"お世話になります。\n住所は{spelling}です。\n番号は{customer.number}"
                if customer.name_kana
                else (f"Hello, I live at {spelling}, number {customer.number}. Please stop.")
            )
            if {record.find(Passage(spelling)).agreement, record.find(Passage(text)).agreement} != {AGREES}:
                faults.append(spelling)

    assert [] == faults


@pytest.mark.slow
def test_no_recorded_address_agrees_with_one_digit_changed_or_with_another_record() -> None:
    """Numbers are compared exactly; a ratio never decides."""
    chosen = random.Random(11)
    everybody = customers()
    faults = []
    for customer in chosen.sample(everybody, 250):
        record = RecordAddress.of(customer)
        others = [other.address for other in chosen.sample(everybody, 10) if other.address != customer.address]
        for at in (m.start() for m in re.finditer(r"(?<![0-9])[1-9]|(?<=[1-9])[0-9]", customer.address)):
            digit = str((int(customer.address[at]) + chosen.randint(1, 8)) % 9 + 1)
            if digit != customer.address[at]:
                others.append(customer.address[:at] + digit + customer.address[at + 1 :])
            others.append(customer.address[:at] + digit + customer.address[at:])
        faults += [
            (customer.address, other)
            for other in others
            if AGREES in (record.find(Passage(other)).agreement, record.find(Passage(f"住所は{other}です")).agreement)
        ]

    assert [] == faults


@settings(max_examples=150)
@given(st.text(max_size=80), st.sampled_from([TOYOHASHI, ROPPONGI, HAMMOND, "住所不定", "", "Somewhere"]))
def test_no_text_is_taken_for_the_address_unless_it_holds_it(text: str, address: str) -> None:
    """Whatever a stranger writes, and whatever stands in a master: nothing raises or agrees by accident."""
    assert AGREES is not found(address, text, "441-8035")
    any_address(Passage(text))
