"""Find many phrases in a text at once.

A Lexicon tells which phrase of thousands stands where, each with its kind; Phrases answer for a few hundred of one kind
whether one of them stands in a line. Phrases may hold alternatives in round brackets, written out by `expand`. All
work on folded text (folding.py), in time linear in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

MOST_FORMS: Final = 5000
"""Forms that one phrase may stand for."""

_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_ENDS: Final = "(?![a-z0-9])"
_RUN: Final = re.compile(r"([a-z0-9][a-z0-9]*)")
_EDGE: Final = "\x01"
"""Stands in no mail: reading takes the controls out (clean.py)."""


class WordsError(Exception):
    """A words file is wrong: a defect of the program, or of a file somebody wrote."""


class Token(NamedTuple):
    """One phrase found: what it is, and where in the text scanned."""

    kind: str
    start: int
    end: int
    text: str


class Lexicon:
    """Phrases with their kinds, found all at once by an Aho-Corasick automaton; Latin ones as whole words only."""

    __slots__ = ("_automaton", "_entries", "kinds")

    def __init__(self, kinds: Mapping[str, str]) -> None:
        """`kinds` is of folded phrase to kind."""
        self.kinds = dict(kinds)
        self._entries = [(kind, phrase, len(phrase)) for phrase, kind in kinds.items()]
        self._automaton = AhoCorasick(
            [_EDGE.join(_RUN.split(phrase)) for phrase in kinds],
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def scan(self, text: str) -> list[Token]:
        """Every phrase in folded text, leftmost and longest first, without overlap; Latin ones as whole words."""
        return self.scan_all([text])[0]

    def scan_all(self, texts: Sequence[str]) -> list[list[Token]]:
        """The same of each of some texts, in one go: a scan has its price, and sentences are short."""
        entries = self._entries
        found: list[list[Token]] = []
        here: list[Token] = []
        offset = limit = 0
        following = iter(texts)
        # Both ends of a run of Latin letters are marked, in texts as in phrases: none is found inside a word.
        runs = _RUN.split("\0".join(texts))
        marks = [number + end for number, end in enumerate(accumulate(map(len, runs)))]
        for number, at, _ in self._automaton.find_matches_as_indexes(_EDGE.join(runs)):
            at -= bisect_left(marks, at)
            while at >= limit:
                here = []
                found.append(here)
                offset, limit = limit, limit + len(next(following)) + 1
            kind, phrase, length = entries[number]
            here.append(Token(kind, at - offset, at - offset + length, phrase))
        found += [[] for _ in range(len(texts) - len(found))]
        return found


class Phrases:
    """A few hundred phrases of one kind behind one pattern: for a quick yes or no about a line."""

    __slots__ = ("_automaton", "_firsts", "_pattern", "all")

    def __init__(self, phrases: Iterable[str]) -> None:
        self.all = frozenset(phrases)
        self._firsts = frozenset(phrase[0] for phrase in self.all)
        self._automaton = AhoCorasick(sorted(self.all), store_patterns=False)
        self._pattern = re.compile(_trie(map(_steps, self.all)) if self.all else r"(?!)")

    def holds(self, text: str) -> bool:
        """Whether any of them stands in folded text."""
        # Mostly none does, not even inside a word, which is quickly seen.
        return bool(self._automaton.find_matches_as_indexes(text)) and self._pattern.search(text) is not None

    def begins(self, text: str, within: int = 1) -> int:
        """Where one of them ends that begins among the first characters of folded text; 0 for none."""
        for at, first in enumerate(text[: within + 1]):
            if first in self._firsts and (match := self._pattern.match(text, at, 80)) is not None:
                return match.end()
        return 0


def expand(phrase: str) -> list[str]:
    """All forms of a phrase with alternatives in round brackets, which may nest."""
    forms, rest = _forms(phrase, 0)
    if rest != len(phrase):
        raise WordsError(f"{phrase}: a bracket or bar stands alone")
    return forms


def _forms(phrase: str, at: int) -> tuple[list[str], int]:
    """Forms from `at` to the end, a bar or a closing bracket, and where that is."""
    forms = [""]
    while at < len(phrase) and phrase[at] not in "|)":
        if phrase[at] != "(":
            forms = [form + phrase[at] for form in forms]
            at += 1
            continue
        inner: list[str] = []
        while at < len(phrase) and phrase[at] in "(|":
            some, at = _forms(phrase, at + 1)
            inner += some
        if at == len(phrase):
            raise WordsError(f"{phrase}: a bracket is not closed")
        at += 1
        forms = [form + end for form in forms for end in inner]
        if len(forms) > MOST_FORMS:
            raise WordsError(f"{phrase}: stands for more than {MOST_FORMS} forms")
    return forms, at


def _steps(phrase: str) -> list[str]:
    """A phrase as patterns, one a character; one that begins or ends in Latin ends where a word does, and begins so.

    What stands before the first character is looked at behind it: so a search begins with a class of characters.
    """
    steps = [re.escape(one) for one in phrase]
    if phrase[0] in _LATIN:
        steps[0] = f"{steps[0]}(?<![a-z0-9]{steps[0]})"
    return [*steps, _ENDS] if phrase[0] in _LATIN or phrase[-1] in _LATIN else steps


def _trie(phrases: Iterable[Sequence[str]]) -> str:
    """A pattern for the longest of the phrases; shared beginnings are tried once, so that the time a place takes is
    bounded by the longest phrase."""
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for one in phrase:
            node = node.setdefault(one, {})
        node[""] = {}
    return _branch(root)


def _branch(node: dict[str, Any]) -> str:
    choices = []
    # That a phrase may end here is tried last: the longest is wanted.
    for one, after in sorted(node.items(), key=lambda choice: choice[0] == _ENDS):
        run = one
        while len(after) == 1 and "" not in after:
            ((step, after),) = after.items()
            run += step
        if one:
            choices.append(run + ("" if list(after) == [""] else _branch(after)))
    return f"(?:{'|'.join(choices)})" + ("?" if "" in node else "")
