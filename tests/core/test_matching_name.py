"""When a name as written is the name on record (policy, section 4, "name")."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.kana import kana_key, romaji_key, romaji_of_kana, sounds_like
from optout_daemon.core.matching.name import Likeness, PersonName
from optout_daemon.core.model import Customer
from tests.core.matching_cases import YUMIKO, customers, hiragana, wide


def person(name: str, kana: str = "", romaji: str = "") -> PersonName:
    return PersonName(Customer("20000009", name, "", kana, romaji))


@pytest.mark.parametrize(
    "written",
    [
        "髙橋　裕美子",
        "高橋裕美子",
        "高橋 裕美子 様",
        "高橋裕美子さん",
        "髙橋 裕美子（たかはし ゆみこ）",
        "裕美子 高橋",
        "たかはし　ゆみこ",
        "タカハシユミコ",
        "ﾀｶﾊｼ ﾕﾐｺ",
        "高橋ゆみこ",
        "たかはし裕美子",
        "高橋裕美子です",
        "高橋裕美子と申します",
        "Yumiko Takahashi",
        "TAKAHASHI Yumiko",
        "Takahashi, Yumiko",
        "Ms. Yumiko Takahasi",
        "takahashi yumiko",
        "高橋裕美子 / Yumiko Takahashi",
        "高橋裕美子 タカハシユミコ",
        "高橋裕美子 印",
        "高橋裕美子（54歳）",
        "高橋 裕美子（戸籍は旧字の「髙」です）",
        "高橋裕美子（戸籍の表記（はしごだか））",
        "高橋裕美子 殿",
    ],
)
def test_the_same_name_agrees_however_it_is_written(written: str) -> None:
    """Variants, kana, romaji, spaces, order, honorifics and a reading in brackets are the same name."""
    assert Likeness.FULL is PersonName(YUMIKO).likeness(written)


@pytest.mark.parametrize(
    "written",
    [
        "高橋由美子",
        "高橋裕美",
        "高橋裕子",
        "高橋裕美子子",
        "髙梨裕美子",
        "大高橋裕美子",
        "たかはし ゆみ",
        "タカハシ ユウミコ",
        "Yumi Takahashi",
        "Yumiko Takanashi",
        "Yuumiko Takahashi",
        "高橋裕美子と花子",
        "高橋花子（高橋裕美子の娘）",
        "高橋花子（母の「高橋裕美子」の代わり）",
        "佐藤浩",
    ],
)
def test_another_given_or_family_name_never_agrees(written: str) -> None:
    """Opting out the wrong person is worse than asking staff."""
    assert Likeness.OTHER is PersonName(YUMIKO).likeness(written)


@pytest.mark.parametrize(
    "written", ["高橋", "髙橋様", "たかはし", "裕美子", "Takahashi", "Takahashi-san", "Y. Takahashi"]
)
def test_a_part_of_the_name_is_no_agreement(written: str) -> None:
    """A household shares its family name."""
    assert Likeness.PARTIAL is PersonName(YUMIKO).likeness(written)


@pytest.mark.parametrize("written", ["", " ", "様", "　-"])
def test_nothing_is_nothing(written: str) -> None:
    """An empty field is missing, not wrong."""
    assert Likeness.EMPTY is PersonName(YUMIKO).likeness(written)


@pytest.mark.parametrize(
    ("kana", "spellings", "others"),
    [
        ("オオタ", "Ota Ohta Oota Ōta Ôta", "Oda Otta Ouda"),
        ("ショウタ", "Shota Shouta Shohta Syota Shōta", "Shotta Sota"),
        ("ゼンタロウ", "Zentaro Zentarō Zentarou", "Sentarō Entarō"),
        ("ジュンイチ", "Junichi Jun'ichi Jun-ichi Zyuniti", "Junji Jumichi"),
        ("シンバシ", "Shimbashi Shinbashi Sinbasi", "Shibashi"),
        ("ユウキ", "Yuki Yuuki Yuhki Yūki", "Yukie Yuka"),
        ("ユキ", "Yuki", "Yuuki Yūki Yuhki"),
        ("イノウエ", "Inoue", "Inoke Ione"),
        ("オハラ", "Ohara", "Oohara Ōhara"),
        ("オオハラ", "Ohara Oohara Ohhara Ōhara", "Obara"),
        ("ヨコオ", "Yokoo Yokō", "Yoko"),
        ("ハットリ", "Hattori", "Hatori"),
        ("ミツル", "Mitsuru Mituru", "Mitsuo"),
        ("フジワラ", "Fujiwara Hujiwara Huziwara", "Fujiwaka"),
        ("チヅル", "Chizuru Chiduru Tizuru", "Chiduko"),
        ("イイダ", "Iida", "Ida"),
    ],
)
def test_romaji_are_read_in_every_usual_system(kana: str, spellings: str, others: str) -> None:
    """A long vowel may be left out in romaji, never put in; everything else must sound the same."""
    recorded = romaji_of_kana(kana)

    assert [] == [
        word for word in spellings.split() if not sounds_like(romaji_key(fold(word)), recorded, known_length=True)
    ]
    assert [] == [word for word in others.split() if sounds_like(romaji_key(fold(word)), recorded, known_length=True)]


def test_where_the_record_has_no_kana_the_length_of_a_vowel_is_not_known() -> None:
    """Ota on record may be オオタ or オタ."""
    ota = person("太田洋介", "", "Yosuke Ota")

    assert Likeness.FULL is ota.likeness("Ohta Yousuke")
    assert Likeness.OTHER is person("太田洋介", "オタ ヨウスケ", "Yosuke Ota").likeness("Ohta Yosuke")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ヨーコ", "ヨウコ", True),
        ("ケーコ", "ケイコ", True),
        ("シヨウタ", "ショウタ", True),
        ("カヅ", "カズ", True),
        ("ユキ", "ユウキ", False),
        ("オノ", "オオノ", False),
        ("カナ", "カンナ", False),
    ],
)
def test_kana_are_compared_by_sound(one: str, other: str, same: bool) -> None:
    """In kana the length of a vowel is written, so it counts."""
    assert same is (kana_key(one) == kana_key(other))


@pytest.mark.parametrize(
    ("recorded", "written"),
    [
        ("Joshua Hernandez", "Joshua T. Hernandez"),
        ("Joshua T. Hernandez", "Joshua Hernandez"),
        ("Joshua Thomas Hernandez", "Joshua T Hernandez"),
        ("Vincent Mccann", "Vincent McCann"),
        ("Vincent Mccann", "Vincent Mc Cann"),
        ("Sean O'Brien", "Sean OBrien"),
        ("Sean O'Brien", "SEAN O’BRIEN"),
        ("José García", "Jose Garcia"),
        ("Mr Toby Briggs", "Toby Briggs"),
        ("Toby Briggs", "Dr. Toby Briggs, PhD"),
        ("Ryan Chandler Jr.", "Ryan Chandler"),
        ("Mr. Joseph Mccullough II", "Joseph McCullough"),
        ("Lisa Tran", "TRAN, Lisa"),
        ("Connor Campbell-Walsh", "Connor Campbell Walsh"),
        ("Robert Williams", "Bob (Robert Williams)"),
        ("Robert Williams", "Robert (Bob) Williams"),
        ("Ludwig van der Berg", "Ludwig Vanderberg"),
        ("Harold Pennington", "Pennington, H. (Harold)"),
        ("Ian St. John", "Ian St John"),
        ("Tran, Lisa", "Lisa Tran"),
        ("Samuel Cook", "Samuel Cook, customer number 123"),
    ],
)
def test_a_western_name_agrees_with_or_without_what_may_be_left_out(recorded: str, written: str) -> None:
    """Titles, suffixes, middle names, accents, apostrophes, hyphens, capitals and order."""
    assert Likeness.FULL is person(recorded).likeness(written)


@pytest.mark.parametrize(
    ("recorded", "written"),
    [
        ("Robert Williams", "Bob Williams"),
        ("Joshua Hernandez", "Josh Hernandez"),
        ("Joshua K. Hernandez", "Joshua T. Hernandez"),
        ("Marie Smith", "Anne Marie Smith"),
        ("Marie Smith", "Anna-Marie Smith"),
        ("Marie Smith", "Marie Smith-Jones"),
        ("Marie Smith", "Mary Smith"),
        ("Marie Smith", "Marie Smyth"),
        ("Connor Campbell-Walsh", "Connor Walsh"),
        ("Ryan Chandler Jr.", "Ryan Chandler Sr."),
        ("Phillip Hancock-Jackson", "Daniel Fisher"),
        ("Mary Jones", "John Smith and Mary Jones"),
    ],
)
def test_another_western_name_never_agrees(recorded: str, written: str) -> None:
    """Another given name or surname, a nickname alone, a part of a double name, a longer name."""
    assert Likeness.OTHER is person(recorded).likeness(written)


@pytest.mark.parametrize("written", ["Williams", "Robert", "R. Williams", "Mr Williams"])
def test_a_western_surname_or_initial_is_no_agreement(written: str) -> None:
    """A family shares the one, and many the other."""
    assert Likeness.PARTIAL is person("Robert Williams").likeness(written)


@pytest.mark.parametrize(
    "text",
    [
        "お世話になります。\n高橋裕美子です。",
        "名前高橋裕美子\n",
        "有楽町5-6-21の髙橋裕美子（番号20000002）です",
        "コーポ309号室高橋裕美子",
        "高橋　\n裕美子",
        "ﾀｶﾊｼ ﾕﾐｺﾃﾞｽ",
        "なまえはたかはしゆみこです",
        "高橋裕美子様の件",
        "I am Yumiko Takahashi. Please stop.",
        "Regards,\nTAKAHASHI Yumiko\n",
        "Yumiko Takahashi-san",
    ],
)
def test_a_name_is_found_in_running_text(text: str) -> None:
    """Verified against the record instead of cut out of the text."""
    assert PersonName(YUMIKO).find(Passage(text)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "大高橋裕美子です",
        "高橋裕美子乃です",
        "高橋です。裕美子はおりません",
        "アタカハシユミコ",
        "mail: yumiko.takahashi@example.jp",
        "takahashi.yumiko@example.jp",
        "Anna-Yumiko Takahashi",
        "Yumiko and Takahashi",
        "大　高　橋",
    ],
)
def test_a_part_of_another_name_or_of_an_address_is_not_the_name(text: str) -> None:
    """大森翼 is not 森翼, an e-mail address is not a name."""
    assert PersonName(YUMIKO).find(Passage(text)) is None


@pytest.mark.parametrize(
    ("name", "kana", "text", "found"),
    [
        ("森翼", "モリ ツバサ", "大森翼です", False),
        ("森翼", "モリ ツバサ", "大　森　翼", False),
        ("森翼", "モリ ツバサ", "森　翼", True),
        ("山田幹", "ヤマダ ミキ", "山田幹夫です", False),
        ("伊藤結衣", "イトウ ユイ", "さいとうゆいです", False),
        ("林まり", "ハヤシ マリ", "林まりこです", False),
        ("林まり", "ハヤシ マリ", "林まりです", True),
        ("林まり", "ハヤシ マリ", "林まり　様", True),
        ("ファン・ティ・ラン", "ファン ティ ラン", "ファン・ティ・ランです", True),
        ("ファン・ティ・ラン", "ファン ティ ラン", "ファンティラン", True),
    ],
)
def test_where_a_japanese_name_begins_and_ends_is_seen_by_its_neighbours(
    name: str, kana: str, text: str, found: bool
) -> None:
    """There are no blanks between Japanese words."""
    assert found is (person(name, kana).find(Passage(text)) is not None)


@pytest.mark.slow
def test_every_recorded_name_agrees_in_all_its_spellings() -> None:
    """As recorded, full-width, without spaces, with 様, in kana, in romaji in both orders, labelled and in prose."""
    faults = []
    for customer in customers():
        name = PersonName(customer)
        spellings = {customer.name, wide(customer.name), customer.name + "様", customer.name_romaji, customer.name_kana}
        spellings |= {customer.name.replace("　", "").replace(" ", "") if customer.name_kana else customer.name}
        spellings |= {hiragana(customer.name_kana), customer.name_romaji.upper()}
        if customer.name_kana:
            spellings |= {" ".join(reversed(customer.name_romaji.split())), customer.name_kana.replace(" ", "")}
        for spelling in spellings - {""}:
            if name.likeness(spelling) is not Likeness.FULL:
                faults.append(spelling)
            if name.find(Passage(f"お世話になります。\n{spelling}です。\n")) is None:
                faults.append(f"prose: {spelling}")

    assert [] == faults


@pytest.mark.slow
def test_no_recorded_name_agrees_with_another_persons() -> None:
    """All pairs with one family name, and as many at random: given names tell people apart."""
    chosen = random.Random(7)
    everybody = customers()
    families: dict[str, list[Customer]] = {}
    for customer in everybody:
        families.setdefault((customer.name_kana or customer.name).split()[0], []).append(customer)
    faults = []
    for customer in chosen.sample(everybody, 300):
        name = PersonName(customer)
        family = families[(customer.name_kana or customer.name).split()[0]]
        for other in chosen.sample(family, min(20, len(family))) + chosen.sample(everybody, 10):
            if (other.name_kana, other.name_romaji) == (customer.name_kana, customer.name_romaji):
                continue
            theirs = PersonName(other).western
            if name.western and theirs and (name.western.given, name.western.family) == (theirs.given, theirs.family):
                continue
            faults += [
                (customer.name, spelling)
                for spelling in (other.name, other.name_kana, other.name_romaji)
                if spelling and spelling != customer.name_romaji and name.likeness(spelling) is Likeness.FULL
            ]

    assert [] == faults


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_no_text_is_taken_for_the_name_unless_it_holds_it(text: str) -> None:
    """Whatever a stranger writes: nothing raises, and nothing agrees by accident."""
    assert PersonName(YUMIKO).likeness(text) is not Likeness.FULL
    assert PersonName(YUMIKO).find(Passage(text)) is None


@pytest.mark.parametrize(
    ("record", "written", "likeness"),
    [
        ("株式会社みどり園芸", "㈱みどり園芸", Likeness.FULL),
        ("株式会社みどり園芸", "（株）みどり園芸", Likeness.FULL),
        ("㈱みどり園芸", "株式会社みどり園芸", Likeness.FULL),
        ("みどり園芸有限会社", "みどり園芸(有)", Likeness.FULL),
        ("株式会社みどり園芸", "㈲みどり園芸", Likeness.OTHER),
        ("株式会社みどり園芸", "㈱みどり商事", Likeness.OTHER),
    ],
)
def test_a_legal_form_may_be_abbreviated(record: str, written: str, likeness: Likeness) -> None:
    """Companies are customers too, and write ㈱ for 株式会社; another form or name is another company."""
    assert likeness is person(record).likeness(written)
