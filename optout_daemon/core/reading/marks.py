"""What stands beside a wish: a condition or an end, somebody else it is for, a second request."""

from __future__ import annotations

from collections.abc import Sequence

from optout_daemon.core.reading.case import Case
from optout_daemon.core.reading.clause import Clause, Polarity
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.sentences import Sentence


def condition(case: Case, stops: Sequence[Clause], *, anywhere: bool = False) -> Sentence | None:
    """The sentence that binds the stop to a condition, a time, a number or a part; `anywhere` looks beyond it."""
    near = {id(clause.sentence) for clause in case.stopping}
    for clause in case.stopping:
        if clause.predicate.kind == "pause":
            return clause.sentence
    for number, sentence in enumerate(case.sentences):
        here = id(sentence) in near or sentence.subject or anywhere
        beside = here or anywhere or any(id(one) in near for one in case.sentences[max(0, number - 1) : number + 2])
        for token in sentence.tokens:
            if token.kind in ("until", "condition") and here and (near or token.kind != "until"):
                return sentence
            if token.kind == "pause" and here and sentence.has(*case.ours):
                return sentence
            if (token.kind == "fewer" or (token.kind == "onlywant" and beside)) and _limits(case, sentence, token):
                return sentence
            if token.kind == "span" and any(
                _spans(clause, token) for clause in sentence.clauses if clause in case.stopping
            ):
                return sentence
    return None


def _limits(case: Case, sentence: Sentence, token: Token) -> bool:
    if token.kind == "fewer":
        return sentence.subject or sentence.has("act", *case.ours)
    return not _whole_channel(sentence, token, case.channels)


def _spans(clause: Clause, span: Token) -> bool:
    if clause.sentence.language.order == "predicate_last":
        return span.end <= clause.predicate.start
    return span.start >= clause.predicate.end


def _whole_channel(sentence: Sentence, token: Token, channels: Sequence[str]) -> bool:
    """`カタログだけ送って` keeps a channel whole; `旅行のだけ欲しい`, `only the travel news` keep part of one."""
    if sentence.language.order == "predicate_last":
        return any(one.kind in channels and one.end == token.start for one in sentence.tokens)
    following = next((one for one in sentence.tokens if one.start >= token.end), None)
    if following is None or following.kind not in ("sending", "mail", "aside", *channels):
        return True
    return following.kind in channels and following.start - token.end <= 5


def another(case: Case, stops: Sequence[Clause]) -> Sentence | None:
    """The sentence that says the wish is for somebody else; one about what they like to get does not."""
    own = case.tells("own") is not None
    for sentence in case.sentences:
        kept = any(clause.polarity is Polarity.KEEP for clause in sentence.clauses)
        if kept and not any(clause in case.stopping for clause in sentence.clauses):
            continue
        if sentence.tells("behalf") or (sentence.tells("death") and not own):
            return sentence
        if any(token.kind == "kin" and _is_theirs(case, sentence, token) for token in sentence.who):
            return sentence
    return None


def _is_theirs(case: Case, sentence: Sentence, kin: Token) -> bool:
    behind = sentence.language.whose.scan(sentence.text[kin.end : kin.end + 24])
    if behind and behind[0].start == 0:
        return True
    if sentence.language.order == "predicate_last":
        return False
    return any(c in case.stopping and c.predicate.end <= kin.start <= c.predicate.end + 60 for c in sentence.clauses)


def second_request(case: Case, stops: Sequence[Clause]) -> Sentence | None:
    """The sentence that asks for something beside the stop."""
    for sentence in case.sentences:
        stopping = any(clause in case.stopping for clause in sentence.clauses)
        if sentence.has("change", "errand", "erase", "disclose") or any(
            clause.polarity is Polarity.ERASE for clause in sentence.clauses
        ):
            return sentence
        if sentence.has("ask") and not stopping and not sentence.has("halt", "stop", "reply", "vague"):
            return sentence
        if sentence.has("damage") and sentence.has("question", "ask"):
            return sentence
        if any(_turns_away(clause) for clause in sentence.clauses):
            return sentence
    return None


def _turns_away(clause: Clause) -> bool:
    """Calls, visits and the like are to stop as well."""
    return clause.predicate.kind in ("stop", "halt", "vague", "end", "unwanted", "halted", "dont") and any(
        token.kind in ("second", "calls") for token in clause.objects
    )
