"""Latin names that stand on record family name first, with two surnames or with an umlaut (policy, section 4).

Minh Anh Nguyen is Nguyen Thi Minh Anh; her sister is not, whose given name shares a word with hers.
"""

from __future__ import annotations

import pytest

from tests.core.matching_cases import Named, is_named

ORDERS: tuple[tuple[Named, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Joerg Mueller", "", ""),
        ("Jörg Müller", "Joerg Mueller", "Mueller, Joerg"),
        ("Jorg Muller", "Jorg Muller, Grüße", "Grüße, Jorg Muller"),
    ),
    (("André Mueller", "", ""), ("André Müller", "Andre Mueller"), ("Andre Muller",)),
    (("Coel Smith", "", ""), ("Coel Smith", "Smith, Coel"), ("Col Smith", "Cöl Smythe")),
    (
        ("Nguyen Thi Bich Ngoc", "", ""),
        (
            "Bich Ngoc Nguyen",
            "Bich Ngoc Nguyen Thi",
            "Thi Bich Ngoc Nguyen",
            "Ngoc Nguyen Thi Bich",
            "Bich-Ngoc Nguyen",
            "Thi-Bich-Ngoc Nguyen",
        ),
        ("Bich Nguyen", "Ngoc Nguyen", "Ngoc Bich Nguyen", "Bich Ngoc Tran"),
    ),
    (
        ("Nguyen Thi Minh Anh", "", ""),
        ("Minh Anh Nguyen", "Minh Anh Nguyen Thi", "Thi Minh Anh Nguyen", "Anh Nguyen Thi Minh", "Nguyen Thi Minh Anh"),
        ("Anh Nguyen", "Minh Nguyen", "Thi Nguyen", "Minh Anh Tran"),
    ),
    (("Nguyen Thi Minh-Anh", "", ""), ("Minh-Anh Nguyen", "Minh Anh Nguyen"), ("Anh Nguyen", "Minh Nguyen")),
    (
        ("Nguyen Thi Van Anh", "", ""),
        ("Nguyen Thi Van Anh", "Van Anh Nguyen", "Van Anh Nguyen Thi"),
        ("Anh Nguyen", "Nguyen Anh", "Anh Nguyen Thi"),
    ),
    (
        ("Nguyen Minh Thi", "", ""),
        ("Minh Thi Nguyen", "Nguyen Minh Thi"),
        ("Minh Nguyen", "Nguyen Thi", "Thi Nguyen", "Nguyen Minh"),
    ),
    (("Nguyen Minh Anh", "", ""), ("Minh Anh Nguyen", "Nguyen Minh Anh"), ("Nguyen Anh", "Anh Nguyen")),
    (("Nguyen Thi Hong Ngoc Bich Anh", "", ""), ("Hong Ngoc Bich Anh Nguyen",), ("Nguyen Anh", "Anh Nguyen")),
    (("Mr. Kim Min Su", "", ""), ("Min Su Kim", "Kim Min Su", "Min-Su Kim"), ("Min Kim", "Min Ho Kim")),
    (
        ("Kim, Min Su", "", ""),
        ("Min Su Kim", "Kim Min Su", "Min-Su Kim", "Kim, Min Su"),
        ("Min Kim", "Kim, Min", "Min Ho Kim"),
    ),
    (
        ("Kim Min Young", "", ""),
        ("Min Young Kim", "Kim Min Young", "Kim Min-Young"),
        ("Kim Young", "Young Kim", "Min Kim"),
    ),
    (
        ("Li Garcia, Ana Maria", "", ""),
        ("Ana Maria Li Garcia", "Li Garcia, Ana"),
        ("Ana Maria Li",),
    ),
    (("Lee Min Su", "", ""), ("Min Su Lee", "Lee Min-Su", "Lee, Min Su"), ("Su Lee", "Lee Su", "Min Lee")),
    (("Sung Min Lee", "", ""), ("Sung-Min Lee", "Lee Sung Min"), ("Sung Lee", "Min Lee")),
    (("Mai Anh Nguyen", "", ""), ("Nguyen Mai Anh", "Mai-Anh Nguyen"), ("Anh Nguyen",)),
    (("Vo Nguyen Giap", "", ""), ("Nguyen Giap Vo",), ("Giap Vo", "Vo Giap")),
    (("Goh Siew Ling", "", ""), ("Siew Ling Goh", "Siew-Ling Goh"), ("Ling Goh", "Goh Ling")),
    (
        ("Tan Wei Ming Daniel", "", ""),
        ("Wei Ming Daniel Tan", "Daniel Tan", "Tan, Daniel", "Daniel Wei Ming Tan"),
        ("Ming Tan", "Wei Tan", "Wei Ming Tan", "Daniel Lim"),
    ),
    (
        ("Kim Su", "", ""),
        (
            "I am Kim Su and want none",
            "I am Kim Su Please stop",
            "KIM SU NO MAIL",
            "Kim Su, Min Street",
            "Kim Su Chuo-ku",
            "Kim Su min 5",
            "Kim Su  Min 5",
            "kim su, please",
            "Kim Su\nMin",
        ),
        ("I am Kim Su Min", "KIM SU MIN", "i am kim su min and want none", "Su Kim Min"),
    ),
    (
        ("王　偉", "オウ イ", "Wei Wang"),
        ("I am Wang Wei", "Wang Wei Please stop", "Wang Wei Ming is my son, I am Wang Wei"),
        ("I am Wang Wei Ming", "i am wang wei ming", "Wang Wei Ming"),
    ),
    (("Kim Su Dan", "", ""), ("Su Dan Kim",), ("Dan Kim", "Kim Dan")),
    (("Ho Sang, Wei Xin", "", ""), ("Wei Xin Ho Sang",), ("Wei Xin Ho",)),
    (("Lee Boyd Malvo", "", ""), ("Lee Malvo", "Lee B. Malvo"), ("Boyd Malvo",)),
    (("Lee Ann Kim", "", ""), ("Lee Kim",), ("Ann Kim",)),
    (("Li Garcia, Wei Xin", "", ""), ("Wei Xin Li Garcia",), ("Wei Xin Li",)),
    (("Nguyen Thi Kim Anh", "", ""), ("Kim Anh Nguyen",), ("Anh Nguyen", "Nguyen Anh", "Kim Nguyen")),
    (("Nguyen Thi Rosa Ngoc", "", ""), ("Rosa Ngoc Nguyen",), ("Ngoc Nguyen", "Rosa Nguyen")),
    (("Nguyen Kim Anh", "", ""), ("Kim Anh Nguyen", "Nguyen Kim Anh"), ("Anh Nguyen", "Nguyen Anh", "Nguyen Kim")),
    (("Han Sol Kim", "", ""), ("Han Sol Kim", "Kim Han Sol", "Kim Han-Sol"), ("Han Kim", "Sol Kim")),
    (("Kim Suk Anderson", "", ""), ("Kim Anderson", "Kim S. Anderson"), ("Suk Anderson",)),
    (("Kim Marie Borgstrom", "", ""), ("Kim Borgstrom", "Kim M. Borgstrom"), ("Marie Borgstrom",)),
    (("Kim Marie Zed Borgstrom", "", ""), ("Kim Borgstrom", "Kim Marie Borgstrom"), ("Marie Zed Borgstrom",)),
    (("Mai Thorsen", "", ""), ("Mai Thorsen", "Mai K. Thorsen"), ("Kai Thorsen",)),
    (
        ("Ana Maria Li Garcia", "", ""),
        ("Li Garcia, Ana Maria", "Ana Li Garcia"),
        ("Li, Ana Maria", "López Garcia, Ana Maria"),
    ),
    (
        ("José Ignacio Muñoz García Jr.", "", ""),
        ("Muñoz García, José Ignacio", "Muñoz García, José Ignacio Jr.", "Muñoz García, José I."),
        ("Muñoz García, José Ignacio Sr.", "José Muñoz", "Ignacio Muñoz García", "Muñoz García, José M."),
    ),
    (("José Ignacio Muñoz García", "", ""), ("García, José Muñoz", "García, José I. M."), ("Muñoz García, José M.",)),
)
"""Name on record with kana and romaji; texts that state it; texts that do not."""


@pytest.mark.parametrize(("record", "text"), [(record, text) for record, same, _ in ORDERS for text in same])
def test_the_recorded_name_is_seen_in_its_other_orders(record: Named, text: str) -> None:
    """Turned round in Western use, without what is often left out, ü as ue."""
    assert is_named(record, text)


@pytest.mark.parametrize(("record", "text"), [(record, text) for record, _, others in ORDERS for text in others])
def test_a_name_with_a_word_less_or_another_is_another_persons(record: Named, text: str) -> None:
    """In Vietnam and Korea a given name is of two words; one of them alone is a brother or a sister."""
    assert not is_named(record, text)
