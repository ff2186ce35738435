"""Cut own words into sentences and clauses, and say of each clause what it asks for.

A clause is one predicate with the things it is about. Two orders are known, chosen by the words file: the predicate
after its objects (メールは続けて、カタログは止めて) or before them (stop the catalogues, e-mail is fine). Which words are
predicates, objects and their modifiers is data; here is only how they act on each other: "do not" before "stop", a
flip behind 停止, a noun that is nothing we send. Linear: each phrase found is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from optout_daemon.core.reading.words import Language, Token

_TERMINATOR: Final = re.compile(r"[。!?]+|\.{2,}|\.(?=\s|$)|…+")
_DIGIT: Final = str.maketrans("123456789", "000000000")
_BOUNDARY: Final = re.compile(
    r"[,;:()\n/]|\s-+\s|\b(?:but|however|although|though|whereas|while|yet|and|so|because|since|as|or)\b"
)
_GERUND: Final = re.compile(r"\s+[a-z]{2,16}ing\b")
_FILLED: Final = re.compile(
    r"(?:please|pls|now|just|thanks?|kindly|immediately|at once|all|it|this|that|them|these|the|me|you|i|to|must|asap|today|"
    r"for good|forever|right|[\s!?.,\"'*$()-])*"
)
_WISHING: Final = re.compile(r"\b(?:want|like|wish|have|need|get|ask|request|please|require|prefer)\b")
_ADVERBS: Final = re.compile(r"\s*(?:(?:ever|please|you|to|just|even|really|actually|me|us)\s+){0,2}")
_WIDE: Final = re.compile(r"[⺀-鿿゛-ヿ]")
_OBJECTS: Final = frozenset({"sending", "list", "mail", "aside", "second", "reply", "personal"})
_NOT_OURS: Final = frozenset({"aside", "second", "reply"})
_PREDICATES: Final = frozenset(
    {
        "stop",
        "halt",
        "end",
        "halted",
        "enough",
        "unwanted",
        "keep",
        "asbefore",
        "fine",
        "enjoy",
        "want",
        "resume",
        "erase",
        "dont",
        "deny",
    }
)
_BEHIND: Final = 3
"""Sentences that one without an object may look back for what it is about."""


class Polarity(StrEnum):
    """What a clause does to sendings."""

    STOP = "stop"
    ASKED = "asked"
    """A stop that was asked for earlier."""
    PERHAPS = "perhaps"
    """To be stopped, but what, if anything of ours, is not said."""
    KEEP = "keep"
    LIKE = "like"
    RESUME = "resume"
    NONE = "none"


@dataclass(slots=True, eq=False)
class Sentence:
    """One sentence of own words, folded, digits as 0, with what was found in it."""

    text: str
    start: int
    end: int
    """Places in the folded text; (0, 0) for one of the subject."""
    language: Language
    tokens: list[Token]
    subject: bool = False
    clauses: list[Clause] = field(default_factory=list)

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)


@dataclass(slots=True, eq=False)
class Clause:
    """One predicate and what it is about."""

    polarity: Polarity
    sentence: Sentence
    predicate: Token
    objects: list[Token] = field(default_factory=list)
    others: list[Token] = field(default_factory=list)
    """Modifiers: every, only, except, until ..."""
    inherited: bool = False
    """Its objects are those of the clause before it."""
    about: str = ""
    """Kind of the object that the predicate is about; "" where there is none."""
    rest: int = 0
    """Where in the sentence the clause begins."""

    @property
    def text(self) -> str:
        end = max([self.predicate.end, *(token.end for token in self.objects)])
        return self.sentence.text[self.rest : end].strip(" 、,;:$")

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.others)


def sentences(
    pieces: Iterable[tuple[str, int, int]], languages: Sequence[Language], *, subject: bool = False
) -> list[Sentence]:
    """Sentences of stretches (folded text, start, end), each ending at a full stop or with its stretch."""
    found: list[Sentence] = []
    for text, start, end in pieces:
        at = 0
        for match in _TERMINATOR.finditer(text):
            _add(found, text, at, match.end(), start, end, languages, subject=subject)
            at = match.end()
        _add(found, text, at, len(text), start, end, languages, subject=subject)
    return found


def _add(
    found: list[Sentence],
    text: str,
    low: int,
    high: int,
    start: int,
    end: int,
    languages: Sequence[Language],
    *,
    subject: bool,
) -> None:
    piece = text[low:high].strip()
    if not piece:
        return
    scanned = piece.translate(_DIGIT) + "$"
    language, tokens = _best(scanned, languages)
    found.append(Sentence(scanned, start, end, language, tokens, subject))


def _best(text: str, languages: Sequence[Language]) -> tuple[Language, list[Token]]:
    """The language whose script the text is in; among those that share one, the language that finds most."""
    for language in languages:
        if language.script is not None and language.script.search(text):
            return language, language.wish.scan(text)
    best = languages[0], languages[0].wish.scan(text) if languages else []
    weight = -1
    for language in languages:
        tokens = language.wish.scan(text)
        found = sum(token.end - token.start for token in tokens)
        if found > weight:
            best, weight = (language, tokens), found
    return best


def read(sentence: Sentence, channels: frozenset[str]) -> None:
    """Cut a sentence into clauses and judge each."""
    objects = _OBJECTS | channels
    tokens = [token for token in sentence.tokens if token.kind not in ("neutral", "greeting", "thanks")]
    if sentence.language.order == "predicate_last":
        _last(sentence, tokens, objects)
    else:
        for piece in _pieces(sentence, tokens):
            _first(sentence, piece, objects)


# The predicate after its objects


def _last(sentence: Sentence, tokens: list[Token], objects: frozenset[str]) -> None:
    things: list[Token] = []
    others: list[Token] = []
    fresh = True
    begins = 0
    for token in tokens:
        previous = sentence.clauses[-1] if sentence.clauses else None
        if token.kind in objects or token.kind == "every":
            if not fresh:
                things, others, fresh = [], [], True
                begins = previous.predicate.end if previous else 0
            (others if token.kind == "every" else things).append(token)
        elif token.kind in _PREDICATES:
            clause = Clause(
                Polarity.NONE, sentence, token, list(things), list(others), inherited=not fresh, rest=begins
            )
            clause.about = things[-1].kind if things else ""
            clause.polarity = _judge_last(clause, previous if not fresh else None)
            sentence.clauses.append(clause)
            fresh = False
        elif token.kind == "rather":
            if not fresh and previous:
                previous.polarity = Polarity.NONE
            elif things:
                things.pop()
        elif previous is not None and not fresh and token.kind in ("flip", "reported", "past"):
            _turn(previous, token.kind)
            previous.others.append(token)
        elif previous is not None and not fresh:
            previous.others.append(token)
        else:
            others.append(token)


def _turn(clause: Clause, kind: str) -> None:
    if kind == "flip" and clause.polarity in (Polarity.STOP, Polarity.ASKED, Polarity.PERHAPS):
        clause.polarity = Polarity.KEEP
    elif kind == "reported" and clause.polarity in (Polarity.STOP, Polarity.ASKED, Polarity.PERHAPS):
        clause.polarity = Polarity.NONE
    elif kind == "past" and clause.polarity in (Polarity.STOP, Polarity.PERHAPS):
        clause.polarity = Polarity.ASKED


def _judge_last(clause: Clause, previous: Clause | None) -> Polarity:
    kind = clause.predicate.kind
    kept = previous is not None and previous.polarity in (Polarity.KEEP, Polarity.LIKE)
    stopped = previous is not None and previous.polarity in (Polarity.STOP, Polarity.ASKED, Polarity.PERHAPS)
    if kind in ("stop", "halt", "unwanted", "enough", "end"):
        if clause.about in _NOT_OURS and kind != "stop":
            return Polarity.NONE
        if kind == "end" and (not clause.about or clause.about == "personal" or clause.inherited):
            return Polarity.NONE
        if kind == "enough" and kept:
            return Polarity.KEEP
        if kind == "stop" or clause.objects or clause.has("every"):
            return Polarity.STOP
        return Polarity.PERHAPS
    if kind == "resume":
        return Polarity.RESUME
    if kind == "keep":
        return Polarity.KEEP if clause.about not in ("reply",) else Polarity.NONE
    if kind in ("asbefore", "enjoy", "want"):
        return Polarity.NONE if stopped else Polarity.LIKE
    if kind == "fine":
        return Polarity.NONE if stopped or not (kept or clause.objects) else Polarity.KEEP
    return Polarity.NONE


# The predicate before its objects


def _pieces(sentence: Sentence, tokens: list[Token]) -> list[list[Token]]:
    """Stretches between commas and conjunctions; one without a predicate belongs to its neighbour."""
    pieces: list[list[Token]] = [[]]
    after = 0
    for token in tokens:
        if pieces[-1] and _BOUNDARY.search(sentence.text, after, token.start):
            pieces.append([])
        pieces[-1].append(token)
        after = token.end
    merged: list[list[Token]] = []
    waiting: list[Token] = []
    for piece in pieces:
        if any(token.kind in _PREDICATES or token.kind == "past" for token in piece):
            merged.append([*waiting, *piece])
            waiting = []
        elif merged:
            merged[-1].extend(piece)
        else:
            waiting.extend(piece)
    return merged if merged or not waiting else [waiting]


def _first(sentence: Sentence, tokens: list[Token], objects: frozenset[str]) -> None:
    predicates = [(at, token) for at, token in enumerate(tokens) if token.kind in _PREDICATES or token.kind == "past"]
    for number, (at, token) in enumerate(predicates):
        begins = predicates[number - 1][0] + 1 if number else 0
        ends = predicates[number + 1][0] if number + 1 < len(predicates) else len(tokens)
        around = [one for one in tokens[begins:ends] if one is not token]
        clause = Clause(Polarity.NONE, sentence, token, rest=token.start)
        clause.objects = [one for one in around if one.kind in objects]
        clause.others = [one for one in around if one.kind not in objects]
        following = [one for one in tokens[at + 1 : ends] if one.kind in objects]
        preceding = [one for one in tokens[begins:at] if one.kind in objects]
        clause.about = _head(sentence, following) or (preceding[-1].kind if preceding else "")
        before = predicates[number - 1][1] if number else None
        clause.polarity = _judge_first(clause, before, tokens[at + 1] if at + 1 < len(tokens) else None)
        sentence.clauses.append(clause)


def _head(sentence: Sentence, tokens: list[Token]) -> str:
    """The head of the first noun phrase: the last of the things that stand directly together."""
    if not tokens:
        return ""
    head = tokens[0]
    for token in tokens[1:]:
        if token.start - head.end > 1:
            break
        head = token
    return head.kind


def _judge_first(clause: Clause, before: Token | None, after: Token | None) -> Polarity:
    kind = clause.predicate.kind
    text = clause.sentence.text
    negated = (
        before is not None
        and before.kind == "dont"
        and _ADVERBS.fullmatch(text, before.end, clause.predicate.start) is not None
    )
    denied = before is not None and before.kind == "deny"
    if kind == "dont":
        ours = after is not None and after.kind in ("sending", "mail", "list", *_channel_kinds(clause))
        if ours and after is not None and _ADVERBS.fullmatch(text, clause.predicate.end, after.start):
            return Polarity.STOP
        if _FILLED.fullmatch(text, clause.predicate.end) and _FILLED.fullmatch(text, 0, clause.predicate.start):
            return Polarity.PERHAPS
        return Polarity.NONE
    if kind in ("stop", "halt", "end", "halted", "unwanted"):
        if clause.about in _NOT_OURS:
            return Polarity.NONE
        if negated or denied:
            return Polarity.KEEP if kind != "unwanted" else Polarity.STOP
        if kind == "halted":
            return (
                Polarity.STOP if clause.objects and _WISHING.search(text, 0, clause.predicate.start) else Polarity.NONE
            )
        if kind == "end" and (not clause.about or clause.about == "personal"):
            return Polarity.NONE
        if kind == "stop" or clause.objects or (clause.has("every") and clause.about != "personal"):
            return Polarity.STOP
        if kind == "halt" and _GERUND.match(text, clause.predicate.end):
            return Polarity.NONE
        if _FILLED.fullmatch(text, clause.predicate.end):
            return Polarity.PERHAPS
        return Polarity.NONE
    if kind == "resume":
        return Polarity.NONE if negated or denied else Polarity.RESUME
    if kind in ("keep", "asbefore"):
        if negated:
            return Polarity.STOP
        return Polarity.KEEP if kind == "keep" or clause.objects else Polarity.NONE
    if kind == "fine":
        return Polarity.KEEP if clause.objects and not negated else Polarity.NONE
    if kind == "past":
        return Polarity.NONE if denied or clause.has("reported") else Polarity.ASKED
    if kind == "enjoy":
        return Polarity.LIKE if clause.objects and not negated else Polarity.NONE
    return Polarity.NONE


def _channel_kinds(clause: Clause) -> tuple[str, ...]:
    return clause.sentence.language.channels
