"""Bring the pages' catalogues up to date: every text of templates and code is in each, those that are gone are not.

`make messages` runs it. A text that is new stands there with an empty translation for a person to fill; with
`--check` nothing is written, and exit 1 says that a catalogue is behind or lacks a translation.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from optout_daemon import rule_words

WEB: Final = Path(__file__).parent.parent / "optout_daemon" / "web"
METHODS: Final[list[tuple[str, str]]] = [("**.py", "python"), ("templates/**.html", "jinja2.ext.babel_extract")]
OPTIONS: Final = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS: Final = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def texts() -> Catalog:
    """Every text that the pages show, in the order of its place."""
    found = Catalog(charset="utf-8")
    for name, _, text, comments, context in extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS):
        found.add(text, locations=[(name, 0)], auto_comments=comments, context=context)
    for text in rule_words.TEXTS:
        found.add(text, locations=[("../rule_words.py", 0)])
    return found


def brought_up(path: Path, wanted: Catalog) -> tuple[bytes, list[str]]:
    """The catalogue in `path` with today's texts, and those of them that lack a translation."""
    catalogue = Catalog(locale=path.parent.name, charset="utf-8", fuzzy=False)
    if path.is_file():
        catalogue = read_po(BytesIO(path.read_bytes()), locale=path.parent.name)
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = "# The texts of the pages. `make messages` adds what is new; translate it here."
    written = BytesIO()
    write_po(written, catalogue, width=120, omit_header=False, sort_output=True, include_lineno=False)
    lines = [line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(VOLATILE)]
    return b"".join(lines), [str(message.id) for message in catalogue if message.id and not translated(message)]


def translated(message: Message) -> bool:
    """Whether every form of it has a translation."""
    forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return all(forms)


VOLATILE: Final = tuple(
    f'"{name}'.encode()
    for name in ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Language-Team")
)


def main() -> int:
    """Write, or check; 1 where something is to be done."""
    check = "--check" in sys.argv[1:]
    wanted, behind = texts(), False
    for folder in sorted((WEB / "locale").iterdir()):
        path = folder / "messages.po"
        written, lacking = brought_up(path, wanted)
        if check and (not path.is_file() or path.read_bytes() != written):
            print(f"{path}: run `make messages`")
            behind = True
        elif not check:
            path.write_bytes(written)
        for text in lacking:
            print(f"{path}: not translated: {text}")
            behind = True
    return 1 if behind else 0


if __name__ == "__main__":
    raise SystemExit(main())
