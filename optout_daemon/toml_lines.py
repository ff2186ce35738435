"""Find the line of a key in TOML text, so that a wrong setting can be named with its line.

`tomllib` keeps no positions. The text handed in must have passed `tomllib` already: this scanner only follows
statements, strings and brackets, it does not check them. A key inside an inline table has the table's line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Path = tuple[str | int, ...]
"""A key as `tomllib` nests it: ("mailbox", 0, "host")."""


def key_lines(text: str) -> dict[Path, int]:
    """The line, counted from 1, of every table header and every key in `text`."""
    return _Scanner(text).run()


def line_of(path: Sequence[str | int], lines: Mapping[Path, int]) -> int:
    """The line of `path`, else of the nearest table around it, else 1."""
    for length in range(len(path), 0, -1):
        if (line := lines.get(tuple(path[:length]))) is not None:
            return line
    return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n") + "\n"
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}
        self.line = 1
        self.counted = 0

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t\n":
                self.at += 1
            elif char == "#":
                self.at = self.text.index("\n", self.at)
            elif char == "[":
                table = self.header()
            else:
                line = self.here()
                self.note(self.absolute(table, self.key()), line, start=len(table))
                self.value()
        return self.lines

    def here(self) -> int:
        """The line of the present place; counted on from the last time it was asked for."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def note(self, path: Path, line: int, *, start: int = 0) -> None:
        for length in range(start + 1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def absolute(self, table: Path, names: Sequence[str]) -> Path:
        """`table` and `names` with the index of the current element behind each array of tables."""
        path = table
        for name in names:
            path = (*path, name)
            if path in self.arrays:
                path = (*path, self.arrays[path])
        return path

    def header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]` and return the table that the next keys belong to."""
        line = self.here()
        array = self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        names = self.key()
        if array:
            parent = self.absolute((), names[:-1])
            path: Path = (*parent, names[-1])
            self.arrays[path] = self.arrays.get(path, -1) + 1
            path = (*path, self.arrays[path])
        else:
            path = self.absolute((), names)
        self.note(path, line)
        self.at = self.text.index("\n", self.at)
        return path

    def key(self) -> list[str]:
        """Read a dotted key up to its `=` or `]`, which is left behind."""
        names: list[str] = []
        start = self.at
        while self.text[self.at] not in "=]":
            if self.text[self.at] in "\"'":
                opened = self.at
                self.string()
                names.append(self.text[opened + 1 : self.at - 1])
                start = self.at
            elif self.text[self.at] == ".":
                if bare := self.text[start : self.at].strip():
                    names.append(bare)
                self.at += 1
                start = self.at
            else:
                self.at += 1
        if bare := self.text[start : self.at].strip():
            names.append(bare)
        self.at += 1
        return names

    def value(self) -> None:
        """Skip one value: to the end of the line outside every string and bracket."""
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "\"'":
                self.string()
                continue
            if char == "#":
                self.at = self.text.index("\n", self.at)
                continue
            if char in "[{":
                depth += 1
            elif char in "]}":
                depth -= 1
            elif char == "\n" and depth == 0:
                return
            self.at += 1

    def string(self) -> None:
        """Skip one string of any of TOML's four kinds."""
        quote = self.text[self.at]
        closing = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(closing)
        while not self.text.startswith(closing, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(closing)
        if len(closing) == 3:  # up to two more quotes may belong to the text
            while self.text[self.at] == quote:
                self.at += 1
