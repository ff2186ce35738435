"""Latin names and how they are really written in katakana: names_in_kana.txt, one name a line (policy, section 4)."""

from __future__ import annotations

from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("word", "heard", "others"),
    [
        ("low", "ロウ ロー", "レオ"),
        ("joyce", "ジョイス", "ジョイ ジョアス"),
        ("george", "ジョージ", "ジョー ゲオルク"),
        ("james", "ジェームズ ジェイムズ", "ジム ジェーム"),
        ("charles", "チャールズ", "チャーリー カール"),
        ("fred", "フレッド", "フリード フレッダ"),
        ("grace", "グレース グレイス", "グレーシー グラハム"),
        ("louis", "ルイス", "ルーシー ルイザ"),
        ("tyler", "タイラー", "テイラー"),
        ("taylor", "テイラー", "テラン"),
        ("ryan", "ライアン", "リャン ライナ"),
        ("juan", "フアン", "ジュリアン"),
        ("carlos", "カルロス", "カルロ カーラ"),
        ("cynthia", "シンシア", "シンディ キンシア"),
        ("cyrus", "サイラス", "サイモン キラス"),
        ("gilbert", "ギルバート", "ギルバ ヒルベルト"),
        ("philip", "フィリップ", "フィル フィリッパ"),
        ("joseph", "ジョセフ", "ジョセフィン ジョー"),
        ("hughes", "ヒューズ", "ヒュー ユーズ"),
        ("jones", "ジョーンズ", "ジョーン ジョンソン"),
        ("campbell", "キャンベル", "キャメル カンブル"),
        ("dwight", "ドワイト", "ドナイト ワイト"),
        ("kowalski", "コワルスキ", "コワルスカ"),
        ("ned", "ネッド", "ニード ネット"),
        ("yolanda", "ヨランダ", "ヨーク ヨナ"),
        ("hannah", "ハンナ", "アンナ ハンク"),
        ("anna", "アンナ", "ハンナ アン"),
        ("tom", "トム", "トーマス ティム"),
        ("quinn", "クイン", "クリン キーラ"),
        ("brooke", "ブルック", "ブルース ブレイク"),
        ("cecil", "セシル", "ケシル セシリア"),
        ("gordon", "ゴードン", "ジョードン ゴドフリー"),
        ("jacob", "ジェイコブ", "ジェイソブ ジャコモ"),
        ("umberto", "ウンベルト", "ウンベルタ"),
        ("yvette", "イベット", "ヤベット"),
        ("molly", "モリー", "モーガン ミリー"),
        ("mike", "マイク", "ミケーレ マック"),
        ("luke", "ルーク", "ロック リューカ"),
        ("pete", "ピート", "ペトラ"),
        ("hugo", "ヒューゴ", "ハガー ヒュージョ"),
        ("ito", "イトウ", "イタ エト"),
    ],
)
def test_each_letter_has_its_sounds_and_no_others(word: str, heard: str, others: str) -> None:
    """The letters beside it decide: c in Cyrus and in Carlos, g in George and in Gilbert, e in Ned and in Jones."""
    assert [] == [kana for kana in heard.split() if not can_stand_for(fold(kana), word)]
    assert [] == [kana for kana in others.split() if can_stand_for(fold(kana), word)]


@pytest.mark.parametrize(
    ("kana", "word"),
    [
        ("ア", "a"),
        ("", "li"),
        ("リ", "Li"),
        ("リ", "l1"),
        ("リ", "lí"),
        ("リ", ""),
        ("ア" * 49, "a" * 24),
        ("リ", "l" * 25),
    ],
)
def test_what_is_no_latin_word_or_no_kana_stands_for_nothing(kana: str, word: str) -> None:
    """One sound is too little to tell a person by, and an endless word is no name."""

    assert not can_stand_for(fold(kana), word)


@pytest.mark.parametrize(
    ("word", "heard", "others"),
    [
        ("michael", "マイケル", "ミシェル マイク ミッチェル"),
        ("dana", "デイナ ダナ", "ドナ ダイアナ ダン"),
        ("joan", "ジョーン", "ジャン ジェーン ジュン"),
        ("jane", "ジェーン", "ジャン ジャネット"),
        ("harris", "ハリス", "ハリソン アリス ハリー"),
        ("robert", "ロバート", "ロバーツ ロバータ ロビン"),
        ("williams", "ウィリアムズ ウイリアムス", "ウィリアム ウィルソン"),
        ("christina", "クリスティナ クリスティーナ", "クリスティン クリスチャン"),
        ("schmidt", "シュミット", "スミス"),
        ("dubois", "デュボワ", "デュポン"),
    ],
)
def test_katakana_stand_for_a_latin_name_by_its_sounds(word: str, heard: str, others: str) -> None:
    """Vowels count as much as consonants: Joan, Jane and Jean are three people."""
    assert [] == [kana for kana in heard.split() if not can_stand_for(fold(kana), word)]
    assert [] == [kana for kana in others.split() if can_stand_for(fold(kana), word)]


@given(
    st.text(alphabet="ァアイウエオカキクケコサシスセソタチツテトナーッャュョンヴ", max_size=50), st.text(max_size=30)
)
def test_any_kana_and_any_word_can_be_compared(kana: str, word: str) -> None:
    """Nothing raises; what is no kana is no name."""
    assert can_stand_for(kana, word) in (True, False)
    assert not can_stand_for("", word)
