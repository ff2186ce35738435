"""What `explain` tells a clerk: in words, each thing where it belongs, within 80 columns."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from optout_daemon import rule_words
from optout_daemon.cli import wording
from optout_daemon.cli.page import block, wrapped
from optout_daemon.cli.telling import told
from optout_daemon.core import decision, reading, reply
from optout_daemon.core.decision import decide
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Origin, Policy, Reason, ReplyKind
from optout_daemon.core.reading import Reader, ReaderSettings, clause, machine_rules, wish
from optout_daemon.explaining import Explained
from tests.core.matching_cases import YUMIKO

READING = Path(reading.__file__).parent


def explained(body: str, more: str = "") -> Explained:
    raw = (
        f"From: hanako@example.org\nTo: desk@example.com\nMessage-ID: <1@example.org>\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}"
    )
    read = Reader(ReaderSettings(own_addresses=("desk@example.com",))).read(raw.encode())
    found = match(read, {n: YUMIKO for n in search_keys(read).numbers if n == YUMIKO.number})
    return Explained(decide(read, found, Policy()), read, found)


def text_of(body: str, more: str = "") -> str:
    return "\n".join(told(explained(body, more)))


def noted() -> Iterator[str]:
    """The names under which the rules of the wish note what they saw, from their source."""
    for file in READING.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note":
                yield from _names(node.args[0])
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_by_phrase":
                assert isinstance(node.args[1], ast.Constant)
                yield str(node.args[1].value)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and file.stem == "opting_out":
                yield from (str(key.value) for key in node.value.keys if isinstance(key, ast.Constant))


def _names(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*_names(node.body), *_names(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        stem = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        yield from (f"{stem}{polarity}" for polarity in clause.STOPS - {clause.Polarity.STOP})


def test_every_rule_of_the_wish_has_its_words() -> None:
    """Also the ones that are written tomorrow: the names are collected from the code."""
    names = {name for name, _ in wish.RULES} | set(noted())

    assert {"stop", "stop_asked", "keep", "condition", "on_behalf", "question", "resume"} <= names
    assert set() == names - set(rule_words.WISH_RULES)


def test_every_rule_of_the_machine_gate_has_its_words() -> None:
    """A clerk asks why a mail was thought a machine's."""
    names = {f"{reason}.{rule.__name__}" for reason, rules in machine_rules.RULES for rule in rules}
    source = ast.parse((READING / "machine.py").read_text(encoding="utf-8"))
    names |= {
        str(node.args[0].value)
        for node in ast.walk(source)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "RuleHit"
        and isinstance(node.args[0], ast.Constant)
    }

    assert set(rule_words.MACHINE_RULES) == names


def test_every_rule_of_the_decision_has_its_words() -> None:
    """The last line says why it came out so."""
    assert set(rule_words.DECISION_RULES) == {rule.__name__ for rule in decision.RULES} | {"nobody_to_answer", "staff"}


def test_every_rule_of_the_match_has_its_words() -> None:
    """How a mail compares with the record is half of every decision."""
    source = ast.parse((READING.parent / "matching" / "match.py").read_text(encoding="utf-8"))
    said = {
        str(node.args[-1].value)
        for node in ast.walk(source)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Judgement", "RuleHit", "_found")
        and isinstance(node.args[-1], ast.Constant)
    }

    assert {"no name is stated", "the record's address stands below the text"} <= said
    assert set() == said - {line.partition(": ")[2] for line in rule_words.MATCH_RULES}


def test_every_way_to_find_a_field_has_its_words() -> None:
    """Staff give fields too, but not in a mail."""
    ways = {f"{origin} {where}" for origin in Origin for where in ("in own words", "in a form inside a quotation")}

    assert {way for way in ways if not way.startswith("staff")} == set(rule_words.FIELD_ORIGINS)


def test_every_reason_and_reply_has_its_words() -> None:
    """And nothing that a clerk is told of has two."""
    assert set(Reason) == set(wording.REASONS)
    assert set(ReplyKind) == set(wording.REPLIES)
    assert len(set(wording.REASONS.values())) == len(wording.REASONS)


def test_every_cause_of_silence_is_in_plain_words() -> None:
    """Where nobody is answered, the clerk is told why."""
    source = ast.parse(Path(reply.__file__).read_text(encoding="utf-8"))
    causes = [
        str(node.args[0].value)
        for node in ast.walk(source)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "NoReply"
        and isinstance(node.args[0], ast.Constant)
    ]

    assert "a machine wrote it" in causes
    assert [] == [cause for cause in causes if "DMARC" in wording.no_reply(cause) or "_" in wording.no_reply(cause)]


FORM = f"お客様番号：{YUMIKO.number}\nお名前：{YUMIKO.name}\nご住所：{YUMIKO.address}\n用件：カタログの送付を停止してください。\n"


def test_fields_stand_below_each_other_with_their_places() -> None:
    """A Japanese character is two columns wide: the places begin in the same one."""
    lines = [line for line in text_of(FORM).split("\n") if "labelled" in line and "(" not in line]

    assert len(lines) >= 2
    assert 1 == len({cell_len(line[: line.index("line ")]) for line in lines})


def test_the_company_is_named_where_the_block_is_for_one() -> None:
    """A clerk must see that the other companies of the group go on sending."""
    found = explained(FORM)
    one = replace(found, decision=replace(found.decision, scope="Aozora"))

    assert "Nothing more is sent by: print." in "\n".join(told(found))
    assert "Nothing more is sent from Aozora by: print." in "\n".join(told(one))


def test_what_the_rules_saw_is_shown_as_it_was_written() -> None:
    """The rules fold kana and see no digits; a clerk looks for the words in the mail."""
    shown = text_of("来年4月までカタログの発送を止めてください。")

    assert "カタログ" in shown
    assert "来年4月まで" in shown
    assert "かたろぐ" not in shown


def test_what_is_missing_is_said_to_be() -> None:
    """Else one has to count."""
    lines = text_of("カタログを止めてください。").split("\n")

    assert "    number     not found" in lines
    assert "    address    not found" in lines


def test_a_machine_is_told_by_what_it_gives_itself_away_with() -> None:
    """A customer that a filter threw away would be the worst of all mistakes: a clerk must be able to check."""
    shown = text_of("I am out of office.", "Auto-Submitted: auto-replied\n")

    assert "its header says that a machine made it" in shown
    assert "A machine wrote it." in shown


@pytest.mark.parametrize("body", [FORM, "x" * 300, "停止" * 200, FORM * 3, "http://example.com/" + "a" * 200])
def test_no_line_is_wider_than_a_terminal(body: str) -> None:
    """80 columns, whatever was written."""
    assert [] == [line for line in text_of(body).split("\n") if cell_len(line) > 80]


@given(st.text(alphabet="a b、。漢字ー123-\n"), st.integers(4, 60))
def test_wrapping_loses_nothing(text: str, columns: int) -> None:
    """Blanks aside, all of it is there, and no line is too wide by more than a sign that closes."""
    lines = wrapped(text, columns)

    assert "".join(text.split()) == "".join("".join(lines).split())
    assert [] == [line for line in lines if cell_len(line.rstrip("、。ー ")) > columns]


def test_a_name_stands_in_front_of_its_texts_once() -> None:
    """The rest is indented."""
    assert ["  because    one", "             two"] == list(block("because", ["one", "two"]))
    assert [] == list(block("because", []))
