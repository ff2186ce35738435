"""Clauses of languages whose predicate stands after its objects: メールは続けて、カタログは止めて."""

from __future__ import annotations

from typing import Final

from optout_daemon.core.reading.clause import NOT_OURS, PREDICATES, STOPPING, STOPS, Clause, Polarity, names_channel
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.sentences import Sentence

_ELSEWHERE: Final = frozenset({"damage", "complaint", "change", "errand", "question", "ask", "amend", "polite"})
"""What a phrase in front of a predicate may be without being something that we send."""


_SIDE: Final = 3
"""Characters between a thing and "not": カタログの方ではなく."""


def read_last(sentence: Sentence, tokens: list[Token], objects: frozenset[str]) -> None:
    things: list[Token] = []
    others: list[Token] = []
    context: list[Token] = []
    fresh = True
    cleft: Clause | None = None
    begins = 0
    for token in tokens:
        previous = sentence.clauses[-1] if sentence.clauses else None
        if cleft is not None and token.kind in objects and not _apart(sentence, cleft, token):
            # 不要なのはカタログです: the thing stands behind its predicate.
            cleft.objects = [token] if cleft.inherited else [*cleft.objects, token]
            cleft.inherited, cleft.about = False, token.kind
            cleft.polarity = _judge_last(cleft, None)
        elif token.kind in objects or token.kind in ("every", "both"):
            if not fresh:
                context = [*context, *things]
                things, others, fresh = [], [], True
                begins = previous.predicate.end if previous else 0
            elif things and not _same_list(sentence, things[-1], token):
                context, things = [*context, *things], []
            if not (things and token.kind == "sending" and _belongs(sentence, things[-1], token)):
                (things if token.kind in objects else others).append(token)
        elif token.kind in PREDICATES:
            if fresh and not things and context and all(one.kind in ("both", "every") for one in others):
                if others:
                    things = context  # パンフレットとメールを、どちらも
                elif not _ends_a_thing(sentence, token):
                    things = context[-2:] if len(context) > 2 else context
            clause = Clause(Polarity.NONE, sentence, token, list(things), list(others), list(context), not fresh)
            clause.begins = begins
            clause.about = things[-1].kind if things else ""
            clause.polarity = _judge_last(clause, previous if not fresh else None)
            sentence.clauses.append(clause)
            fresh = False
            is_cleft = token.kind in STOPPING and sentence.language.grammar.cleft.match(sentence.text, token.end)
            acts = sentence.language.grammar.acts
            cleft = clause if is_cleft and all(acts.fullmatch(one.text) for one in things) else None
        elif token.kind == "rather":
            if cleft is not None and cleft.objects and token.start - cleft.objects[-1].end <= _SIDE:
                # 止めてほしいのはメールではなくカタログです
                cleft.objects, cleft.inherited = cleft.objects[:-1], len(cleft.objects) == 1
                cleft.polarity = Polarity.NONE if cleft.inherited else cleft.polarity
            elif not fresh and previous:
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
    return not clause.inherited and _ends_a_thing(clause.sentence, clause.predicate)


def _of_unknown(clause: Clause) -> bool:
    """The same, or it is the topic of "all of it": あのような応答は今後いっさいやめて."""
    if clause.inherited or not clause.has("every"):
        return _unknown_thing(clause)
    all_of = next(token.start for token in clause.others if token.kind == "every")
    return (
        _unknown_thing(clause)
        or clause.sentence.language.grammar.whole.search(clause.sentence.text[clause.begins : all_of]) is not None
    )


def _belongs(sentence: Sentence, one: Token, other: Token) -> bool:
    """LINEのお知らせ, 電話での営業: what is sent belongs to the way it is sent."""
    return one.kind in ("calls", "reply") and sentence.text[one.end : other.start] in (
        "",
        "の",
        "での",
        "による",
        "からの",
    )


def _ends_a_thing(sentence: Sentence, predicate: Token, particle: str = "") -> bool:
    """Whether a thing that no phrase names ends right before a predicate, with this particle if one is given."""
    text, grammar = sentence.text, sentence.language.grammar
    if not text.endswith(particle, 0, predicate.start):
        return False
    before = text[max(0, predicate.start - 12) : predicate.start]
    if not before or grammar.pronoun.search(before) or grammar.fillers.search(before):
        return False
    if any(0 <= predicate.start - token.end <= 1 and token.kind not in _ELSEWHERE for token in sentence.tokens):
        return False
    return grammar.thing.search(before) is not None


def _does_something(clause: Clause) -> bool:
    """毛皮を載せるのは止めて: what is to stop is something done, not something sent."""
    text, at = clause.sentence.text, clause.predicate.start
    match = clause.sentence.language.grammar.deed.search(text[max(0, at - 12) : at])
    return match is not None and not any(0 <= at - token.end <= 2 for token in clause.objects)


def _apart(sentence: Sentence, clause: Clause, token: Token) -> bool:
    """Whether a comma stands between a predicate and what follows, other than that behind its topic or "not A, but"."""
    between = sentence.text[clause.predicate.end : token.start]
    comma = between.rfind("、")
    return comma >= 0 and not between[:comma].endswith(("は", "が", "なく", "なくて"))


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
        if kind == "leave" and not names_channel(clause):
            return Polarity.NONE  # to leave the club is no word about what it sends
        if not clause.inherited and _does_something(clause):
            return Polarity.NONE
        if clause.about in NOT_OURS and kind != "stop":
            return Polarity.NONE
        if kind == "end" and clause.about == "personal":
            return Polarity.ERASE
        if kind == "end" and (not clause.about or clause.inherited):
            return Polarity.NONE if _unknown_thing(clause) else Polarity.PERHAPS
        by_this = clause.sentence.text.endswith("で", 0, clause.predicate.start) and names_channel(clause)
        if kind == "enough" and (kept or clause.has("onlywant") or (by_this and not stopped)):
            return Polarity.KEEP  # メルマガで十分です
        if clause.about in NOT_OURS:
            return Polarity.PERHAPS if clause.about == "aside" else Polarity.NONE
        if clause.objects or clause.has("both") or (clause.has("every") and not _of_unknown(clause)):
            return Polarity.STOP
        if _of_unknown(clause):
            return Polarity.NONE
        return Polarity.PERHAPS if kind != "stop" else Polarity.STOP
    if kind == "ditto":
        ours = [one for one in clause.objects if one.kind not in NOT_OURS]
        return Polarity.DITTO if ours and names_channel(clause) and not clause.inherited else Polarity.NONE
    if kind == "restrict":
        # The use of data for advertising is to stop: of what is held nothing else is asked.
        ours = [one for one in clause.objects if one.kind not in NOT_OURS and one.kind != "personal"]
        return Polarity.STOP if ours else Polarity.NONE
    if kind == "resume":
        return Polarity.NONE if clause.about in NOT_OURS else Polarity.RESUME
    if kind in ("spare", "keep"):
        # 用紙をお送りください, 督促を止めるつもりはない: something else goes on.
        other = clause.about in NOT_OURS or _ends_a_thing(clause.sentence, clause.predicate, "を")
        return Polarity.NONE if other and not names_channel(clause) else Polarity.KEEP
    if kind in ("asbefore", "enjoy", "want"):
        return Polarity.NONE if stopped else Polarity.LIKE
    if kind == "fine":
        return Polarity.NONE if stopped or not (kept or names_channel(clause)) else Polarity.KEEP
    return Polarity.NONE
