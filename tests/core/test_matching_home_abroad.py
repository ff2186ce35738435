"""Homes outside Japan, against the record: what a careful clerk accepts, and what never agrees (policy, section 4)."""

from __future__ import annotations

import pytest

from tests.core.home_cases import AGREES, Home, judged, pairs, read_from_a_mail

HOMES: tuple[Home, ...] = (
    (
        "Calle de Embajadores 47, 3º B, Madrid",
        "28012",
        (
            "Calle de Embajadores 47, 3.º B, 28012 Madrid",
            "C/ Embajadores 47, 3ºB, Madrid",
            "C/ de Embajadores, 47 - 3º B, 28012 Madrid",
            "calle embajadores nº 47, madrid",
        ),
        (
            "Calle de Embajadores 74, 3º B, 28012 Madrid",
            "Calle de Embajadores 47, 4º B, 28012 Madrid",
            "Calle de Embajadores 47, 3º A, 28012 Madrid",
            "Calle de Atocha 47, 3º B, 28012 Madrid",
            "Calle de Embajadores 47, 3º B, 08012 Barcelona",
        ),
    ),
    (
        "Lindenstraße 12, Berlin",
        "10969",
        (
            "Lindenstr. 12, 10969 Berlin",
            "Lindenstrasse 12, Berlin",
            "10969 Berlin, Lindenstr. 12",
            "Lindenstrasse 12, D-10969 Berlin",
        ),
        (
            "Lindenstraße 12a, 10969 Berlin",
            "Lindenallee 12, 10969 Berlin",
            "Lindenstraße 21, Berlin",
            "Lindenstr. 12, 50674 Köln",
            "Lindenstr. 2, Berlin",
        ),
    ),
    (
        "Müllerstraße 7b, München",
        "80469",
        ("Muellerstr. 7b, 80469 Muenchen", "Mullerstrasse 7 b, Munich", "Müllerstr. 7B, München"),
        ("Müllerstraße 7, München", "Müllerstraße 7c, München", "Möllerstraße 7b, München"),
    ),
    (
        "12 rue de la République, Lyon",
        "69002",
        ("12, rue de la Republique, 69002 Lyon", "12 rue de la République - Lyon"),
        (
            "12 bis rue de la République, Lyon",
            "21 rue de la République, Lyon",
            "12 place de la République, Lyon",
            "12 rue de la République, Lille",
        ),
    ),
    (
        "14 avenue Victor Hugo, Paris",
        "75016",
        ("14 av. Victor Hugo, 75016 Paris", "14, Ave Victor-Hugo, Paris"),
        ("14 boulevard Victor Hugo, Paris", "41 avenue Victor Hugo, Paris", "14 rue Victor Hugo, Paris"),
    ),
    (
        "No. 214, 2nd Cross, 12th Main, Indiranagar, Bengaluru",
        "560038",
        (
            "#214, 2nd Cross, 12th Main, Indiranagar, Bangalore - 560 038",
            "214, 2nd Cross, 12th Main, Indiranagar, Bengaluru",
            "No 214, 2nd Cross, 12th Main, Indiranagar, Bengaluru 560038",
            "no.214 2nd cross 12th main indiranagar bangalore",
        ),
        (
            "#241, 2nd Cross, 12th Main, Indiranagar, Bangalore",
            "#214, 3rd Cross, 12th Main, Indiranagar, Bangalore",
            "#214, 2nd Cross, 11th Main, Indiranagar, Bangalore",
            "#214, 2nd Cross, 12th Main, Jayanagar, Mysore",
        ),
    ),
    (
        "PSC 482 Box 1234, FPO, AP",
        "96362",
        ("PSC 482, Box 1234, FPO AP 96362", "PSC 482 BOX 1234 FPO AP"),
        ("PSC 482, Box 1243, FPO AP 96362", "PSC 428 Box 1234, FPO AP 96362"),
    ),
    (
        "PO Box 1187, Darwin NT",
        "0801",
        (
            "P.O. Box 1187, Darwin NT 0801",
            "PO BOX 1187 Darwin",
            "Post Office Box 1187, Darwin",
            "P. O. Box 1187, Darwin, NT",
        ),
        ("PO Box 1178, Darwin NT", "PO Box 187, Darwin", "PO Box 1187, Cairns QLD"),
    ),
    (
        "Flat 3, 12 Great Russell Street, London",
        "WC1B 3NA",
        (
            "12 Gt Russell St, Flat 3, London WC1B3NA",
            "Flat 3, 12 Great Russell St., London",
            "12 Great Russell Street, London",
            "3/12 Great Russell Street, London",
        ),
        (
            "Flat 2, 12 Great Russell Street, London",
            "Flat 3, 21 Great Russell Street, London",
            "12 Russell Street, London",
            "Flat 3, 12 Great Portland Street, London",
        ),
    ),
    (
        "41 Pearl Street, Apt. 6C, Burlington, VT",
        "05401",
        (
            "41 pearl st apt 6c burlington vt",
            "41 Pearl St #6C, Burlington",
            "41 Pearl St., Unit 6-C, Burlington, Vermont 05401-1234",
            "Apt 6C 41 Pearl Street Burlington",
        ),
        (
            "41 Pearl St Apt 6D, Burlington",
            "14 Pearl St Apt 6C, Burlington",
            "41 Pearl Ave Apt 6C, Burlington",
            "41 Pearl St Apt 6C, Barre VT",
            "41 Earl St Apt 6C, Burlington",
        ),
    ),
    (
        "230 King Street West, Unit 5, Toronto, ON",
        "M5V 1J5",
        (
            "5-230 King St W, Toronto ON",
            "230 King St. W., #5, Toronto, Ontario M5V1J5",
            "230 King Street West, Toronto",
        ),
        ("6-230 King St W, Toronto", "230 King St E, Toronto", "320 King St W, Toronto"),
    ),
    (
        "Rua Augusta 1508, apto 32, São Paulo",
        "01304-001",
        (
            "Rua Augusta, 1508, apto 32, Sao Paulo",
            "R. Augusta 1508 ap. 32, São Paulo",
            "Rua Augusta nº 1508 - São Paulo",
        ),
        ("Rua Augusta 1580, apto 32, São Paulo", "Rua Augusta 1508, apto 23, São Paulo", "Rua Augusto 1508, São Paulo"),
    ),
    (
        "Via Garibaldi 18, Milano",
        "20121",
        ("via Garibaldi, 18 - 20121 Milano", "Via Garibaldi n. 18, Milan"),
        ("Via Garibaldi 81, Milano", "Via Mazzini 18, Milano", "Via Garibaldi 18, Torino"),
    ),
    (
        "Prinsengracht 263-II, Amsterdam",
        "1016 GV",
        ("Prinsengracht 263 II, 1016 GV Amsterdam", "Prinsengracht 263-ii, Amsterdam"),
        ("Prinsengracht 236-II, Amsterdam", "Keizersgracht 263-II, Amsterdam"),
    ),
    (
        "152 Teheran-ro, Gangnam-gu, Seoul",
        "06236",
        ("152, Teheran-ro, Gangnam-gu, Seoul 06236", "152 Teheran-ro, Gangnam-gu, Seoul, Korea"),
        ("125 Teheran-ro, Gangnam-gu, Seoul", "152 Teheran-ro, Seocho-gu, Seoul"),
    ),
    (
        "14/2 Marchmont Crescent, Edinburgh",
        "EH9 1QG",
        ("14/2 Marchmont Cres, Edinburgh EH9 1QG",),
        (
            "14/3 Marchmont Crescent, Edinburgh",
            "41/2 Marchmont Crescent, Edinburgh",
            "Flat 3, 14 Marchmont Crescent, Edinburgh",
        ),
    ),
    (
        "847 Hammond Lane Apt. 911, Rachelmouth",
        "25763",
        (
            "847 Hammond Ln., Apt.911, Rachelmouth",
            "Apt911 847 Hammond Lane Rachelmouth",
            "847 HAMMOND LN APT 911 RACHELMOUTH US",
            "847 Hammond Lane Apartment #911 Rachelmouth",
        ),
        (
            "847 Hammond Ln., Apt.119, Rachelmouth",
            "847 Hammond Court Apt 911, Rachelmouth",
            "8847 Hammond Lane, Rachelmouth",
            "847 Hammond Lane Apt. 911, Port Rachelmouth",
        ),
    ),
    (
        "2290 Garrison Points, Lake Tyrone",
        "48213",
        (
            "2290 Garrison Pts, Lk Tyrone",
            "2290 Garrison Points\nLake Tyrone MI 48213",
            "lake tyrone, 2290 garrison points",
        ),
        (
            "2209 Garrison Points, Lake Tyrone",
            "2290 Garrison Parks, Lake Tyrone",
            "2290 Garrison Points, East Tyrone",
            "2290 Harrison Points, Lake Tyrone",
        ),
    ),
    (
        "Württembergische Straße 31, Berlin",
        "10707",
        (
            "Wuerttembergische Str. 31, 10707 Berlin",
            "Württembergische Strasse 31, Berlin",
            "Wurttembergische Straße 31, D-10707 Berlin, Germany",
        ),
        (
            "Württembergische Straße 13, Berlin",
            "Württemberger Straße 31, Berlin",
            "Württembergische Straße 31, 20095 Hamburg",
        ),
    ),
    (
        "Level 4, 55 Collins Street, Melbourne VIC",
        "3000",
        (
            "55 Collins St, Melbourne 3000",
            "Level 4 55 Collins Street Melbourne VIC 3000",
            "Level 4/55 Collins St, Melbourne",
        ),
        ("555 Collins Street, Melbourne", "55 Collins Avenue, Melbourne", "Level 4, 54 Collins Street, Melbourne"),
    ),
    (
        "Blk 123 Ang Mo Kio Avenue 3 #05-678, Singapore",
        "560123",
        ("Block 123, Ang Mo Kio Ave 3, #05-678, Singapore 560123",),
        (
            "Blk 123 Ang Mo Kio Ave 3 #05-687, Singapore",
            "Blk 123 Ang Mo Kio Ave 6 #05-678, Singapore",
            "Blk 132 Ang Mo Kio Ave 3 #05-678, Singapore",
        ),
    ),
    (
        "Av. Paulista 1578, São Paulo",
        "01310-200",
        ("Avenida Paulista, 1578 - São Paulo", "Av Paulista 1578, Sao Paulo SP"),
        ("Av. Paulista 1587, São Paulo", "Rua Paulista 1578, São Paulo"),
    ),
    (
        "Via Roma 5/A, Bologna",
        "40126",
        ("Via Roma 5A, Bologna", "via Roma, 5/a - 40126 Bologna"),
        ("Via Roma 5/B, Bologna", "Via Roma 5, Bologna", "Via Romana 5/A, Bologna"),
    ),
    (
        "Hauptstraße 5, 8001 Zürich",
        "8001",
        ("Hauptstr. 5, 8001 Zurich", "Hauptstrasse 5, Zuerich", "Hauptstrasse 5, CH-8001 Zürich"),
        ("Hauptstrasse 15, 8001 Zürich", "Hauptstrasse 5, 3011 Bern", "Nebenstrasse 5, Zürich"),
    ),
    (
        "12 Mill Road, Romsey, Cambridge",
        "",
        ("12 Mill Road, Apartment 4, Cambridge",),
        ("12 Mill Road, Apartment 4, Ely, Cambridge",),
    ),
    (
        "Unit 6, 12 Mill Road, Cambridge",
        "",
        ("Unit 6, c/o Smith, 12 Mill Road, Cambridge", "12 Mill Road, Cambridge, Unit 6 C"),
        ("Unit 7, c/o Smith, 12 Mill Road, Cambridge", "12 Mill Road, Cambridge, Unit 6-C"),
    ),
    ("Unit 6C, 12 Mill Road, Cambridge", "", (), ("Unit 6, c/o Smith, 12 Mill Road, Cambridge",)),
    ("Unit 65, 12 Mill Road, Cambridge", "", (), ("12 Mill Road, Cambridge, Unit 6-5",)),
    ("27 A Broadway, London", "", ("27a Broadway, London", "27 A Broadway, London"), ("27 Broadway, London",)),
    ("27 A, High Street, Cambridge", "", (), ("27 B, High Street, Ely",)),
    ("12 C Street, Davis", "", ("12 C Street, Davis", "12 C St, Davis"), ("12C Street, Davis", "12 D Street, Davis")),
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
