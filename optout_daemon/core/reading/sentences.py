"""Cut own words into sentences, each in its language and with the phrases that stand in it.

A sentence ends at a full stop, or with the stretch of text it stands in. For the search its digits become 0, and
`^` and `$` mark its ends, so that a phrase of the words files may ask for them. All sentences of one language are
searched in one go. Linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.words import Language

if TYPE_CHECKING:
    from optout_daemon.core.reading.clause import Clause

# Begins with a class of characters, to which a search can skip; the same holds for its neighbours elsewhere.
_TERMINATOR: Final = re.compile(r'[。!?.…](?:(?<=[。!?])[。!?]*(?![)」』"])|(?<=\.)(?:\.+|(?=\s|$))|(?<=…)…*)')
_WORD: Final = re.compile(r"[a-zà-ɏ']+")
_LONGEST: Final = 600
"""Characters of one sentence."""
_SOME_DIGIT: Final = re.compile("[1-9]")
_DIGIT: Final = str.maketrans("123456789", "000000000")


@dataclass(slots=True, eq=False)
class Sentence:
    """One sentence of own words, folded, with what was found in it."""

    text: str
    start: int
    end: int
    """Places in the folded text of the stretch it stands in; (0, 0) for one of the subject."""
    language: Language
    subject: bool = False
    tokens: Sequence[Token] = ()
    who: Sequence[Token] = ()
    """What it says of who the wish is for; empty until `tell` was called."""
    clauses: list[Clause] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()
    """Of the tokens."""
    people: frozenset[str] = frozenset()
    """Kinds of `who`."""

    def has(self, *kinds: str) -> bool:
        return not self.kinds.isdisjoint(kinds)

    def tells(self, *kinds: str) -> bool:
        """The same of `who`."""
        return not self.people.isdisjoint(kinds)

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
    for language, some in _by_language(found):
        for one, tokens in zip(some, language.wish.scan_all([one.text for one in some]), strict=True):
            if tokens:
                one.tokens, one.kinds = tokens, frozenset([token.kind for token in tokens])
    return found


def tell(found: Sequence[Sentence]) -> None:
    """Look for what the sentences say of who the wish is for."""
    for language, some in _by_language(found):
        for one, tokens in zip(some, language.who.scan_all([one.text for one in some]), strict=True):
            if tokens:
                one.who, one.people = tokens, frozenset([token.kind for token in tokens])


def _add(found: list[Sentence], piece: str, start: int, end: int, languages: Sequence[Language], subject: bool) -> None:
    piece = piece.strip()
    while len(piece) > _LONGEST:
        # Nobody's sentence: cut, so that what is looked up within one sentence stays bounded.
        _add(found, piece[:_LONGEST], start, end, languages, subject)
        piece = piece[_LONGEST:].strip()
    if piece[:1].isalnum() or any(sign.isalnum() for sign in piece):
        text = f"^{piece.translate(_DIGIT)}$" if _SOME_DIGIT.search(piece) else f"^{piece}$"
        found.append(Sentence(text, start, end, _language(text, languages), subject))


def _by_language(found: Sequence[Sentence]) -> list[tuple[Language, Sequence[Sentence]]]:
    """The sentences of each language, to be searched in one go; no phrase reaches from one into the next."""
    languages = {id(one.language): one.language for one in found}
    if len(languages) == 1:
        return [(found[0].language, found)]
    return [(language, [one for one in found if one.language is language]) for language in languages.values()]


def _language(text: str, languages: Sequence[Language]) -> Language:
    """By script; among languages in the same letters by everyday words, else by what each finds in the text."""
    for language in languages:
        if language.script is not None and language.script.search(text):
            return language
    words = set(_WORD.findall(text))
    counts = [len(words & language.common) for language in languages]
    most = max(counts)
    if most and counts.count(most) == 1:
        return languages[counts.index(most)]
    best, weight = languages[0], -1
    for language in sorted(languages, key=lambda one: one.script is not None):
        found = sum(token.end - token.start for token in language.wish.scan(text))
        if found > weight:
            best, weight = language, found
    return best
