"""What is taken for somebody's name in running text, and what is not (policy, section 4, "name")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.introduced import all_names, can_be_a_name, is_japanese_name, other_name
from optout_daemon.core.matching.name import PersonName
from optout_daemon.core.model import Customer


def names(text: str) -> list[str]:
    """The names in a text, folded, each once."""
    passage = Passage(text)
    return list(dict.fromkeys(passage.folded[start:end] for start, end in all_names(passage)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("私は田中浩です", ["田中浩"]),
        ("東京の田中浩と申します", ["田中浩"]),
        ("田中ひろしと申します", ["田中ヒロシ"]),
        ("私は薔薇野棘と申します", ["薔薇野棘"]),
        ("薔薇棘と申します", ["薔薇棘"]),
        ("林一と申します", ["林一"]),
        ("有楽町の井上花子（20000002）", ["井上花子"]),
        ("大野の町の井上花子（20000002）", ["井上花子"]),
        ("豊橋、田中 浩", ["田中 浩"]),
        ("豊橋 田中 浩 停止", ["田中 浩"]),
        ("停止、タナカ ユイ", ["タナカ ユイ"]),
        ("タナカ コウタロウ", ["タナカ コウタロウ"]),
        ("停止 林花子", ["林花子"]),
        ("My name is Robert Williams and", ["robert williams"]),
        ("I am Kazuya Nakamura.", ["kazuya nakamura"]),
        ("I am Robert\nWilliams", ["robert\nwilliams"]),
        ("Yours, K. here, Robert Williams", ["robert williams"]),
        ("Robert Ann Mary Williams", ["robert ann mary williams"]),
        ("Robert Li", ["robert li"]),
        ("Williams Robert", ["williams robert"]),
        ("Miss Zorbo Quibblewick", ["zorbo quibblewick"]),
        ("Regards Robert Williams Jr.", ["robert williams"]),
        ("Robert Williams here", ["robert williams"]),
        ("Satō Hanako", ["satō hanako"]),
        ("Ohta Zemba", ["ohta zemba"]),
    ],
)
def test_a_name_is_seen_where_people_put_it(text: str, found: list[str]) -> None:
    """Behind "I am", in front of と申します, alone on a line or between commas, behind の."""
    assert found == names(text)


@pytest.mark.parametrize(
    "text",
    [
        "林一です",
        "林一だす",
        "林一だっす",
        "林一",
        "町の林一",
        "薔薇野棘です",
        "薔棘と申します",
        "長谷川と申します",
        "田中 停止",
        "田中 ありがとう",
        "タナカ 停止",
        "タナカ アイウエオカ",
        "停止希望です",
        "Robert W",
        "Robert",
        "robert williams",
        "Robert Street Williams",
        "Robert Ann Mary Jane Williams",
        "Zorbo Quibblewick",
        "Hello Zorbo Quibblewick",
        "Williams Zorbo",
        "Zorbo Robert",
        "Tanaka Quibblewick",
        "Tanaka Zorbo Quibblewick",
        "Kirei Kitsune",
        "I am Nakamura Minato-ku",
        "I am Nakamura Kawasaki-shi",
        "I am Nakamura Sakae-cho",
        "",
    ],
)
def test_ordinary_words_are_no_name(text: str) -> None:
    """林一です may be two words and a copula; a word beside a usual surname, a place and an initial are no full name."""
    assert [] == names(text)


def test_a_long_line_and_endless_lines_are_not_searched() -> None:
    """Nobody writes a name there, and a stranger's text must cost no more than its length."""
    name = "Robert Williams"

    assert ["robert williams"] == names(name + " " * (80 - len(name)))
    assert [] == names(name + " " * (81 - len(name)))
    assert ["robert williams"] == names("x" * 99 + "\n" + name)
    assert ["robert williams"] == names("x\n" * 400 + name)
    assert [] == names("x\n" * 401 + name)


@pytest.mark.parametrize(
    ("text", "strict", "is_one"),
    [
        ("田中浩", False, True),
        ("田中 浩", False, True),
        ("長谷川花子", False, True),
        ("林花子", False, True),
        ("林一", False, True),
        ("林一", True, False),
        ("林花子", True, True),
        ("田中", False, False),
        ("田中 停止", False, False),
        ("停止 浩", False, False),
        ("田中 ガ", False, False),
        ("田中 ユイ", False, True),
        ("田中 コウタロ", False, True),
        ("田中 アリガトウ", False, False),
        ("田中 花一郎", False, True),
        ("", False, False),
    ],
)
def test_a_usual_family_name_and_a_possible_given_name_are_a_name(text: str, strict: bool, is_one: bool) -> None:
    """Given names are of four characters at most, of those that given names are made of; one kana is a particle."""
    assert is_one is is_japanese_name(text, strict=strict)
    assert strict or is_one is is_japanese_name(text)


@pytest.mark.parametrize(
    ("value", "can"),
    [
        ("田中です", False),
        ("長谷川", False),
        ("花子", False),
        ("森一郎", True),
        ("森一郎です", True),
        ("薔薇野", True),
        ("Robert Williams", True),
        ("Robert", False),
        ("よかった", False),
        ("", False),
    ],
)
def test_a_name_read_in_prose_must_be_a_whole_one(value: str, can: bool) -> None:
    """Two words, or kanji that are more than a family name."""
    assert can is can_be_a_name(value)


TAKANASHI = Customer("20000009", "小鳥遊 愛", "", "タカナシ アイ")
TAKAHASHI = Customer("20000009", "高橋 裕美子", "", "タカハシ ユミコ")
HANAKO = Customer("20000009", "高橋 花子", "", "タカハシ ハナコ")
JOSHUA = Customer("20000009", "Joshua Quibblewick", "")


def other(customer: Customer | None, text: str) -> str | None:
    passage = Passage(text)
    hit = other_name(passage, PersonName(customer) if customer is not None else None)
    return passage.folded[hit[0] : hit[1]] if hit is not None else None


@pytest.mark.parametrize(
    ("customer", "text", "name"),
    [
        (TAKANASHI, "有楽町の小鳥遊花子です", "小鳥遊花子"),
        (TAKANASHI, "停止、 小鳥遊花", "小鳥遊花"),
        (TAKAHASHI, "萬裕美子", "万裕美子"),
        (TAKAHASHI, "私は笹裕美子です", "私ハ笹裕美子"),
        (TAKAHASHI, "小鳥遊裕美子", "小鳥遊裕美子"),
        (HANAKO, "萬花子", "万花子"),
        (JOSHUA, "Zorbo Quibblewick", "zorbo quibblewick"),
        (JOSHUA, "Regards Zorbo Quibblewick", "zorbo quibblewick"),
        (JOSHUA, "Mr Zorbo Quibblewick", "zorbo quibblewick"),
        (JOSHUA, "Zorbo Finn Quibblewick", "zorbo finn quibblewick"),
        (JOSHUA, "Joshua Plumbottom", "joshua plumbottom"),
        (JOSHUA, "Yours, B. here, Zorbo Quibblewick", "zorbo quibblewick"),
        (JOSHUA, "x" * 99 + "\nZorbo Quibblewick", "zorbo quibblewick"),
        (JOSHUA, "x\n" * 400 + "Zorbo Quibblewick", "zorbo quibblewick"),
        (JOSHUA, "Zorbo Quibblewick" + " " * 63, "zorbo quibblewick"),
        (JOSHUA, "Robert Williams", "robert williams"),
        (None, "Robert Williams", "robert williams"),
    ],
)
def test_half_of_the_recorded_name_with_another_half_is_somebody_else(
    customer: Customer | None, text: str, name: str
) -> None:
    """A daughter, a husband, a namesake: also where neither half is a usual name."""
    assert name == other(customer, text)


@pytest.mark.parametrize(
    ("customer", "text"),
    [
        (TAKANASHI, "花子です"),
        (TAKANASHI, "小鳥遊からです"),
        (TAKANASHI, "小鳥遊です"),
        (TAKANASHI, "萬愛"),
        (TAKAHASHI, "小鳥遊田裕美子"),
        (TAKAHASHI, "かな裕美子"),
        (TAKAHASHI, "裕美子です"),
        (TAKAHASHI, "高橋裕美子です"),
        (JOSHUA, "Plum Bottom"),
        (JOSHUA, "Joshua Lane"),
        (JOSHUA, "Please Quibblewick"),
        (JOSHUA, "joshua plumbottom"),
        (JOSHUA, "Joshua Quibblewick"),
        (JOSHUA, "Quibblewick"),
        (JOSHUA, "Zorbo Quibblewick" + " " * 64),
        (JOSHUA, "x\n" * 401 + "Zorbo Quibblewick"),
        (None, "Zorbo Quibblewick"),
    ],
)
def test_a_part_of_the_recorded_name_a_street_or_a_greeting_is_nobody_else(
    customer: Customer | None, text: str
) -> None:
    """In doubt a name is none: the mail is asked for one."""
    assert None is other(customer, text)


def test_the_record_s_given_name_with_an_unknown_surname_is_another_name() -> None:
    """Somebody of the same given name; no table has to know the surname."""
    record = PersonName(Customer("20000009", "Xandrell Hernandez", ""))

    assert (0, 15) == other_name(Passage("Xandrell Quorin\nHello"), record)
    assert (0, 16) == other_name(Passage("Quorin Hernandez\nHello"), record)
    assert None is other_name(Passage("Xandrell Hernandez\nHello"), record)
