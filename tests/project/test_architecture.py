"""Imports point one way, `cli, daemon, demo, web -> stages -> edges | store -> core`, and names stay at home."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "optout_daemon"

SHARED = {"config", "errors", "log"}
"""May be imported by all but core, with what config.py is made of."""
CONFIG_PARTS = {
    "config_checks", "config_enforcement", "config_group", "config_oidc", "config_problems", "config_secrets", "config_sinks",
    "config_types", "config_web", "toml_lines",
}  # fmt: skip
TOP = {"cli", "daemon", "demo", "web"}
PURE = {
    "ahocorasick_rs", "idna", "mailparser", "nh3", "rapidfuzz", "selectolax",
}  # fmt: skip
IMPURE_STDLIB = {
    "asyncio", "ctypes", "fcntl", "http", "imaplib", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "select", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time",
    "urllib", "uuid",
}  # fmt: skip
"""What reaches outside: files, network, clock, processes, chance."""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that `path` imports, with its full name; imports inside functions count too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    """The room that a module of ours belongs to: the first name below the package."""
    return module.split(".")[1] if module.count(".") else ""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def may_import(own: str, other: str) -> bool:
    """The table of the house. `other` is a room of ours that a module of the room `own` imports from."""
    if other == own or other in ("", "__version__"):
        return True
    if own == "core":
        return False
    if own == "errors":
        return False
    if own == "log":
        return other == "errors"
    if own in CONFIG_PARTS:
        return other in {"core", "errors"} | CONFIG_PARTS
    if own == "config":
        return other in {"core", "errors"} | CONFIG_PARTS
    if other in SHARED | CONFIG_PARTS or other == "core":
        return True
    if own in ("edges", "store"):
        return False
    # Stages and what stands above them; only cli, daemon, demo and web stand above the stages.
    return own in TOP or other not in TOP


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    """The house stays readable only while one can tell from a room what it can reach."""
    own = room_of(path)
    found = {room(name) for name in imports(path) if name.split(".")[0] == "optout_daemon"}

    assert [] == sorted(other for other in found if not may_import(own, other))


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").rglob("*.py")), ids=lambda path: path.name)
def test_core_has_no_clock_no_settings_and_no_outside(path: Path) -> None:
    """Judgement is values in, values out: that is what makes every decision repeatable."""
    first = {name.split(".")[0] for name in imports(path)}
    allowed = {name for name in sys.stdlib_module_names if name not in IMPURE_STDLIB} | PURE | {"optout_daemon"}

    assert [] == sorted(first - allowed)
    assert [] == re.findall(
        r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|open|print|input)\(", path.read_text("utf-8")
    )


@pytest.mark.parametrize(
    "path", [path for path in modules() if path.stat().st_size], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_every_module_says_in_one_line_what_it_is(path: Path) -> None:
    """The first line of its docstring is its line in the README's map."""
    first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0]

    assert first.endswith((".", ":", "?")), first
    assert 20 <= len(first) <= 120


def project_files() -> list[Path]:
    """Every text file that belongs to the project, without what tools leave behind."""
    left = {".git", ".venv", "__pycache__", "build", "dist", "mutants"}
    return [
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and not any(
            part in left or part.endswith(("_cache", ".egg-info")) or part == ".hypothesis" for part in path.parts
        )
    ]


def test_the_requirements_name_no_host_and_every_one_has_a_hash() -> None:
    """Whoever installs decides where from; what is installed is decided here."""
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text("utf-8")
        pins = re.findall(r"^[A-Za-z0-9].*", text, re.MULTILINE)

        assert "://" not in text, path.name
        assert "index" not in text, path.name
        assert pins, path.name
        assert [] == [pin for pin in pins if "==" not in pin or not pin.endswith("\\")]


def test_the_locks_agree_with_each_other() -> None:
    """The tests run what the daemon runs."""
    pins = {
        name: dict(
            re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE)
        )
        for name in ("runtime.txt", "dev.txt", "build.txt")
    }

    assert pins["dev.txt"] == pins["dev.txt"] | pins["runtime.txt"] | pins["build.txt"]


def test_no_file_names_a_registry() -> None:
    """A fixed index would break every installation behind a mirror."""
    hosts = re.compile(
        "|".join(("py" + r"pi\.org", "files\\.python" + "hosted", "registry\\.npm" + "js", "index-" + "url"))
    )
    found = []
    for path in project_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if hosts.search(text):
            found.append(str(path.relative_to(ROOT)))

    assert [] == found
