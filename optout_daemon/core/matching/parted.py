"""Find the address of a record that has a number in several of its parts, as in India: No. 214, 2nd Cross, 12th Main.

Every part with a number must stand in the text, in the order of the record and with the same numbers, and the town (or
the postcode) behind them; between the last of them and the town no other quarter than the record's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.place import ABSENT, Finding
from optout_daemon.core.matching.street_words import UNITS, places, words_of
from optout_daemon.core.matching.variants import bag
from optout_daemon.core.model import Agreement

_LEADING: Final = bag("no number # house door plot h d flat")
_FLOORS: Final = bag("floor level storey")
_PIN: Final = re.compile("[0-9]{3}[ -]?[0-9]{3}")
_BETWEEN: Final = 8
"""Words between two parts."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartedAddress:
    """A recorded address in its parts; words with abbreviations opened."""

    numbered: tuple[Words, ...]
    """Parts with a number, without a leading No. or #."""
    quarters: tuple[Words, ...]
    """Parts without a number that are not the town."""
    town: Words
    postcode: str

    @classmethod
    def of(cls, address: str, postal_code: str) -> PartedAddress | None:
        """The parts of an address, parted by commas; None where fewer than two have a number of their own."""
        lines = [line for line in (tuple(words_of(Passage(part))) for part in address.split(",")) if line]
        numbered = tuple(_bare(line) for line in lines if _is_numbered(line))
        named = [line for line in lines if not any(word[0].isdigit() for word in line)]
        if len(numbered) < 2 or not named:
            return None
        code = "".join(letter for letter in postal_code.lower() if letter.isalnum())
        return cls(numbered, tuple(named[:-1]), named[-1], code)

    def find(self, passage: Passage) -> Finding:
        """What the text says: where every part agrees, else where the first one stands, else nothing."""
        words, differs = words_of(passage), ABSENT
        for start in places(words, self.numbered[0]):
            end = self._followed(words, start)
            last = passage.tokens[(end or start + len(self.numbered[0])) - 1].end
            if end and not (start and _hangs(passage, start)):
                return Finding(Agreement.AGREES, passage.tokens[start].start, last)
            if differs is ABSENT and len(self.numbered[0]) > 1:
                differs = Finding(Agreement.DIFFERS, passage.tokens[start].start, last)
        return differs

    def _followed(self, words: list[str], start: int) -> int:
        """Index behind the town that follows all parts from `start` on; 0 where one of them is missing."""
        end = start
        for part in self.numbered:
            at = next((at for at in places(words, part) if end <= at <= end + _BETWEEN), None)
            if at is None:
                return 0
            end = at + len(part)
        town = next((at for at in places(words, self.town) if end <= at <= end + _BETWEEN), None)
        if town is None:
            code = "".join(words[end : end + _BETWEEN])
            return end if self.postcode and self.postcode in code else 0
        between = words[end:town]
        known = {word for quarter in self.quarters for word in quarter}
        strange = self.quarters and between and not known & set(between)
        return 0 if strange else town + len(self.town)


def _is_numbered(line: Words) -> bool:
    bare = _bare(line)
    return (
        bool(bare)
        and bare[0][0].isdigit()
        and not _PIN.fullmatch(" ".join(bare))
        and not (line[0] in UNITS - {"#"} or (bare[1:] and bare[1] in _FLOORS))
    )


def _bare(line: Words) -> Words:
    while line and line[0] in _LEADING:
        line = line[1:]
    return line


def _hangs(passage: Passage, start: int) -> bool:
    """Whether the first number is the end of a longer one: 3-214, 4/214."""
    gap = passage.folded[passage.tokens[start - 1].end : passage.tokens[start].start]
    return passage.tokens[start - 1].word[0].isdigit() and gap in ("-", "/")
