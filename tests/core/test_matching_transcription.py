"""Latin names and how they are really written in katakana: names_in_kana.txt, one name a line (policy, section 4)."""

from __future__ import annotations

from pathlib import Path
from string import ascii_lowercase

import pytest

from optout_daemon.core.matching.folding import fold
from optout_daemon.core.matching.transcription import can_stand_for
from optout_daemon.core.matching.variants import letter_sounds

NAMES = {
    name: kana
    for name, *kana in map(str.split, Path(__file__).with_name("names_in_kana.txt").read_text("utf-8").splitlines())
}


def test_names_are_heard_as_japanese_writes_them() -> None:
    """A customer on record as Stuart writes スチュアート, one on record as Zimmerman ジマーマン or ツィマーマン."""
    unheard = [
        (name, kana) for name, several in NAMES.items() for kana in several if not can_stand_for(fold(kana), name)
    ]

    assert [] == unheard


def test_each_line_of_the_table_is_there_for_a_name() -> None:
    """The table is knowledge of real spellings: a line without a name that is read by it would be a guess."""
    letters, sounds = letter_sounds()
    read = {group.lastindex for name in NAMES for group in letters.finditer(name)}

    assert set(sounds) == read


def test_every_letter_has_a_sound() -> None:
    """Otherwise a name could be heard without one of its letters."""
    letters, _ = letter_sounds()

    assert [] == [letter for letter in ascii_lowercase if not letters.fullmatch(letter)]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("dan", "ドアン"),
        ("kim", "クイム"),
        ("isaac", "イサク"),
        ("shirley", "サリー"),
        ("sally", "シャーリー"),
        ("jorge", "ジョージ"),
        ("juan", "ユアン"),
        ("louis", "ロイス"),
        ("lois", "ルイス"),
        ("poole", "ポール"),
        ("stuart", "スチュワーデス"),
        ("amy", "アミン"),
        ("mcdonald", "ドナルド"),
    ],
)
def test_another_name_is_not_heard(name: str, other: str) -> None:
    """Japanese adds a vowel only where none follows, and a name with a spelling of its own has only that."""
    assert not can_stand_for(fold(other), name)
