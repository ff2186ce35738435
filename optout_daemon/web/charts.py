"""Draw counts as SVG: columns by day, bars by name. A picture says in words what it shows, for who cannot see it.

The same text stands in a page and in a file of its own: colours are attributes, since a page's rules allow no style in
it; text has the colour of what stands around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

COLOURS: Final = ("#3b82c4", "#7b8794", "#3a9457", "#c27c0e", "#d0504f")
"""Each has a contrast of 3 or more with light and dark paper (WCAG 2.2, 1.4.11); a table beside says the same."""
_WIDTH: Final = 720
_LATIN: Final = 0x2E7F
"""Letters beyond it are as wide as they are high."""
_FEW: Final = 12
"""Up to so many places each has its label, else every second one."""
_FONT: Final = "system-ui, 'Noto Sans CJK JP', sans-serif"


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of what is counted: what it is called, and a number for each place."""

    name: str
    values: tuple[int, ...]


def columns(ident: str, title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """A stacked column for each label; the legend stands above."""
    high, left, top, floor = 280, 40, 76, 250
    totals = [sum(one.values[at] for one in series) for at in range(len(labels))]
    most = _round_up(max(totals, default=0))
    svg = _start(ident, title, _described(labels, totals), high)
    x, y = left, 10
    for colour, one in zip(COLOURS, series, strict=False):
        wide = 40 + sum(14 if ord(letter) > _LATIN else 8 for letter in one.name)
        if x + wide > _WIDTH:
            x, y = left, y + 24
        _add(svg, "rect", x=x, y=y, width=12, height=12, fill=colour)
        _text(svg, x + 17, y + 11, one.name)
        x += wide
    for part in (0, 0.5, 1):
        line = floor - round((floor - top) * part)
        _add(svg, "line", x1=left, y1=line, x2=_WIDTH - 8, y2=line, stroke="currentColor", stroke_opacity="0.25")
        _text(svg, left - 6, line + 4, str(round(most * part)) if most % 2 == 0 or part != 0.5 else "", anchor="end")
    step = min(60.0, (_WIDTH - 8 - left) / max(1, len(labels)))
    for place, label in enumerate(labels):
        begins, height = left + step * place, float(floor)
        for colour, one in zip(COLOURS, series, strict=False):
            tall = (floor - top) * one.values[place] / most
            height -= tall
            if tall:
                size = {"width": _n(step * 0.7), "height": _n(tall)}
                _add(svg, "rect", x=_n(begins + step * 0.15), y=_n(height), **size, fill=colour)
        if len(labels) <= _FEW or place % 2 == 0:
            _text(svg, _n(begins + step / 2), floor + 18, label, anchor="middle")
    return ET.tostring(svg, encoding="unicode")


def bars(ident: str, title: str, labels: Sequence[str], values: Sequence[int]) -> str:
    """A bar for each label, with its number behind it."""
    svg = _start(ident, title, _described(labels, values), 26 * len(labels) + 12)
    most, left = max(values, default=0) or 1, 300
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = 8 + 26 * place
        _text(svg, left - 8, y + 14, label, anchor="end")
        wide = (_WIDTH - left - 60) * value / most
        _add(svg, "rect", x=left, y=y, width=_n(wide), height=18, fill=COLOURS[0])
        _text(svg, _n(left + wide + 6), y + 14, str(value))
    return ET.tostring(svg, encoding="unicode")


def _start(ident: str, title: str, described: str, high: int) -> ET.Element:
    names = f"{ident}-title {ident}-desc"
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "aria-labelledby": names})
    svg.set("viewBox", f"0 0 {_WIDTH} {high}")
    svg.set("font-family", _FONT)
    svg.set("font-size", "13")
    svg.set("class", "chart")
    ET.SubElement(svg, "title", {"id": f"{ident}-title"}).text = title
    ET.SubElement(svg, "desc", {"id": f"{ident}-desc"}).text = described
    return svg


def _described(labels: Sequence[str], values: Sequence[int]) -> str:
    return ", ".join(f"{label}: {value}" for label, value in zip(labels, values, strict=True) if value) or "0"


def _add(parent: ET.Element, tag: str, **attributes: object) -> None:
    ET.SubElement(parent, tag, {name.replace("_", "-"): str(value) for name, value in attributes.items()})


def _text(parent: ET.Element, x: object, y: object, text: str, *, anchor: str = "start") -> None:
    given = {"x": str(x), "y": str(y), "text-anchor": anchor, "fill": "currentColor"}
    ET.SubElement(parent, "text", given).text = text


def _n(number: float) -> str:
    return f"{number:.1f}"


def _round_up(number: int) -> int:
    """The least of 1, 2, 4, 6, 8, 10, 20, 40 ... that is not below it."""
    size = 1
    while number > 10 * size:
        size *= 10
    return next(top * size for top in (1, 2, 4, 6, 8, 10) if number <= top * size)
