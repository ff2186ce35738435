"""The map in the README is the tree, and every room says on its door what it is for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "readme_map.py"
MODULES = sorted(
    path
    for path in (ROOT / "optout_daemon").rglob("*.py")
    if path.name != "__init__.py" and "versions" not in path.parts
)


def test_the_map_in_the_readme_is_what_the_tree_says() -> None:
    """`scripts/readme_map.py --write` mends it; a map that lies is worse than none."""
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_in_one_sentence_what_it_is_for(path: Path) -> None:
    """It is the module's line in the map: a plain sentence of one line, ended."""
    text = path.read_text(encoding="utf-8")
    first = text.split("\n", 1)[0].removesuffix('"""').strip()

    assert first.startswith('"""')
    assert first.endswith((".", "?")), first


def test_the_map_shows_every_module() -> None:
    """By name, whatever its folder."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [] == [path.name for path in MODULES if f" {path.name} " not in readme]


def test_a_stale_map_is_noticed(tmp_path: Path) -> None:
    """The check must be able to fail: a copy of the tree with one module more."""
    package = tmp_path / "optout_daemon"
    package.mkdir()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "readme_map.py").write_text(SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    (package / "__init__.py").write_text('"""A package."""\n', encoding="utf-8")
    markers = "<!-- map: written by scripts/readme_map.py -->\n<!-- end of map -->\n"
    (tmp_path / "README.md").write_text(markers, encoding="utf-8")

    def ran(option: str) -> int:
        command = [sys.executable, str(tmp_path / "scripts" / "readme_map.py"), option]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert (0, 0) == (ran("--write"), ran("--check"))
    (package / "more.py").write_text('"""One more room."""\n', encoding="utf-8")

    assert 1 == ran("--check")
