"""Addresses with the house number behind the street, asked alone: what is read, and what of a text is marked."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.continental import ContinentalAddress
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.model import Agreement

AGREES, DIFFERS = Agreement.AGREES, Agreement.DIFFERS
BERLIN = ("Lindenstraße 12, Berlin", "10969")
SIDE = ("Lindenstraße 12, 3, Berlin", "10969")
FLOOR = ("Calle Mayor 12, 3º, Madrid", "28013")
OBERAU = ("Oberau 12, Oberau", "6311")


@pytest.mark.parametrize(
    ("record", "text", "agreement", "covered"),
    [
        (BERLIN, "Wohnhaft in Lindenstraße 12, 10969 Berlin seit Mai", AGREES, "lindenstraße 12, 10969 berlin"),
        (BERLIN, "Wohnhaft in Berlin, Lindenstraße 12 seit Mai", AGREES, "lindenstraße 12"),
        (BERLIN, "Wohnhaft in Lindenstraße 11, 10969 Berlin seit Mai", DIFFERS, "lindenstraße 11, 10969 berlin"),
        (BERLIN, "Wohnhaft in Lindenstraße 11 a seit Mai", DIFFERS, "lindenstraße 11 a"),
        (SIDE, "Lindenstraße 12, 3 Hinterhaus, Berlin", AGREES, "lindenstraße 12, 3 hinterhaus, berlin"),
        (SIDE, "Lindenstraße 12, 3 H, Berlin", DIFFERS, "lindenstraße 12, 3 h, berlin"),
        (FLOOR, "Calle Mayor 12, 3º, Madrid", AGREES, "calle mayor 12, 3o, madrid"),
        (FLOOR, "Calle Mayor 12, Madrid", AGREES, "calle mayor 12, madrid"),
        (FLOOR, "Calle Mayor 12, 4º, Madrid", DIFFERS, "calle mayor 12, 4o, madrid"),
        (FLOOR, "Calle Mayor 3, Madrid", DIFFERS, "calle mayor 3, madrid"),
        (("Calle 12, 5, Mérida", ""), "Calle 12, 5, Mérida", AGREES, "calle 12, 5, mérida"),
        (("Calle Mayor, 5, Madrid", ""), "Calle Mayor 5, 3º B, Madrid", AGREES, "calle mayor 5, 3o b, madrid"),
        (("Calle Real 47, 3, A Coruña", ""), "Calle Real 47, 3, A Coruña", AGREES, "calle real 47, 3, a coruña"),
        (("Dorpsstraat 12, 3, As", ""), "Dorpsstraat 12, 3, As", AGREES, "dorpsstraat 12, 3, as"),
        (("c/o Miller PO Box 1187, Darwin", ""), "PO Box 1187, Darwin", AGREES, "po box 1187, darwin"),
        (("c/o Miller P.O. Box 1187, Darwin", ""), "PO Box 1187, Darwin", AGREES, "po box 1187, darwin"),
        (("Post Office Box 1187, Darwin", ""), "PO Box 1187, Darwin", AGREES, "po box 1187, darwin"),
        (("Fox Den 5, Leeds", ""), "Fox Den 5, Leeds", AGREES, "fox den 5, leeds"),
        (OBERAU, "Oberau 12, Oberau", AGREES, "oberau 12, oberau"),
        (OBERAU, "Oberau 12, Alpbach", DIFFERS, "oberau 12"),
    ],
)
def test_the_street_with_its_house_and_town_is_marked(
    record: tuple[str, str], text: str, agreement: Agreement, covered: str
) -> None:
    """Whether it agrees or not; a street that is named as its town does not name the town."""
    address, passage = ContinentalAddress.of(*record), Passage(text)

    assert address is not None
    found = address.find(passage)
    assert (agreement, covered) == (found.agreement, passage.folded[found.start : found.end])


@pytest.mark.parametrize(
    ("record", "text"),
    [("Fox Den 5, Leeds", "Fox 5, Leeds"), ("Calle 12, 5, Mérida", "Calle 12, Mérida"), (BERLIN[0], "Lindenstraße")],
)
def test_a_part_of_the_street_says_nothing(record: str, text: str) -> None:
    """Den is a small word in the Netherlands, in England it is a name; a street may be numbered itself."""
    address = ContinentalAddress.of(record, "")

    assert address is not None
    assert Agreement.ABSENT is address.find(Passage(text)).agreement


@pytest.mark.parametrize(
    "address", ["", ",", "Lindenstraße 12", "Calle Mayor, 5", "5 a, Berlin", "Lindenstraße, Berlin"]
)
def test_what_has_no_street_number_or_town_is_no_such_address(address: str) -> None:
    """Then it is read in another form, or word for word."""

    assert None is ContinentalAddress.of(address, "")
