"""Say what is wrong with a settings file: `file:line: key: what is wrong, what is allowed`, one line a problem.

Turns pydantic's list of errors into words for an operator. The values themselves are left out but for words of a
fixed choice: a secret written into the file by mistake must not reach a log.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from optout_daemon.config_checks import KeyProblem
from optout_daemon.toml_lines import Path, key_lines, line_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KINDS = {
    "string_type": "not a text; write it in quotes",
    "int_type": "not a whole number; write it without quotes",
    "bool_type": "not a truth value; write true or false without quotes",
    "tuple_type": 'not a list; write it in brackets: ["a", "b"]',
    "model_type": "not a table; write its keys below a line of their own with its name in brackets",
    "model_attributes_type": "not a table; write its keys below a line of their own with its name in brackets",
    "dict_type": 'not a table; write it as { key = "value" }',
    "string_too_short": "empty; a text is needed",
    "string_too_long": "too long",
    "string_pattern_mismatch": "not a name; allowed are letters, digits and . _ - @, at most 64",
    "path_type": "not a path; write it in quotes",
}


_SYNTAX = {
    "Invalid value": 'a text stands in quotes (key = "text"); numbers, true and false do not',
    "Unterminated string": "the quotation mark at its end is missing",
    'Expected "\'"': "the quotation mark at its end is missing",
    "Unescaped '\\'": "write the backslash twice, or the text in single quotes",
    "Expected '='": "a line is key = value, or a [section]",
    "Expected newline": "one key = value a line; a text with spaces stands in quotes",
    "Expected ']'": "a section's name stands in brackets: [section]",
    "Cannot declare": "each [section] stands once; every further mailbox begins with [[mailbox]]",
    "Cannot overwrite": "the key stands twice in its section",
}
"""What to do about the beginning of `tomllib`'s words."""
REPEATED: Final = {"mailbox": "mailboxes", "company": "companies", "sink": "sinks"}
"""The sections that may stand more than once, and how several are called."""
_AT: Final = re.compile(r"line (\d+), column (\d+)")


def syntax_problem(file: str, text: str, error: tomllib.TOMLDecodeError) -> str:
    """The one line for a text that is not TOML, with line and column; `tomllib` stops at its first error."""
    what, _, where = str(error).rpartition(" (at ")
    lines = text.splitlines() or [""]
    found = _AT.search(where)
    line, column = (int(found[1]), int(found[2])) if found else (len(lines), len(lines[-1]) + 1)  # "end of document"
    hint = next((f"; {hint}" for start, hint in _SYNTAX.items() if what.startswith(start)), "")
    return f"{file}:{line}:{column}: not valid TOML: {what[:200]}{hint}"


def problems(
    file: str, text: str, data: Mapping[str, Any], errors: Sequence[ErrorDetails], model: type[BaseModel]
) -> list[str]:
    """One line for each error, in the order of the file."""
    lines = key_lines(text)
    found: dict[tuple[int, str, str], None] = {}
    for error in errors:
        if error["type"] == "default_factory_not_called":  # a port whose table has another problem, named by itself
            continue
        path = _path(error["loc"])
        if isinstance(cause := error.get("ctx", {}).get("error"), KeyProblem):
            path = (*path, *cause.path)
        found[line_of(path, lines), _key(path), _words(error, path, data, model)] = None
    return [f"{file}:{line}: {key}: {what}" for line, key, what in sorted(found)]


def _path(location: Sequence[str | int]) -> Path:
    """pydantic's location without the names of union members, which the model writes in parentheses."""
    return tuple(part for part in location if not (isinstance(part, str) and part.startswith("(")))


def _key(path: Path) -> str:
    """("mailbox", 0, "host") as people count: mailbox[1].host."""
    key = ""
    for part in path:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return key or "the file"


def _words(error: ErrorDetails, path: Path, data: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(str(path[-1]), _allowed(path[:-1], model), model)
    if kind == "missing" and len(path) == 1:
        return f"missing; the section {_header(str(path[0]))} is required"
    if kind == "missing":
        return "missing; it is required"
    if kind in ("literal_error", "enum"):
        allowed = str(context["expected"]).replace("'", '"').replace(" or ", ", ")
        given = error["input"]
        return (f'"{given[:40]}" is not allowed' if isinstance(given, str) else "not allowed") + f"; allowed: {allowed}"
    if path and path[-1] == "file_into" and kind in ("model_type", "model_attributes_type"):
        return "allowed: false, which moves nothing, or a section [mailbox.file_into] with the folders' names"
    if kind == "tuple_type" and path and path[-1] in REPEATED:
        return f"not a list of {REPEATED[str(path[-1])]}; begin each with {_header(str(path[-1]))} in double brackets"
    if kind == "value_error":
        return str(context["error"])
    if kind == "greater_than_equal":
        return f"out of range; it must be at least {context['ge']}"
    if kind == "less_than_equal":
        return f"out of range; it must be at most {context['le']}"
    return _KINDS.get(kind, error["msg"])


def _header(section: str) -> str:
    return f"[[{section}]]" if section in REPEATED else f"[{section}]"


def _unknown(name: str, allowed: Sequence[str], model: type[BaseModel]) -> str:
    homes = [
        _header(section)
        for section, field in model.model_fields.items()
        if (inner := _model_of(field.annotation)) is not None and name in inner.model_fields
    ]
    near = difflib.get_close_matches(name, allowed, n=1)
    meant = f"it belongs into {' or '.join(homes)}; " if homes else f'did you mean "{near[0]}"? ' if near else ""
    return f"unknown key; {meant}allowed: {', '.join(allowed)}"


def _allowed(path: Path, model: type[BaseModel]) -> list[str]:
    """The keys of the table at `path`."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:  # else a table under a name of its own
            model = _model_of(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_of(annotation: object) -> type[BaseModel] | None:
    """The model inside an annotation such as `tuple[MailboxSettings, ...]` or a union of one and False."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _model_of(inner)) is not None:
            return found
    return None
