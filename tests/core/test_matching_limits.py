"""Where an address of the record ends: one step further it is somebody else's (policy, section 4).

Tables of what the customer states, in running text, against one record each. A mutation run over the matching found
them: each case is one that a wrong comparison would have let through or thrown away.
"""

from __future__ import annotations

import pytest

from optout_daemon.core.model import Agreement, Customer
from tests.core.matching_cases import matched

AGREES = Agreement.AGREES

Home = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""Address on record with its postal code; texts that state it; texts that do not."""

HOMES: tuple[Home, ...] = (
    (
        "北海道札幌市中央区南3条西5-12-7 すすきのハイツ601",
        "060-0063",
        (
            "12-7 West 5 South 3, Chuo-ku, Sapporo",
            "South 3 West 5-12-7-601, Chuo-ku, Sapporo",
            "Chuo-ku, Sapporo, South 3 West 5-12-7",
            "Chuo-ku, Sapporo, 12-7 W 5 S 3",
            "Chuo-ku, Sapporo, South 3 West 5-12-7\n2 catalogues came",
        ),
        (
            "3-12-7 West 5 South 3, Chuo-ku, Sapporo",
            "South 3 West 5-12-7-602, Chuo-ku, Sapporo",
            "South 3 West 5-12-7-6, Chuo-ku, Sapporo",
        ),
    ),
    ("東京都新宿区市ヶ谷田町2-3-4", "", ("新宿区市谷田町2-3-4",), ("新宿区市田町2-3-4",)),
    ("神奈川県横浜市中区ミノリ町1-2-3", "", ("横浜市中区ミノリ町1-2-3",), ("横浜市中区ミリ町1-2-3",)),
    ("神奈川県横浜市中区緑ノリ町1-2-3", "", ("横浜市中区緑ノリ町1-2-3",), ("横浜市中区緑リ町1-2-3",)),
    ("神奈川県横浜市中区ミノ里町1-2-3", "", ("横浜市中区ミノ里町1-2-3",), ("横浜市中区ミ里町1-2-3",)),
    ("神奈川県横浜市中区ミ里町1-2-3", "", (), ("横浜市中区ミノ里町1-2-3",)),
    ("神奈川県横浜市中区緑リ町1-2-3", "", (), ("横浜市中区緑ノリ町1-2-3",)),
    ("北海道函館市西入船町1-2-3", "", ("函館市西入船町1-2-3",), ("函館市船町1-2-3",)),
    ("京都府京都市中京区寺町通御池上ル488", "", ("中京区寺町通御池上ル488",), ("京都市中京区北488",)),
    (
        "京都府京都市中京区寺町通御池上る上本能寺前町488",
        "604-0925",
        ("会員番号は20000009です。メールは要りません。住所は中京区寺町通御池上る上本能寺前町488です。",),
        ("会員番号は20000009です。メールは要りません。住所は中京区寺町通御池下る上本能寺前町488です。",),
    ),
    ("Calle Mayor, 5, Madrid", "28013", ("Calle Mayor 5, Madrid", "C/ Mayor, 5, Madrid"), ("Calle Mayor 6, Madrid",)),
    (
        "Calle Mayor 5 bis, 3º B, Madrid",
        "28013",
        ("Calle Mayor 5 bis, 3º B, Madrid", "Calle Mayor 5-bis, Madrid"),
        ("Calle Mayor 5, 3º B, Madrid", "Calle Mayor 5 bis, 3º C, Madrid", "Calle Mayor 5 ter, 3º B, Madrid"),
    ),
    (
        "Calle de Embajadores 47, 3º B, Madrid",
        "28012",
        ("Madrid, Calle de Embajadores 47", "Calle de Embajadores 47, 3º B escalera, Madrid"),
        (
            "Calle de Embajadores 47, 3º B",
            "Calle de Embajadores 47, 3º B, Toledo",
            "Madrid, Calle de Embajadores 47, 4º B",
            "Calle de Embajadores 47, 3º A escalera, Madrid",
        ),
    ),
    (
        "Calle de Embajadores 47, 3º izquierda, Madrid",
        "28012",
        ("Calle de Embajadores 47, 3º izda, Madrid", "Calle de Embajadores 47, 3º izq., Madrid"),
        ("Calle de Embajadores 47, 3º derecha, Madrid", "Calle de Embajadores 47, 3º dcha, Madrid"),
    ),
    (
        "Lindenstraße 12, Berlin",
        "10969",
        (
            "Berlin, Lindenstraße 12",
            "10969 Berlin, Lindenstraße 12",
            "Lindenstraße 12, 10969",
            "Früher Lindenstraße 11, Berlin. Jetzt Lindenstraße 12, Berlin",
        ),
        (
            "Lindenstraße 11, Berlin",
            "Lindenstraße 11, Berlin. Lindenstraße is long",
            "10999 Berlin, Lindenstraße 12",
            "Lindenstraße 12, 10999 Berlin",
            "Lindenstraße 12, 10999",
            "Lindenstraße 12",
        ),
    ),
    (
        "Lindenstraße 12 a, Berlin",
        "",
        ("Lindenstraße 12a, Berlin", "Lindenstr. 12 a, Berlin", "Lindenstraße 12-a, Berlin"),
        ("Lindenstraße 12, Berlin", "Lindenstraße 12 b, Berlin"),
    ),
    ("Keizersgracht 123, Amsterdam", "1015 CJ", ("Keizersgracht 123, 1015 CJ",), ("Keizersgracht 123, 1015 CK",)),
    ("Rua Nova do Almada 12, Lisboa", "", ("Rua Nova Almada 12, Lisbon",), ("Rua Nova do Almada 13, Lisboa",)),
    (
        "P.O. Box 1187, Darwin",
        "",
        ("PO Box 1187, Darwin", "Post Office Box 1187, Darwin", "P.O. Box 1187, Darwin"),
        ("PO Box 1178, Darwin",),
    ),
    ("愛知県豊橋市有楽町5番地コーポ有楽309号室", "", ("豊橋市有楽町5番地",), ("豊橋市有楽町6番地",)),
    (
        "愛知県豊橋市有楽町5-6コーポ有楽309号室",
        "",
        ("豊橋市有楽町5-6", "豊橋です。有楽堂の者です。有楽町5-6です。", "豊橋です。大字有楽町5-6です。"),
        ("豊橋市有楽町5-7",),
    ),
    ("愛知県豊橋市有楽町5 コーポ有楽309号室", "", ("豊橋市有楽町5番地",), ("豊橋市有楽町6番地",)),
    ("北海道函館市船町1-2-3", "", ("函館市船町1-2-3",), ("函館市西山東入船町1-2-3",)),
    ("三重県津市羽所町700", "", ("津市羽所町700",), ("大津市羽所町700番地",)),
    (
        "山梨県甲府市丸の内2丁目33番4号",
        "400-0031",
        ("甲府の者です。丸の内2-33-4（甲府市）", "甲府の者です。丸の内2-33-4（山梨県）"),
        (),
    ),
    (
        "214, 2nd Cross, Jayanagar, Bengaluru, 560 011",
        "560011",
        (
            "214, 2nd Cross, Bengaluru",
            "No 214, 2nd Cross, Jayanagar, Bangalore",
            "214, 2nd Cross, 560011",
            "#214, 2nd Cross, 560 011",
            "H-214, 2nd Cross, Jayanagar, Bengaluru",
            "Inquiry 5, 214, 2nd Cross, Jayanagar, Bengaluru",
        ),
        (),
    ),
    ("#214, 2nd Cross, Jayanagar, Bengaluru", "", ("214, 2nd Cross, Jayanagar, Bengaluru",), ()),
    ("214, 2nd Floor, 5th Cross, Jayanagar, Bengaluru", "", ("214, 5th Cross, Jayanagar, Bengaluru",), ()),
    (
        "214 Rose Villa, 2nd Cross, Jayanagar, Bengaluru",
        "",
        ("214 Rose Villa, 2nd Cross, Jayanagar, Bengaluru",),
        (
            "214 Rose Villa, 3rd Cross, Jayanagar, Bengaluru",
            "3-214 Rose Villa, 2nd Cross, Jayanagar, Bengaluru",
            "4/214 Rose Villa, 2nd Cross, Jayanagar, Bengaluru",
            "214 Rose Villa, 2nd Cross, Koramangala, Bengaluru",
            "214 Rose Villa, 2nd Cross, Jayanagar, Mysuru",
            "214 Rose Villa, 2nd Cross",
            "2nd Cross, Jayanagar, Bengaluru 214 Rose Villa",
        ),
    ),
    (
        "東京都世田谷区若林4-21-8 メゾン代田202",
        "",
        (
            "202, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "1: 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "Tel 03-5555-0123, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "202 Maison Daita, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "Daita 202, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
        ),
        (
            "203, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "Number 20000009, 203, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "802 Maison Daita, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "802 Le Maison Daita, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "802 Daita, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "Daita 802, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
            "5 Daita 802, 4-21-8 Wakabayashi, Setagaya-ku, Tokyo",
        ),
    ),
    (
        "愛知県名古屋市中村区名駅4-7-1",
        "",
        ("Meieki 4-7-1, Nakamura-ku, Nagoya", "4-7-1 Meieki, Nakamuraku, Nagoyashi"),
        (
            "Kita-Meieki 4-7-1, Nakamura-ku, Nagoya",
            "Kita Meieki 4-7-1, Nakamura-ku, Nagoya",
            "4-7-1 Meieki Minami, Nakamura-ku, Nagoya",
        ),
    ),
    (
        "Bluff Heights 502, 74-3 Yamate-cho, Naka-ku, Yokohama",
        "",
        ("横浜市中区山手町74-3-502", "横浜市中区山手町74-3"),
        ("横浜市中区山手町74-3-503", "横浜市中区山手町74-3-5-502"),
    ),
    (
        "214 Villa, 2nd Cross, Jayanagar, South End, Bengaluru",
        "",
        ("214 Villa, 2nd Cross, South End, Bengaluru", "214 Villa, 2nd Cross, Jayanagar, Bengaluru"),
        ("214 Villa, 3rd Cross, South End, Bengaluru", "214 Villa, 2nd Cross, Jayanagar, South End, Mysuru"),
    ),
    (
        "12 Mill Road, Romsey, Cambridge",
        "",
        ("12 Mill Road, Romsey, Cambridge", "12 Mill Rd, Cambridge"),
        ("12 Mill Road, Ely, Cambridge", "12 Mill Road, Chesterton, Cambridge"),
    ),
    (
        "大阪府枚方市星丘1-2-3",
        "",
        ("1-2-3 Hoshigaoka, Hirakatashi, Osaka",),
        ("1-2-3 Hoshigaoka, Moriguchishi, Osaka",),
    ),
    ("3-38-8 Ōi, Shinagawa-ku, Tokyo", "", ("3-38-8 Oi, Shinagawa-ku, Tokyo",), ("3-38-8 Osaki, Shinagawa-ku",)),
    (
        "Unit 6C, 12 Mill Road, Cambridge",
        "",
        ("12 Mill Road, Cambridge, Unit 6-C", "12 Mill Road, Cambridge, Unit 6C"),
        ("12 Mill Road, Cambridge, Unit 6-D", "Unit 6-D, 12 Mill Road, Cambridge"),
    ),
    ("新潟県新潟市中央区学校町通二番町598", "951-8121", (), ("2-598 Bandai, Chuo-ku, Niigata",)),
    (
        "27A Gould Crescent, South Jodie",
        "SW1V 3QJ",
        ("27 a Gould Cres., South Jodie, SW1V3QJ", "27-A Gould Crescent, South Jodie"),
        ("27 b Gould Crescent, South Jodie", "27 Gould Crescent, South Jodie", "2 7a Gould Crescent, South Jodie"),
    ),
    (
        "27 A Gould Crescent, South Jodie",
        "",
        ("27A Gould Crescent, South Jodie", "27 a Gould Crescent, South Jodie"),
        ("27B Gould Crescent, South Jodie", "27 Gould Crescent, South Jodie"),
    ),
    (
        "12 C Street, Oxnard",
        "",
        ("12 C Street, Oxnard", "12 C St, Oxnard"),
        ("12 D Street, Oxnard",),
    ),
    (
        "Flat 72V, Darren Highway, Lake Sylviastad",
        "G5T 5LF",
        ("Flat 72 V, Darren Highway, Lake Sylviastad", "flat 72 v Darren Hwy, Lake Sylviastad"),
        ("Flat 72 W, Darren Highway, Lake Sylviastad", "Flat 72, Darren Highway, Lake Sylviastad"),
    ),
)


@pytest.mark.parametrize(
    ("home", "code", "text"), [(home, code, text) for home, code, same, _ in HOMES for text in same]
)
def test_the_address_on_record_is_seen(home: str, code: str, text: str) -> None:
    """In any order that people write it in, with its room or without."""

    assert AGREES is matched(Customer("20000009", "", home, postal_code=code), text).address


@pytest.mark.parametrize(
    ("home", "code", "text"), [(home, code, text) for home, code, _, others in HOMES for text in others]
)
def test_another_home_is_not_the_address_on_record(home: str, code: str, text: str) -> None:
    """One number, one sign or one word off: a neighbour may have written."""

    assert Agreement.DIFFERS is matched(Customer("20000009", "", home, postal_code=code), text).address


@pytest.mark.parametrize(
    ("home", "text"),
    [
        ("Lindenstraße 12, Berlin", "Berlin, Lindenstraße"),
        ("Lindenstraße 12, Berlin", "Lindenstraße, Berlin"),
        ("Rua Nova do Almada 12, Lisboa", "Rua Almada 12, Lisboa"),
        ("東京都新宿区市ヶ谷田町2-3-4", "「2-3-4」 新宿区市谷砂土原町"),
        ("京都府京都市中京区寺町通御池上ル488", "京都市中京区488"),
        ("214, 2nd Cross, Jayanagar, Bengaluru", "I got 214 mails"),
        ("", "Lindenstraße"),
        (",", "Lindenstraße"),
    ],
)
def test_a_street_without_a_number_or_another_street_says_nothing(home: str, text: str) -> None:
    """Then the reply asks for the address."""

    assert Agreement.ABSENT is matched(Customer("20000009", "", home), text).address


@pytest.mark.parametrize(
    ("home", "code", "text"),
    [
        ("山梨県甲府市丸の内2丁目33番4号", "400-0031", "甲府の者です。丸の内2-33-4（東京都千代田区）"),
        ("山梨県甲府市丸の内2丁目33番4号", "400-0031", "甲府の者です。丸の内2-33-4（東京都）"),
        ("山梨県甲府市丸の内2丁目33番4号", "400-0031", "甲府の者です。丸の内2-33-4（名古屋市）"),
        ("山梨県甲府市丸の内2丁目33番4号", "400-0031", "甲府の者です。丸の内2-33-4（100-0005東京都千代田区）"),
        ("214, 2nd Cross, Jayanagar, Bengaluru", "560011", "214, 2nd Cross, Koramangala, Bengaluru"),
        ("214, 2nd Cross, Jayanagar, Bengaluru", "560011", "214, 3rd Cross, Jayanagar, Bengaluru"),
        ("214, 2nd Cross, Jayanagar, Bengaluru", "560011", "3-214, 2nd Cross, Jayanagar, Bengaluru"),
        ("214, 2nd Cross, Jayanagar, Bengaluru", "560011", "4/214, 2nd Cross, Jayanagar, Bengaluru"),
        ("214, 2nd Cross, Jayanagar, Bengaluru", "560011", "214, 2nd Cross, 560012"),
        ("214, 2nd Cross, Jayanagar, Bengaluru", "", "214, 2nd Cross, Jayanagar"),
    ],
)
def test_the_same_numbers_in_another_city_or_quarter_do_not_agree(home: str, code: str, text: str) -> None:
    """A common town or cross of one city has its like in the next."""

    assert AGREES is not matched(Customer("20000009", "", home, postal_code=code), text).address
