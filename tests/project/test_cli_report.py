"""`report shadow`: what the desk would have done, beside what staff did."""

from __future__ import annotations

from pathlib import Path

import pytest

from optout_daemon import staff_file
from optout_daemon.errors import ImportRefused
from optout_daemon.staff_file import Act
from tests.project.desk import SETTINGS, Desk
from tests.project.test_cli_explain import OPT_OUT
from tests.project.test_cli_queue import decided

SHADOW = SETTINGS.replace("[database]", 'mode = "shadow"\n[database]')
FIRST = OPT_OUT
SECOND = OPT_OUT.replace("10000002", "10000001").replace("Anna Weber", "Taro Yamada")
SECOND = SECOND.replace("12 Mill Street, Bath", "東京都千代田区千代田1-1-1")
NO_ADDRESS = OPT_OUT.replace("Address: 12 Mill Street, Bath\n", "").replace("10000002", "10000003")
NEWS = "From: news@mail.example\nList-Id: <news.example>\nMessage-ID: <news@mail.example>\nSubject: News\n\nHello\n"


def with_id(mail: str, name: str) -> str:
    """The same mail under a Message-ID of its own."""
    head, _, body = mail.partition("\n\n")
    lines = [line for line in head.splitlines() if not line.lower().startswith("message-id:")]
    return "\n".join([*lines, f"Message-ID: <{name}@mail.example>"]) + "\n\n" + body


@pytest.fixture
def shadow(desk: Desk) -> Desk:
    """A desk in shadow mode that has decided four mails: two applied, one held, one ignored."""
    desk.settings(SHADOW)
    desk.stocked()
    mails = [with_id(FIRST, "one"), with_id(SECOND, "two"), with_id(NO_ADDRESS, "three"), NEWS]
    decided(desk, *mails)
    return desk


@pytest.mark.slow
def test_without_a_word_of_staff_nothing_is_compared(shadow: Desk) -> None:
    """The report must not say that all is well because nobody looked."""
    said = shadow("report", "shadow", "--json")

    assert 0 == said.code
    [told] = said.objects
    assert (4, {"applied": 2, "held": 1, "ignored": 1}) == (told["decided"], told["dispositions"])
    assert (4, 0, 0) == (told["unknown"], told["same_channels"], told["different"])


@pytest.mark.slow
def test_a_file_of_staff_is_compared_by_inquiry(shadow: Desk) -> None:
    """By Message-ID, by the customer's number or by the inquiry; what it does not name was not stopped."""
    file = shadow.file(
        "staff.csv",
        "message_id,customer_number,wish,channels\n"
        "<one@mail.example>,,opt_out,print\n"
        ",10000001,opt_out,email\n"
        "three@mail.example,,opt_out,email print\n"
        ",77777777,opt_out,\n",
    )
    said = shadow("report", "shadow", "--staff", file)
    lines = said.out.splitlines()

    assert 1 == said.code
    assert (
        "decided in shadow mode: 4 (2 applied, 1 held, 1 ignored); nothing of it was written, sent or moved" == lines[0]
    )
    assert "  desk and staff stopped the same channels: 1" in lines
    assert "  neither stopped anything: 1" in lines
    assert "  held by the desk for a person, who stopped something: 1" in lines
    assert "    inquiry 2: applied, the desk would stop print; staff stopped email" in lines
    assert "  lines of the file that fit no inquiry: 5" in lines
    assert "10000001" not in said.out


@pytest.mark.slow
def test_what_staff_enter_in_the_desk_counts_too(shadow: Desk) -> None:
    """Who runs the old process through the queue and the list needs no file."""
    resolved = shadow("queue", "resolve", "3", "--not-an-opt-out", "--by", "Aki")
    added = shadow("suppressions", "add", "--number", "10000002", "--channel", "email", "--by", "Aki")
    said = shadow("report", "shadow", "--json")
    [told] = said.objects

    assert (0, 0, 1) == (resolved.code, added.code, said.code)
    assert "shadow mode: it is recorded" in resolved.err
    assert (1, 1, 2) == (told["different"], told["both_nothing"], told["unknown"])
    assert [(1, ["print"], ["email"])] == [(one["inquiry"], one["desk"], one["staff"]) for one in told["differences"]]


@pytest.mark.slow
def test_a_persons_answer_in_shadow_mode_writes_nothing_either(shadow: Desk) -> None:
    """Neither list nor reply; the inquiry says so for good."""
    resolved = shadow(
        "queue",
        "resolve",
        "3",
        "--apply",
        "--number",
        "10000003",
        "--address",
        "大阪府大阪市北区梅田2-3-4",
        "--by",
        "Aki",
    )
    page = shadow("queue", "show", "3").out

    assert 0 == resolved.code
    assert "in shadow mode: nothing was written, sent or moved" in page
    assert [] == shadow("suppressions", "list", "--json").objects
    assert [] == shadow("outbox", "list", "--json").objects


@pytest.mark.slow
def test_what_was_decided_in_shadow_does_not_come_into_force(shadow: Desk) -> None:
    """Live, a copy of the same mail is a new opt-out and no duplicate: the first one never took effect."""
    shadow.settings(SETTINGS)
    before = shadow("suppressions", "check", "--number", "10000002", "--channel", "print").code
    copy = with_id(FIRST, "one").replace("Subject:", "X-Again: yes\nSubject:", 1)
    decided(shadow, copy)
    after = shadow("suppressions", "check", "--number", "10000002", "--channel", "print").code
    pages = [shadow("queue", "show", number).out for number in ("1", "5")]

    assert (0, 1) == (before, after)
    assert [True, False] == ["in shadow mode" in page for page in pages]


@pytest.mark.slow
def test_the_report_may_begin_later(shadow: Desk) -> None:
    """The first days of a trial are for learning."""
    [told] = shadow("report", "shadow", "--json", "--since", "2026-04-02").objects

    assert 0 == told["decided"]


# staff's file


def read(folder: Path, text: str) -> list[Act]:
    path = folder / "staff.csv"
    path.write_text(text, encoding="utf-8")
    return staff_file.read(path, channels=("email", "print"), number_prefixes=("KN",))


def test_a_line_names_mail_wish_and_channels(tmp_path: Path) -> None:
    """In the order in which somebody made the columns; an opt-out without channels is one of all."""
    acts = read(tmp_path, "wish,customer_number,channels\nopt_out,KN-1000 0001,\n,１０００,print;email\nquestion,5,\n")

    assert [
        Act(2, None, None, "10000001", frozenset({"email", "print"})),
        Act(3, None, None, "1000", frozenset({"email", "print"})),
        Act(4, None, None, "5", frozenset()),
    ] == acts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "line 1: allowed are"),
        ("name,wish\nAnna,opt_out\n", "line 1: allowed are"),
        ("customer_number\n1\n", "line 1: allowed are"),
        ("customer_number,wish\n,opt_out\n", "line 2: none of"),
        ("customer_number,wish\n1,stop\n", "line 2: wish: allowed are opt_out"),
        ("customer_number,channels\n1,letters\n", "line 2: channels: allowed are email, print"),
        ("customer_number,wish,channels\n1,question,print\n", "line 2: channels: only an opt_out"),
        ("inquiry,wish\none,opt_out\n", "line 2: inquiry: not a number"),
        ('inquiry,wish\n"1,opt_out\n', "not readable as CSV"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, line: str) -> None:
    """A comparison over half a file would be worth nothing; no value of it is repeated."""
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path, text)

    assert line in caught.value.lines[0]
    assert "Anna" not in str(caught.value)
