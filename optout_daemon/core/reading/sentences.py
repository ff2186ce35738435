"""Cut own words into sentences, each in its language and with the phrases that stand in it.

A sentence ends at a full stop, or with the stretch of text it stands in. For the search its digits become 0, and
`^` and `$` mark its ends, so that a phrase of the words files may ask for them. Linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from optout_daemon.core.reading.words import Language, Token

if TYPE_CHECKING:
    from optout_daemon.core.reading.clauses import Clause

_TERMINATOR: Final = re.compile(r"[。!?]+(?![)」』\"])|\.{2,}|\.(?=\s|$)|…+")
_DIGIT: Final = str.maketrans("123456789", "000000000")


@dataclass(slots=True, eq=False)
class Sentence:
    """One sentence of own words, folded, with what was found in it."""

    text: str
    start: int
    end: int
    """Places in the folded text of the stretch it stands in; (0, 0) for one of the subject."""
    language: Language
    tokens: list[Token]
    who: list[Token] = field(default_factory=list)
    """What it says of who the wish is for."""
    subject: bool = False
    clauses: list[Clause] = field(default_factory=list)

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    def tells(self, *kinds: str) -> bool:
        """The same of `who`."""
        return any(token.kind in kinds for token in self.who)

    @property
    def shown(self) -> str:
        return self.text.strip("^$ ")


def sentences(
    pieces: Iterable[tuple[str, int, int]], languages: Sequence[Language], *, subject: bool = False
) -> list[Sentence]:
    """Sentences of stretches (folded text, start, end)."""
    found: list[Sentence] = []
    for text, start, end in pieces:
        at = 0
        for match in _TERMINATOR.finditer(text):
            if match.end() < len(text):
                _add(found, text[at : match.end()], start, end, languages, subject)
                at = match.end()
        _add(found, text[at:], start, end, languages, subject)
    return found


def _add(found: list[Sentence], piece: str, start: int, end: int, languages: Sequence[Language], subject: bool) -> None:
    piece = piece.strip()
    if not piece:
        return
    text = f"^{piece.translate(_DIGIT)}$"
    language, tokens = _best(text, languages)
    found.append(Sentence(text, start, end, language, tokens, language.who.scan(text), subject))


def _best(text: str, languages: Sequence[Language]) -> tuple[Language, list[Token]]:
    """The language whose script the text is in; among those that share one, the language that finds most."""
    for language in languages:
        if language.script is not None and language.script.search(text):
            return language, language.wish.scan(text)
    best: tuple[Language, list[Token]] = (languages[0], [])
    weight = -1
    for language in sorted(languages, key=lambda one: one.script is not None):
        tokens = language.wish.scan(text)
        found = sum(token.end - token.start for token in tokens)
        if found > weight:
            best, weight = (language, tokens), found
    return best
