"""Western names as real people write them, against the record: what a careful clerk accepts, and what never agrees.

In the table the record (name, kana, romaji), what agrees with it and what does not. Every writing is tried as a labelled
field and in running text.
"""

from __future__ import annotations

import pytest

from optout_daemon.core.model import Agreement
from tests.core.matching_cases import Named, judged_name

AGREES = Agreement.AGREES

WESTERN: tuple[tuple[Named, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Michael O'Connell", "マイケル オコンネル", "Michael O'Connell"),
        (
            "マイケル・オコンネル",
            "オコンネル　マイケル",
            "Michael OConnell",
            "マイケル・オコネル",
            "O'Connell, Michael",
            "Michael J. O'Connell",
            "michael o connell",
            "マイケル＝オコンネル",
        ),
        (
            "マイク・オコンネル",
            "マイケル・オコナー",
            "Mike O'Connell",
            "Michelle O'Connell",
            "マイケル",
            "ミシェル・オコンネル",
        ),
    ),
    (
        ("Joshua Hernandez", "", "Joshua Hernandez"),
        (
            "ジョシュア・ヘルナンデス",
            "ヘルナンデス・ジョシュア",
            "ジョシュア ヘルナンデス",
            "Hernandez Joshua",
            'Joshua "Josh" Hernandez',
        ),
        (
            "ジョシュ・ヘルナンデス",
            "ジョシュア・フェルナンデス",
            "Josh Hernandez",
            "ジョセフ・ヘルナンデス",
            "ヘルナンデス",
        ),
    ),
    (
        ("Robert Williams", "", "Robert Williams"),
        (
            "ロバート・ウィリアムズ",
            "ロバート・ウイリアムス",
            "Robert 'Bob' Williams",
            "Robert (Bob) Williams",
            "Williams, Robert T.",
        ),
        (
            "ロバート・ウィルソン",
            "リチャード・ウィリアムズ",
            "Bob Williams",
            "Roberta Williams",
            "Robert William",
            "ボブ・ウィリアムズ",
        ),
    ),
    (
        ("Jennifer Davis", "", "Jennifer Davis"),
        ("ジェニファー・デイビス", "ジェニファー・デイヴィス", "ジェニファー・デービス"),
        ("ジェーン・デイビス", "ジェニファー・デイ", "ジェニー・デイビス", "Jenny Davis"),
    ),
    (
        ("Stephen Clarke", "", "Stephen Clarke"),
        ("スティーブン・クラーク", "スティーヴン・クラーク", "Stephen J Clarke"),
        ("スティーブ・クラーク", "ステファニー・クラーク", "スティーブン・クーパー", "Steven Clarke"),
    ),
    (
        ("Emma Clarke-Jones", "", "Emma Clarke-Jones"),
        ("Emma Clarke Jones", "CLARKE-JONES Emma", "エマ・クラーク＝ジョーンズ"),
        ("Emma Jones", "Emma Clarke", "Emily Clarke-Jones", "Emma Clark-Johns"),
    ),
    (
        ("Jean-Pierre Dubois", "", "Jean-Pierre Dubois"),
        ("Jean Pierre Dubois", "DUBOIS Jean-Pierre"),
        ("Jean Dubois", "Pierre Dubois", "Jean-Paul Dubois", "Jean-Pierre Dupont"),
    ),
    (
        ("Jürgen Groß", "", "Juergen Gross"),
        ("Juergen Gross", "Jurgen Gross", "Jürgen Gross", "Groß, Jürgen", "Herr Jürgen Groß"),
        ("Jörg Groß", "Jürgen Grass", "Jurgen Grosser"),
    ),
    (
        ("Søren Ångström", "", ""),
        ("Soren Angstrom", "Soeren Aangstroem", "Søren Ångström"),
        ("Sven Ångström", "Soren Angst"),
    ),
    (
        ("Jurgen Mueller", "", "Jurgen Mueller"),
        ("Jürgen Müller", "Jurgen Mueller", "Mueller Jurgen"),
        ("Jürgen Möller", "Jürgen Miller"),
    ),
    (
        ("Pieter van der Berg", "", "Pieter van der Berg"),
        ("van der Berg, Pieter", "Pieter Van Der Berg", "Pieter vander Berg", "Pieter J. van der Berg"),
        ("Pieter Berg", "Peter van der Berg", "Pieter van den Berg", "P. van der Berg"),
    ),
    (
        ("José Ignacio Muñoz García", "", "Jose Ignacio Munoz Garcia"),
        ("Jose Ignacio Munoz Garcia", "Muñoz García, José Ignacio", "José I. Muñoz García"),
        ("José Ignacio Pérez García", "Juan Ignacio Muñoz García", "José Antonio Muñoz García", "Ignacio García"),
    ),
    (
        ("María del Carmen Ruiz", "", "Maria del Carmen Ruiz"),
        ("Maria del Carmen Ruiz", "Ruiz, María del Carmen", "Sra. María del Carmen Ruiz"),
        ("Carmen Ruiz", "María del Pilar Ruiz", "Mario del Carmen Ruiz"),
    ),
    (
        ("Siobhan O'Leary", "", "Siobhan O'Leary"),
        ("Siobhán Ó Leary", "Siobhan OLeary", "O'LEARY SIOBHAN", "Siobhan O’Leary"),
        ("Sean O'Leary", "Siobhan Leary", "Siobhan O'Learey"),
    ),
    (
        ("Mary Ann Smith", "", "Mary Ann Smith"),
        ("Mary Smith", "Mary A. Smith", "Smith, Mary Ann", "Mary-Ann Smith", "Smith Mary Ann"),
        ("Ann Smith", "Mary Jane Smith", "Maryanne Smithson", "Mary B. Smith", "Marian Smith"),
    ),
    (
        ("Hiroshi Watanabe-Schmidt", "ワタナベシュミット ヒロシ", "Hiroshi Watanabe-Schmidt"),
        ("Hiroshi Watanabe Schmidt", "ワタナベシュミット・ヒロシ", "Watanabe-Schmidt Hiroshi"),
        ("Hiroshi Watanabe", "Hiroshi Schmidt", "Hitoshi Watanabe-Schmidt"),
    ),
    (
        ("Dr. Friederike von Hohenstein", "", "Dr. Friederike von Hohenstein"),
        ("Friederike von Hohenstein", "von Hohenstein, Friederike"),
        ("Friedrich von Hohenstein", "Friederike Hohenfels", "F. von Hohenstein"),
    ),
    (
        ("Minh-Ha O'Brien Jr.", "", ""),
        ("Minh Ha O'Brien", "Minh-Ha OBrien Jr"),
        ("Minh-Ha O'Brien Sr.", "Ha O'Brien"),
    ),
)

SAME = [(record, said) for record, agreeing, _ in WESTERN for said in agreeing]
OTHERS = [(record, said) for record, _, others in WESTERN for said in others]


@pytest.mark.parametrize(("record", "said"), SAME)
def test_a_clerk_takes_it_for_the_name_on_record(record: Named, said: str) -> None:
    """Policy, section 4: another script, spelling or order of the same family and given name."""
    assert {AGREES} == judged_name(record, said)


@pytest.mark.parametrize(("record", "said"), OTHERS)
def test_a_clerk_does_not_take_it_for_the_name_on_record(record: Named, said: str) -> None:
    """Another given or family name, a part of the name, a nickname: a relative or a namesake may have written."""
    assert AGREES not in judged_name(record, said)
