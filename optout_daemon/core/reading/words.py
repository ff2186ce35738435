"""Load what is known of a language from words/<language>.toml.

A language is data: its labels, channel words, wishes, marks of quotation and machine phrases. A phrase may
hold alternatives, `(送|おく)らな` or `e(-|)mail(s|)`, which are written out when the file is loaded; all are folded
as the mails are. Raises WordsError, naming file, section and phrase, for a file that says something impossible.
Adding a language is adding one file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib import resources
from typing import Any, Final, NamedTuple

from optout_daemon.core.reading.folding import fold

MOST_FORMS: Final = 5000
"""Forms that one phrase may stand for."""

_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_WORD: Final = re.compile(r"[a-z0-9]+")
_MARK: Final = re.compile(r"[^a-z0-9\s]")
_BEGINNING: Final = re.compile(r"([a-z0-9]+)(?:[^a-z0-9]{0,2}[a-z0-9]+)?")

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Full-width brackets in a phrase stand for themselves."""

SECTIONS: Final = ("labels", "channels", "wish", "who", "grammar", "prose", "quoting", "machine")


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


@dataclass(frozen=True, slots=True)
class Grammar:
    """How the words of one language hang together: patterns over folded text; one not given never matches."""

    boundary: re.Pattern[str]
    """Between two clauses, where predicates stand before their objects."""
    joined: re.Pattern[str]
    """Between the things of one list, or behind a topic, where predicates stand last."""
    reported: re.Pattern[str]
    """Words of somebody else; they stand in a group."""
    pronoun: re.Pattern[str]
    """Behind a predicate: its thing was named before."""
    fillers: re.Pattern[str]
    """What adds nothing to a predicate without a thing."""
    wishing: re.Pattern[str]
    """In front of a participle: somebody wants it so."""
    adverbs: re.Pattern[str]
    """Between a negation and its verb."""
    doing: re.Pattern[str]
    """Behind a predicate: something that is none of ours."""
    acts: re.Pattern[str]
    """Nouns that say what is done with a thing, not which."""
    part: re.Pattern[str]
    """Beside a channel: only part of it is meant."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language as the reader uses it; all phrases folded."""

    name: str
    order: str
    """`predicate_last` (メールは止めて) or `predicate_first` (stop the mails): how clauses are cut."""
    script: re.Pattern[str] | None
    """Characters that only this language writes; None for one in plain Latin letters."""
    foreign: re.Pattern[str] | None
    """Characters of a neighbour that shares the script."""
    common: frozenset[str]
    """Everyday words by which the language is told from others in the same letters."""
    labels: Mapping[str, str]
    """Label to the kind of field it stands before."""
    wish: Lexicon
    who: Lexicon
    """Who the wish is for; scanned by itself, so that these phrases and those of `wish` may overlap."""
    whose: Lexicon
    """What directly behind a relative makes something theirs (母 + あての, my mother + 's account)."""
    quoting: Mapping[str, Phrases]
    prose: Mapping[str, tuple[str, ...]]
    """What tells names and addresses in running text: before, after, no_name, street, unit."""
    grammar: Grammar
    channels: tuple[str, ...]
    machine: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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


def load(name: str) -> Language:
    """The language that ships as words/<name>.toml."""
    file = resources.files("optout_daemon.core.reading") / "words" / f"{name}.toml"
    try:
        return parse(file.read_text(encoding="utf-8"), name)
    except FileNotFoundError:
        raise WordsError(f"{name}: there is no words file for this language") from None


def parse(text: str, name: str) -> Language:
    """A language from the text of its words file."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WordsError(f"{name}: {error}") from error
    for section in SECTIONS:
        data.setdefault(section, {})
        if not isinstance(data[section], dict):
            raise WordsError(f"{name}: {section} must be a table")
    unknown = set(data) - {"name", "order", "script", "foreign", "common", *SECTIONS}
    if unknown:
        raise WordsError(f"{name}: {', '.join(sorted(unknown))}: not known at the top of a words file")
    order = data.get("order", "predicate_first")
    if order not in ("predicate_first", "predicate_last"):
        raise WordsError(f"{name}: order must be predicate_first or predicate_last, not {order}")
    channels = tuple(data["channels"])
    whose = data["who"].pop("whose", [])
    return Language(
        name=data.get("name", name),
        order=order,
        script=_characters(data.get("script")),
        foreign=_characters(data.get("foreign")),
        common=frozenset(fold(word) for word in data.get("common", ())),
        labels=_kinds(data["labels"], name),
        wish=lexicon(_kinds({**data["channels"], **data["wish"]}, name)),
        who=lexicon(_kinds(data["who"], name)),
        whose=lexicon(_kinds({"whose": whose}, name)),
        quoting={kind: Phrases(_kinds({kind: phrases}, name)) for kind, phrases in data["quoting"].items()},
        prose={key: tuple(_kinds({key: list(phrases)}, name)) for key, phrases in data["prose"].items()},
        grammar=_grammar(data["grammar"], name),
        channels=channels,
        machine={key: tuple(phrases) for key, phrases in data["machine"].items()},
    )


def _grammar(section: Mapping[str, str], name: str) -> Grammar:
    patterns = {}
    for one in fields(Grammar):
        pattern = section.get(one.name, _DEFAULTS.get(one.name, r"(?!)"))
        try:
            patterns[one.name] = re.compile(pattern)
        except (re.error, TypeError) as error:
            raise WordsError(f"{name}: grammar: {one.name}: {error}") from error
    unknown = set(section) - set(patterns)
    if unknown:
        raise WordsError(f"{name}: grammar: {', '.join(sorted(unknown))}: not known")
    return Grammar(**patterns)


_DEFAULTS: Final = {"boundary": r"[,;:()\n/]", "adverbs": r"\s*", "fillers": r"[\s!?.,^$()-]*", "joined": r"\S{0,2}"}


def _characters(ranges: str | None) -> re.Pattern[str] | None:
    return re.compile(f"[{ranges}]") if ranges else None


def _kinds(section: Mapping[str, list[str]], name: str) -> dict[str, str]:
    """Folded form to kind; a form under two kinds belongs to the first."""
    kinds: dict[str, str] = {}
    for kind, phrases in section.items():
        for phrase in phrases:
            for form in expand(fold(phrase.replace("（", _OPEN).replace("）", _CLOSE))):
                folded = form.replace(_OPEN, "(").replace(_CLOSE, ")")
                if not folded.strip():
                    raise WordsError(f"{name}: {kind}: {phrase}: one of its forms is empty")
                kinds.setdefault(folded, kind)
    return kinds
