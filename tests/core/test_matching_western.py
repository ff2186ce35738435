"""Where a whole western name stands in running text, and what its parts are (policy, section 4, "name")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.name import Likeness, PersonName
from optout_daemon.core.matching.western_name import WesternName
from optout_daemon.core.model import Customer
from tests.core.matching_cases import is_named, name_found


@pytest.mark.parametrize(
    ("recorded", "text", "name"),
    [
        ("Marie Smith", "Marie Smith", "marie smith"),
        ("Marie Smith", "Marie Smith Please stop", "marie smith"),
        ("Marie Smith", "Marie Smith. Young people write so", "marie smith"),
        ("Marie Smith", "Marie Smith young and old", "marie smith"),
        ("Marie Smith", "Marie Smith, Jones Lane", "marie smith"),
        ("Marie Smith", "Marie Smith\nJones Lane", "marie smith"),
        ("Marie Smith", "Marie Smith-20000003", "marie smith"),
        ("Marie Smith", "20000003-Marie Smith", "marie smith"),
        ("Marie Smith", "Dear Anne, Marie Smith wants none", "marie smith"),
        ("Marie Smith", "anne Marie Smith", "marie smith"),
        ("Marie Smith", "Anne         Marie Smith", "marie smith"),
        ("Marie Smith", "Marie Smith         Jones", "marie smith"),
        ("Marie Smith", "Here is Marie Smith", "marie smith"),
        ("Marie Smith", "Marie        Smith", "marie        smith"),
        ("Marie Smith", "Smith, Marie", "smith, marie"),
        ("Marie Smith", "Smith Marie", "smith marie"),
        ("Marie Smith", "Smith, Mrs Marie, stop", "smith, mrs marie"),
        ("Marie Smith", "Smith, Marie stops it", "smith, marie"),
        ("Marie Smith", "Smith Street. Marie Smith", "marie smith"),
        ("Harold Pennington", "Pennington, H. (Harold)", "pennington, h. (harold"),
        ("Joshua Hernandez", "Joshua T. Hernandez", "joshua t. hernandez"),
        ("Joshua Hernandez", "Joshua T.Hernandez", "joshua t.hernandez"),
        ("Joshua Thomas Hernandez", "Joshua T Hernandez", "joshua t hernandez"),
        ("Joshua Thomas Hernandez", "Joshua Hernandez", "joshua hernandez"),
        ("Joshua Thomas Hernandez", "Joshua-Thomas Hernandez", "joshua-thomas hernandez"),
        ("Anna Maria Luisa Berg", "Anna Maria-Luisa Berg", "anna maria-luisa berg"),
        ("Anna Maria Luisa Berg", "Anna M. L. Berg", "anna m. l. berg"),
        ("Joshua Hernandez", "Joshua T. Hernandez Will you stop", "joshua t. hernandez"),
        ("Anna Maria Luisa Berg", "Anna Maria-Luisa Berg Will you stop", "anna maria-luisa berg"),
        ("Anna Maria Luisa Eva Berg", "Anna Maria-Luisa Eva Berg", "anna maria-luisa eva berg"),
        ("Vincent Mccann", "Vincent Mc Cann", "vincent mc cann"),
        ("Minh Do", "Minh Do here", "minh do"),
        ("Ryan Chandler Jr.", "Ryan Chandler Jr. here", "ryan chandler"),
        ("Ryan Chandler Jr.", "Ryan Chandler is my name", "ryan chandler"),
        ("Ryan Chandler Jr.", "Ryan Chandler (Sr. is my father)", "ryan chandler"),
        ("Ryan Chandler Jr.", "Ryan Chandler", "ryan chandler"),
    ],
)
def test_a_name_that_stands_by_itself_is_found(recorded: str, text: str, name: str) -> None:
    """Whatever else the line holds: a sentence that goes on, a list, a number, another person behind a comma."""
    assert name == name_found((recorded, "", ""), text)


@pytest.mark.parametrize(
    ("recorded", "text"),
    [
        ("Marie Smith", "I am Marie Smith-Jones."),
        ("Marie Smith", "I am Marie Smith Jones."),
        ("Marie Smith", "Marie Smith        Jones"),
        ("Marie Smith", "Anna-Marie Smith"),
        ("Marie Smith", "Zorbo-Marie Smith"),
        ("Marie Smith", "I am Anna-Marie Smith"),
        ("Marie Smith", "Anne Marie Smith"),
        ("Marie Smith", "Anne        Marie Smith"),
        ("Marie Smith", "Regards Anne. Marie Smith"),
        ("Marie Smith", "Marie/Smith"),
        ("Marie Smith", "Marie         Smith"),
        ("Marie Smith", "Marie.Smith"),
        ("Marie Smith", "Smith/Marie"),
        ("Marie Smith", "Smith, Marion"),
        ("Marie Smith", "Smith, Street Marie"),
        ("Marie Smith", "Marie"),
        ("Marie Smith", "Smith,"),
        ("Harold Pennington", "Pennington, H. Harold"),
        ("Harold Pennington", "Pennington, Jim (Harold)"),
        ("Harold Pennington", "Pennington, H."),
        ("Joshua Hernandez", "Joshua A. B. Hernandez"),
        ("Joshua Hernandez", "Joshua A. B. C. Hernandez"),
        ("Joshua Hernandez", "Joshua Thomas Hernandez"),
        ("Joshua Thomas Hernandez", "Joshua K. Hernandez"),
        ("Joshua Thomas Hernandez", "Joshua Thomas"),
        ("Vincent Mccann", "Vincent Mc, Cann"),
        ("Vincent Mccann", "Vincent Mc Canning"),
        ("Vincent Mccann", "Vincent Mac Cann"),
        ("Ryan Chandler Jr.", "Ryan Chandler Sr. here"),
        ("Ryan Chandler Jr.", "Ryan Chandler, Senior"),
        ("Ryan Chandler Jr.", "Ryan Chandler III"),
    ],
)
def test_a_part_of_a_longer_or_broken_name_is_not_found(recorded: str, text: str) -> None:
    """Anne Marie Smith, Marie Smith-Jones and Ryan Chandler's father are other people."""
    assert None is name_found((recorded, "", ""), text)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Joshua Hernandez", WesternName("joshua", (), "hernandez", "")),
        ("Dr. Joshua T. Hernandez", WesternName("joshua", ("t",), "hernandez", "")),
        ("Tran, Lisa", WesternName("lisa", (), "tran", "")),
        ("Tran, Lisa, Anne", WesternName("lisa", ("anne",), "tran", "")),
        ("Lisa Tran, PhD", WesternName("lisa", (), "tran", "")),
        ("Lisa Tran,", WesternName("lisa", (), "tran", "")),
        ("Minh Do", WesternName("minh", (), "do", "")),
        ("John Smith Jr.", WesternName("john", (), "smith", "jr")),
        ("John Smith Junior PhD", WesternName("john", (), "smith", "jr")),
        ("John Smith PhD Jr.", WesternName("john", (), "smith", "jr")),
        ("Al Smith", WesternName("al", (), "smith", "")),
        ("Ludwig van Berg", WesternName("ludwig", (), "vanberg", "")),
        ("Anna Maria van der Berg", WesternName("anna", ("maria",), "vanderberg", "")),
        ("O'Brien-Kelly Sean", WesternName("obrienkelly", (), "sean", "")),
    ],
)
def test_the_parts_of_a_recorded_name(name: str, parts: WesternName) -> None:
    """Titles and letters behind a name are none of it, a particle belongs to the surname, a comma turns the order."""
    assert parts == WesternName.of(name)


@pytest.mark.parametrize("name", ["", "Prince", "Mr Smith", "R2 D2", "Dr.", "Acme 24"])
def test_what_has_no_given_name_and_surname_is_no_persons_name(name: str) -> None:
    """Then nothing in the text can agree with it."""
    assert None is WesternName.of(name)


@pytest.mark.parametrize(
    ("recorded", "written", "likeness"),
    [
        ("Robert Williams", "Williams", Likeness.PARTIAL),
        ("Robert Williams", "Williams Jr", Likeness.PARTIAL),
        ("Robert Williams", "R. W.", Likeness.OTHER),
        ("Robert Williams", "R.", Likeness.OTHER),
        ("Robert Williams", "Mr", Likeness.EMPTY),
        ("Bo Li", "Li", Likeness.PARTIAL),
        ("Vincent Mccann", "Mc Cann", Likeness.PARTIAL),
        ("Vincent Mccann", "Mc Canning", Likeness.OTHER),
        ("Ryan Chandler Jr.", "Ryan", Likeness.PARTIAL),
        ("Ryan Chandler Jr.", "Chandler Junior", Likeness.PARTIAL),
        ("Ryan Chandler Jr.", "Chandler Sr.", Likeness.OTHER),
        ("Joshua Thomas Hernandez", "Thomas", Likeness.PARTIAL),
        ("Joshua Thomas Hernandez", "J. T. Hernandez", Likeness.PARTIAL),
        ("Mary Ann Smith", "Smith, Mary A.", Likeness.FULL),
        ("Mary Ann Smith", "Smith, Mary B.", Likeness.OTHER),
        ("Marie Smith", "Smith, Marie B.", Likeness.FULL),
    ],
)
def test_a_part_of_the_name_is_told_from_another_name(recorded: str, written: str, likeness: Likeness) -> None:
    """A surname alone is completed by the text; initials alone, or the father's Sr., are not this person's."""
    assert likeness is PersonName(Customer("20000009", recorded, "")).likeness(written)


@pytest.mark.parametrize(
    ("recorded", "text"),
    [
        ("Marie Smith", "Smith Marie Please stop"),
        ("Marie Smith", "Smith, Marie B."),
        ("Marie Smith", "Jones Lane. Smith, Marie"),
        ("Mary Ann Smith", "Smith, Mary"),
        ("Mary Ann Smith", "Smith, Mary A."),
        ("Mary Ann Smith", "Smith, Mary Ann"),
        ("Mary Ann Smith", "Smith, Mary I want no mail"),
        ("Mary Jones Smith", "Jones Smith, Mary"),
        ("Mary Jones Smith", "Smith, Mary Jones"),
        ("Mary Jones Smith", "Smith, Mary J."),
    ],
)
def test_a_name_with_its_surname_in_front_is_seen(recorded: str, text: str) -> None:
    """Middle names may follow it, or a sentence."""
    assert is_named((recorded, "", ""), text)


@pytest.mark.parametrize(
    ("recorded", "text"),
    [
        ("Marie Smith", "Smith Marie Anne"),
        ("Marie Smith", "Jones Smith, Marie"),
        ("Marie Smith", "Anna Smith, Marie"),
        ("Marie Smith", 'Marie "Mary"'),
        ("Marie Smith", "Marie (Mary)"),
        ("Mary Ann Smith", "Smith, Mary B."),
        ("Mary Ann Smith", "Jones Smith, Mary Ann"),
        ("Mary Jones Smith", "Smith, Mary A."),
    ],
)
def test_another_middle_name_or_surname_is_another_persons(recorded: str, text: str) -> None:
    """Jones Smith is not Smith, and Mary B. is not Mary Ann."""
    assert not is_named((recorded, "", ""), text)
