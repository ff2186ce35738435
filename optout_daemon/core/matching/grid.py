"""Find in Latin letters an address in one of Hokkaido's towns that are laid out as a grid: 南3条西5-12-7.

It is written South 3 West 5-12-7, S3 W5-12-7 or Minami 3-jo Nishi 5-chome 12-7, the lot behind or in front. The points
of the compass with their numbers, the lot and the city or ward must be the record's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching import lot
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.numbers import Group, is_number
from optout_daemon.core.matching.variants import bag

_POINTS: Final = {
    word: point
    for point, words in (
        ("東", "east e higashi"), ("西", "west w nishi"), ("南", "south s minami"), ("北", "north n kita"),
    )
    for word in words.split()
}  # fmt: skip
_SKIPPED: Final = bag("jo jou jyo joh chome cho ban banchi go dori sen")
_NUMBER: Final = "[0-9]+|[〇一二三四五六七八九十]+"
_TOWN: Final = re.compile(f"(?:[東西南北]|第?(?:{_NUMBER})|条|通|線|号)+")
_UNIT: Final = re.compile(f"[東西南北]|{_NUMBER}")

Signs = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The signs of a recorded address: 南 3 西, and its lot 5 12 7."""

    town: Signs
    lot: tuple[int, ...]

    @classmethod
    def of(cls, town: str, numbers: tuple[int, ...]) -> Grid | None:
        """From a town in place form and its lot; None where it is no grid's."""
        if not _TOWN.fullmatch(town) or not re.search("[0-9〇一二三四五六七八九十]", town):
            return None
        signs = (lot.number(sign) if sign not in "東西南北" else sign for sign in _UNIT.findall(town))
        return cls(tuple(signs), numbers)

    def orders(self) -> Iterator[Signs]:
        """The ways in which the signs follow one another: 南 3 西 5 12 7; 5 12 7 南 3 西; 12 7 西 5 南 3."""
        whole = self.town + self.lot
        yield whole
        yield self.lot + self.town
        pairs, rest = [], whole
        while len(rest) > 1 and isinstance(rest[0], str) and isinstance(rest[1], int):
            pairs.append(rest[:2])
            rest = rest[2:]
        if pairs:
            yield rest + tuple(sign for pair in reversed(pairs) for sign in pair)

    def find(self, passage: Passage) -> Iterator[Group]:
        """Each place of the whole address, as the group of numbers that stands there, with a room that hangs on it."""
        signs = list(_signs(passage))
        for order in self.orders():
            for at in range(len(signs) - len(order) + 1):
                part = signs[at : at + len(order)]
                if tuple(sign for sign, _ in part) != order or _hangs(passage, signs, at):
                    continue
                end = at + len(order)
                more = (signs[end][0],) if end < len(signs) and _hangs(passage, signs, end) else ()
                rooms = tuple(number for number in more if isinstance(number, int))
                yield Group(self.lot + rooms, part[0][1], part[-1][1] + 1 + len(rooms), in_grid=True)


def _signs(passage: Passage) -> Iterator[tuple[str | int, int]]:
    """Points of the compass and numbers with the index of their tokens; another word is an empty sign."""
    for index, token in enumerate(passage.tokens):
        point = _POINTS.get(token.word)
        if point:
            yield point, index
        elif is_number(token):
            yield int(token.word), index
        elif token.word not in _SKIPPED:
            yield "", index


def _hangs(passage: Passage, signs: list[tuple[str | int, int]], at: int) -> bool:
    """Whether the number at `at` hangs on the number in front of it by a hyphen."""
    if not at or not isinstance(signs[at][0], int) or not isinstance(signs[at - 1][0], int):
        return False
    gap = passage.folded[passage.tokens[signs[at - 1][1]].end : passage.tokens[signs[at][1]].start]
    return "-" in gap and len(gap) < 4
