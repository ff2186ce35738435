"""Load what is known of a language from words/<language>.toml.

A language is data: its labels, channel words, wishes, marks of quotation and machine phrases. A phrase may
hold alternatives, `(送|おく)らな` or `e(-|)mail(s|)`, which are written out when the file is loaded; all are folded
as the mails are. Raises WordsError, naming file, section and phrase, for a file that says something impossible.
Adding a language is adding one file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from typing import Final

from optout_daemon.core.reading.folding import fold

MOST_FORMS: Final = 5000
"""Forms that one phrase may stand for."""

_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_PIECE: Final = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Full-width brackets in a phrase stand for themselves."""

SECTIONS: Final = ("labels", "channels", "wish", "who", "grammar", "prose", "quoting", "machine")


class WordsError(Exception):
    """A words file is wrong: a defect of the program, or of a file somebody wrote."""


@dataclass(frozen=True, slots=True)
class Token:
    """One phrase found: what it is, and where in the text scanned."""

    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases with their kinds, found by their first pieces and then by length, longest first.

    A piece is a word in Latin letters, or one other character. The time a place takes is bounded by the number of
    lengths that begin alike; no pattern has to be compiled.
    """

    kinds: Mapping[str, str]
    lengths: Mapping[str, tuple[int, ...]]
    """First pieces of a phrase, up to three, to the lengths of those that begin so, longest first."""

    def scan(self, text: str) -> list[Token]:
        """Every phrase in folded text, leftmost and longest first, without overlap; Latin ones as whole words."""
        found = []
        kinds, lengths, size = self.kinds, self.lengths, len(text)
        pieces = [m.span() for m in _PIECE.finditer(text)]
        last = len(pieces) - 1
        after = 0
        for number, (at, end) in enumerate(pieces):
            if at < after:
                continue
            choices = None
            if number + 1 < last:
                choices = lengths.get(text[at : pieces[number + 2][1]])
            if choices is None and number < last:
                choices = lengths.get(text[at : pieces[number + 1][1]])
            if choices is None:
                choices = lengths.get(text[at:end])
                if choices is None:
                    continue
            for length in choices:
                phrase = text[at : at + length]
                kind = kinds.get(phrase)
                if kind is None or (phrase[-1] in _LATIN and at + length < size and text[at + length] in _LATIN):
                    continue
                after = at + length
                found.append(Token(kind, at, after, phrase))
                break
        return found

    def holds(self, text: str) -> bool:
        """Whether any phrase stands in folded text."""
        return bool(self.scan(text))


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
    quoting: Mapping[str, Lexicon]
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
    if len(forms) > MOST_FORMS:
        raise WordsError(f"{phrase}: stands for {len(forms)} forms, more than {MOST_FORMS}")
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
            break
    return forms, at


def lexicon(phrases: Mapping[str, str]) -> Lexicon:
    """Of folded phrase to kind."""
    lengths: dict[str, set[int]] = {}
    for phrase in phrases:
        lengths.setdefault(_beginning(phrase, 3), set()).add(len(phrase))
    for beginning, choices in lengths.items():
        for pieces in (1, 2):
            shorter = _beginning(beginning, pieces)
            if shorter in phrases:
                choices.add(len(shorter))
    return Lexicon(dict(phrases), {key: tuple(sorted(choices, reverse=True)) for key, choices in lengths.items()})


def _beginning(phrase: str, pieces: int) -> str:
    end = 0
    for count, match in enumerate(_PIECE.finditer(phrase), 1):
        end = match.end()
        if count == pieces:
            break
    return phrase[:end]


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
        quoting={kind: lexicon(_kinds({kind: phrases}, name)) for kind, phrases in data["quoting"].items()},
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
