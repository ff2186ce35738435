"""`explain`: the contract that others rely on, and the words that a clerk reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optout_daemon.edges.readers import ReaderFailure, ReaderPool, ReadersClosed
from tests.project.desk import Desk

KEYS = [
    "file",
    "disposition",
    "reasons",
    "follow_up",
    "category",
    "language",
    "fields",
    "customer_number",
    "channels",
    "reply",
    "evidence",
]

OPT_OUT = """\
From: Anna Weber <anna@mail.example>
To: desk@shop.example
Subject: Please stop
Message-ID: <1@mail.example>
Content-Type: text/plain; charset=utf-8

Customer number: 10000002
Name: Anna Weber
Address: 12 Mill Street, Bath
Inquiry: Please stop sending me your catalogues.
"""

pytestmark = pytest.mark.slow  # each starts reader processes


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    return desk.stocked()


def test_an_explanation_has_the_keys_of_the_contract_and_nothing_else(stocked: Desk) -> None:
    """Other programs read these lines."""
    mail = stocked.file("a.eml", OPT_OUT)
    said = stocked("explain", "--json", mail)
    [told] = said.objects

    assert 0 == said.code
    assert KEYS == list(told)
    assert (str(mail), "applied", [], False, "opt_out", "en", "10000002", ["print"], "confirmed") == (
        told["file"],
        told["disposition"],
        told["reasons"],
        told["follow_up"],
        told["category"],
        told["language"],
        told["customer_number"],
        told["channels"],
        told["reply"],
    )
    assert {"customer_number", "name", "address", "inquiry"} == set(told["fields"])
    assert "Anna Weber" == told["fields"]["name"]
    assert told["evidence"]
    assert [] == [line for line in told["evidence"] if not isinstance(line, str) or "\n" in line]


def test_what_was_not_found_is_null(stocked: Desk) -> None:
    """The four names are always there, whoever reads them."""
    mail = stocked.file("a.eml", OPT_OUT.replace("Address: 12 Mill Street, Bath\n", ""))
    [told] = stocked("explain", "--json", mail).objects

    assert ("held", ["missing_address"], "missing") == (told["disposition"], told["reasons"], told["reply"])
    assert told["customer_number"] is None
    assert told["fields"]["address"] is None


def test_the_lines_come_in_the_order_of_the_files(stocked: Desk) -> None:
    """More files than one chunk, so that the pool of readers could mix them up."""
    mails = [stocked.file(f"{at:03}.eml", OPT_OUT.replace("Mill Street", f"Mill Street {at}")) for at in range(40)]
    said = stocked("explain", "--json", *reversed(mails))

    assert [str(mail) for mail in reversed(mails)] == [told["file"] for told in said.objects]


def test_a_file_that_cannot_be_opened_ends_with_2_and_the_others_are_explained(stocked: Desk) -> None:
    """One wrong name among a hundred must not cost the ninety-nine answers."""
    mail = stocked.file("a.eml", OPT_OUT)
    said = stocked("explain", "--json", Path("nowhere.eml"), mail)

    assert 2 == said.code
    assert [str(mail)] == [told["file"] for told in said.objects]
    assert "nowhere.eml: the file cannot be opened: No such file or directory" in said.err


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"\n\n\n", b"From: x\n", bytes(range(256)) * 50])
def test_any_bytes_are_explained(stocked: Desk, raw: bytes) -> None:
    """Nothing that a stranger can send ends the command."""
    said = stocked("explain", "--json", stocked.file("a.eml", raw))

    assert 0 == said.code
    assert "held" == said.objects[0]["disposition"]


def test_what_breaks_its_reader_is_held_unreadable_with_the_cause(
    stocked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon would keep it and hold it: the clerk is told the same."""
    monkeypatch.setattr(ReaderPool, "read", lambda _pool, jobs: [ReaderFailure("over the time limit") for _ in jobs])
    [told] = stocked("explain", "--json", stocked.file("a.eml", OPT_OUT)).objects

    assert ("held", ["unreadable"]) == (told["disposition"], told["reasons"])
    assert [] != [line for line in told["evidence"] if "over the time limit" in line]


def test_readers_that_do_not_start_are_a_matter_of_the_machine(stocked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was learnt about the mail: 75, it may work in a minute, and no answer that looks like one."""

    def closed(_pool: ReaderPool, _jobs: object) -> None:
        raise ReadersClosed

    monkeypatch.setattr(ReaderPool, "read", closed)
    said = stocked("explain", "--json", stocked.file("a.eml", OPT_OUT))

    assert (75, "") == (said.code, said.out)
    assert said.err.startswith("optout-daemon: the processes that read mail do not start")


def test_a_mail_over_the_limit_of_size_is_held_as_the_daemon_would(stocked: Desk) -> None:
    """Its beginning alone may lack the sentence that matters."""
    stocked.settings(stocked.config.read_text().replace("[smtp]", "max_message_size = 65536\n[smtp]"))
    [told] = stocked("explain", "--json", stocked.file("a.eml", OPT_OUT + "x" * 65536)).objects

    assert ("held", ["unreadable"]) == (told["disposition"], told["reasons"])


def test_nothing_is_changed(stocked: Desk) -> None:
    """It may be asked of a desk at work."""
    before = stocked("suppressions", "list", "--json").out
    stocked("explain", stocked.file("a.eml", OPT_OUT))

    assert before == stocked("suppressions", "list", "--json").out
    assert "" == stocked("queue", "list", "--json").out


def test_it_reads_well_to_a_clerk(stocked: Desk) -> None:
    """What was found and where, what was decided, and why: in words, without JSON."""
    said = stocked("explain", stocked.file("a.eml", OPT_OUT))

    for expected in (
        "decision   Applied: the customer goes on the suppression list.",
        "Nothing more is sent by: print.",
        "to be sent no more information (written in English)",
        "Anna Weber",
        'labelled "customer number"',
        "asks to stop: “stop sending me your catalogues”",
        "10000002 is in the directory",
        "name agrees with the record (the labelled name is the record's)",
        "It is certain who writes and what is wanted.",
        "the opt-out is confirmed",
    ):
        assert expected in said.out
    with pytest.raises(json.JSONDecodeError):
        json.loads(said.out)


def test_the_reason_to_hold_is_said_in_words(stocked: Desk) -> None:
    """A name such as name_mismatch is for programs."""
    said = stocked("explain", stocked.file("a.eml", OPT_OUT.replace("Name: Anna", "Name: Bertha")))

    assert "because    the name is not the one on record" in said.out
    assert "_" not in said.out.partition("\n")[2]


def test_no_secret_is_needed(stocked: Desk) -> None:
    """A clerk's machine has neither passwords nor the desk's key."""
    (stocked.folder / "desk.key").unlink()
    text = stocked.config.read_text()
    stocked.settings(text.replace('username = "desk"', 'username = "desk"\npassword_file = "missing"'))
    said = stocked("explain", "--json", stocked.file("a.eml", OPT_OUT))

    assert (0, "applied") == (said.code, said.objects[0]["disposition"])
