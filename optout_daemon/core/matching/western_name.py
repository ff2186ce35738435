"""Find a name written in Latin letters, given name and surname, in a text.

Agreement is of whole words: accents, apostrophes, hyphens, capitals, titles and the letters behind a name do not
count, a middle name may be left out, added or shortened to its initial. Another given name or surname never agrees,
nor does a nickname or an initial for the given name, nor a name that is only part of a longer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.eastern_name import FAMILIES, goes_on
from optout_daemon.core.matching.folding import Passage, Token
from optout_daemon.core.matching.variants import bag, given_names, surnames

TITLES: Final = bag(
    "mr mrs ms miss mx dr prof professor doctor sir madam lady lord rev reverend hon capt col mister",
    "sra srta herr frau mme mlle monsieur madame signor signora signorina mevrouw shri smt",
)
SUFFIXES: Final = bag("jr sr ii iii iv phd md dds dvm esq mba cpa rn obe mbe cbe do junior senior")
_GENERATIONS: Final = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
PARTICLES: Final = bag("van von der den de del della di da dos das du la le el al bin ibn ter ten mac mc o st san")
_GAP: Final = re.compile(r"\.?[ \t]+|\.?[ \t]*\n[ \t]*|・")
"""Between two parts of a name; a bare point or hyphen is not enough: jeremy.spencer@ is no name."""
_INNER: Final = re.compile(r"[\-']|\.?[ \t]+|\.?[ \t]*\n[ \t]*")
"""Inside one part: Campbell-Walsh, Mc Cann."""
_BLANK: Final = re.compile(r"\.?[ \t]+")
_OPENED: Final = re.compile(r"[ .]*\([ .]*")
_LISTED: Final = re.compile("[ ,]*")
_QUOTES: Final = re.compile(r"[ \t]*[\"'(“”„«»)][ \t]*|[ \t]*[\"')”»][ \t]+")
_OPENING: Final = "\"'(“”„«»"
_CLOSING: Final = "\"')“”»«"
_POINT: Final = re.compile(r"\.")
_COMMA: Final = re.compile(r"[ \t.]*,[ \t]*\n?[ \t]*")
_BESIDE: Final = re.compile(r"[ \t]+|\.[ \t]*|-")


@dataclass(frozen=True, slots=True)
class WesternName:
    """A name on record in its comparable parts, each without spaces, hyphens and apostrophes."""

    given: str
    middles: tuple[str, ...]
    family: str
    generation: str = ""
    """jr, sr, ii ...: may be left out, but father and son are two where both give one."""

    @classmethod
    def of(cls, name: str) -> WesternName | None:
        """The parts of a name as recorded, or None where it has no Latin given name and surname."""
        head, _, tail = name.partition(",")
        if any(token.word not in SUFFIXES for token in Passage(tail).tokens):
            name = f"{tail} {head}"  # "Tran, Lisa"
        units = ["".join(t.word for t in Passage(unit).tokens) for unit in name.split()]
        units = [unit for unit in units if unit]
        while units and units[0] in TITLES:
            del units[0]
        generation = ""
        while len(units) > 2 and units[-1] in SUFFIXES:
            generation = _GENERATIONS.get(units.pop(), generation)
        if len(units) < 2 or not all(unit.isalpha() for unit in units):
            return None
        last = len(units) - 1
        while last > 1 and units[last - 1] in PARTICLES:
            last -= 1
        return cls(units[0], tuple(units[1:last]), "".join(units[last:]), generation)

    def find(self, passage: Passage) -> tuple[int, int] | None:
        """Range of `folded` where the whole name stands by itself, in either order, or None."""
        for start, end, turned in self._hits(passage):
            first, last = passage.tokens[start], passage.tokens[end - 1]
            other = self._is_longer(passage, start, end, turned=turned) or self._is_of_another_generation(passage, end)
            if not other and not any(passage.is_in_internet_address(token.start) for token in (first, last)):
                return first.start, last.end
        return None

    def is_part(self, words: Sequence[str]) -> bool:
        """Whether the words are no more than parts or initials of this name (a surname alone, V. Harris)."""
        whole = {self.given, self.family, *self.middles}
        initials = {part[0] for part in whole}
        if self.generation and any(_GENERATIONS.get(word, self.generation) != self.generation for word in words):
            return False
        words = [word for word in words if word not in TITLES and word not in SUFFIXES]
        rest = "".join(word for word in words if word not in whole and word not in initials)
        return rest in ("", self.family) and any(len(word) > 1 for word in words)

    def _hits(self, passage: Passage) -> Iterator[tuple[int, int, bool]]:
        """Tokens from and to where the parts stand, and whether the surname is in front."""
        tokens = passage.tokens
        whole = self.given + "".join(self.middles) + self.family
        for index, token in enumerate(tokens):
            word = token.word
            if self.given.startswith(word):
                if after := _take(passage, index, whole):
                    yield index, after, False
                after = _take(passage, index, self.given)
                if after and (after := self._over_middles(passage, after)):
                    yield index, after, False
            if self.family.startswith(word):
                after = _take(passage, index, self.family)
                if after and after < len(tokens) and (_gap(passage, after, _COMMA) or _gap(passage, after, _GAP)):
                    while after < len(tokens) - 1 and (
                        tokens[after].word in TITLES or self._is_spelt_out(passage, after)
                    ):
                        after += 1
                    after = _take(passage, after, self.given)
                    if after and (after := self._behind_middles(passage, index, after)):
                        yield index, after, True

    def _behind_middles(self, passage: Passage, first: int, at: int) -> int:
        """Index behind the middle names or initials that follow the given name at the end: Smith, Mary Ann.

        0 where another initial follows: Smith, Mary B. is not Mary Ann, nor is Muñoz García, José M. José Ignacio.
        """
        tokens = passage.tokens
        before = tokens[first - 1].word if first else ""
        middles = [middle for middle in self.middles if middle != before]
        while at < len(tokens) and _gap(passage, at, _BLANK):
            word = tokens[at].word
            initial = len(word) == 1 and (not self.middles or any(middle[0] == word for middle in middles))
            if word not in middles and not initial:
                return 0 if len(word) == 1 and passage.folded.startswith(".", tokens[at].end) else at
            at += 1
        return at

    def _is_spelt_out(self, passage: Passage, at: int) -> bool:
        """Whether this is the initial of the given name that follows in brackets: Pennington, H. (Harold)."""
        return passage.tokens[at].word == self.given[0] and _gap(passage, at + 1, _OPENED)

    def _over_middles(self, passage: Passage, at: int) -> int:
        """Index behind the surname that follows at `at`, perhaps behind middle names or initials; 0 without."""
        tokens = passage.tokens
        for _ in range(len(self.middles) + 2):
            if at >= len(tokens):
                return 0
            initial = len(tokens[at - 1].word) == 1
            if not (_gap(passage, at, _GAP) or (initial and _gap(passage, at, _POINT)) or _gap(passage, at, _QUOTES)):
                return 0
            if after := _take(passage, at, self.family):
                return after
            word = tokens[at].word
            initials = {middle[0] for middle in self.middles}
            if _is_nickname(passage, at):
                at += 1
                continue
            if not (word in self.middles or (len(word) == 1 and (not initials or word in initials))):
                return 0
            at += 1
        return 0

    def _is_longer(self, passage: Passage, start: int, end: int, *, turned: bool) -> bool:
        """Whether the hit is only part of a longer name: Marie Smith-Jones, Anne Marie Smith, Jones Smith, Marie."""
        tokens = passage.tokens
        if end < len(tokens):
            beside = _beside(passage, end)
            if beside == "-" and tokens[end].word.isalpha():
                return True
            more = tokens[end].word in surnames() or (turned and tokens[end].word in given_names())
            if beside.isspace() and more and passage.is_capital(tokens[end].start):
                return True
            if not FAMILIES.isdisjoint((self.given, self.family)) and goes_on(
                passage, tokens[start].start, tokens[end - 1].end
            ):
                return True
        if start > 0:
            beside, before = _beside(passage, start), tokens[start - 1]
            if beside == "-" and before.word.isalpha():
                return True
            more = before.word in given_names() or (
                turned and before.word in surnames() and before.word not in self.middles
            )
            if beside and more and passage.is_capital(before.start):
                return True
        return False

    def _is_of_another_generation(self, passage: Passage, end: int) -> bool:
        """Whether Sr. stands behind the name of a Jr."""
        if not self.generation or end >= len(passage.tokens):
            return False
        stated = _GENERATIONS.get(passage.tokens[end].word, self.generation)
        return stated != self.generation and _gap(passage, end, _LISTED)


def _between(passage: Passage, at: int) -> tuple[int, int]:
    tokens: Sequence[Token] = passage.tokens
    return tokens[at - 1].end, tokens[at].start


def _gap(passage: Passage, at: int, pattern: re.Pattern[str]) -> bool:
    start, end = _between(passage, at)
    return end - start <= 8 and pattern.fullmatch(passage.folded, start, end) is not None


def _is_nickname(passage: Passage, at: int) -> bool:
    """Whether the word stands in quotation marks or brackets between given name and surname: Robert "Bob" Williams."""
    tokens, text = passage.tokens, passage.folded
    return at + 1 < len(tokens) and text[tokens[at].start - 1] in _OPENING and text[tokens[at].end] in _CLOSING


def _beside(passage: Passage, at: int) -> str:
    """What stands between two words on one line if it does not part them: blanks, a point, a hyphen; else ""."""
    start, end = _between(passage, at)
    found = _BESIDE.fullmatch(passage.folded, start, end) if end - start <= 8 else None
    return found[0] if found else ""


def _take(passage: Passage, at: int, wanted: str) -> int:
    """Index behind the words from `at` on that make up `wanted` when joined (mc cann), else 0."""
    tokens, joined, first = passage.tokens, "", at
    while at < len(tokens) and len(joined) < len(wanted):
        if at > first and not _gap(passage, at, _INNER):
            return 0
        joined += tokens[at].word
        if not wanted.startswith(joined):
            return 0
        at += 1
    return at if joined == wanted else 0
