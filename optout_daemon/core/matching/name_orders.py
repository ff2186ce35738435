"""The ways in which one recorded name in Latin letters is written: family name first, both surnames, umlauts spelt out.

Vietnamese, Korean and Chinese names stand on record family name first (Nguyen Thi Minh Anh, Kim Min Su) and are turned
round in Western use; a Spanish name has two surnames; ü is written ue where there is none, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.eastern_name import EASTERN, FAMILIES
from optout_daemon.core.matching.folding import Passage, fold
from optout_daemon.core.matching.variants import bag, given_names, surnames
from optout_daemon.core.matching.western_name import PARTICLES, TITLES, WesternName

_INNER: Final = bag("thi van")
"""Between family and given name in Vietnam; often left out."""
_SPELT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_UMLAUT: Final = re.compile("[äöüøå]")
_SPELT_OUT: Final = re.compile("(?<=[aou])e|(?<=a)a")


@dataclass(frozen=True, slots=True)
class Writing:
    """One way to write a name; `marked` is one that counts only where the text has an umlaut."""

    name: WesternName
    marked: bool = False

    def find(self, passage: Passage) -> tuple[int, int] | None:
        """Range of `folded` where it stands, or None."""
        hit = self.name.find(passage)
        if hit is None or (self.marked and not _UMLAUT.search(passage.folded, *hit)):
            return None
        return hit


def writings(recorded: str) -> tuple[Writing, ...]:
    """All ways to write a recorded name; empty where it has no Latin given name and surname."""
    first = WesternName.of(recorded)
    if first is None:
        return ()
    found = [Writing(name) for name in (_family_first(recorded) or (first, *_two_surnames(first)))]
    folded = fold(recorded)
    marked = _UMLAUT.search(folded) is None
    other = WesternName.of(_SPELT_OUT.sub("", folded) if marked else folded.translate(_SPELT))
    if other not in (None, first):
        found.append(Writing(other, marked))
    return tuple(dict.fromkeys(found))


def _family_first(recorded: str) -> tuple[WesternName, ...]:
    """The readings of a name of three or more words that begins with a family name of East Asia."""
    if any("," in word for word in recorded.split()[1:]):
        return ()  # Li Garcia, Ana Maria; but Kim, Min Su
    words = ["".join(token.word for token in Passage(word).tokens) for word in recorded.split()]
    words = [word for word in words if word and word not in TITLES]
    if len(words) < 3 or words[0] not in FAMILIES or words[-1] in surnames() - EASTERN:
        return ()
    if words[1] not in _INNER and not (given_names() | surnames()).isdisjoint(set(words[1:-1]) - EASTERN):
        return ()  # Kim Marie Borgstrom
    family, rest = words[0], words[1:]
    inner = rest[0] if rest[0] in _INNER else ""
    whole = "".join(rest)
    core = whole.removeprefix(inner)
    found = [WesternName(whole, (), family), WesternName(core, (), family), WesternName(core, (), family + inner)]
    found.append(WesternName(rest[-1], (), family + "".join(rest[:-1])))
    if len(rest) > 2 and rest[-1] in given_names() - EASTERN:  # Tan Wei Ming Daniel
        found.append(WesternName(rest[-1], tuple(rest[:-1]), family))
    return tuple(found)


def _two_surnames(name: WesternName) -> Iterator[WesternName]:
    """Given names and both surnames of four words: José Ignacio | Muñoz García."""
    if len(name.middles) == 2 and not set(name.middles) & PARTICLES:
        yield WesternName(name.given, name.middles[:1], name.middles[1] + name.family, name.generation)
