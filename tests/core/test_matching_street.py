"""Addresses as in English-speaking countries, taken apart and found again (policy, section 4, "address")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.street import StreetAddress
from optout_daemon.core.matching.street_words import units, unpadded, words_of
from optout_daemon.core.model import Agreement

AGREES, DIFFERS, ABSENT = Agreement.AGREES, Agreement.DIFFERS, Agreement.ABSENT
HAMMOND = "847 Hammond Lane Apt. 911, Rachelmouth"
FOUNTAIN = "722 Fountain Street NE, Grand Rapids, MI"
SYNGE = "27 Synge Terrace, Portobello, Dublin 8"
RECTORY = "The Old Rectory, Church Lane, Taunton"
CODES = {HAMMOND: "25763", FOUNTAIN: "49503", "2 Lynn Prairie, Brownport": "L1 8JQ"}


def found(address: str, text: str) -> Agreement:
    record = StreetAddress.of(address, CODES.get(address, ""))

    assert record is not None
    return record.find(Passage(text)).agreement


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (HAMMOND, StreetAddress("847", ("hammond", "lane"), "", (), (("rachelmouth",),), "", "911", "sw1a1aa")),
        ("5 North Street, Leeds", StreetAddress("5", ("north", "street"), "", (), (("leeds",),), "", "", "sw1a1aa")),
        (
            "901 NW 58th Street, Miami, FL 33127",
            StreetAddress("901", ("58", "street"), "nw", (), (("miami",),), "", "", "sw1a1aa"),
        ),
        (
            "27 Synge Terrace, Baile Atha Cliath 8",
            StreetAddress("27", ("synge", "terrace"), "", (), (("baile", "atha", "cliath"),), "8", "", "sw1a1aa"),
        ),
        ("27 Synge Terrace, 8", StreetAddress("27", ("synge", "terrace"), "", (), (("8",),), "", "", "sw1a1aa")),
        (SYNGE, StreetAddress("27", ("synge", "terrace"), "", (), (("portobello",), ("dublin",)), "8", "", "sw1a1aa")),
        (
            RECTORY,
            StreetAddress("", ("old", "rectory"), "", ("church", "lane"), (("taunton",),), "", "", "sw1a1aa"),
        ),
        ("Old Rectory, Taunton", StreetAddress("", ("old", "rectory"), "", (), (("taunton",),), "", "", "sw1a1aa")),
        (
            "Flat 5 Lynn Prairie, Brownport",
            StreetAddress("", ("lynn", "prairie"), "", (), (("brownport",),), "", "5", "sw1a1aa"),
        ),
        (
            "387 5th Street, Brooklyn, NY",
            StreetAddress("387", ("5", "street"), "", (), (("brooklyn",),), "", "", "sw1a1aa"),
        ),
        (
            "4-27 Banksia Street, Fremantle WA",
            StreetAddress("27", ("banksia", "street"), "", (), (("fremantle",),), "", "4", "sw1a1aa"),
        ),
        (
            "2 Garnet Road, Co. Kerry",
            StreetAddress("2", ("garnet", "road"), "", (), (("co", "kerry"),), "", "", "sw1a1aa"),
        ),
        (
            "2 Garnet Road, Tralee, Co. Kerry",
            StreetAddress("2", ("garnet", "road"), "", (), (("tralee",),), "", "", "sw1a1aa"),
        ),
    ],
)
def test_a_recorded_address_is_taken_apart(address: str, parts: StreetAddress) -> None:
    """House, street, direction, the street of a named house, towns, postal district, flat and postcode."""
    assert parts == StreetAddress.of(address, "SW1A 1AA")


@pytest.mark.parametrize("address", ["", "847 Hammond Lane", "847", ", ,"])
def test_without_a_street_and_a_town_there_is_no_address(address: str) -> None:
    """Hammond Lane alone lies anywhere."""
    assert None is StreetAddress.of(address, "25763")


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (HAMMOND, "not 874 Hammond Lane, Rachelmouth but 847 Hammond Lane, Rachelmouth"),
        (HAMMOND, "847 Hammond Lane, Rachelmouth, not 874 Hammond Lane, Rachelmouth"),
        (HAMMOND, "Apt 912 on the corner of 847 Hammond Lane, Rachelmouth"),
        (HAMMOND, "847 Hammond Lane, Rachelmouth and I rent also Apt 912"),
        (HAMMOND, "847 Hammond Lane, Rachelmouth 25763"),
        (HAMMOND, "847 Hammond Lane is a nice quiet place to live and lies near old Rachelmouth"),
        (SYNGE, "27 Synge Terrace, Dublin, flat"),
        (SYNGE, "27 Synge Terrace, Dublin"),
        (SYNGE, "27 Synge Terrace, Dublin 8"),
        (SYNGE, "27 Synge Terrace, Dublin 123"),
        ("4/27 Banksia Street, Fremantle WA", "4/27 Banksia St, Fremantle"),
        ("4/27 Banksia Street, Fremantle WA", "Please note: 4 / 27 Banksia St, Fremantle"),
        ("4/27 Banksia Street, Fremantle WA", "4-27 Banksia St, Fremantle"),
        (RECTORY, "Church Lane, The Old Rectory, Taunton"),
        (FOUNTAIN, "722 Fountain Street, Grand Rapids 49503"),
        (FOUNTAIN, "I live at 722 NE Fountain Street, Grand Rapids"),
        (FOUNTAIN, "722 N. E. Fountain Street, Grand Rapids"),
        (FOUNTAIN, "722 Fountain Street North East, Grand Rapids"),
        ("772 Bryant Lights, North Kenneth", "772 Bryant Lights North Kenneth"),
        ("772 Bryant Lake, Kenneth", "772 bryant lake kenneth"),
        ("772 Bryant Lights, Kenneth", "Kenneth, 772 Bryant Lights"),
        ("772 Bryant Lights, Kenneth", "I moved north\nKenneth, 772 Bryant Lights"),
        ("5240 rue Saint-Urbain, Montréal QC", "I am at 5240 rue Saint-Urbain, Montréal"),
        ("3 The Green, Leeds", "I am at 3 The Green, Leeds"),
        ("2 Lynn Prairie, Brownport", "2 Lynn Prairie, L1 8JQ"),
        ("2 Lynn Prairie, Brownport", "2 Lynn Prairie, Brownport l18jq"),
    ],
)
def test_house_street_and_town_agree_whatever_stands_around(address: str, text: str) -> None:
    """Of several places one that agrees is enough; a flat far away is another house's; postcodes stand for a town."""
    assert AGREES is found(address, text)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (HAMMOND, "Hammond Lane, Rachelmouth 847"),
        (HAMMOND, "Apt 912, of the house 847 Hammond Lane, Rachelmouth"),
        (HAMMOND, "847 Hammond Lane, Rachelmouth and I rent Apt 912"),
        (HAMMOND, "Rachelmouth, 847 Hammond Lane, Rachelmouth 25764"),
        (HAMMOND, "847 Hammond Lane is a nice quiet place to live and very near to old Rachelmouth"),
        (SYNGE, "Flat 27 Synge Terrace, Dublin"),
        (SYNGE, "27 Synge Terrace, Dublin 12"),
        ("4/27 Banksia Street, Fremantle WA", "5-27 Banksia St, Fremantle"),
        (RECTORY, "Taunton: the Old Rectory is one of the oldest and finest houses in all of this Church Lane"),
        (FOUNTAIN, "722 Fountain Street, Grand Rapids"),
        (FOUNTAIN, "722 Fountain Street SE, Grand Rapids 49503"),
        ("5 Kenneth Street, Kenneth", "5 Kenneth Street"),
        ("772 Bryant Lights, Kenneth", "North Kenneth, 772 Bryant Lights"),
        ("772 Bryant Lights, Kenneth", "I am in North Kenneth, 772 Bryant Lights"),
        ("2 Garnet Road, Tralee, Co. Kerry", "2 Garnet Road, Co. Kerry"),
        ("2 Lynn Prairie, Brownport", "2 Lynn Prairie, Brownport L1 8JR"),
        *(
            ("772 Bryant Lights, Kenneth", f"772 Bryant Lights{between} {word} Kenneth")
            for word in ("North", "South", "East", "West", "New", "Port", "Lake")
            for between in (",", " in")
        ),
    ],
)
def test_another_house_flat_direction_or_town_differs(address: str, text: str) -> None:
    """Also a town too far away, the street's own name instead of the town's, and a county instead of it."""
    assert DIFFERS is found(address, text)


@pytest.mark.parametrize("text", ["I walked down Hammond Lane.", "Hammond Lane", "847", "", "Rachelmouth"])
def test_a_street_without_number_and_town_says_nothing(text: str) -> None:
    """It is no address, so the mail is asked for one."""
    assert ABSENT is found(HAMMOND, text)
    assert ABSENT is found(RECTORY, "The Old Rectory, Church Lane")


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("I live at 847 Hammond Lane, Rachelmouth now", "847 hammond lane, rachelmouth"),
        ("In Rachelmouth, 847 Hammond Lane it is", "rachelmouth, 847 hammond lane"),
        ("I live at 874 Hammond Lane, Rachelmouth now", "874 hammond lane, rachelmouth"),
        ("I live at 874 Hammond Lane now", "874 hammond lane"),
    ],
)
def test_the_whole_address_is_marked(text: str, covered: str) -> None:
    """From the first to the last of house number, street and town."""
    record = StreetAddress.of(HAMMOND, "25763")

    assert record is not None
    finding = record.find(Passage(text))
    assert covered == Passage(text).folded[finding.start : finding.end]


@pytest.mark.parametrize(
    ("text", "low", "high", "named"),
    [
        ("Apt 911", 0, 9, {"911"}),
        ("Flat No. 5", 0, 9, {"5"}),
        ("Flat no # 5", 0, 9, {"5"}),
        ("Flat number 5a", 0, 9, {"5a"}),
        ("# 07", 0, 9, {"7"}),
        ("Apt 0", 0, 9, {"0"}),
        ("Apt 5 Suite 6", 0, 9, {"5", "6"}),
        ("Apt 5 Suite 6", 1, 9, {"6"}),
        ("Apt 5 Suite 6", 0, 2, {"5"}),
        ("Apt x 6", 0, 9, set()),
        ("Apt #", 0, 9, set()),
        ("Apt no", 0, 9, set()),
        ("Flat 6 c", 0, 9, {"6"}),
        ("Apt", 0, 9, set()),
        ("x", 0, 9, set()),
        ("", 0, 9, set()),
    ],
)
def test_flats_are_named_by_a_word_and_a_number(text: str, low: int, high: int, named: set[str]) -> None:
    """Within the words asked for; No. and # may stand between."""
    assert named == units(words_of(Passage(text)), low, high)


def test_leading_zeros_do_not_count() -> None:
    """05823 Cross Alley; zero itself is a number."""
    assert ["5823", "0", "0", "10", ""] == [unpadded(number) for number in ("05823", "0", "00", "10", "")]
