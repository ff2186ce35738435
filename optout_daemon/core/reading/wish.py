"""Say what the customer wants, from clauses judged one by one and an ordered table of rules.

The first rule that holds gives the category; each rule that fired, and each clause it rested on, is kept as a hit. A
wish that contradicts itself, is bound to a condition or made for somebody else is marked as such and never settled
by weighing words. Channels are those that the stopping clauses name; one that names none takes what was spoken of
just before, and where nothing was, every channel is meant. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from optout_daemon.core.model import Category, RuleHit, Segment, SegmentKind, Wish
from optout_daemon.core.reading.clauses import Clause, Polarity, Sentence, read, sentences
from optout_daemon.core.reading.fields import Found, Line, lines_of
from optout_daemon.core.reading.folding import Folded, fold
from optout_daemon.core.reading.quoting import is_rule
from optout_daemon.core.reading.words import Language, Token

_REPLY: Final = re.compile(r"\s*(?:(?:re|fw|fwd|aw|wg|返信|転送)\s*(?:\[\d+\])?\s*:\s*)+")
_WIDE: Final = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_BULLET: Final = re.compile(r"(?:[-*•・●■◆※☆★+]|\(?[0-9]{1,2}[.)、]|[①-⑨])\s*")
_WRAPPED: Final = 45
"""A Latin line shorter than this is not broken by its program but ended by its author."""
_DETAIL: Final = 80
_STOPPING: Final = (Polarity.STOP, Polarity.ASKED, Polarity.PERHAPS)
_BACK: Final = 4
"""Sentences that a clause without an object looks back over."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The wish, the language it was made in, and where it stands in the folded text (None: in the subject, or nowhere)."""

    wish: Wish
    language: str
    span: tuple[int, int] | None = None


@dataclass
class Case:
    """One mail's sentences and what follows from them; the rules read nothing else."""

    languages: Sequence[Language]
    channels: tuple[str, ...]
    sentences: list[Sentence]
    has_fields: bool
    quoted: bool = False
    hits: list[RuleHit] = field(default_factory=list)

    def note(self, rule: str, what: Clause | Sentence | str = "") -> None:
        text = what if isinstance(what, str) else what.text
        self.hits.append(RuleHit(rule, text.strip("$ ")[:_DETAIL]))

    def has(self, *kinds: str) -> Sentence | None:
        return next((one for one in self.sentences if one.has(*kinds)), None)

    @cached_property
    def clauses(self) -> list[Clause]:
        return [clause for sentence in self.sentences for clause in sentence.clauses]

    def of(self, *polarities: Polarity) -> list[Clause]:
        return [clause for clause in self.clauses if clause.polarity in polarities]

    @cached_property
    def speaks_of_sendings(self) -> bool:
        kinds = {"sending", "list", "mail", *self.channels}
        return any(token.kind in kinds for sentence in self.sentences for token in sentence.tokens)

    @cached_property
    def stops(self) -> list[Clause]:
        """Clauses that stop something of ours."""
        found = self.of(Polarity.STOP, Polarity.ASKED)
        perhaps = self.of(Polarity.PERHAPS)
        if perhaps and not found:
            found = [clause for clause in perhaps if self.speaks_of_sendings or clause.predicate.text not in _AMBIGUOUS]
        elif perhaps:
            found = found + perhaps
        return found

    @cached_property
    def keeps(self) -> list[Clause]:
        """Clauses that ask for sendings to go on, of the writer's own."""
        return [clause for clause in self.of(Polarity.KEEP) if not _about_others(clause)]


_AMBIGUOUS: Final = frozenset({"やめて", "止めて", "とめて", "やめろ", "よして", "enough", "enough is enough"})
"""Said of anything; without a word of sendings in the mail they stop nothing."""


def classify(
    subject: str,
    folded: Folded,
    segments: Sequence[Segment],
    found: Found,
    languages: Sequence[Language],
    channels: Sequence[str],
) -> Judgement:
    """Judge one mail; never raises."""
    own = sentences(_paragraphs(lines_of(folded, segments, SegmentKind.OWN), found.claimed), languages)
    replied = _REPLY.match(fold(subject))
    bare = fold(subject)[replied.end() if replied else 0 :]
    title = sentences([(bare, 0, 0)], languages, subject=True)
    names = frozenset(channels) | {channel for language in languages for channel in language.channels}
    for sentence in (*title, *own):
        read(sentence, names)
    spoken = [one for one in own if _says_something(one)]
    quoted = False
    if found.quoted and not any(
        clause.polarity in (*_STOPPING, Polarity.RESUME) for one in spoken for clause in one.clauses
    ):
        start, end = found.quoted
        text = re.sub(r"\n[>\s]*", " ", folded.text[start:end])
        form = sentences([(text, start, end)], languages)
        for sentence in form:
            read(sentence, names)
        own, quoted = [*own, *form], True
    # The subject of a reply is somebody else's words; it counts where the customer wrote none of his own.
    stated = [clause for one in own for clause in one.clauses if clause.polarity is not Polarity.NONE]
    if replied and (stated or not (found.numbers or found.fields)):
        title = []
    case = Case(languages, tuple(channels), [*title, *own], bool(found.fields or found.numbers), quoted)
    for name, rule in RULES:
        wish = rule(case)
        if wish is not None:
            case.hits.insert(0, RuleHit(name))
            return Judgement(_with_hits(wish, case.hits), _language(case, wish), _span(case, wish))
    raise AssertionError("the last rule always holds")


def _with_hits(wish: Wish, hits: Sequence[RuleHit]) -> Wish:
    return Wish(
        wish.category,
        wish.stated,
        wish.channels,
        wish.every_channel,
        wish.follow_up,
        wish.conditional,
        wish.on_behalf,
        wish.several,
        wish.contradictory,
        tuple(hits),
    )


# The text to be judged


def _paragraphs(lines: Sequence[Line], claimed: Sequence[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Lines joined where a program wrapped them, without what the fields have claimed."""
    found: list[tuple[str, int, int]] = []
    text, start, end = "", 0, 0
    position = 0
    for line in lines:
        low, high = line.start, line.start + len(line.text)
        pieces: list[tuple[int, int]] = []
        while position < len(claimed) and claimed[position][1] < low:
            position += 1
        at = low
        inside = position
        while inside < len(claimed) and claimed[inside][0] <= high:
            if claimed[inside][0] > at:
                pieces.append((at, claimed[inside][0]))
            at = max(at, claimed[inside][1])
            inside += 1
        if at < high:
            pieces.append((at, high))
        whole = len(pieces) == 1 and pieces[0] == (low, high)
        bullet = _BULLET.match(line.bare)
        if not line.bare or is_rule(line.bare) or not whole or bullet:
            if text:
                found.append((text, start, end))
            text = ""
        if not line.bare or is_rule(line.bare):
            continue
        if not whole:
            found += [
                (line.text[a - low : b - low], a, b)
                for a, b in pieces
                if line.text[a - low : b - low].strip(" :|,、/\t")
            ]
            continue
        bare = line.bare[bullet.end() :] if bullet else line.bare
        if not text:
            text, start = bare, low
        elif _wraps(text, bare, end - start):
            text += bare if _WIDE.match(text[-1]) and _WIDE.match(bare[:1] or " ") else f" {bare}"
        else:
            found.append((text, start, end))
            text, start = bare, low
        end = high
    if text:
        found.append((text, start, end))
    return found


def _wraps(text: str, following: str, length: int) -> bool:
    """Whether a line goes on in the next: Japanese always, Latin where it is long or the next begins small."""
    if _WIDE.search(text[-12:]) or _WIDE.match(following[:1]):
        return True
    return length >= _WRAPPED or following[:1].isalpha()


def _says_something(sentence: Sentence) -> bool:
    return any(clause.polarity is not Polarity.NONE for clause in sentence.clauses)


def _about_others(clause: Clause) -> bool:
    return any(token.kind in ("kin", "behalf") for token in clause.sentence.tokens)


# Channels


@dataclass
class _Scope:
    """Which channels the stopping clauses name."""

    named: set[str] = field(default_factory=set)
    every: bool = False
    generic: list[Clause] = field(default_factory=list)
    also: bool = False
    doubtful: Clause | None = None
    partial: Clause | None = None


def _scope(case: Case, stops: Sequence[Clause]) -> _Scope:
    scope = _Scope()
    for clause in stops:
        channels, every, doubtful, partial = _channels(case, clause)
        scope.doubtful = scope.doubtful or doubtful
        scope.partial = scope.partial or partial
        if every:
            scope.every = True
        elif channels:
            scope.named |= channels
            scope.also = scope.also or _adds(clause)
        else:
            scope.generic.append(clause)
    return scope


def _adds(clause: Clause) -> bool:
    """`メルマガも止めて`, `also stop the newsletter`: beside something else."""
    text = clause.sentence.text
    return (
        any(
            text.startswith("も", token.end)
            for token in clause.objects
            if token.kind in clause.sentence.language.channels
        )
        or " also " in f" {text} "
    )


def _channels(case: Case, clause: Clause) -> tuple[set[str], bool, Clause | None, Clause | None]:
    """(channels named, every channel meant, clause if it is in doubt, clause if only part of a channel is meant)."""
    objects = clause.objects
    named, excepted, partial = _named(clause, case.channels)
    every = clause.has("every")
    if excepted:
        return set(case.channels) - excepted, False, None, partial
    doubtful = None
    mails = [token for token in objects if token.kind == "mail"]
    if mails:
        # "mail" is e-mail beside paper and post beside e-mail; alone it is e-mail (policy, section 3), but "by mail" may be either.
        if "email" in named and "print" in case.channels:
            named.add("print")
        elif "print" in named or not any(token.text.startswith(("by", "via")) for token in mails):
            named.add("email")
        else:
            named.add("email")
            doubtful = clause
    named &= set(case.channels)
    if clause.has("including"):
        return set(), True, None, partial
    if named:
        return named, False, doubtful, partial
    if every:
        return set(), True, None, partial
    if any(token.kind in ("sending", "list") for token in objects) and not _pronoun(clause):
        return set(), False, None, partial
    inherited, whole = _spoken_of(case, clause)
    return inherited, whole, None, partial


def _pronoun(clause: Clause) -> bool:
    """`stop sending them`: the thing is named before."""
    if clause.sentence.language.order != "predicate_first":
        return all(token.text in _ACTS for token in clause.objects if token.kind in ("sending", "list"))
    return re.search(r"\b(?:them|it|those|these|this)\b", clause.sentence.text[clause.predicate.end :]) is not None


_ACTS: Final = frozenset(
    {"送付", "発送", "送信", "送るの", "送ること", "おくるの", "発信", "お送り", "送り", "送る事", "配達", "お届け"}
)
"""What is done to a thing, not the thing."""


def _named(clause: Clause, channels: tuple[str, ...]) -> tuple[set[str], set[str], Clause | None]:
    """Channels that a clause names, channels that it leaves out, and itself if it leaves out something else."""
    named: set[str] = set()
    excepted: set[str] = set()
    partial = None
    bends = [token for token in clause.others if token.kind == "except"]
    last = clause.sentence.language.order == "predicate_last"
    objects = [token for token in clause.objects if token.kind in channels]
    for bend in bends:
        near = [token for token in objects if (token.end <= bend.start if last else token.start >= bend.end)]
        pick = (near[-1] if last else near[0]) if near else None
        gap = (
            clause.sentence.text[pick.end : bend.start]
            if pick and last
            else clause.sentence.text[bend.end : pick.start]
            if pick
            else "-"
        )
        if pick is None or len(re.sub(r"\b(?:the|your|my|for|from)\b|[\sはのも]", "", gap)) > 0:
            partial = clause
        else:
            excepted.add(pick.kind)
            objects = [token for token in objects if token is not pick]
    named = {token.kind for token in objects}
    return named - excepted, excepted if not named - excepted else set(), partial


def _spoken_of(case: Case, clause: Clause) -> tuple[set[str], bool]:
    """What the sentences before it were about: channels, or everything."""
    at = next((number for number, one in enumerate(case.sentences) if one is clause.sentence), 0)
    before: list[list[Token]] = [[token for token in clause.sentence.tokens if token.end <= clause.predicate.start]]
    before += [one.tokens for one in reversed(case.sentences[max(0, at - _BACK) : at]) if not one.subject]
    before += [one.tokens for one in case.sentences if one.subject and one is not clause.sentence]
    for tokens in before:
        if any(token.kind == "keep" for token in tokens) and not any(
            token.kind in ("stop", "halt") for token in tokens
        ):
            continue
        channels = {token.kind for token in tokens if token.kind in case.channels}
        if any(token.kind == "mail" for token in tokens):
            channels.add("email")
        if any(token.kind == "every" for token in tokens) and not channels - {"email"}:
            return set(), True
        if channels:
            return channels, False
        if any(token.kind in ("sending", "list") for token in tokens):
            return set(), False
    return set(), False


# Marks beside the wish


def _conditional(case: Case, stops: Sequence[Clause]) -> Sentence | None:
    near = {id(clause.sentence) for clause in stops}
    for number, sentence in enumerate(case.sentences):
        beside = any(id(one) in near for one in case.sentences[max(0, number - 1) : number + 2])
        if not (beside or sentence.subject):
            continue
        for token in sentence.tokens:
            if token.kind in ("until", "fewer", "condition", "onlywant"):
                if token.kind == "onlywant" and _only_channel(sentence, token, case.channels):
                    continue
                return sentence
            if token.kind == "span" and any(_spans(clause, token) for clause in sentence.clauses if clause in stops):
                return sentence
    return None


def _spans(clause: Clause, span: Token) -> bool:
    if clause.sentence.language.order == "predicate_last":
        return span.end <= clause.predicate.start
    return span.start >= clause.predicate.end


def _only_channel(sentence: Sentence, token: Token, channels: Sequence[str]) -> bool:
    """`カタログだけ送って` keeps a channel whole; `旅行のだけ欲しい` keeps part of one."""
    last = sentence.language.order == "predicate_last"
    return any(
        one.kind in channels and (one.end == token.start if last else 0 <= one.start - token.end <= 12)
        for one in sentence.tokens
    )


def _for_another(case: Case, stops: Sequence[Clause]) -> Sentence | None:
    own = case.has("own") is not None
    for sentence in case.sentences:
        kept = any(clause.polarity is Polarity.KEEP for clause in sentence.clauses)
        if kept and not any(clause in stops for clause in sentence.clauses):
            continue
        if sentence.has("behalf") or (sentence.has("death") and not own):
            return sentence
        for at, token in enumerate(sentence.tokens):
            if token.kind != "kin":
                continue
            after = sentence.tokens[at + 1] if at + 1 < len(sentence.tokens) else None
            if after is not None and after.kind == "whose" and after.start == token.end:
                return sentence
            if sentence.language.order == "predicate_first" and any(
                clause in stops and clause.predicate.end <= token.start <= clause.predicate.end + 60
                for clause in sentence.clauses
            ):
                return sentence
    return None


def _asks_more(case: Case, stops: Sequence[Clause]) -> Sentence | None:
    """A second request beside the opt-out."""
    for sentence in case.sentences:
        stopping = any(clause in stops for clause in sentence.clauses)
        for token in sentence.tokens:
            if token.kind in ("change", "errand", "erase", "disclose"):
                return sentence
            if token.kind == "ask" and not stopping and not sentence.has("halt", "stop", "reply"):
                return sentence
        for clause in sentence.clauses:
            if clause.predicate.kind in ("stop", "halt", "end", "unwanted", "halted") and any(
                token.kind == "second" for token in clause.objects
            ):
                return sentence
    return None


# The rules


def _nothing(case: Case) -> Wish | None:
    if not case.sentences or not any(_substance(sentence) for sentence in case.sentences):
        return Wish(Category.UNCLEAR, stated=False)
    return None


def _substance(sentence: Sentence) -> bool:
    """Whether a sentence is more than greeting and closing."""
    text = sentence.text.rstrip("$")
    for token in reversed(sentence.tokens):
        if token.kind in ("greeting", "neutral"):
            text = text[: token.start] + text[token.end :]
    return len(re.sub(r"[\W\d_]", "", text)) >= 2


def _wants_back(case: Case) -> Wish | None:
    resumes = case.of(Polarity.RESUME)
    if not resumes:
        return None
    firm = [clause for clause in case.of(Polarity.STOP) if not clause.sentence.subject]
    case.note("resume", resumes[0])
    if not firm:
        return Wish(Category.OPT_IN, stated=True)
    limited = _conditional(case, firm)
    case.note("stop", firm[0])
    if limited:
        case.note("condition", limited)
        return Wish(Category.OPT_OUT, stated=True, conditional=True, channels=_sorted(_scope(case, firm).named))
    return Wish(Category.UNCLEAR, stated=True, contradictory=True)


def _opts_out(case: Case) -> Wish | None:
    stops = case.stops
    how = case.has("how")
    if how and all(clause.sentence.has("how") or clause.sentence.subject for clause in stops):
        return None
    if not stops:
        return None
    for clause in stops:
        case.note("stop" if clause.polarity is Polarity.STOP else f"stop_{clause.polarity}", clause)
    scope = _scope(case, stops)
    every = scope.every or (bool(scope.generic) and scope.also and bool(scope.named))
    channels = set() if every else set(scope.named)
    kept, open_keep = _kept(case)
    contradictory = False
    conditional = _conditional(case, stops) or (scope.partial.sentence if scope.partial else None)
    if kept & channels or (kept and not kept - channels):
        overlap = next(clause for clause in case.keeps if _named(clause, case.channels)[0] & channels)
        case.note("keep", overlap)
        if overlap.has("aside") or any(token.kind == "aside" for token in overlap.objects):
            conditional = conditional or overlap.sentence
        else:
            contradictory = True
    elif kept:
        case.note("keep", ", ".join(sorted(kept)))
        channels = (channels or set(case.channels)) - kept
        every = False
        contradictory = not channels
    if open_keep is not None and not conditional:
        case.note("keep", open_keep)
        contradictory = True
    if scope.doubtful is not None:
        case.note("channel_in_doubt", scope.doubtful)
        contradictory = True
    if conditional:
        case.note("condition", conditional)
    another = _for_another(case, stops)
    if another:
        case.note("on_behalf", another)
    several = case.has("several")
    if several:
        case.note("several", several)
    more = _asks_more(case, stops)
    if more:
        case.note("second_request", more)
    whole = every or not channels or channels == set(case.channels)
    return Wish(
        Category.UNCLEAR if contradictory and not conditional else Category.OPT_OUT,
        stated=True,
        channels=_sorted(channels),
        every_channel=whole,
        follow_up=more is not None,
        conditional=conditional is not None,
        on_behalf=another is not None,
        several=several is not None,
        contradictory=contradictory and not conditional,
    )


def _kept(case: Case) -> tuple[set[str], Clause | None]:
    """(channels asked to go on, a clause that asks for it without saying what)."""
    kept: set[str] = set()
    open_keep = None
    for sentence in case.sentences:
        topic: set[str] = set()
        for clause in sentence.clauses:
            named = _named(clause, case.channels)[0]
            if any(token.kind == "mail" for token in clause.objects):
                named.add("email")
            if clause.polarity is Polarity.KEEP and not _about_others(clause):
                if named or topic:
                    kept |= named or topic
                elif clause.predicate.kind in ("keep", "halt", "stop") and not clause.has("flip"):
                    open_keep = open_keep or clause
                else:
                    open_keep = open_keep or clause
            elif clause.polarity is Polarity.LIKE and named:
                topic = named
                if (
                    not any(named & _named(stop, case.channels)[0] for stop in case.stops)
                    and clause.predicate.kind == "want"
                ):
                    kept |= named
                continue
            topic = named if clause.polarity is Polarity.KEEP else set()
    return kept, open_keep


def _goes_on(case: Case) -> Wish | None:
    """Do not stop, I did not ask for it, please continue."""
    clauses = case.of(Polarity.KEEP)
    if not clauses:
        return None
    case.note("keep", clauses[0])
    return Wish(Category.OPT_IN, stated=True)


def _discloses(case: Case) -> Wish | None:
    sentence = case.has("disclose", "erase", "change")
    if sentence is None:
        return None
    case.note("disclosure", sentence)
    return Wish(Category.DISCLOSURE, stated=True)


def _complains(case: Case) -> Wish | None:
    sentence = case.has("complaint")
    if sentence is None:
        return None
    case.note("complaint", sentence)
    return Wish(Category.COMPLAINT, stated=True)


def _asks(case: Case) -> Wish | None:
    sentence = case.has("question", "ask", "how")
    if sentence is None:
        return None
    case.note("question", sentence)
    return Wish(Category.QUESTION, stated=True)


def _attached(case: Case) -> Wish | None:
    sentence = case.has("attached")
    if sentence is None:
        return None
    case.note("attached", sentence)
    return Wish(Category.UNCLEAR, stated=False)


def _perhaps(case: Case) -> Wish | None:
    clauses = case.of(Polarity.PERHAPS)
    if not clauses:
        return None
    case.note("unsaid_what", clauses[0])
    return Wish(Category.UNCLEAR, stated=True)


def _fields_alone(case: Case) -> Wish | None:
    if not case.has_fields or case.has("errand", "thanks", "like", "enjoy"):
        return None
    return Wish(Category.UNCLEAR, stated=False)


def _something(case: Case) -> Wish | None:
    return Wish(Category.OTHER, stated=True)


RULES: Final[tuple[tuple[str, Callable[[Case], Wish | None]], ...]] = (
    ("nothing_said", _nothing),
    ("wants_it_back", _wants_back),
    ("opt_out", _opts_out),
    ("goes_on", _goes_on),
    ("attached", _attached),
    ("disclosure", _discloses),
    ("complaint", _complains),
    ("question", _asks),
    ("unsaid_what", _perhaps),
    ("fields_alone", _fields_alone),
    ("something_else", _something),
)
"""In this order: the first that holds decides."""


def _sorted(channels: set[str]) -> tuple[str, ...]:
    return tuple(sorted(channels))


def _language(case: Case, wish: Wish) -> str:
    """Of the sentences that carry the wish, the longer part; else of all; "" for one that we do not know."""
    carrying = (
        [clause.sentence for clause in case.of(*_STOPPING, Polarity.RESUME, Polarity.KEEP)] if wish.stated else []
    )
    weights: dict[str, int] = {}
    for sentence in carrying or case.sentences:
        text = sentence.text.rstrip("$")
        if not _knows(sentence.language, text):
            weights[""] = weights.get("", 0) + len(text)
            continue
        weight = len(text) * (
            3 if sentence.language.script is not None and sentence.language.script.search(text) else 1
        )
        weights[sentence.language.name] = weights.get(sentence.language.name, 0) + weight
    return max(weights, key=lambda name: weights[name]) if weights else case.languages[0].name


def _knows(language: Language, text: str) -> bool:
    """Whether a text is likely in a language: its script, or one of its everyday words in any six."""
    if language.foreign is not None and language.foreign.search(text):
        return False
    if language.script is not None and language.script.search(text):
        return True
    words = re.findall(r"[a-zà-ɏ']+", text)
    return len(words) < 6 or any(word in language.common for word in words)


def _span(case: Case, wish: Wish) -> tuple[int, int] | None:
    """From the first to the last sentence that carries the wish, where they stand in the text."""
    if not wish.stated:
        return None
    carrying = [
        clause.sentence for clause in case.of(*_STOPPING, Polarity.RESUME, Polarity.KEEP) if not clause.sentence.subject
    ]
    spans = [(sentence.start, sentence.end) for sentence in carrying] or [
        (one.start, one.end) for one in case.sentences if not one.subject and _substance(one)
    ][:3]
    return (spans[0][0], max(end for _, end in spans)) if spans else None
