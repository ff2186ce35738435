"""Say what the customer wants, from clauses judged one by one and an ordered table of rules.

The first rule that holds gives the category; each rule that fired, and each clause it rested on, is kept as a hit. A
wish that contradicts itself, is bound to a condition or made for somebody else is marked as such and never settled
by weighing words. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from optout_daemon.core.model import Category, RuleHit, Wish
from optout_daemon.core.reading import marks
from optout_daemon.core.reading.carrying import bare, has_substance, language_of, span_of
from optout_daemon.core.reading.case import Case
from optout_daemon.core.reading.clause import STOPS, Polarity
from optout_daemon.core.reading.clauses import read
from optout_daemon.core.reading.collected import Found
from optout_daemon.core.reading.companies import NO_COMPANIES, Companies
from optout_daemon.core.reading.folding import Folded, fold
from optout_daemon.core.reading.named import named_by
from optout_daemon.core.reading.opting_out import opts_out
from optout_daemon.core.reading.paragraphs import paragraphs, ticked
from optout_daemon.core.reading.scope import scope_of
from optout_daemon.core.reading.sentences import Sentence, sentences
from optout_daemon.core.reading.words import Language

_REPLY: Final = re.compile(r"\s*(?:(?:re|fw|fwd|aw|wg|返信|転送)\s*(?:\[\d+\])?\s*:\s*)+")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The wish, the language it was made in, and where it stands in the folded text (None: not there)."""

    wish: Wish
    language: str
    """"" for one that no words file knows."""
    span: tuple[int, int] | None = None


def classify(
    subject: str,
    folded: Folded,
    found: Found,
    languages: Sequence[Language],
    channels: Sequence[str],
    companies: Companies = NO_COMPANIES,
) -> Judgement:
    """Judge one mail; never raises."""
    case = _case(subject, folded, found, languages, channels, companies)
    for name, rule in RULES:
        wish = rule(case)
        if wish is not None:
            wish = companies.narrow(wish, case)
            hits = (RuleHit(name), *map(companies.shown, case.hits))
            return Judgement(replace(wish, hits=hits), language_of(case, wish), span_of(case, wish))
    raise AssertionError("the last rule always holds")


def _case(
    subject: str,
    folded: Folded,
    found: Found,
    languages: Sequence[Language],
    channels: Sequence[str],
    companies: Companies,
) -> Case:
    names = frozenset(channels) | {channel for language in languages for channel in language.channels}
    title = companies.mask(fold(subject))
    replied = _REPLY.match(title)
    heading = sentences([(title[replied.end() if replied else 0 :], 0, 0)], languages, subject=True)
    pieces = paragraphs(found.own, found.claimed)
    own = sentences([(companies.mask(text), start, end) for text, start, end in pieces], languages)
    for sentence in (*heading, *own):
        read(sentence, names)
    _resolve_dittos([*heading, *own])
    if found.quoted and not any(one.polarity in (*STOPS, Polarity.RESUME) for s in own for one in s.clauses):
        start, end = found.quoted
        text = ticked(re.sub(r"\n[>\s]*", " ", folded.text[start:end]))
        form = sentences([(companies.mask(text), start, end)], languages)
        for sentence in form:
            read(sentence, names)
        own += form
    # The subject of a reply is somebody else's words; it counts where the customer wrote none of his own.
    said = any(one.polarity is not Polarity.NONE for sentence in own for one in sentence.clauses)
    if replied and (said or not (found.numbers or found.fields)):
        heading = []
    return Case(languages, tuple(channels), [*heading, *own], bool(found.fields or found.numbers))


def _resolve_dittos(found: Sequence[Sentence]) -> None:
    """`カタログもお願いします` does what the clause before it does."""
    before = Polarity.NONE
    for clause in (one for sentence in found for one in sentence.clauses):
        if clause.polarity is Polarity.DITTO:
            clause.polarity = before if before in (*STOPS, Polarity.KEEP) else Polarity.NONE
        elif clause.polarity is not Polarity.NONE:
            before = clause.polarity


# The rules


def _nothing(case: Case) -> Wish | None:
    """Empty, or greeting and closing alone."""
    return None if any(has_substance(one) for one in case.sentences) else Wish(Category.UNCLEAR, stated=False)


def _wants_back(case: Case) -> Wish | None:
    """An earlier stop is taken back, or more is wanted; with a stop beside it, it is one for a time."""
    resumes = case.of(Polarity.RESUME)
    if not resumes:
        return None
    stops = [one for one in case.stops if not one.sentence.subject and one.polarity is not Polarity.ASKED]
    limited = marks.condition(case, stops, anywhere=True) if stops else None
    firm = [one for one in stops if one.polarity is Polarity.STOP or limited is not None]
    case.note("resume", resumes[0])
    if not firm:
        return Wish(Category.OPT_IN, stated=True)
    case.note("stop", firm[0])
    if limited is None:
        back = {channel for one in resumes for channel in named_by(one, case.channels)[0]}
        stopped = scope_of(case, firm).named
        if back and stopped and not back & stopped:
            return None  # the one and not the other
        return Wish(Category.UNCLEAR, stated=True, contradictory=True)
    case.note("condition", limited.shown)
    return Wish(Category.OPT_OUT, stated=True, conditional=True, channels=_sorted(scope_of(case, firm).named))


def _wants_less(case: Case) -> Wish | None:
    """Fewer of it, only some of it, not for a while: a stop with a condition (policy, section 3)."""
    sentence = case.has("fewer", "onlywant", "pause", "stop_if")
    if sentence is None or marks.condition(case, (), anywhere=True) is None:
        return None
    case.note("condition", sentence.shown)
    return Wish(Category.OPT_OUT, stated=True, conditional=True)


def _goes_on(case: Case) -> Wish | None:
    """Do not stop, I did not ask for it, please continue."""
    sure = ("spare", "past", "stop")
    clauses = [
        one
        for one in case.of(Polarity.KEEP)
        if case.speaks_of_sendings or one.predicate.kind in sure or one.has("flip", "every")
    ]
    if not clauses:
        return None
    case.note("keep", clauses[0])
    return Wish(Category.OPT_IN, stated=True)


def _by_phrase(category: Category, *kinds: str, stated: bool = True) -> Callable[[Case], Wish | None]:
    """A rule that holds where a phrase of some kind stands."""

    def rule(case: Case) -> Wish | None:
        sentence = case.has(*kinds)
        if sentence is None:
            return None
        case.note(kinds[0], sentence.shown)
        return Wish(category, stated=stated)

    return rule


def _erases(case: Case) -> Wish | None:
    """What is held is to go; of sendings nothing is said."""
    clauses = case.of(Polarity.ERASE)
    if not clauses:
        return None
    case.note("erase", clauses[0])
    return Wish(Category.DISCLOSURE, stated=True)


def _discloses(case: Case) -> Wish | None:
    """What is held is to be told, corrected or restricted; or "my data" and "tell me" stand in one sentence."""
    said = case.has("disclose", "erase", "change", "restrict")
    sentence = said or next((one for one in case.sentences if one.has("personal") and one.has("ask", "reply")), None)
    if sentence is None:
        return None
    case.note("disclose", sentence.shown)
    return Wish(Category.DISCLOSURE, stated=True)


def _unsaid(case: Case) -> Wish | None:
    """Something is to stop, and nothing says what."""
    clauses = case.of(Polarity.PERHAPS)
    if not clauses:
        return None
    case.note("stop_perhaps", clauses[0])
    return Wish(Category.UNCLEAR, stated=True)


def _fields_alone(case: Case) -> Wish | None:
    """Who it is, and no word of what is wanted."""
    if not case.has_fields or case.has("errand", "thanks", "enjoy", "leave", "turn"):
        return None
    if any(_says_something(one) for one in case.sentences if not one.subject):
        return None
    return Wish(Category.UNCLEAR, stated=False)


def _says_something(sentence: Sentence) -> bool:
    """Whether it is a sentence and no bare name, place or number."""
    return sentence.language.grammar.predicate.search(bare(sentence)) is not None


def _something(case: Case) -> Wish | None:
    """Anything else; where it may be a stop in words that no file knows, it is not taken for something else."""
    perhaps = case.has("undecided") or (
        case.has("halt", "stop", "vague", "end", "unwanted", "enough") and case.speaks_of_sendings
    )
    return Wish(Category.UNCLEAR if perhaps else Category.OTHER, stated=True)


RULES: Final[tuple[tuple[str, Callable[[Case], Wish | None]], ...]] = (
    ("nothing_said", _nothing),
    ("wants_it_back", _wants_back),
    ("opt_out", opts_out),
    ("wants_less", _wants_less),
    ("correction", _by_phrase(Category.DISCLOSURE, "change", "moved")),
    ("goes_on", _goes_on),
    ("attached", _by_phrase(Category.UNCLEAR, "attached", stated=False)),
    ("erasure", _erases),
    ("disclosure", _discloses),
    ("complaint", _by_phrase(Category.COMPLAINT, "complaint", "damage")),
    ("question", _by_phrase(Category.QUESTION, "question", "ask", "how", "wh")),
    ("unsaid_what", _unsaid),
    ("fields_alone", _fields_alone),
    ("something_else", _something),
)
"""In this order: the first that holds decides."""


def _sorted(channels: set[str]) -> tuple[str, ...]:
    return tuple(sorted(channels))
