"""Names of Asia as real people write them, against the record: what a careful clerk accepts, and what never agrees.

A table a kind of name; in each, the record (name, kana, romaji), what agrees with it and what does not. Every writing is
tried as a labelled field and in running text.
"""

from __future__ import annotations

import pytest

from optout_daemon.core.model import Agreement, Customer
from tests.core.matching_cases import Named, judged_name, matched

AGREES = Agreement.AGREES

Kind = tuple[Named, tuple[str, ...], tuple[str, ...]]

JAPANESE: tuple[Kind, ...] = (
    (
        ("髙橋　裕美子", "タカハシ ユミコ", "Yumiko Takahashi"),
        (
            "高橋裕美子",
            "髙橋 裕美子様",
            "高橋ゆみこ",
            "たかはし裕美子",
            "ﾀｶﾊｼ ﾕﾐｺ",
            "TAKAHASHI, Yumiko",
            "高橋裕美子（旧姓佐藤）",
            "高橋（たかはし）裕美子",
            "高橋（タカハシ）裕美子（ユミコ）",
            "高橋　裕美子(ゆみこ)",
            "高 橋 裕 美 子",
        ),
        (
            "高橋由美子",
            "高橋裕子",
            "高橋裕美",
            "高橋",
            "Y. Takahashi",
            "佐藤裕美子",
            "高橋ゆみ",
            "Takahashi Yumi",
            "大高橋裕美子",
            "高橋（たかはし）由美子",
            "高橋（佐藤）由美子",
        ),
    ),
    (
        ("東海林　正", "ショウジ タダシ", "Tadashi Shoji"),
        ("東海林（しょうじ）正", "東海林正", "しょうじ正", "Shoji Tadashi", "Shouji Tadashi", "しょうじ　ただし"),
        ("東海林正一", "東海林（しょうじ）正夫", "小路正", "東海林", "Shoji Tadao"),
    ),
    (
        ("齋藤　邦彦", "サイトウ クニヒコ", "Kunihiko Saito"),
        ("斎藤邦彦", "齋藤邦彦", "Saitoh Kunihiko", "SAITO KUNIHIKO", "サイトウクニヒコ"),
        ("斎藤邦夫", "佐藤邦彦", "斎藤邦", "Saito Kunio"),
    ),
    (
        ("渡邉　和子", "ワタナベ カズコ", "Kazuko Watanabe"),
        ("渡邊和子", "渡辺和子", "わたなべかづこ"),
        ("渡部和子", "渡辺和美", "渡辺一子"),
    ),
    (
        ("大野　洋子", "オオノ ヨウコ", "Yoko Ono"),
        ("Ohno Yoko", "Oono Youko", "大野ようこ", "おおの洋子", "Ōno Yōko"),
        ("小野洋子", "大野陽子", "Ono Yoshiko", "大野洋"),
    ),
    (
        ("小野　洋子", "オノ ヨウコ", "Yoko Ono"),
        ("Ono Yoko", "おの　ようこ"),
        ("Ohno Yoko", "おおの　ようこ", "大野洋子"),
    ),
    (
        ("佐々木　順一", "ササキ ジュンイチ", "Junichi Sasaki"),
        ("佐々木順一", "佐佐木順一", "Sasaki Jun'ichi", "Sasaki Jyunichi", "佐々木じゅんいち", "SASAKI Jun-ichi"),
        ("佐々木順二", "佐々順一", "佐々木純一", "Sasaki Junji"),
    ),
    (
        ("仲宗根　盛一", "ナカソネ セイイチ", "Seiichi Nakasone"),
        ("仲宗根盛一", "仲宗根 盛一 (Seiichi NAKASONE)", "仲宗根盛一拝", "Nakasone Seiichi"),
        ("宗根盛一", "仲宗根盛二", "仲宗根"),
    ),
    (
        ("原　聡", "ハラ サトシ", "Satoshi Hara"),
        ("原聡", "原　聡", "はらさとし", "原 さとし"),
        ("原聡子", "原智", "菅原聡", "原", "はらさとみ", "原田聡"),
    ),
    (
        ("河合　さと子", "カワイ サトコ", "Satoko Kawai"),
        ("かわいさとこ", "河合さとこ", "河合サト子", "カワイサトコ"),
        ("河合聡子", "川合さと子", "河合さと"),
    ),
    (
        ("𠮷田　櫻子", "ヨシダ サクラコ", "Sakurako Yoshida"),
        ("吉田桜子", "吉田櫻子", "𠮷田桜子様"),
        ("吉田桜", "吉川桜子"),
    ),
    (
        ("一ノ瀬　光", "イチノセ ヒカル", "Hikaru Ichinose"),
        ("一の瀬光", "一ノ瀬ひかる", "Ichinose Hikaru"),
        ("一ノ瀬光子", "二ノ瀬光", "Ichinose Hikari"),
    ),
    (
        ("伊藤　翼", "イトウ ツバサ", "Tsubasa Ito"),
        ("伊藤翼", "いとう翼", "Ito Tsubasa", "Itoh Tubasa"),
        ("伊東翼", "井藤翼", "伊藤翔", "伊藤大翼"),
    ),
    (
        ("三浦　ゑみ", "ミウラ エミ", "Emi Miura"),
        ("三浦えみ", "三浦ヱミ", "みうらえみ"),
        ("三浦えみこ", "三浦まみ"),
    ),
    (
        ("澤田　壽一", "サワダ ジュイチ", "Juichi Sawada"),
        ("沢田寿一", "澤田寿一", "沢田壽一"),
        ("沢田寿二", "沢井寿一"),
    ),
)

ASIAN: tuple[Kind, ...] = (
    (
        ("Nguyễn Thị Minh Anh", "", "Nguyen Thi Minh Anh"),
        (
            "Nguyen Thi Minh Anh",
            "Minh Anh Nguyen Thi",
            "NGUYEN THI MINH ANH",
            "Nguyễn Thị Minh Anh",
            "Minh Anh Nguyen",
            "Ms. Minh Anh Nguyễn",
            "Anh Nguyen Thi Minh",
            "Nguyen Minh Anh",
        ),
        (
            "Nguyen Thi Minh Chau",
            "Tran Thi Minh Anh",
            "Nguyen Van Minh Anh",
            "Anh Minh Thi",
            "Thi Minh Anh",
            "Minh Nguyen Thi",
        ),
    ),
    (
        ("NGUYEN THI LAN", "グエン ティ ラン", "Nguyen Thi Lan"),
        ("Lan Nguyen", "Nguyen Thi Lan", "グエン・ティ・ラン", "グエンティラン", "Lan Nguyen Thi", "Nguyen Lan"),
        ("Nguyen Thi Loan", "グエン・ティ・ロアン", "Nguyen Van Lan", "Tran Thi Lan", "グエン"),
    ),
    (
        ("김민준", "キム ミンジュン", "Kim Min-jun"),
        (
            "Kim Min-jun",
            "Minjun Kim",
            "Min-jun Kim",
            "キム・ミンジュン",
            "김민준",
            "KIM MINJUN",
            "Kim Min Jun",
            "Min Jun Kim",
        ),
        ("Kim Min-ju", "Kim Min-jung", "キム・ミンジュ", "Lee Min-jun", "김민수"),
    ),
    (
        ("王　小明", "ワン シャオミン", "Xiaoming Wang"),
        ("王小明", "Wang Xiaoming", "Xiao Ming Wang", "ワン・シャオミン", "Wang Xiao-ming"),
        ("王小芳", "Wang Xiaomin", "汪小明", "Wang Ming"),
    ),
    (
        ("陳　建宏", "チン ケンコウ", "Chen Jianhong"),
        ("陈建宏", "陳建宏", "Chen Jian-Hong", "Jianhong Chen", "チンケンコウ"),
        ("陳建国", "Chen Jianguo", "Chan Jianhong"),
    ),
    (
        ("Rajesh Kumar Venugopal", "", "Rajesh Kumar Venugopal"),
        (
            "Rajesh Kumar Venugopal",
            "Rajesh Venugopal",
            "Venugopal Rajesh Kumar",
            "Rajesh K. Venugopal",
            "Mr Rajesh Kumar Venugopal",
        ),
        ("Ramesh Kumar Venugopal", "Kumar Venugopal", "R. Venugopal", "Rajesh Kumar"),
    ),
    (
        ("Kim Min Su", "", "Kim Min Su"),
        ("Min Su Kim", "Kim Min-su", "Min-Su Kim", "Kim Minsu"),
        ("Kim Su Min", "Min Kim", "Kim Min Ji", "Lee Min Su"),
    ),
    (
        ("Ahmed Al-Hassan", "", "Ahmed Al-Hassan"),
        ("Ahmed Al Hassan", "Ahmed Alhassan", "AL-HASSAN Ahmed", "Mr. Ahmed al-Hassan"),
        ("Ahmad Saleh", "Ahmed Hussein", "Mohamed Al-Hassan", "Ahmed"),
    ),
)

KINDS = (*JAPANESE, *ASIAN)
SAME = [(record, said) for record, agreeing, _ in KINDS for said in agreeing]
OTHERS = [(record, said) for record, _, others in KINDS for said in others]


@pytest.mark.parametrize(("record", "said"), SAME)
def test_a_clerk_takes_it_for_the_name_on_record(record: Named, said: str) -> None:
    """Policy, section 4: another script, spelling or order of the same family and given name."""
    assert {AGREES} == judged_name(record, said)


@pytest.mark.parametrize(("record", "said"), OTHERS)
def test_a_clerk_does_not_take_it_for_the_name_on_record(record: Named, said: str) -> None:
    """Another given or family name, a part of the name, a nickname: a relative or a namesake may have written."""
    assert AGREES not in judged_name(record, said)


@pytest.mark.parametrize(
    ("record", "text", "expected"),
    [
        (("原　聡", "ハラ サトシ", ""), "69217043原聡相模原市南区古淵3-28-1メルマガ解除", AGREES),
        (("原　聡", "ハラ サトシ", ""), "69217043原聡美相模原市南区古淵3-28-1メルマガ解除", Agreement.ABSENT),
        (("Michael Castellano", "", ""), "unsub pls mike castellano 41 pearl st", Agreement.DIFFERS),
        (("Giulia Ferraro", "", ""), "I request no catalogue.\nA faithful client", Agreement.ABSENT),
        (("Michael O'Connell", "", ""), "こんにちは、わたしはマイケル・オコンネルです。", AGREES),
        (("Michael O'Connell", "", ""), "こんにちは、わたしはミシェル・オコンネルです。", Agreement.ABSENT),
    ],
)
def test_a_name_is_seen_without_gaps_capitals_or_its_own_script(record: Named, text: str, expected: Agreement) -> None:
    """And where there is none, or another, it is not seen."""
    name, kana, romaji = record
    customer = Customer("69217043", name, "神奈川県相模原市南区古淵3-28-1", kana, romaji)

    assert expected is matched(customer, text).name
