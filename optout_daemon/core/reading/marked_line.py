"""One line of a mail with what it is, and what is asked of lines: is it drawn, does it say one of some phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.model import SegmentKind
from optout_daemon.core.reading.words import Language

_RULE: Final = re.compile(r"[-=_*~.・･+#━─―…☆★♪◇◆■□●○＊‥┄┈┅▬\s]{5,}")
RULE_SIGNS: Final = frozenset("-=_*~.・･+#━─―…☆★♪◇◆■□●○＊‥┄┈┅▬")


@dataclass(slots=True)
class MarkedLine:
    start: int
    end: int
    """Behind the line break."""
    text: str
    """Folded and stripped."""
    kind: SegmentKind = SegmentKind.OWN


def is_rule(line: str) -> bool:
    """Whether a stripped line is a drawn line."""
    return len(line) >= 5 and line[0] in RULE_SIGNS and _RULE.fullmatch(line) is not None


def says(text: str, kind: str, languages: Sequence[Language], *, at_start: bool = False) -> bool:
    for language in languages:
        phrases = language.quoting.get(kind)
        if phrases is not None and (phrases.begins(text, 2) if at_start else phrases.holds(text)):
            return True
    return False
