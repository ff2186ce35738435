"""The documents say what the code does: links, names, tables, commands and events, compared with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.core
import typer.main

from optout_daemon import __version__
from optout_daemon.cli import app
from optout_daemon.config import load
from optout_daemon.core.lifecycle import DELIVERY_STEPS, INQUIRY_STEPS, Delivery, State
from optout_daemon.core.model import Category, Disposition, Reason, ReplyKind, SegmentKind

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "optout_daemon"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(document: Path) -> set[str]:
    """The anchors of a page's headings, as the usual hosts make them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """A page that was moved or renamed is noticed here, not by the reader."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (document.parent / path).resolve() if path else document
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)

    assert [] == broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(document: Path) -> None:
    """`composing.py`, `core/reply.py`, `tests/flow/...`: names in backticks with a known ending."""
    bases = (ROOT, PACKAGE, ROOT / "docs", ROOT / "tests", ROOT / "optout_daemon" / "core" / "reading")
    names = re.findall(
        r"`([\w./-]+\.(?:py|toml|csv|txt|service|md|in))(?:::\w+)?`", document.read_text(encoding="utf-8")
    )
    made_by_the_reader = {"config.toml", "subject.txt", "body.txt", "FILE.csv"}
    missing = [
        name
        for name in names
        if name not in made_by_the_reader
        and not name.startswith("/")
        and not any((base / name).exists() for base in bases)
    ]

    assert [] == missing


GLOSSARY_WORDS = [
    # style.md, "Words"
    "message", "envelope", "inquiry", "own words", "rule", "hit, miss", "evidence", "hold", "shunt",
    "suppression list", "ledger", "claim", "settle", "defer", "status",
    # the nouns of the code
    "absorb", "alarm", "attempt", "audit event", "author", "baseline", "block", "candidate", "cap", "category",
    "channel", "comparable form", "corrections", "courier", "cursor", "decision", "desk", "digest", "directory",
    "disposition", "duplicate", "edge", "field", "file", "follow-up", "gate", "location", "loop marker", "outbox",
    "plan", "provisional block", "reading", "reason", "release", "reply", "scope", "segment", "shadow mode", "span",
    "stage", "staff", "state", "step", "watcher", "wish",
]  # fmt: skip


@pytest.mark.parametrize("word", GLOSSARY_WORDS)
def test_the_glossary_has_the_word(word: str) -> None:
    """One word, one sense: who meets it in code or log finds it here."""
    assert f"\n| {word} | " in text("docs/glossary.md")


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    """Readers look things up by the alphabet."""
    words = re.findall(r"^\| ([^|]+) \|", text("docs/glossary.md"), re.MULTILINE)[2:]

    assert sorted(set(words)) == words


@pytest.mark.parametrize("name", [*State, *Delivery, *SegmentKind, *Category, *Disposition, *ReplyKind])
def test_the_glossary_or_the_flow_names_every_value(name: str) -> None:
    """A state or a kind that no page explains is a riddle in a log line."""
    pages = (text("docs/glossary.md") + text("docs/flow.md")).lower()

    assert name == "none" or name.replace("_", " ") in pages.replace("_", " ")


@pytest.mark.parametrize("reason", Reason)
def test_the_flow_explains_every_reason(reason: Reason) -> None:
    """Staff see reasons; this is where they are looked up."""
    assert f"`{reason}`" in text("docs/flow.md")


def test_the_steps_in_the_internals_are_those_of_the_table() -> None:
    """core/lifecycle.py is the only other place where they stand."""
    rows = set(re.findall(r"^\| ([A-Z]+) \| ([a-z]+) \| ([A-Z]+) \|", text("docs/internals.md"), re.MULTILINE))
    expected = {(before.name, step.value, after.name) for (before, step), after in INQUIRY_STEPS.items()}
    expected |= {(before.name, step.value, after.name) for (before, step), after in DELIVERY_STEPS.items()}

    assert expected == rows


def test_operating_explains_every_event_of_the_log() -> None:
    """An operator greps for what the journal shows; each name stands in the table, and no other."""
    events = set(re.findall(r'_say\(\s*"\w+",\s*"(\w+)"', text("optout_daemon/log.py")))
    section = text("docs/operating.md").partition("## The log")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`(?=[^|\n]*\| (?:info|warning|error))", section))

    assert events == named


def commands() -> dict[str, set[str]]:
    """Every command with its subcommands."""
    root = typer.main.get_command(app)
    assert isinstance(root, typer.core.TyperGroup)
    return {
        name: set(command.commands) if isinstance(command, typer.core.TyperGroup) else set()
        for name, command in root.commands.items()
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_page_shows_exists(document: Path) -> None:
    """A command that was renamed must not live on in the documents."""
    known = commands()
    unknown = []
    for verb, sub in re.findall(
        r"(?:^|`|\$ )optout-daemon ([a-z]+)(?: ([a-z]+))?", document.read_text("utf-8"), re.MULTILINE
    ):
        if verb not in known or (known[verb] and sub and sub not in known[verb]):
            unknown.append(f"{verb} {sub}".strip())

    assert [] == unknown


def test_the_changelog_lists_every_command() -> None:
    """An operator reads there what is new."""
    line = re.search(r"\* Commands: (.*)\.", text("CHANGELOG.md"))
    assert line is not None

    assert set(commands()) == set(re.findall(r"`(\w+)`", line[1]))


def test_the_changelog_begins_with_this_version() -> None:
    """A release without its entry is a surprise to whoever installs it."""
    newest = re.search(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None

    assert __version__ == newest[1]


def test_the_index_of_decisions_lists_every_record() -> None:
    """By number, without a gap, each with its title."""
    records = sorted(path for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    index = re.findall(r"\[(\d{4})\]\(([^)]+)\) \| (.+) \|", text("docs/adr/README.md"))
    titles = [
        (f"{number:04}", path.name, path.read_text("utf-8").splitlines()[0].partition(": ")[2])
        for number, path in enumerate(records, start=1)
    ]

    assert titles == index


def test_the_readme_shows_both_commands_first() -> None:
    """Who opens the project wants to see it run, then to see it tested."""
    first_block = text("README.md").partition("```sh\n")[2].partition("```")[0]

    assert ["make demo", "make test"] == [line.partition("   ")[0] for line in first_block.splitlines()]


def test_the_settings_in_the_readme_are_a_desk(tmp_path: Path) -> None:
    """Ten lines, and the loader takes them as they are."""
    block = text("README.md").partition("```toml\n")[2].partition("```")[0]
    file = tmp_path / "config.toml"
    file.write_text(block, encoding="utf-8")

    assert 10 == len(block.splitlines())
    assert "desk@example.com" == load(file).desk.address


def named_in(section: str) -> list[tuple[str, str]]:
    """File and function of every test that a part of a page names."""
    return re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", section)


def missing(named: list[tuple[str, str]]) -> list[str]:
    """Those of them that are not there."""
    return [f"{file}::{name}" for file, name in named if not (ROOT / file).exists() or f"def {name}(" not in text(file)]


def test_every_fault_names_tests_that_exist() -> None:
    """No point of the table without a test, and a renamed test leaves no hole."""
    section = text("docs/internals.md").partition("## Each fault")[2].partition("\n## ")[0]
    rows = section.split("| --- | --- |\n")[1].strip().splitlines()
    named = named_in(section)

    assert [] == missing(named)
    assert [] == [row for row in rows if not named_in(row)]
    assert 35 <= len(rows)


def test_every_promise_names_tests_that_exist() -> None:
    """docs/internals.md says which test holds which promise; a renamed test must not leave a hole."""
    section = text("docs/internals.md").partition("## The four promises")[2]
    named = named_in(section)

    assert [] == missing(named)
    assert 12 <= len(named)
    assert 4 == len(re.findall(r"^### [1-4]\. ", section, re.MULTILINE))
