"""HTML to the lines that a person sees, in a shape that the field rules can read.

What the lines look like (fields.py relies on it):

- a table row with two or more filled cells is one line, its cells joined with " | ": `お名前 | 山田 太郎`; a line
  break or block inside a cell becomes " / ": `ご住所 | 東京都千代田区 / 1-1-1 ビル2F`;
- a row with one filled cell, and a row that holds another table or long texts (a layout table), is no such line:
  its content stands as blocks;
- `dt` and its `dd`s are one line of the same form;
- an item of `ol` begins with its number ("1. "), one of `ul` with nothing;
- paragraphs, headings, lists and tables stand apart by an empty line, other blocks begin a line;
- a quotation (`blockquote`) has "> " before each line, once a level; `hr` is "----------".

Hidden text is left out: style, script, head, template, comments, `hidden`, display:none, visibility:hidden, font-size
of nothing, mso-hide. Linear in time; markup nested deeper than 500, which would be quadratic in the parser, is not
parsed, and only stripped of its tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from optout_daemon.core.reading.clean import clean
from optout_daemon.core.reading.elements import BLOCKS, PARAGRAPHS, SKIPPED, children, definitions, is_hidden, nesting
from optout_daemon.core.reading.lines import Lines, one_line

LIMIT: Final = 524_288
DEPTH: Final = 500
CELL: Final = " | "
BREAK: Final = " / "

_STRIPPED: Final = re.compile(r"<[^<>]*>?")
_INLINE_DATA: Final = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)


_LONG_CELL: Final = 400


@dataclass(frozen=True, slots=True)
class Rendered:
    """The lines; `complete` is False where a limit cut or flattened them."""

    text: str
    complete: bool


class _Walker:
    def __init__(self) -> None:
        self.out = Lines()
        self.items: list[int] = []  # next number of each open list; 0 in `ul`
        self.written: set[int] = set()  # definitions that stand on the line of their term

    def walk(self, root: LexborNode) -> str:
        # An explicit stack: (node, entering). Depth is the writer's choice, so nothing here recurses but cells,
        # which hold no table.
        stack: list[tuple[LexborNode, bool]] = [(root, True)]
        while stack:
            node, entering = stack.pop()
            tag = node.tag or ""
            if not entering:
                self._leave(tag)
                continue
            if tag == "-text":
                text = node.text_content or ""
                self.out.text(text, verbatim=node.parent is not None and node.parent.tag == "pre")
            elif tag.startswith(("-", "!")) or tag in SKIPPED:
                continue
            elif tag == "br":
                self.out.line_break()
            elif tag == "hr":
                self.out.paragraph()
                self.out.text("-" * 10)
                self.out.end_line()
            elif tag in ("img", "input", "wbr"):
                continue
            elif not is_hidden(node.attributes) and not self._row(node, tag):
                self._enter(node, tag)
                stack.append((node, False))
                stack.extend((child, True) for child in reversed(children(node)))
        self.out.end_line()
        return "\n".join(self.out.lines)

    def _enter(self, node: LexborNode, tag: str) -> None:
        if tag in PARAGRAPHS:
            nested = tag in ("ul", "ol") and bool(self.items)
            (self.out.end_line if nested else self.out.paragraph)()
        elif tag in BLOCKS:
            self.out.end_line()
        if tag == "blockquote":
            self.out.quotes += 1
        elif tag in ("ul", "ol"):
            start = node.attributes.get("start") or "1"
            self.items.append(
                (int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1) * (tag == "ol")
            )
        elif tag == "li" and self.items and self.items[-1]:
            self.out.prefix = f"{self.items[-1]}. "
            self.items[-1] += 1

    def _leave(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            nested = tag in ("ul", "ol") and len(self.items) > 1
            (self.out.end_line if nested else self.out.paragraph)()
        elif tag in BLOCKS:
            self.out.end_line()
        if tag == "li":
            self.out.prefix = ""
        elif tag == "blockquote":
            self.out.quotes -= 1
        elif tag in ("ul", "ol") and self.items:
            self.items.pop()

    def _row(self, node: LexborNode, tag: str) -> bool:
        """Write a table row, or `dt` with its `dd`s, as one line; False where it is none."""
        if tag == "tr":
            cells = [child for child in children(node) if child.tag in ("td", "th")]
        elif tag == "dt":
            cells = [node, *definitions(node)]
        elif tag == "dd":
            return node.mem_id in self.written
        else:
            return False
        if len(cells) < 2:
            return False
        texts = [_cell(cell) for cell in cells]
        if any(text is None for text in texts):
            return False
        filled = [text for text in texts if text]
        if len(filled) < 2:
            return False
        if tag == "dt":
            self.written.update(cell.mem_id for cell in cells)
            filled = [filled[0], BREAK.join(filled[1:])]
        self.out.end_line()
        self.out.text(CELL.join(filled))
        self.out.end_line()
        return True


def _cell(cell: LexborNode) -> str | None:
    """The text of a cell on one line, or None where it is too much for one: a table, a quotation, a long text."""
    if is_hidden(cell.attributes):
        return ""
    parts: list[str] = []
    size = 0
    stack: list[LexborNode | None] = list(reversed(children(cell)))  # None: a block ends here
    while stack:
        node = stack.pop()
        tag = "br" if node is None else node.tag or ""
        if node is None or tag == "br":
            parts.append("\n")
        elif tag == "-text":
            text = node.text_content or ""
            size += len(text)
            if size > 4 * _LONG_CELL:
                return None
            parts.append(one_line(text))
        elif tag in ("table", "blockquote"):
            return None
        elif not tag.startswith(("-", "!")) and tag not in SKIPPED and not is_hidden(node.attributes):
            if tag in PARAGRAPHS or tag in BLOCKS:
                parts.append("\n")
                stack.append(None)
            stack.extend(reversed(children(node)))
    text = "".join(parts).replace("\u00a0", " ")
    lines = [re.sub(" {2,}", " ", line).strip() for line in text.split("\n")]
    joined = BREAK.join(line for line in lines if line)
    return joined if len(joined) <= _LONG_CELL else None


def strip_tags(markup: str) -> str:
    """The text between the tags, linear whatever the markup is: for staff to look at, not to be judged."""
    return clean(_STRIPPED.sub(" ", markup)).strip()


def render(markup: str) -> Rendered:
    """`markup` as lines. Raises nothing; where a limit was exceeded `complete` is False and the text a part."""
    complete = True
    if len(markup) > LIMIT:
        markup = _INLINE_DATA.sub("", markup)
    if len(markup) > LIMIT:
        markup, complete = markup[:LIMIT], False
    if nesting(markup) > DEPTH:
        return Rendered(strip_tags(markup), False)
    root = LexborHTMLParser(markup).root
    text = _Walker().walk(root) if root is not None else ""
    return Rendered(clean(text).strip("\n"), complete)
