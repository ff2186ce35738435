"""What a rule saw, in a sentence of the page's language: lines as the decision stores them."""

from __future__ import annotations

import pytest

from optout_daemon.core.model import StaffAction
from optout_daemon.web.evidence_lines import ACTIONS, Line, line
from optout_daemon.web.language import catalogues

LINES = {
    "field.name: label in own words": "お名前: 本文の項目名の後から読み取った",
    "loop.own_address_is_author": "差出人が当窓口自身のアドレスである",
    "stop: やめてください": "停止を求めている",
    "number: names a record": "お客様番号が登録にある",
    "number in the directory; name agrees, address absent": "番号は登録にある（名前：一致、住所：記載なし）",
    "author's address is not the one on record": "登録のメールアドレスからの送信ではない",
    "dmarc fail by the trusted host": "差出人のドメインの認証（DMARC）に失敗している",
    "unreadable: attachment only": "内容を読み取れなかった",
    "not_certain: held, missing_name, missing_address": (
        "配信停止に必要な情報が揃っていないか、確かではありません。 対応待ち (名前がない, 住所がない)"
    ),
    "decided by sato: spam": "担当者 sato の判断：迷惑メール",
}


@pytest.mark.parametrize("stored", LINES)
def test_a_clerk_reads_what_a_rule_saw(stored: str) -> None:
    """A name of the code tells nobody at a Japanese desk anything; it stands behind the sentence for those it does."""
    say = catalogues()["ja"].translations.gettext

    assert Line(LINES[stored], stored) == line(stored, say)


def test_a_line_of_an_older_release_is_shown_as_it_was_stored() -> None:
    """Evidence is kept for years, and rules are renamed."""
    assert Line("", "rule.of_old: something") == line("rule.of_old: something", str)


def test_every_decision_of_a_person_has_its_words() -> None:
    """Also the ones that come later."""
    assert set(StaffAction) == set(ACTIONS)
