"""Names on record in Latin letters that a mail has in kana (policy, section 4).

Both the given name and the surname must stand there, and nobody else's beside them.
"""

from __future__ import annotations

import pytest

from tests.core.matching_cases import Named, is_named, name_found

KANA: tuple[tuple[Named, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Michael O'Connell", "マイケル", ""),
        ("マイケル・オコンネルです", "私はマイケル・オ・コンネルです"),
        ("マイケルです", "オコンネルです"),
    ),
    (
        ("Michael O'Connell", "", ""),
        (
            "私はマイケル・オコンネルです",
            "オコンネル・マイケルと申します",
            "わたしは マイケル・オコンネルです",
            "わたしは\u3000マイケル・オコンネル\u3000です",
            "なまえ マイケル オコンネル",
            "マイケル・オコンネル と申します",
        ),
        (
            "マイケル・ジョン・オコンネルです",
            "私はマイケル・オコナーです",
            "私はマイク・オコンネルです",
            "マイケル・オコンネル・トンプソンです",
            "マイケル・オコンネル トンプソン",
            "ブルーノ・マイケル・オコンネルです",
            "マイケル です",
            "なまえ です",
        ),
    ),
    (
        ("Xuan Nguyen", "スアン グエン", ""),
        (
            "スアン・グエン",
            "グエン スアン",
            "わたしはスアングエンです",
            "グエンスアンと申します",
            "わたしは スアン・グエン です",
        ),
        ("グエンです", "スアンです", "スアンスアン", "グエングエン", "わたしはスアングエンザです"),
    ),
    (
        ("Bruce Li", "ブルース リ", ""),
        ("ブルース・リです", "わたしはブルース・リです", "わたしはリ・ブルースです"),
        ("ブルース・ロです", "リです"),
    ),
    (("Robert Downey Jr.", "", ""), ("ロバート・ダウニーです",), ("ロバート・ジュニアです", "ダウニーです")),
)
"""Name on record with kana and romaji; texts that state it; texts that do not."""


@pytest.mark.parametrize(("record", "text"), [(record, text) for record, same, _ in KANA for text in same])
def test_a_recorded_name_is_heard_in_kana(record: Named, text: str) -> None:
    """Whatever words of the sentence stand in front of it and behind."""
    assert is_named(record, text)


@pytest.mark.parametrize(("record", "text"), [(record, text) for record, _, others in KANA for text in others])
def test_a_part_of_it_or_a_longer_name_is_another_persons(record: Named, text: str) -> None:
    """One more word in kana is one more name."""
    assert not is_named(record, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("わたしはスアングエンです", "スアングエン"),
        ("わたしはスアン・グエンです", "スアン・グエン"),
        ("わたしは スアン・グエン です", "スアン・グエン"),
        ("グエン スアンと申します", "グエン スアン"),
    ],
)
def test_what_is_marked_is_the_name_alone(text: str, found: str) -> None:
    """Staff see the words that were taken for the name."""
    assert found == name_found(("Xuan Nguyen", "スアン グエン", ""), text)
