"""Find many phrases in a text at once.

A Lexicon tells which phrase of thousands stands where, each with its kind; Phrases answer for a few hundred of one kind
whether one of them stands in a line. Phrases may hold alternatives in round brackets, written out by `expand`. All
work on folded text (folding.py), in time linear in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

MOST_FORMS: Final = 5000
"""Forms that one phrase may stand for."""

_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_WORD: Final = re.compile(r"[a-z0-9]+")
_MARK: Final = re.compile(r"[^a-z0-9\s]")
_BEGINNING: Final = re.compile(r"([a-z0-9]+)(?:[^a-z0-9]{0,2}[a-z0-9]+)?")


class WordsError(Exception):
    """A words file is wrong: a defect of the program, or of a file somebody wrote."""


class Token(NamedTuple):
    """One phrase found: what it is, and where in the text scanned."""

    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases with their kinds, found by how they begin and then by length, longest first.

    A phrase begins with its first two words in Latin letters, or with three other characters. The time a place takes
    is bounded by the number of lengths that begin alike; no pattern has to be compiled.
    """

    kinds: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...]]
    """How phrases begin to the lengths of those that do, longest first."""
    words: frozenset[str]
    """First words of the phrases in Latin letters."""
    pairs: frozenset[str]
    """First two characters of the others."""
    singles: frozenset[str]
    """Phrases of one character."""

    def scan(self, text: str) -> list[Token]:
        """Every phrase in folded text, leftmost and longest first, without overlap; Latin ones as whole words."""
        return self.scan_all([text])[0]

    def scan_all(self, texts: Sequence[str]) -> list[list[Token]]:
        """The same of each of some texts, in one go: a scan has its price, and sentences are short."""
        whole = "\0".join(texts)
        kinds, lengths, size = self.kinds, self.lengths, len(whole)
        found: list[list[Token]] = []
        here: list[Token] = []
        offset = limit = after = 0
        following = iter(texts)
        for at in self._starts(whole):
            if at < after:
                continue
            while at >= limit:
                here = []
                found.append(here)
                offset, limit = limit, limit + len(next(following)) + 1
            if whole[at] in _LATIN:
                begins = _BEGINNING.match(whole, at)
                choices = lengths.get(begins[0]) if begins else None
                choices = choices or (lengths.get(begins[1]) if begins else None)
            else:
                three = whole[at : at + 3]
                choices = lengths.get(three) or lengths.get(three[:2]) or lengths.get(three[:1])
            for length in choices or ():
                end = at + length
                phrase = whole[at:end]
                kind = kinds.get(phrase)
                if kind is None or (phrase[-1] in _LATIN and end < size and whole[end] in _LATIN):
                    continue
                after = end
                here.append(Token(kind, at - offset, end - offset, phrase))
                break
        found += [[] for _ in range(len(texts) - len(found))]
        return found

    def _starts(self, text: str) -> list[int]:
        pairs, singles, words = self.pairs, self.singles, self.words
        starts = [match.start() for match in _WORD.finditer(text) if match[0] in words] if words else []
        if not text.isascii():
            others = [at for at in range(len(text)) if text[at : at + 2] in pairs or text[at] in singles]
            starts = sorted([*starts, *others]) if starts else others
        elif pairs or singles:
            marks = [match.start() for match in _MARK.finditer(text)]
            others = [at for at in marks if text[at : at + 2] in pairs or text[at] in singles]
            starts = sorted([*starts, *others]) if others else starts
        return starts


class Phrases:
    """A few hundred phrases of one kind behind one pattern: for a quick yes or no about a line."""

    __slots__ = ("_pattern", "all")

    def __init__(self, phrases: Iterable[str]) -> None:
        self.all = frozenset(phrases)
        latin = [phrase for phrase in self.all if phrase[0] in _LATIN]
        other = [phrase for phrase in self.all if phrase[0] not in _LATIN]
        edge = r"(?![a-z0-9])"
        choices = [rf"(?<![a-z0-9]){_trie(latin)}{edge}"] if latin else []
        if other:
            plain = [phrase for phrase in other if phrase[-1] not in _LATIN]
            mixed = [phrase for phrase in other if phrase[-1] in _LATIN]
            choices += [_trie(plain)] if plain else []
            choices += [_trie(mixed) + edge] if mixed else []
        self._pattern = re.compile("|".join(choices) or r"(?!)")

    def holds(self, text: str) -> bool:
        """Whether any of them stands in folded text."""
        return self._pattern.search(text) is not None

    def begins(self, text: str, within: int = 1) -> int:
        """Where one of them ends that begins among the first characters of folded text; 0 for none."""
        match = self._pattern.search(text, 0, 80)
        return match.end() if match is not None and match.start() <= within else 0


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


def _trie(phrases: Iterable[str]) -> str:
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
    for one, after in node.items():
        run = one
        while len(after) == 1 and "" not in after:
            ((step, after),) = after.items()
            run += step
        if one:
            choices.append(re.escape(run) + ("" if list(after) == [""] else _branch(after)))
    return f"(?:{'|'.join(choices)})" + ("?" if "" in node else "")


def lexicon(phrases: Mapping[str, str]) -> Lexicon:
    """Of folded phrase to kind."""
    lengths: dict[str, set[int]] = {}
    words, pairs, singles = set(), set(), set()
    for phrase in phrases:
        latin = _BEGINNING.match(phrase)
        if latin:
            words.add(latin[1])
        elif len(phrase) == 1:
            singles.add(phrase)
        else:
            pairs.add(phrase[:2])
        lengths.setdefault(latin[0] if latin else phrase[:3], set()).add(len(phrase))
    for beginning, choices in lengths.items():
        latin = _BEGINNING.match(beginning)
        for shorter in [latin[1]] if latin else [beginning[:1], beginning[:2]]:
            if shorter in phrases:
                choices.add(len(shorter))
    ordered = {key: tuple(sorted(choices, reverse=True)) for key, choices in lengths.items()}
    return Lexicon(dict(phrases), ordered, frozenset(words), frozenset(pairs), frozenset(singles))
