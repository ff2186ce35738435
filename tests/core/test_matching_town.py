"""Whether a town in Latin letters or kana can be the recorded one in kanji (policy, section 4, "address")."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.town_reading import can_be_read, resembles, without_building


@pytest.mark.parametrize(
    ("town", "sound", "can"),
    [
        ("大岡", "OOKA", True),
        ("大岡", "OKA", True),
        ("大岡", "O:OKA", True),
        ("大岡", "KOOKA", False),
        ("大岡", "", False),
        ("高地", "KOTI", True),
        ("小牛", "KOUSI", True),
        ("小牛", "KOSI", True),
        ("大沖", "OKI", True),
        ("大沖", "OOKI", True),
        ("星丘", "HOSIGAOKA", True),
        ("霞ケ関", "KASUMIGASEKI", True),
        ("霞ケ関", "KASUMIKESEKI", True),
        ("霞ケ関", "KASUMISEKI", False),
        ("井ノ口", "INOKUTI", True),
        ("スズカケ台", "SUZUKAKEDAI", True),
        ("栄", "SAKAE", True),
        ("栄", "SAKAEMATI", False),
        ("栄", "ASAKAE", False),
        ("栄A", "SAKAEA", False),
        ("", "", False),
        ("", "SAKAE", False),
    ],
)
def test_a_town_is_read_character_by_character(town: str, sound: str, can: bool) -> None:
    """All of its sound must be read from all of its characters; vowels that meet may be one long vowel."""
    assert can is can_be_read(town, sound)


@pytest.mark.parametrize(
    ("town", "sound", "alike"),
    [
        ("六本木", "ROXX", True),
        ("六本木", "XXGI", True),
        ("六本木", "XXROKUXX", False),
        ("六本木", "HON", False),
        ("カナ町", "KAXX", True),
        ("中カ", "XXKA", True),
        ("大岡", "OXX", False),
        ("岡小", "XXO", False),
        ("有楽町", "XXTYO", False),
        ("有楽村", "XXMURA", False),
        ("有楽町", "YUXX", True),
        ("", "", False),
        ("", "SAKAE", False),
        ("A", "A", False),
    ],
)
def test_beside_its_postal_code_a_town_needs_its_first_or_last_character_only(
    town: str, sound: str, alike: bool
) -> None:
    """The readings known are only the usual ones; a vowel alone, and 町 or 村 at the end, say nothing."""
    assert alike is resembles(town, sound)


@pytest.mark.parametrize(
    ("town", "forms"),
    [
        ("晴海オフイスタワーZ", ["晴海オフイスタワーZ", "晴", "晴海", "晴海オ", "晴海オフ"]),
        ("中央AB", ["中央AB"]),
        ("中央ab", ["中央ab", "中", "中央"]),
        ("六本木", ["六本木"]),
        ("ab", ["ab"]),
        ("", [""]),
    ],
)
def test_a_building_at_the_end_of_the_town_may_be_left_out(town: str, forms: list[str]) -> None:
    """The postal data keep high buildings inside the town; a town of ordinary kanji stays whole."""
    assert forms == without_building(town)
