"""Say which one company of a group a wish is about, where it plainly names one; else it is about all of them.

A company counts only where a stopping sentence names it as the sender of what is to stop (`mails from X`, `Xのメール`).
Two companies, a word such as "group" or "as well", or a second stop of everything beside it: the whole group. Names are
taken out of the text before the wish is judged, so that the word "travel" in one is not taken for a subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from optout_daemon.core.model import Category, RuleHit, Wish
from optout_daemon.core.reading.case import Case
from optout_daemon.core.reading.clause import STOPPING
from optout_daemon.core.reading.folding import fold
from optout_daemon.core.reading.sentences import Sentence

MOST: Final = 1_000
_FIRST: Final = 0xA000  # Yi syllables: letters, and in no language that words are shipped for
_RUN: Final = re.compile(f"([{chr(_FIRST)}-{chr(_FIRST + MOST - 1)}])\\1*")
_BREAK: Final = re.compile("[、。,;:()]")
_NEAR: Final = 25
"""Characters between a company and what it sends."""


@dataclass(frozen=True, slots=True)
class Company:
    """One company of the group: its name in the list, and everything that customers call it."""

    name: str
    words: tuple[str, ...]


class Companies:
    """The companies of a group, looked for in folded text."""

    def __init__(self, given: Sequence[Company] = ()) -> None:
        self._names = [company.name for company in given[:MOST]]
        self._place = {
            word: place for place, company in enumerate(given[:MOST]) for word in map(fold, company.words) if word
        }
        words = sorted(self._place, key=lambda word: (-len(word), word))
        edged = [
            ("(?<![a-z0-9])" if word[0].isascii() else "(?<![一-鿿])")
            + re.escape(word)
            + ("(?![a-z0-9])" if word[-1].isascii() else "")
            for word in words
        ]
        self._pattern = re.compile("|".join(edged) or "(?!)")

    def mask(self, text: str) -> str:
        """The folded text with one letter of no language, repeated, in the place of each name."""
        if not self._names:
            return text
        return self._pattern.sub(lambda found: chr(_FIRST + self._place[found[0]]) * len(found[0]), text)

    def shown(self, hit: RuleHit) -> RuleHit:
        """A hit with the names back in their places."""
        if not self._names:
            return hit
        return replace(hit, detail=_RUN.sub(lambda run: self._name(run[1]), hit.detail))

    def narrow(self, wish: Wish, case: Case) -> Wish:
        """The wish with the one company that it is about, or with the mark that it is about all of them."""
        if not self._names or wish.category is not Category.OPT_OUT:
            return wish
        stopping = list({id(clause.sentence): clause.sentence for clause in case.stops}.values())
        spoken = {run[1] for one in case.sentences for run in _RUN.finditer(one.text)}
        named = {run[1] for one in stopping for run in _RUN.finditer(one.text) if _is_sender(one, run, case)}
        wide = any(one.language.grammar.wider.search(one.text) for one in stopping)
        more = any(one.has("every", "both") and _RUN.search(one.text) is None for one in stopping)
        if len(spoken) == 1 and len(named) == 1 and not wide and not more:
            return replace(wish, company=self._name(named.pop()))
        return replace(wish, every_company=wide or len(spoken) > 1)

    def _name(self, mark: str) -> str:
        place = ord(mark) - _FIRST
        return self._names[place] if place < len(self._names) else ""


def _is_sender(sentence: Sentence, run: re.Match[str], case: Case) -> bool:
    """Whether what is to stop is said to come from it."""
    grammar, text = sentence.language.grammar, sentence.text
    if grammar.sender_before.search(text, 0, run.start()):
        kinds = case.ours | STOPPING
        before = [token.end for token in sentence.tokens if token.kind in kinds and token.end <= run.start()]
        if before and _close(text[max(before) : run.start()]):
            return True
    behind = grammar.sender_after.match(text, run.end())
    after = [token.start for token in sentence.tokens if token.kind in case.ours and token.start >= run.end()]
    return behind is not None and bool(after) and _close(text[run.end() : min(after)])


def _close(between: str) -> bool:
    return len(between) <= _NEAR and _BREAK.search(between) is None


NO_COMPANIES: Final = Companies()
