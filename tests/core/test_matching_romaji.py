"""Japanese addresses in Latin letters, recorded or written, and any address at all (policy, section 4, "address")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.address import RecordAddress, any_address
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.place import Finding, Place
from optout_daemon.core.matching.romaji_place import RomajiPlace
from optout_daemon.core.matching.romaji_words import names
from optout_daemon.core.model import Agreement, Customer

AGREES, DIFFERS, ABSENT = Agreement.AGREES, Agreement.DIFFERS, Agreement.ABSENT
SUSUKINO = "北海道札幌市中央区南3条西5-12-7 すすきのハイツ601"
TERAMACHI = "京都府京都市中京区寺町通御池上る上本能寺前町488"
ROPPONGI = "3-38-8 Roppongi, Minato-ku, Tokyo"
WASEDA = "6-40-20 Waseda Tsurumaki-cho, Shinjuku-ku, Tokyo"
BLUFF = "Bluff Heights 502, 74-3 Yamate-cho, Naka-ku, Yokohama"
TOYOHASHI = "愛知県豊橋市有楽町5丁目6番21号 コーポ有楽町309号室"
UNREAD = "愛知県豊橋市有楽塚1-2-3"
CODES = {ROPPONGI: "106-0032", TOYOHASHI: "441-8035", UNREAD: "441-8000"}


def finding(address: str, text: str) -> Finding:
    customer = Customer("20000009", "", address, postal_code=CODES.get(address, ""))
    return RecordAddress.of(customer).find(Passage(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Minato-ku, Tokyo", [("MINATO", "ku"), ("TOKYO", "")]),
        ("Minato Ward Tokyo", [("MINATO", "ward"), ("TOKYO", "")]),
        ("Yamate cho", [("YAMATE", "cho")]),
        ("Minato, ku", [("MINATO", ""), ("KU", "")]),
        ("Minato Tokyo", [("MINATO", ""), ("TOKYO", "")]),
        ("Tokyo to Kobe", [("TOKYO", ""), ("TO", ""), ("KOBE", "")]),
        ("Tokyo-to", [("TOKYO", "to")]),
        ("Waseda-Tsurumaki", [("WASEDA", ""), ("TURUMAKI", "")]),
        ("3-38-8 Roppongi", [("ROQPONGI", "")]),
        ("Ōta-ku", [("OTA", "ku")]),
        ("Kamata, Ohtaku", [("KAMATA", ""), ("OTA", "ku")]),
        ("Minato-3", [("MINATO", "")]),
    ],
)
def test_words_know_the_kind_of_area_that_stands_behind_them(text: str, found: list[tuple[str, str]]) -> None:
    """Behind a hyphen or a blank; "to" is an area behind a hyphen only."""
    passage = Passage(text)

    assert found == [(name.sound, name.kind) for name in names(passage)]


def romaji(
    inner: str,
    outer: str,
    town: str,
    numbers: tuple[int, ...],
    room: str = "",
    *,
    in_kanji: bool = False,
) -> RomajiPlace:
    return RomajiPlace(frozenset(inner.split()), frozenset(outer.split()), town, in_kanji, numbers, room, "1060032")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (ROPPONGI, romaji("MINATO", "TOKYO", "ROQPONGI", (3, 38, 8))),
        ("Minato-ku, 3-38-8 Roppongi, Tokyo", romaji("MINATO", "TOKYO", "ROQPONGI", (3, 38, 8))),
        ("3-38-8 Roppongi, Big Hill, Minato-ku, Tokyo", romaji("MINATO", "TOKYO", "ROQPONGI", (3, 38, 8))),
        (WASEDA, romaji("SINZYUKU", "TOKYO", "WASEDATURUMAKITYO", (6, 40, 20))),
        (BLUFF, romaji("NAKA YOKOHAMA", "KANAGAWA", "YAMATETYO", (74, 3), "502")),
        (BLUFF.replace("74-3", "74"), romaji("NAKA YOKOHAMA", "KANAGAWA", "YAMATETYO", (74,), "502")),
        ("5-7-21-302 Hoshigaoka, Hirakata-shi, Osaka", romaji("HIRAKATA OSAKA", "", "HOSIGAOKA", (5, 7, 21), "302")),
        ("1-2 Sakae, Nagoya, Aichi", romaji("NAGOYA", "AITI", "SAKAE", (1, 2))),
        ("1-2 Sakae, Toyohashi, Aichi", romaji("TOYOHASI AITI", "", "SAKAE", (1, 2))),
        ("7, 1-2 Sakae, Toyohashi, Aichi", romaji("TOYOHASI AITI", "", "SAKAE", (1, 2))),
        ("Heights 12 502, 1-2 Sakae, Toyohashi, Aichi", romaji("TOYOHASI AITI", "", "SAKAE", (1, 2), "502")),
        ("1-2 Sakae, 3-4 Kita, Nagoya", None),
        ("1-2 Sakae, Springfield", None),
        ("1-2, Nagoya", None),
        ("Sakae, Nagoya", None),
        ("", None),
    ],
)
def test_a_recorded_address_in_latin_letters_is_taken_apart(address: str, place: RomajiPlace | None) -> None:
    """One lot with its town, a room in front or hung on, and the areas that must or may be named."""
    assert place == RomajiPlace.of(address, "〒106-0032")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("愛知県豊橋市有楽町5-6-21 309号室", romaji("TOYOHASI", "AITI", "有楽町", (5, 6, 21), "309", in_kanji=True)),
        ("愛知県名古屋市守山区大谷町1-2", romaji("NAGOYA MORIYAMA", "AITI", "大谷町", (1, 2), in_kanji=True)),
        ("高知県高岡郡檮原町坂本川1-2", romaji("YUSUHARA", "KOTI TAKAOKA", "坂本川", (1, 2), in_kanji=True)),
        ("石川県新興市大手町1-2", None),
    ],
)
def test_a_record_in_kanji_is_prepared_for_latin_letters(address: str, place: RomajiPlace | None) -> None:
    """City or ward must be named, county and prefecture may; without a known reading nothing can be compared."""
    recorded = Place.of(address, "106-0032")

    assert recorded is not None
    assert place == RomajiPlace.of_place(recorded)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (ROPPONGI, "Minato-ku, 3-38-8 Roppongi"),
        (ROPPONGI, "3-38-8 Roppongi, Minato-ku 106-0032"),
        (ROPPONGI, "3-38-8 Roppongi, Minato-ku. In Osaka it rains"),
        (ROPPONGI, "Roppongi 3-38-8, 106-0032 Tokyo, Minato-ku"),
        (ROPPONGI, "3-chome,\n  38-8 Roppongi, Minato-ku"),
        ("愛媛県東温市見奈良530-1", "530-1 Minara, Toon-shi, Ehime"),
        (ROPPONGI, "3-38-9 Roppongi, Minato-ku; no: 3-38-8 Roppongi, Minato-ku"),
        (ROPPONGI, "港区の者です。港区六本木3-38-8"),
        (ROPPONGI, "港区赤坂1-2、いや港区六本木3-38-8"),
        (ROPPONGI, "港区の六本木20000002番、港区六本木3-38-8"),
        (ROPPONGI, f"3-38-8 Roppongi, Minato-ku {'word ' * 20} 106-0033"),
        (WASEDA, "Tokyo, Shinjuku-ku, Waseda Tsurumaki-cho 6-40-20"),
        (WASEDA, "Tokyo, Shinjuku-ku, Waseda Tsurumakicho 6-40-20"),
        ("1-2-3 Otemachi, Chiyoda-ku, Tokyo", "1-2-3 Ōtemachi, Chiyoda-ku"),
        ("1-2-3 Ōtemachi, Chiyoda-ku, Tokyo", "1-2-3 Otemachi, Chiyoda-ku"),
        ("1-2 Sakae, Nagoya", "Sakae 1-2, Nagoya"),
        (BLUFF, "74-3-502 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "Bluff Heights, 74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "502, 74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "I got 2 Catalogues at 74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "Tel 045.555.0123, 74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "Order 503; 74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "74-3 Yamate-cho, Naka-ku, Yokohama, Apt 502"),
        (TOYOHASHI, "5-6-21-309 Yuraku-cho, Toyohashi-shi"),
        ("愛知県北名古屋市西春町1-2", "1-2 Nishiharu-cho, Kita Nagoya-shi"),
        ("埼玉県南埼玉郡宮代町西粂原4-28-19", "Miyashiro-machi, Nishi Kumehara 4-28-19"),
        (UNREAD, "1-2-3 Yurakuzaka, Toyohashi-shi 441-8000"),
        (UNREAD, "Toyohashi-shi 441-8000 Yurakuzaka 1-2-3"),
        (UNREAD, "Yurakuzaka 1-2-3 Toyohashi-shi 441-8000"),
        (UNREAD, "1-2-3 Tanozuka, Toyohashi-shi 441-8000"),
    ],
)
def test_the_lot_its_town_and_its_area_agree_in_any_order(address: str, text: str) -> None:
    """With or without code and room, at the second place if not at the first; a town of unknown reading by its code."""
    assert AGREES is finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (ROPPONGI, "3-38-8 Roppongi, Minato-ku 106-0033"),
        (ROPPONGI, "106-0033 Minato-ku, 3-38-8 Roppongi"),
        (ROPPONGI, "3-38-8 Roppongi, Minato-ku, not in Shibuya-ku"),
        (ROPPONGI, "3-38-8 Roppongi, Minato-ku, Osaka"),
        (ROPPONGI, "38-8 Akasaka, Shibuya-ku"),
        (ROPPONGI, "2-11 Meieki, Minato-ku"),
        (ROPPONGI, "3-38-8, Minato-ku, Roppongi"),
        (ROPPONGI, "港区赤坂3-38-8"),
        ("74 Yamate-cho, Naka-ku, Yokohama", "74 Yamate-cho, Nishi-ku"),
        (ROPPONGI, "港区六本木3-38-9"),
        (BLUFF, "74-3-503 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "74-502 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "Bluff Heights 503,\n74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "503,\t74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "Bluff Heights 503\n74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "Bluff Heights-503, 74-3 Yamate-cho, Naka-ku, Yokohama"),
        (BLUFF, "74-3 Yamate-cho, Naka-ku, Yokohama, Apt 503"),
        (TOYOHASHI, "5-6-21-308 Yuraku-cho, Toyohashi-shi"),
        (TOYOHASHI, "5-6-309 Yuraku-cho, Toyohashi-shi"),
        (UNREAD, "1-2-3 Yurakuzaka, Toyohashi-shi"),
        (UNREAD, "1-2-3 Yurakuzaka, Toyohashi-shi 441-8001"),
        (UNREAD, "1-2-3 Asaokazaka, Toyohashi-shi 441-8000"),
    ],
)
def test_another_lot_town_area_code_or_room_differs(address: str, text: str) -> None:
    """However near it looks."""
    assert DIFFERS is finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (ROPPONGI, "I am in Shibuya-ku since 5 years"),
        (ROPPONGI, "I waited 3-38 days"),
        (ROPPONGI, "Minato-ku"),
        (ROPPONGI, "名古屋市港区六本木3-38-8"),
        (ROPPONGI, "港区の者です"),
        (ROPPONGI, ""),
    ],
)
def test_where_no_lot_stands_beside_an_area_nothing_is_said(address: str, text: str) -> None:
    """Nor is a ward of another city this one's."""
    assert ABSENT is finding(address, text).agreement


@pytest.mark.parametrize(
    ("address", "text", "covered"),
    [
        (ROPPONGI, "I am at 3-38-8 Roppongi, Minato-ku now", "3-38-8 roppongi, minato"),
        (ROPPONGI, "in Minato-ku, Roppongi 3-38-8 now", "minato-ku, roppongi 3-38-8"),
        (ROPPONGI, "I am at 3-38-9 Roppongi, Minato-ku now", "3-38-9 roppongi, minato"),
        (ROPPONGI, "私は東京都港区六本木3-38-8です", "東京都港区六本木3-38-8"),
        (SUSUKINO, "in Chuo-ku, South 3 West 5-12-7 now", "chuo-ku, south 3 west 5-12-7"),
        (SUSUKINO, "in Chuo-ku, South 3 West 5-12-7-601 now", "chuo-ku, south 3 west 5-12-7-601"),
        (TERAMACHI, "私は中京区寺町通御池下る上本能寺前町488の者", "中京区寺町通御池下ル上本能寺前町488"),
        (ROPPONGI, "私は東京都港区六本木3-38-9です", "東京都港区六本木3-38-9"),
        ("Post Office Box 12 Springfield", "My Post Office Box 12 Springfield.", "post office box 12 springfield"),
        ("沖縄県那覇市首里城公園内", "私は沖縄県那覇市 首里城公園内です", "沖縄県那覇市 首里城公園内"),
    ],
)
def test_the_whole_address_is_marked(address: str, text: str, covered: str) -> None:
    """From the first to the last of its parts."""
    found = finding(address, text)

    assert covered == Passage(text).folded[found.start : found.end]


@pytest.mark.parametrize(
    ("address", "text", "agreement"),
    [
        ("Post Office Box 12", "post office box 12", AGREES),
        ("札幌市南区", "札幌市南区です", ABSENT),
        ("Post Office Box 12", "post office box 13", ABSENT),
        ("Office Box 12", "office box 12", ABSENT),
        ("那覇首里城内", "私は那覇首里城内です", AGREES),
        ("那覇城内", "私は那覇城内です", ABSENT),
        ("那覇首里城内", "那覇首里城内2", ABSENT),
        ("那覇首里城内", "那覇首里城内です、那覇首里城内2ではない", AGREES),
        ("", "", ABSENT),
    ],
)
def test_an_address_that_fits_no_form_agrees_word_for_word(address: str, text: str, agreement: Agreement) -> None:
    """Where it is long enough to be one: four words, or six characters."""
    assert agreement is finding(address, text).agreement


def test_a_record_is_prepared_for_the_form_that_it_has() -> None:
    """The words as they stand are kept only where no form fits."""
    kanji, latin = RecordAddress.of(Customer("1", "", TOYOHASHI)), RecordAddress.of(Customer("1", "", ROPPONGI))
    loose = RecordAddress.of(Customer("1", "", "那覇首里城内"))

    assert (True, True, "") == (kanji.place is not None, kanji.romaji is not None, kanji.squeezed)
    assert (None, True, "") == (latin.place, latin.romaji is not None, latin.squeezed)
    assert (None, None, "那覇首里城内") == (loose.place, loose.romaji, loose.squeezed)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("住所は大牟田市長田町4-38-21", True),
        ("津市本町1-2", True),
        ("東京の都合により2-3日", False),
        ("Minato-ku 3-38-8", True),
        ("2-11 Meieki, Nakamura-ku", True),
        ("Room 5, Minato-ku", False),
        ("3-38-8", False),
        ("123456 Green Road", True),
        ("1234567 Green Road", False),
        ("Green Road", False),
        ("88 orchard Terrace", False),
        ("88 Kimberly terrace", False),
        ("88 Old Big Kimberly Terrace", True),
        ("88 Old Big Red Kimberly Terrace", False),
        ("88 Flat Terrace", False),
        ("88 Big Flat Terrace", False),
        ("Flat 5 flat 3, 88 Kimberly Terrace", True),
        ("Since 20 Long Years", False),
        ("〒100-0005千代田", True),
        ("100-0005 ", False),
    ],
)
def test_any_address_is_known_by_its_form(text: str, states: bool) -> None:
    """A municipality with a lot, an area with two numbers, a number with capitalised words and a word for a street."""
    assert states is (any_address(Passage(text)) is not None)


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("私は福島県郡山市賀庄2327-3の者", "ハ福島県郡山市賀庄2327-3"),
        ("私は〒100-0005千代田の者", "〒100-0005"),
        ("津市羽所町700番の者", "津市羽所町700番"),
        ("at 2-11-3 Meieki, Nakamura-ku now", "2-11-3 meieki, nakamura"),
        ("at Nakamura-ku, Meieki 2-11-3 now", "nakamura-ku, meieki 2-11-3"),
        ("at 88 Kimberly Terrace now", "88 kimberly terrace"),
    ],
)
def test_any_address_is_marked_in_the_text(text: str, covered: str) -> None:
    """For the clerk's eyes: what made the rule say so."""
    passage = Passage(text)
    hit = any_address(passage)

    assert hit is not None
    assert covered == passage.folded[hit[0] : hit[1]]
