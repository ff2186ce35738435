"""Collect running text into the lines that a person sees; the writing half of markup.py.

Knows where a line ends, how many empty lines are due, and what stands before each line.
"""

from __future__ import annotations

import re
from typing import Final

_BLANKS: Final = re.compile(r"[ \t\n\f\r]+")
# A source line that was broken inside Japanese text holds no blank (CSS Text 3, section 4.1.2).
_BROKEN_LINE: Final = re.compile(
    r"(?<=[\u3000-\u30ff\u3400-\u9fff\uff01-\uffee])[ \t]*\n\s*(?=[\u3000-\u30ff\u3400-\u9fff\uff01-\uffee])"
)


def one_line(text: str) -> str:
    """White space of a source as it is shown: one blank, and none where a line was broken inside Japanese text."""
    return _BLANKS.sub(" ", _BROKEN_LINE.sub("", text) if "\n" in text else text)


class Lines:
    """Text, line breaks and paragraphs in, `lines` out."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.current: list[str] = []
        self.quotes = self.last_quotes = 0
        self.gap = self.verbatim = False
        self.prefix = ""

    def text(self, text: str, *, verbatim: bool = False) -> None:
        """Running text; `verbatim` keeps its blanks and line breaks (`pre`)."""
        if verbatim:
            self.verbatim = True
            first, *more = text.split("\n")
            self.current.append(first)
            for line in more:
                self.end_line(keep_empty=True)
                self.verbatim = True
                self.current.append(line)
            return
        self.current.append(one_line(text))

    def end_line(self, *, keep_empty: bool = False) -> None:
        """A new line begins; nothing happens where none was begun."""
        line = "".join(self.current).replace("\u00a0", " ")
        self.current.clear()
        line = line.rstrip() if self.verbatim else re.sub(" {2,}", " ", line).strip(" ")
        self.verbatim = False
        if not line and not keep_empty:
            return
        quote = "> " * self.quotes
        if self.gap and self.lines:
            self.lines.append(("> " * min(self.quotes, self.last_quotes)).rstrip())
        self.gap, self.last_quotes = False, self.quotes
        self.lines.append(f"{quote}{self.prefix}{line}".rstrip())
        self.prefix = ""

    def line_break(self) -> None:
        """`br`: ends the line, and stands for an empty one where nothing was on it."""
        if "".join(self.current).strip():
            self.end_line()
        elif self.lines:
            self.current.clear()
            self.gap = True

    def paragraph(self) -> None:
        """A new line, apart from the last by an empty one."""
        self.end_line()
        self.gap = True
