"""What the elements of HTML are to a reader: which nest, which begin a line or a paragraph, which nobody sees."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborNode

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Elements that end by themselves do not nest.
_FLAT: Final = _tags(
    "area base basefont br col embed frame hr img input link meta param source track wbr p li dt dd td th tr thead "
    "tbody tfoot colgroup option optgroup html head body"
)
SKIPPED: Final = _tags(
    "style script head template title noframes iframe object audio video svg math select datalist canvas map meta"
)
PARAGRAPHS: Final = _tags("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre form fieldset")
BLOCKS: Final = _tags(
    "div li dt dd tr td th caption address article aside center details summary dir figure figcaption footer header "
    "legend main menu nav section tbody thead tfoot body html"
)
_HIDDEN: Final = re.compile(
    r"display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|mso-hide\s{0,4}:\s{0,4}all|"
    r"font-size\s{0,4}:\s{0,4}0(?:\.0)?(?:px|pt|em|%)?\s{0,4}(?:;|!|$)",
    re.IGNORECASE,
)


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


def is_hidden(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return bool(style) and _HIDDEN.search(style or "") is not None


def children(node: LexborNode) -> list[LexborNode]:
    found = []
    child = node.first_child
    while child is not None:
        found.append(child)
        child = child.next
    return found


def definitions(term: LexborNode) -> list[LexborNode]:
    found = []
    after = term.next
    while after is not None and after.tag != "dt":
        if after.tag == "dd":
            found.append(after)
        after = after.next
    return found
