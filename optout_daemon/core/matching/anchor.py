"""Find where a text names the city or the ward of a recorded address: the anchors behind which its town may stand.

The city may lack its suffix or have it in kana; another city or prefecture in front makes it another's ward or city.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from optout_daemon.core.matching.gazetteer import Area, areas, ending, parts, prefectures

_HITS: Final = 40
_KANA_SUFFIXES: Final = {"市": ("シ",), "区": ("ク",), "町": ("マチ", "チヨウ"), "村": ("ムラ", "ソン")}


def anchors(area: Area, text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each naming of the area's city or ward in a squeezed text in place form."""
    for name in dict.fromkeys(part for part in (area.ward, area.city) if part):
        stem = name[:-1] if len(name) > 2 else name
        at = -1
        for _ in range(_HITS):
            at = text.find(stem, at + 1)
            if at < 0:
                break
            after = _behind_city(text, at, stem, name)
            if name == area.city and area.ward and text.startswith(area.ward, after):
                continue
            start = _outward(area, text, at, name)
            if start >= 0 and not _is_end_of_another(text, at, name):
                yield start, after


def _outward(area: Area, text: str, at: int, name: str) -> int:
    """Start of the address, over city, county and prefecture in front; -1 where another one stands there.

    A ward or a city of which there are several is another one behind 名古屋 or 東京, too.
    """
    for part in (area.city, area.county, area.prefecture):
        for form in (part, part[:-1]):
            if len(form) > 1 and text.endswith(form, 0, at):
                at -= len(form)
                break
    before = text[max(0, at - 4) : at]
    if (
        before.endswith(prefectures())
        or (name.endswith("区") and before.endswith("市"))
        or (area.county and before.endswith("郡"))
        or ((name.endswith("区") or len(areas().get(name, ())) > 1) and ending(text, at))
    ):
        return -1
    return at


def _behind_city(text: str, at: int, stem: str, name: str) -> int:
    """Where a city ends that may lack its suffix or have that in kana: カホクシ."""
    if text.startswith(name, at):
        return at + len(name)
    end = at + len(stem)
    return end + next((len(suffix) for suffix in _KANA_SUFFIXES[name[-1]] if text.startswith(suffix, end)), 0)


def _is_end_of_another(text: str, at: int, name: str) -> bool:
    """Whether the city found is the end of a longer name: 津市 in 大津市, 大阪 in 東大阪."""
    return any(text[at - extra : at] + name in parts() for extra in range(1, min(5, at) + 1))
