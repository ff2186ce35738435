"""Cut a sentence into clauses, and say of each what it asks for.

A clause is one predicate with the things it is about. Two orders are known, chosen by the words file: the
predicate after its objects (メールは続けて、カタログは止めて) or before them (stop the catalogues). Which words are
predicates, objects and their modifiers is data; here is only how they act on each other: "do not" before "stop", a
flip behind 停止, a noun that is nothing we send. Linear: each phrase found is looked at a bounded number of times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from optout_daemon.core.reading.sentences import Sentence
from optout_daemon.core.reading.words import Token

NOT_OURS: Final = frozenset({"aside", "second", "calls", "reply"})
"""Things that no wish about sendings is about."""

_OBJECTS: Final = NOT_OURS | {"sending", "act", "list", "mail", "personal"}
_STOPPING: Final = frozenset({"stop", "halt", "vague", "end", "enough", "unwanted", "halted", "pause"})
_PREDICATES: Final = _STOPPING | {
    "keep",
    "spare",
    "asbefore",
    "fine",
    "enjoy",
    "want",
    "resume",
    "erase",
    "dont",
    "deny",
}
_DROPPED: Final = frozenset({"neutral", "greeting", "thanks"})
_NEAR: Final = 8
"""Characters between a predicate and a verb that is its object ("stop sending", "want to receive")."""


class Polarity(StrEnum):
    """What a clause does to sendings."""

    STOP = "stop"
    ASKED = "asked"
    """A stop that was asked for earlier."""
    PERHAPS = "perhaps"
    """To be stopped, but what is not said in the clause."""
    KEEP = "keep"
    LIKE = "like"
    RESUME = "resume"
    ERASE = "erase"
    """What is held about the writer is to go."""
    NONE = "none"


STOPS: Final = frozenset({Polarity.STOP, Polarity.ASKED, Polarity.PERHAPS})


@dataclass(slots=True, eq=False)
class Clause:
    """One predicate and what it is about."""

    polarity: Polarity
    sentence: Sentence
    predicate: Token
    objects: list[Token] = field(default_factory=list)
    others: list[Token] = field(default_factory=list)
    """Modifiers: every, only, except, until ..."""
    context: list[Token] = field(default_factory=list)
    """Things spoken of earlier in the sentence, in a clause without a predicate of ours."""
    inherited: bool = False
    """Its objects are those of the clause before it."""
    about: str = ""
    """Kind of the object that the predicate is about; "" where there is none."""
    begins: int = 0
    """Where in the sentence the clause begins."""

    @property
    def text(self) -> str:
        end = max([self.predicate.end, *(token.end for token in self.objects)])
        return self.sentence.text[self.begins : end].strip(" 、,;:^$")

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.others)


def read(sentence: Sentence, channels: frozenset[str]) -> None:
    """Cut a sentence into clauses and judge each."""
    objects = _OBJECTS | channels
    tokens = [token for token in sentence.tokens if token.kind not in _DROPPED]
    if sentence.language.order == "predicate_last":
        _last(sentence, tokens, objects)
    else:
        for piece in _pieces(sentence, tokens):
            _first(sentence, piece, objects)
    instructs = sentence.has("instructs")
    reported = [match.span() for match in sentence.language.grammar.reported.finditer(sentence.text)]
    for clause in sentence.clauses:
        if clause.polarity is Polarity.NONE:
            continue
        said = any(start <= clause.predicate.start < end for start, end in reported)
        if instructs or said or sentence.text.startswith("http", _skip(sentence.text, clause.predicate.end)):
            clause.polarity = Polarity.NONE


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " :→⇒":
        at += 1
    return at


# The predicate after its objects


def _last(sentence: Sentence, tokens: list[Token], objects: frozenset[str]) -> None:
    things: list[Token] = []
    others: list[Token] = []
    context: list[Token] = []
    fresh = True
    begins = 0
    for token in tokens:
        previous = sentence.clauses[-1] if sentence.clauses else None
        if token.kind in objects or token.kind == "every":
            if not fresh:
                context = [*context, *things]
                things, others, fresh = [], [], True
                begins = previous.predicate.end if previous else 0
            elif things and not _same_list(sentence, things[-1], token):
                context, things = [*context, *things], []
            (others if token.kind == "every" else things).append(token)
        elif token.kind in _PREDICATES:
            if fresh and not things and context and not others:
                things = context[-2:] if len(context) > 2 else context
            clause = Clause(Polarity.NONE, sentence, token, list(things), list(others), list(context), not fresh)
            clause.begins = begins
            clause.about = things[-1].kind if things else ""
            clause.polarity = _judge_last(clause, previous if not fresh else None)
            sentence.clauses.append(clause)
            fresh = False
        elif token.kind == "rather":
            if not fresh and previous:
                previous.polarity = Polarity.NONE
            elif things:
                things.pop()
        elif previous is not None and not fresh:
            _turn(previous, token.kind)
            previous.others.append(token)
        else:
            others.append(token)


def _same_list(sentence: Sentence, one: Token, other: Token) -> bool:
    """Whether two things stand in one clause: no comma between them but that of a list or behind a topic."""
    between = sentence.text[one.end : other.start]
    comma = between.find("、")
    return comma < 0 or sentence.language.grammar.joined.fullmatch(between[:comma].strip()) is not None


def _turn(clause: Clause, kind: str) -> None:
    if kind == "flip" and clause.polarity in STOPS:
        clause.polarity = Polarity.KEEP
    elif (kind in ("flip", "unwanted") and clause.polarity is Polarity.RESUME) or (
        kind == "reported" and clause.polarity in STOPS
    ):
        clause.polarity = Polarity.NONE
    elif kind == "past" and clause.polarity in (Polarity.STOP, Polarity.PERHAPS):
        clause.polarity = Polarity.ASKED


def _judge_last(clause: Clause, previous: Clause | None) -> Polarity:
    kind = clause.predicate.kind
    kept = previous is not None and previous.polarity in (Polarity.KEEP, Polarity.LIKE)
    stopped = previous is not None and previous.polarity in STOPS
    if kind in _STOPPING:
        if clause.about == "calls" and _channel(clause):
            clause.about = "sending"  # mails and calls in one breath
        if clause.about in NOT_OURS and kind != "stop":
            return Polarity.NONE
        if kind == "end" and clause.about == "personal":
            return Polarity.ERASE
        if kind == "end" and (not clause.about or clause.inherited):
            return Polarity.NONE
        if kind == "enough" and kept:
            return Polarity.KEEP
        if clause.objects or clause.has("every"):
            return Polarity.STOP if clause.about not in NOT_OURS else Polarity.PERHAPS
        return Polarity.PERHAPS if kind != "stop" else Polarity.STOP
    if kind == "resume":
        return Polarity.NONE if clause.about in NOT_OURS else Polarity.RESUME
    if kind == "spare":
        return Polarity.KEEP
    if kind == "keep":
        return Polarity.NONE if clause.about in NOT_OURS and not _channel(clause) else Polarity.KEEP
    if kind in ("asbefore", "enjoy", "want"):
        return Polarity.NONE if stopped else Polarity.LIKE
    if kind == "fine":
        return Polarity.NONE if stopped or not (kept or _channel(clause)) else Polarity.KEEP
    return Polarity.NONE


def _channel(clause: Clause) -> bool:
    return any(token.kind in clause.sentence.language.channels for token in clause.objects)


# The predicate before its objects


def _pieces(sentence: Sentence, tokens: list[Token]) -> list[list[Token]]:
    """Stretches between commas and conjunctions; one without a predicate belongs to its neighbour."""
    boundary = sentence.language.grammar.boundary
    pieces: list[list[Token]] = [[]]
    after = 0
    for token in tokens:
        if pieces[-1] and boundary.search(sentence.text, after, token.start):
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
        clause = Clause(Polarity.NONE, sentence, token, begins=token.start)
        following = [one for one in tokens[at + 1 : ends] if one.kind in objects and _counts(token, one)]
        preceding = [one for one in tokens[begins:at] if one.kind in objects and one.kind != "act"]
        clause.objects = _nearer(token, preceding, following)
        clause.others = [one for one in tokens[begins:ends] if one.kind not in objects and one is not token]
        clause.about = _head(following) or _subject(preceding, token)
        before = predicates[number - 1][1] if number else None
        clause.polarity = _judge_first(clause, before, tokens[at + 1] if at + 1 < len(tokens) else None)
        sentence.clauses.append(clause)


def _nearer(predicate: Token, preceding: list[Token], following: list[Token]) -> list[Token]:
    """What a predicate is about: what follows it; what is said to be fine may stand before."""
    ours = [one for one in following if one.kind not in NOT_OURS]
    if predicate.kind in _STOPPING or predicate.kind == "dont":
        return following if ours else [*preceding, *following]
    if preceding and following and predicate.start - preceding[-1].end < following[0].start - predicate.end:
        return preceding
    return following or preceding


def _counts(predicate: Token, one: Token) -> bool:
    return one.kind != "act" or one.start - predicate.end <= _NEAR


def _head(tokens: list[Token]) -> str:
    """The head of the first noun phrase: the last of the things that stand directly together."""
    if not tokens:
        return ""
    # "send me another letter": the verb counts only where no thing follows it.
    things = [token for token in tokens if token.kind != "act"] or tokens
    head = things[0]
    for token in things[1:]:
        if token.start - head.end > 1:
            break
        head = token
    return head.kind


def _subject(tokens: list[Token], predicate: Token) -> str:
    """What stands in front of a predicate: anything directly, else only what we send."""
    if not tokens:
        return ""
    last = tokens[-1]
    return last.kind if predicate.start - last.end <= 1 or last.kind not in NOT_OURS else ""


def _judge_first(clause: Clause, before: Token | None, after: Token | None) -> Polarity:
    kind, text, at = clause.predicate.kind, clause.sentence.text, clause.predicate
    grammar = clause.sentence.language.grammar
    negated = before is not None and before.kind == "dont" and grammar.adverbs.fullmatch(text, before.end, at.start)
    denied = before is not None and before.kind == "deny"
    if kind == "dont":
        return _negation(clause, after)
    if kind in _STOPPING:
        return _stopping(clause, turned=bool(negated or denied))
    if kind == "resume":
        return Polarity.NONE if negated or denied or clause.about in NOT_OURS else Polarity.RESUME
    if kind == "spare":
        return Polarity.KEEP
    if kind in ("keep", "asbefore"):
        if negated:
            return Polarity.STOP
        if clause.about in NOT_OURS:
            return Polarity.NONE
        return Polarity.KEEP if kind == "keep" or clause.objects else Polarity.NONE
    if kind == "fine":
        return Polarity.KEEP if clause.objects and not negated else Polarity.NONE
    if kind == "past":
        if denied:
            return Polarity.KEEP
        return Polarity.NONE if clause.has("reported") or clause.sentence.has("deny") else Polarity.ASKED
    if kind == "enjoy":
        return Polarity.LIKE if clause.objects and not negated else Polarity.NONE
    return Polarity.NONE


def _negation(clause: Clause, after: Token | None) -> Polarity:
    """`do not` before what we do is a stop; by itself it may be one."""
    text, grammar = clause.sentence.text, clause.sentence.language.grammar
    if clause.predicate.text == "no" and not _begins_a_clause(text, clause.predicate.start):
        return Polarity.NONE
    if clause.predicate.text == "not" and (after is None or after.kind not in ("act", "sending")):
        return Polarity.NONE
    ours = after is not None and after.kind in ("sending", "act", "mail", "list", *clause.sentence.language.channels)
    if ours and after is not None and grammar.adverbs.fullmatch(text, clause.predicate.end, after.start):
        return Polarity.STOP if clause.about not in NOT_OURS else Polarity.NONE
    alone = grammar.fillers.fullmatch(text, clause.predicate.end) and grammar.fillers.fullmatch(
        text, 0, clause.predicate.start
    )
    return Polarity.PERHAPS if alone else Polarity.NONE


def _begins_a_clause(text: str, at: int) -> bool:
    """`no letters, please`, but not `I have no e-mail`."""
    before = text[:at].rstrip()
    return before.endswith((",", ";", ":", "-", "(", "^", ".", " and", " but"))


def _stopping(clause: Clause, *, turned: bool) -> Polarity:
    kind, text, end = clause.predicate.kind, clause.sentence.text, clause.predicate.end
    grammar = clause.sentence.language.grammar
    pronoun = grammar.pronoun.match(text, end) is not None
    wished = any(match.end() <= clause.predicate.start for match in grammar.wishing.finditer(text))
    if pronoun and kind in ("halt", "vague", "end", "halted", "unwanted") and not turned:
        clause.about = ""
        clause.objects = [one for one in clause.objects if one.kind not in NOT_OURS]
        return Polarity.PERHAPS
    if clause.about == "calls" and _channel(clause):
        clause.about = "sending"  # calls and mails in one breath
    if clause.about in NOT_OURS:
        return Polarity.NONE
    ours = [one for one in clause.objects if one.kind not in NOT_OURS and one.kind != "personal"]
    if turned:
        if kind == "unwanted":
            return Polarity.STOP
        return Polarity.KEEP if ours or kind in ("stop", "halt", "vague") else Polarity.NONE
    if kind == "halted":
        return (Polarity.STOP if ours else Polarity.PERHAPS) if wished else Polarity.NONE
    if kind == "end" and clause.about == "personal":
        return Polarity.ERASE
    if kind in ("end", "pause"):
        return Polarity.STOP if ours or (clause.has("every") and kind == "end") else Polarity.NONE
    if kind == "stop":
        elsewhere = clause.sentence.has("aside") and clause.sentence.has("question")
        return Polarity.STOP if ours or not elsewhere else Polarity.NONE
    if ours or clause.has("every"):
        return Polarity.STOP
    if kind in ("halt", "vague") and grammar.doing.match(text, end):
        return Polarity.NONE
    return Polarity.PERHAPS if grammar.fillers.fullmatch(text, end) else Polarity.NONE
