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
from optout_daemon.core.reading.lines import Lines, one_line

LIMIT: Final = 524_288
DEPTH: Final = 500
CELL: Final = " | "
BREAK: Final = " / "

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_STRIPPED: Final = re.compile(r"<[^<>]*>?")
_INLINE_DATA: Final = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,40};base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Elements that end by themselves do not nest.
_FLAT: Final = _tags(
    "area base basefont br col embed frame hr img input link meta param source track wbr p li dt dd td th tr thead "
    "tbody tfoot colgroup option optgroup html head body"
)
_SKIPPED: Final = _tags(
    "style script head template title noframes iframe object audio video svg math select datalist canvas map meta"
)
_PARAGRAPHS: Final = _tags("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre form fieldset")
_BLOCKS: Final = _tags(
    "div li dt dd tr td th caption address article aside center details summary dir figure figcaption footer header "
    "legend main menu nav section tbody thead tfoot body html"
)
_HIDDEN: Final = re.compile(
    r"display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|mso-hide\s{0,4}:\s{0,4}all|"
    r"font-size\s{0,4}:\s{0,4}0(?:\.0)?(?:px|pt|em|%)?\s{0,4}(?:;|!|$)",
    re.IGNORECASE,
)
_LONG_CELL: Final = 400


@dataclass(frozen=True, slots=True)
class Rendered:
    """The lines; `complete` is False where a limit cut or flattened them."""

    text: str
    complete: bool


def nesting(markup: str) -> int:
    """An upper bound of how deep the elements of `markup` nest, by one linear scan.

    Counted a tag name: a closing tag of another name does not close, as the parser's formatting list sees it.
    """
    open_tags: dict[str, int] = {}
    depth = deepest = 0
    for slash, written in _TAG.findall(markup):
        tag = written.lower()
        if tag in _FLAT:
            continue
        count = open_tags.get(tag, 0)
        if not slash:
            open_tags[tag] = count + 1
            depth += 1
            deepest = max(deepest, depth)
        elif count:
            open_tags[tag] = count - 1
            depth -= 1
    return deepest


def _hidden(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return bool(style) and _HIDDEN.search(style or "") is not None


def _children(node: LexborNode) -> list[LexborNode]:
    found = []
    child = node.first_child
    while child is not None:
        found.append(child)
        child = child.next
    return found


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
            elif tag.startswith(("-", "!")) or tag in _SKIPPED:
                continue
            elif tag == "br":
                self.out.line_break()
            elif tag == "hr":
                self.out.paragraph()
                self.out.text("-" * 10)
                self.out.end_line()
            elif tag in ("img", "input", "wbr"):
                continue
            elif not _hidden(node.attributes) and not self._row(node, tag):
                self._enter(node, tag)
                stack.append((node, False))
                stack.extend((child, True) for child in reversed(_children(node)))
        self.out.end_line()
        return "\n".join(self.out.lines)

    def _enter(self, node: LexborNode, tag: str) -> None:
        if tag in _PARAGRAPHS:
            nested = tag in ("ul", "ol") and bool(self.items)
            (self.out.end_line if nested else self.out.paragraph)()
        elif tag in _BLOCKS:
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
        if tag in _PARAGRAPHS:
            nested = tag in ("ul", "ol") and len(self.items) > 1
            (self.out.end_line if nested else self.out.paragraph)()
        elif tag in _BLOCKS:
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
            cells = [child for child in _children(node) if child.tag in ("td", "th")]
        elif tag == "dt":
            cells = [node, *_definitions(node)]
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


def _definitions(term: LexborNode) -> list[LexborNode]:
    found = []
    after = term.next
    while after is not None and after.tag != "dt":
        if after.tag == "dd":
            found.append(after)
        after = after.next
    return found


def _cell(cell: LexborNode) -> str | None:
    """The text of a cell on one line, or None where it is too much for one: a table, a quotation, a long text."""
    if _hidden(cell.attributes):
        return ""
    parts: list[str] = []
    size = 0
    stack: list[LexborNode | None] = list(reversed(_children(cell)))  # None: a block ends here
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
        elif not tag.startswith(("-", "!")) and tag not in _SKIPPED and not _hidden(node.attributes):
            if tag in _PARAGRAPHS or tag in _BLOCKS:
                parts.append("\n")
                stack.append(None)
            stack.extend(reversed(_children(node)))
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
