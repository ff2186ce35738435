"""Addresses as real people write them, against the record: what a careful clerk accepts, and what never agrees.

A table a kind of address; in each, the record, its postal code, what agrees with it and what does not. Every writing is
tried as a labelled field and in running text.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Agreement, Customer, FieldName
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from tests.core.matching_cases import given, matched

AGREES = Agreement.AGREES

Kind = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""Address on record, postal code, writings that agree, writings that do not."""

KYOTO: tuple[Kind, ...] = (
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
)

HOKKAIDO: tuple[Kind, ...] = (
    (
        "北海道札幌市中央区南3条西5-12-7 すすきのハイツ601",
        "060-0063",
        (
            "Susukino Heights 601, South 3 West 5-12-7, Chuo Ward, Sapporo City, Hokkaido 060-0063",
            "South 3 West 5-12-7, Chuo-ku, Sapporo",
            "S3 W5-12-7, Chuo-ku, Sapporo",
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
)

COUNTRY: tuple[Kind, ...] = (
    (
        "岩手県九戸郡軽米町大字軽米第10地割18-1",
        "028-6302",
        (
            "軽米町大字軽米10地割18番地1",
            "九戸郡軽米町軽米第10地割18番地の1",
            "軽米町軽米10-18-1",
            "軽米町軽米第十地割18-1",
        ),
        ("軽米町軽米第11地割18-1", "軽米町軽米第1地割18-1", "軽米町軽米10-18-11"),
    ),
    (
        "埼玉県比企郡小川町大字大塚55番地",
        "355-0328",
        (
            "小川町大塚55",
            "比企郡小川町大塚55番地",
            "Oaza Otsuka 55, Ogawa-machi, Hiki-gun, Saitama",
            "埼玉県小川町大字大塚５５",
        ),
        ("小川町小川55", "小川町大塚5", "小川町大塚555", "比企郡嵐山町大塚55"),
    ),
    (
        "福島県郡山市富田町字満水田2番地",
        "963-8041",
        ("郡山市富田町満水田2", "郡山市富田町字満水田2", "郡山市富田町字満水田二番地"),
        ("郡山市富田町字満水田3", "郡山市富田町字満水田22", "郡山市富久山町字満水田2"),
    ),
    (
        "青森県八戸市大字是川字土橋1番地5",
        "031-0023",
        ("八戸市是川土橋1-5", "八戸市是川字土橋1番地5", "八戸市大字是川字土橋１の５"),
        ("八戸市大字是川字土橋15", "八戸市大字是川字土橋5-1", "八戸市是川字土田1-5"),
    ),
    (
        "長野県松本市中央1-2-30",
        "390-0811",
        (
            "信州松本市中央1丁目2番30号",
            "信州の松本市中央1-2-30",
            "松本市中央一丁目二番三十号",
            "長野県の松本市中央1-2-30",
        ),
        ("松本市中央1-2-3", "塩尻市中央1-2-30", "松本市深志1-2-30"),
    ),
    (
        "神奈川県茅ヶ崎市東海岸北1-4-43",
        "253-0053",
        ("茅ケ崎市東海岸北1丁目4-43", "茅が崎市東海岸北1-4-43", "1-4-43 Higashi-Kaigan-Kita, Chigasaki-shi, Kanagawa"),
        ("茅ヶ崎市東海岸南1-4-43", "1-4-43 Higashi-Kaigan-Minami, Chigasaki-shi", "茅ヶ崎市東海岸北1-4-34"),
    ),
    (
        "東京都新宿区市谷田町2-31",
        "162-0843",
        (
            "新宿区市ヶ谷田町2-31",
            "新宿区市ケ谷田町2丁目31",
            "東京都新宿区市谷田町2の31",
            "2-31 Ichigaya-Tamachi, Shinjuku-ku",
        ),
        ("新宿区市ヶ谷本村町2-31", "新宿区市谷田町3-21", "新宿区市谷砂土原町2-31"),
    ),
    (
        "東京都杉並区阿佐谷北3-12-4",
        "166-0001",
        ("杉並区阿佐ヶ谷北3-12-4", "杉並区阿佐ケ谷北三丁目12番4号"),
        ("杉並区阿佐ヶ谷南3-12-4", "杉並区阿佐谷北3-4-12"),
    ),
    (
        "東京都港区虎ノ門3-8-21",
        "105-0001",
        ("港区虎の門3-8-21", "港区虎之門3-8-21", "3-8-21 Toranomon, Minatoku, Tokyo"),
        ("港区西新橋3-8-21", "港区虎ノ門3-8-12"),
    ),
    (
        "東京都文京区本郷七丁目3番1号",
        "113-0033",
        (
            "文京区本郷7-3-1",
            "文京区本郷七の三の一",
            "文京区本郷七―三―一",
            "文京区本郷七－三－一",
            "文京区本郷七・三・一",
            "文京区本郷7丁目3の1",
            "文京区本郷7丁目3番地の1",
            "文京区本郷7丁目3番1",
            "文京区本郷７丁目三番一号",
            "文京区本郷7.3.1",
            "文京区本郷７－３－１　以上",
            "7 Chome-3-1 Hongo, Bunkyo City, Tokyo 113-0033",
            "Japan, 〒113-0033 Tokyo, Bunkyo City, Hongo, 7-chome−3−1",
        ),
        (
            "文京区本郷7-1-3",
            "文京区本郷17-3-1",
            "文京区本郷七の三の二",
            "文京区湯島7-3-1",
            "文京区本郷7-31",
            "文京区本郷七十三番一号",
        ),
    ),
    (
        "栃木県佐野市高砂町2800番地1",
        "327-0022",
        (
            "佐野市高砂町2800-1",
            "佐野市高砂町2800番1",
            "佐野市高砂町2800の1",
            "佐野市高砂町二八〇〇ー一",
            "栃木県高砂町2800-1",
        ),
        ("佐野市高砂町2800-11", "佐野市高砂町2801-1", "佐野市高砂町2800", "佐野市大橋町2800-1", "足利市高砂町2800-1"),
    ),
)

BUILDINGS: tuple[Kind, ...] = (
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
)

ABROAD: tuple[Kind, ...] = (
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
)

MASTERS: tuple[Kind, ...] = (
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
)

TOWNS: tuple[Kind, ...] = (
    (
        "愛知県名古屋市中村区名駅4丁目7番1号",
        "450-0002",
        (
            "名古屋市中村区名駅4-7-1",
            "中村区名駅4の7の1",
            "4-7-1 Meieki, Nakamura-ku, Nagoya",
            "名古屋市中村区名駅四－七－一",
        ),
        ("名古屋市中村区名駅南4-7-1", "名古屋市西区名駅4-7-1", "4-7-1 Meieki-Minami, Nakamura-ku, Nagoya"),
    ),
    (
        "大阪府大阪市北区梅田3丁目1-3-1205",
        "530-0001",
        ("大阪市北区梅田3-1-3-1205", "大阪市北区梅田3-1-3 1205号室", "北区梅田3丁目1番3号1205", "大阪市北区梅田3-1-3"),
        ("大阪市北区梅田3-1-3-1206", "大阪市北区梅田3-1-31205", "大阪市中央区梅田3-1-3", "東京都北区梅田3-1-3"),
    ),
    (
        "石川県金沢市大手町甲12番地3",
        "920-0912",
        ("金沢市大手町甲12-3", "金沢市大手町甲12番地の3"),
        ("金沢市大手町乙12-3", "金沢市大手町12-3", "金沢市大手町甲12"),
    ),
    (
        "茨城県つくば市天久保2-1-1 学園ハイツA-203",
        "305-0005",
        (
            "つくば市天久保2-1-1 学園ハイツＡ２０３",
            "つくば市天久保2-1-1 A-203",
            "つくば市天久保2-1-1学園ハイツA203号室",
            "A-203 Gakuen Heights, 2-1-1 Amakubo, Tsukuba-shi, Ibaraki",
        ),
        (
            "つくば市天久保2-1-1 学園ハイツB-203",
            "つくば市天久保2-1-1 学園ハイツA-204",
            "つくば市天久保2-1-11 学園ハイツA-203",
        ),
    ),
    (
        "新潟県新潟市中央区学校町通二番町598",
        "951-8121",
        ("新潟市中央区学校町通2番町598", "新潟市中央区学校町通二番町598番地"),
        ("新潟市中央区学校町通三番町598", "新潟市中央区学校町通1番町598", "新潟市中央区学校町通二番町589"),
    ),
    (
        "宮城県仙台市青葉区一番町3-7-1",
        "980-0811",
        (
            "仙台市青葉区一番町3丁目7番1号",
            "仙台市青葉区1番町3-7-1",
            "3-7-1 Ichibancho, Aoba-ku, Sendai",
            "仙台市青葉区一番町三丁目七番一号",
        ),
        ("仙台市青葉区二番町3-7-1", "仙台市青葉区一番町3-1-7", "仙台市青葉区一番町1-7-3"),
    ),
    (
        "広島県広島市中区八丁堀6-11",
        "730-0013",
        ("広島市中区八丁堀6番11号", "6-11 Hatchobori, Naka-ku, Hiroshima", "広島市中区八丁堀６の１１"),
        ("広島市中区八丁堀11-6", "広島市中区基町6-11", "広島市南区八丁堀6-11"),
    ),
    (
        "福島県会津若松市一箕町大字亀賀字北柳原51",
        "965-0006",
        ("会津若松市一箕町亀賀北柳原51", "会津若松市一箕町大字亀賀字北柳原五十一番地"),
        ("会津若松市一箕町大字亀賀字北柳原5", "会津若松市一箕町大字亀賀字南柳原51"),
    ),
    (
        "岐阜県高山市上一之町75",
        "506-0844",
        ("高山市上一之町75番地", "高山市上一ノ町75", "高山市上一の町七十五"),
        ("高山市上二之町75", "高山市下一之町75", "高山市上一之町57"),
    ),
    (
        "東京都千代田区九段南1-2-3 九段ビル5階",
        "102-0074",
        ("千代田区九段南1丁目2-3 九段ビル5F", "千代田区九段南1-2-3", "1-2-3 Kudan-Minami, Chiyoda-ku, Tokyo"),
        ("千代田区九段北1-2-3", "千代田区九段南1-3-2 九段ビル5F", "1-2-3 Kudan-Kita, Chiyoda-ku, Tokyo"),
    ),
    (
        "神奈川県横浜市中区山手町85-3",
        "231-0862",
        (
            "横浜市中区山手町85番地の3",
            "Yamate-cho 85-3, Naka-ku, Yokohama",
            "85-3 Yamate, Naka Ward, Yokohama 231-0862",
        ),
        ("横浜市中区山下町85-3", "横浜市中区山手町85-33", "Yamate-cho 58-3, Naka-ku, Yokohama"),
    ),
    (
        "千葉県市川市八幡2-3-4",
        "272-0021",
        ("市川市八幡2-3-4", "市川八幡2-3-4", "いちかわし　やわた 2-3-4", "2-3-4 Yawata, Ichikawa, Chiba"),
        ("市川市南八幡2-3-4", "市原市八幡2-3-4", "市川市八幡2-3-14", "市川大門町八幡2-3-4"),
    ),
)

KINDS = {
    "kyoto": KYOTO,
    "hokkaido": HOKKAIDO,
    "country": COUNTRY,
    "buildings": BUILDINGS,
    "abroad": ABROAD,
    "masters": MASTERS,
    "towns": TOWNS,
}


def pairs(same: bool) -> Iterator[tuple[str, str, str]]:
    for kinds in KINDS.values():
        for address, code, agreeing, others in kinds:
            for said in agreeing if same else others:
                yield address, code, said


def judged(address: str, code: str, said: str) -> set[Agreement]:
    """As the value of a label, and in a text with a greeting above and a wish below."""
    customer = Customer("20000009", "", address, postal_code=code)
    text = f"Hello\n{said}\n20000009"
    labelled = matched(customer, said, fields=[given(FieldName.ADDRESS, said)])
    return {labelled.address, matched(customer, text).address}


@pytest.mark.parametrize(("address", "code", "said"), list(pairs(same=True)))
def test_a_clerk_takes_it_for_the_address_on_record(address: str, code: str, said: str) -> None:
    """Policy, section 4: another spelling, order, script or abbreviation of the same town and lot."""
    assert {AGREES} == judged(address, code, said)


@pytest.mark.parametrize(("address", "code", "said"), list(pairs(same=False)))
def test_a_clerk_does_not_take_it_for_the_address_on_record(address: str, code: str, said: str) -> None:
    """Another town, street, direction, lot, flat or digit: opting out the wrong person is worse than asking staff."""
    assert AGREES not in judged(address, code, said)


READER = Reader(ReaderSettings())


@pytest.mark.parametrize(("address", "code", "said"), list(pairs(same=False)))
def test_what_the_reading_cuts_off_an_address_still_contradicts(address: str, code: str, said: str) -> None:
    """The reading may see only 若林4-21-8 of 若林4-21-8 メゾン代田202; the whole of it is another home."""
    mail = f"Content-Type: text/plain; charset=utf-8\n\n住所は{said}です。番号は30215579。メールを止めてください。\n"
    reading = READER.read(mail.encode())
    customer = Customer("30215579", "", address, postal_code=code)

    assert AGREES is not match(reading, {customer.number: customer}).address


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("甲府の五味圭一です。住所は丸の内2-33-4（400-0031 山梨県甲府市）。", AGREES),
        ("甲府市丸の内2-33-4の三浦です。", AGREES),
        ("甲府の五味圭一です。丸の内2-33-5です。", Agreement.DIFFERS),
        ("甲府の五味圭一です。", Agreement.ABSENT),
    ],
)
def test_a_number_in_a_family_name_is_no_lot(said: str, expected: Agreement) -> None:
    """五味 of 甲府 and 三浦 behind の are people."""
    customer = Customer("20000009", "", "山梨県甲府市丸の内2丁目33番4号", postal_code="400-0031")

    assert expected is matched(customer, said).address
