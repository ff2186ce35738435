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
from optout_daemon.core.reading.lexicon import Lexicon, Phrases, WordsError, expand

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Full-width brackets in a phrase stand for themselves."""

SECTIONS: Final = ("labels", "channels", "wish", "who", "grammar", "prose", "quoting", "machine")


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
    """Beside a predicate: its thing was named before."""
    fillers: re.Pattern[str]
    """What adds nothing to a predicate without a thing; right before it, where predicates stand last."""
    wishing: re.Pattern[str]
    """In front of a participle: somebody wants it so."""
    adverbs: re.Pattern[str]
    """Between a negation and its verb."""
    doing: re.Pattern[str]
    """Behind a predicate: something that is none of ours."""
    acts: re.Pattern[str]
    """Nouns that say what is done with a thing, not which."""
    thing: re.Pattern[str]
    """Behind a verb of sending: some thing, its noun in a group; before a predicate that stands last: its end."""
    part: re.Pattern[str]
    """Beside a channel: only part of it is meant."""
    predicate: re.Pattern[str]
    """In a sentence, and in no bare name, place or number."""
    both_of: re.Pattern[str]
    """Two things in one breath: Aも Bも."""
    arrives: re.Pattern[str]
    """In a sentence about a channel: it is what comes."""
    though: re.Pattern[str]
    """Behind a predicate: what would be if it were so, and no wish."""
    deed: re.Pattern[str]
    """Right before a predicate that stands last: a verb made a thing."""
    whole: re.Pattern[str]
    """In front of "all of it", where predicates stand last: a noun that says what all of it is."""
    provided: re.Pattern[str]
    """In front of a predicate that stands last: only then."""
    reasons: re.Pattern[str]
    """Between that and the predicate: it belonged to something else."""
    supposed: re.Pattern[str]
    """Behind a predicate in a question: what would follow from it, or how it is done, is asked."""
    sender_before: re.Pattern[str]
    """Right in front of a company's name: what was spoken of comes from it."""
    sender_after: re.Pattern[str]
    """Right behind a company's name: what follows comes from it."""
    wider: re.Pattern[str]
    """Beside a company's name: others are meant too."""
    apart: re.Pattern[str]
    """Between a stop and somebody named behind it: the one is not for the other."""
    topic: re.Pattern[str]
    """Right before a thing: what comes next is about it."""
    thereof: re.Pattern[str]
    """Behind a list or somebody to be taken off it: of what was spoken of."""
    missed: re.Pattern[str]
    """In a sentence with a bare `no`: what did not come is reported."""
    some: re.Pattern[str]
    """At the beginning of a channel's words: only part of it."""
    carried: re.Pattern[str]
    """In a predicate that names a channel by itself (lose my e-mail address), in a group of the channel's name."""
    adding: re.Pattern[str]
    """In a sentence without a predicate: what it names is added to what the sentence before it does."""
    absent: re.Pattern[str]
    """Right before a time: how long somebody is away."""
    dispatch: re.Pattern[str]
    """The end of a noun that says how an order is sent out."""
    left: re.Pattern[str]
    """An address that a sending leaves for another one."""
    taken: re.Pattern[str]
    """The address that it goes to instead, with the verb."""
    cleft: re.Pattern[str]
    """Behind a predicate that stands last: its thing follows (要らないのは ...)."""


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
        wish=Lexicon(_kinds({**data["channels"], **data["wish"]}, name)),
        who=Lexicon(_kinds(data["who"], name)),
        whose=Lexicon(_kinds({"whose": whose}, name)),
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
