"""Customer numbers as written, brought to the form in which they are looked up (policy, section 2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.matching.number import normalise
from tests.core.matching_cases import wide


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("33964639", "33964639"),
        ("３３９６４６３９", "33964639"),
        ("9268-8351", "92688351"),
        ("９２６８−８３５１", "92688351"),
        ("4670ー3003", "46703003"),
        ("82 17 58 92", "82175892"),
        ("1543\u200b9204", "15439204"),
        ("2230\u20115347", "22305347"),
        ("三三九六四六三九", "33964639"),
        ("〇〇三一三三二一", "00313321"),
        (" #00313321. ", "00313321"),
        ("5116551", "5116551"),
        ("047514429", "047514429"),
    ],
)
def test_a_number_is_read_however_it_is_typed(written: str, number: str) -> None:
    """Width, spaces, hyphens and kanji digits are normal; a digit too few or too many stays as it is."""
    assert number == normalise(written)


@pytest.mark.parametrize("written", ["KN33964639", "ＫＮ－３３９６ ４６３９", "kn 3396-4639", "KN#33964639"])
def test_a_prefix_of_the_settings_is_taken_off(written: str) -> None:
    """Many companies print KN or the like in front."""
    assert "33964639" == normalise(written, ["KN"])


def test_one_prefix_may_stand_behind_another() -> None:
    """Letters and the year of the series; both are the settings'."""
    assert "33964639" == normalise("KN26-33964639", ["KN", "26"])


def test_a_prefix_is_taken_off_only_in_front_of_a_digit() -> None:
    """KNX is no KN; what is not a number must not become one."""
    assert "KNX33964639" == normalise("KNX33964639", ["KN"])
    assert "KN" == normalise("KN", ["KN"])


def test_tens_and_hundreds_in_kanji_are_not_reckoned() -> None:
    """Digit by digit only (policy, section 2): a guess could be somebody else's number."""
    assert "2十3" == normalise("二十三")


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    """Both sides of a look-up are normalised; so they must meet."""
    once = normalise(text, ["KN"])

    assert once == normalise(once, ["KN"])


@given(st.text(alphabet="0123456789 -", max_size=20))
def test_full_width_equals_half_width(text: str) -> None:
    """A Japanese keyboard writes either."""
    assert normalise(text) == normalise(wide(text))
