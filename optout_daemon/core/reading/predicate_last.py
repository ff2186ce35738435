"""Clauses of languages whose predicate stands after its objects: メールは続けて、カタログは止めて."""

from __future__ import annotations

from optout_daemon.core.reading.clause import NOT_OURS, PREDICATES, STOPPING, STOPS, Clause, Polarity, names_channel
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.sentences import Sentence


def read_last(sentence: Sentence, tokens: list[Token], objects: frozenset[str]) -> None:
    things: list[Token] = []
    others: list[Token] = []
    context: list[Token] = []
    fresh = True
    begins = 0
    for token in tokens:
        previous = sentence.clauses[-1] if sentence.clauses else None
        if token.kind in objects or token.kind in ("every", "both"):
            if not fresh:
                context = [*context, *things]
                things, others, fresh = [], [], True
                begins = previous.predicate.end if previous else 0
            elif things and not _same_list(sentence, things[-1], token):
                context, things = [*context, *things], []
            (things if token.kind in objects else others).append(token)
        elif token.kind in PREDICATES:
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


def _unknown_thing(clause: Clause) -> bool:
    """Whether a thing that no phrase names stands right before the predicate: `サブスクを停止`, `自動更新停止`."""
    text, grammar = clause.sentence.text, clause.sentence.language.grammar
    before = text[max(0, clause.predicate.start - 12) : clause.predicate.start]
    if clause.inherited or not before or grammar.pronoun.search(before) or grammar.fillers.search(before):
        return False
    if any(0 <= clause.predicate.start - token.end <= 1 for token in clause.sentence.tokens):
        return False
    return grammar.thing.search(before) is not None


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
    if kind in STOPPING:
        if clause.about == "calls" and names_channel(clause):
            clause.about = "sending"  # mails and calls in one breath
        if clause.about in NOT_OURS and kind != "stop":
            return Polarity.NONE
        if kind == "end" and clause.about == "personal":
            return Polarity.ERASE
        if kind == "end" and (not clause.about or clause.inherited):
            return Polarity.NONE
        if kind == "enough" and kept:
            return Polarity.KEEP
        if clause.about in NOT_OURS:
            return Polarity.PERHAPS if clause.about == "aside" else Polarity.NONE
        if clause.objects or clause.has("every", "both"):
            return Polarity.STOP
        if _unknown_thing(clause):
            return Polarity.NONE
        return Polarity.PERHAPS if kind != "stop" else Polarity.STOP
    if kind == "restrict":
        # The use of data for advertising is to stop: of what is held nothing else is asked.
        ours = [one for one in clause.objects if one.kind not in NOT_OURS and one.kind != "personal"]
        return Polarity.STOP if ours else Polarity.NONE
    if kind == "resume":
        return Polarity.NONE if clause.about in NOT_OURS else Polarity.RESUME
    if kind == "spare":
        return Polarity.KEEP
    if kind == "keep":
        return Polarity.NONE if clause.about in NOT_OURS and not names_channel(clause) else Polarity.KEEP
    if kind in ("asbefore", "enjoy", "want"):
        return Polarity.NONE if stopped else Polarity.LIKE
    if kind == "fine":
        return Polarity.NONE if stopped or not (kept or names_channel(clause)) else Polarity.KEEP
    return Polarity.NONE
