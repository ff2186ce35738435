"""Homes in towns laid out by streets, against the record: the crossings of Kyoto and the grids of Hokkaido (policy, section 4)."""

from __future__ import annotations

import pytest

from tests.core.home_cases import AGREES, Home, judged, pairs, read_from_a_mail

HOMES: tuple[Home, ...] = (
    (
        "京都府京都市中京区寺町通御池上る上本能寺前町488",
        "604-0925",
        (
            "京都市中京区寺町御池上ル　上本能寺前町488",
            "京都市中京区寺町通御池上ル上本能寺前町488番地",
            "中京区上本能寺前町488",
            "京都市中京区寺町通り御池通り上がる上本能寺前町488",
            "中京区寺町通御池上る上本能寺前町四八八番地",
            "中京区寺町御池あがる上本能寺前町488",
            "488 Kamihonnojimae-cho, Nakagyo-ku, Kyoto",
            "Teramachi-dori Oike-agaru, 488 Kamihonnojimae-cho, Nakagyo-ku, Kyoto 604-0925",
        ),
        (
            "京都市中京区寺町通御池下る上本能寺前町488",
            "京都市中京区上本能寺前町489",
            "京都市中京区下本能寺前町488",
            "京都市上京区寺町御池上ル上本能寺前町488",
            "京都市中京区寺町御池上ル上本能寺前町48",
            "488 Shimohonnojimae-cho, Nakagyo-ku, Kyoto",
        ),
    ),
    (
        "京都府京都市下京区綾小路通室町西入善長寺町143",
        "600-8431",
        (
            "Ayanokoji-dori Muromachi Nishi-iru, 143 Zenchoji-cho, Shimogyo-ku, Kyoto 600-8431",
            "下京区綾小路室町西入ル善長寺町143",
            "京都市下京区綾小路通室町西入る善長寺町１４３番地",
            "京都市下京区綾小路通り室町西いる善長寺町143",
            "下京区善長寺町143",
            "143 Zenchoji-cho, Shimogyo-ku, Kyoto",
        ),
        (
            "下京区綾小路通室町東入善長寺町143",
            "下京区綾小路室町西入ル善長寺町134",
            "134 Zenchoji-cho, Shimogyo-ku, Kyoto 600-8431",
            "下京区綾小路通室町西入",
        ),
    ),
    (
        "京都府京都市東山区四条通大和大路東入祇園町南側570-120",
        "605-0074",
        ("東山区祇園町南側570-120", "京都市東山区四条大和大路東入ル祇園町南側570番地120"),
        ("東山区祇園町北側570-120", "東山区祇園町南側570-12"),
    ),
    (
        "京都府京都市上京区烏丸通一条下る龍前町590",
        "602-0912",
        ("上京区烏丸一条下ル竜前町590", "京都市上京区烏丸通一条下る龍前町590番地"),
        ("上京区烏丸通一条上る龍前町590", "上京区龍前町591"),
    ),
    (
        "京都府京都市左京区東丸太町41-6",
        "606-8395",
        ("京都市左京区丸太町通川端東入東丸太町41-6", "左京区川端丸太町東入ル東丸太町41番地6"),
        ("左京区東丸太町41-16", "左京区丸太町41-6"),
    ),
    (
        "京都府京都市上京区今出川通烏丸東入上る玄武町5",
        "602-0898",
        ("上京区今出川通烏丸東入上ル玄武町5", "京都市上京区烏丸通今出川東入る上る玄武町5番地", "上京区玄武町5"),
        ("上京区今出川通烏丸西入上ル玄武町5", "上京区今出川通烏丸東入下ル玄武町5", "上京区今出川通烏丸上ル玄武町5"),
    ),
    (
        "北海道札幌市中央区南3条西5-12-7 すすきのハイツ601",
        "060-0063",
        (
            "Susukino Heights 601, South 3 West 5-12-7, Chuo Ward, Sapporo City, Hokkaido 060-0063",
            "South 3 West 5-12-7, Chuo-ku, Sapporo",
            "S3 W5-12-7, Chuo-ku, Sapporo",
            "5-12-7 South 3 West, Chuo-ku, Sapporo",
            "Susukino Heights 601 - South 3 West 5-12-7, Chuo-ku, Sapporo",
            "Minami 3-jo Nishi 5-chome 12-7, Chuo-ku, Sapporo",
            "5-12-7 Minami 3 Jo Nishi, Chuo-ku, Sapporo-shi",
            "札幌市中央区南三条西五丁目12-7",
            "札幌市中央区南3条西5丁目12番7号",
            "中央区南3西5-12-7 すすきのハイツ601",
            "札幌市中央区南３条西５丁目１２－７－６０１",
        ),
        (
            "札幌市中央区南3条東5-12-7",
            "札幌市中央区北3条西5-12-7",
            "札幌市中央区南5条西3-12-7",
            "札幌市中央区南13条西5-12-7",
            "札幌市中央区南3条西15-12-7",
            "札幌市中央区南3条西5-12-8",
            "North 3 West 5-12-7, Chuo Ward, Sapporo City",
            "South 3 East 5-12-7, Chuo Ward, Sapporo City",
            "South 5 West 3-12-7, Chuo Ward, Sapporo City",
            "Minami 4-jo Nishi 5-chome 12-7, Chuo-ku, Sapporo",
            "Susukino Heights 602, South 3 West 5-12-7, Chuo Ward, Sapporo City",
            "札幌市中央区南3西5-12-7 すすきのハイツ610",
        ),
    ),
    (
        "北海道旭川市4条通9丁目1703番地",
        "070-0034",
        ("旭川市四条通9-1703", "旭川市4条通９丁目１７０３", "旭川市4条9丁目1703"),
        ("旭川市5条通9丁目1703", "旭川市4条通19丁目1703", "旭川市14条通9丁目1703"),
    ),
    (
        "北海道帯広市西5条南20丁目2番地5",
        "080-0015",
        ("帯広市西五条南20-2-5", "West 5 South 20-2-5, Obihiro", "帯広市西5南20-2-5"),
        ("帯広市東5条南20丁目2番地5", "帯広市西5条南21丁目2番地5", "帯広市西5条北20-2-5"),
    ),
    (
        "北海道虻田郡倶知安町字山田163-44 Powder Lodge 2",
        "044-0081",
        (
            "Powder Lodge 2, 163-44 Aza-Yamada, Kutchan-cho, Abuta-gun, Hokkaido",
            "163-44 Yamada, Kutchan-cho, Abuta-gun, Hokkaido 044-0081",
            "163-44 Aza Yamada, Kutchan, Hokkaido",
            "163-44 Yamada, Kutchan Town, Hokkaido",
            "虻田郡倶知安町字山田163番地44",
            "倶知安町山田163-44 Powder Lodge 2",
            "倶知安町山田163の44",
        ),
        (
            "倶知安町山田163-45",
            "163-44 Aza-Kabayama, Kutchan-cho, Abuta-gun, Hokkaido",
            "163-4 Aza-Yamada, Kutchan-cho",
            "163-44 Yamada, Niseko-cho, Abuta-gun, Hokkaido",
        ),
    ),
    (
        "北海道空知郡上富良野町西3線北28号",
        "071-0505",
        ("空知郡上富良野町西3線北28号", "上富良野町西三線北28号", "上富良野町西３線北２８号"),
        ("上富良野町西3線北29号", "上富良野町東3線北28号", "上富良野町西13線北28号", "上富良野町西3線南28号"),
    ),
    (
        "北海道札幌市中央区南3条西5丁目",
        "060-0063",
        ("West 5 South 3, Chuo-ku, Sapporo", "South 3 West 5, Chuo-ku, Sapporo", "札幌市中央区南三条西5丁目"),
        ("West 3 South 5, Chuo-ku, Sapporo", "East 5 South 3, Chuo-ku, Sapporo"),
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
