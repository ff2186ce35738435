"""What stands beside a wish: a condition or an end, somebody else it is for, a second request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from optout_daemon.core.reading.case import Case, relatives, theirs
from optout_daemon.core.reading.clause import Clause, Polarity
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.named import only_part
from optout_daemon.core.reading.sentences import Sentence

_BINDING: Final = frozenset({"stop_if", "condition", "until", "pause", "fewer", "onlywant", "span"})
"""What `condition` looks for in a sentence: one without any of it is passed over at once."""
_BESIDES: Final = frozenset({"change", "errand", "erase", "disclose", "ask", "wh", "damage"})
"""What `second_request` looks for in a sentence, beside clauses."""
_NEAR: Final = 24
"""Characters between `fewer` and what there should be fewer of."""


def condition(case: Case, stops: Sequence[Clause], *, anywhere: bool = False) -> Sentence | None:
    """The sentence that binds the stop to a condition, a time, a number or a part; `anywhere` looks beyond it."""
    near = {id(clause.sentence) for clause in case.stopping}
    for clause in case.stops:
        if clause.predicate.kind == "pause":
            return clause.sentence
    for number, sentence in enumerate(case.sentences):
        if sentence.kinds.isdisjoint(_BINDING):
            continue
        here = id(sentence) in near or sentence.subject or anywhere
        beside = here or anywhere or any(id(one) in near for one in case.sentences[max(0, number - 1) : number + 2])
        for token in sentence.tokens:
            if token.kind == "stop_if" and (here or sentence.has(*case.ours)):
                return sentence
            if token.kind == "condition" and beside and not sentence.clauses and _points_forward(sentence):
                return sentence
            if token.kind in ("until", "condition") and here and (near or token.kind != "until"):
                if sentence.has("lasting") and sentence.language.grammar.absent.search(sentence.text, 0, token.start):
                    continue  # on holiday from Monday: stop them for good
                return sentence
            if token.kind == "pause" and here and sentence.has(*case.ours):
                return sentence
            if (token.kind == "fewer" or (token.kind == "onlywant" and beside)) and _limits(case, sentence, token):
                return sentence
            if token.kind == "span" and any(
                _spans(clause, token) for clause in sentence.clauses if clause in case.stopping
            ):
                return sentence
    return next((clause.sentence for clause in stops if _only_then(clause) or _some_only(clause)), None)


def redirected(case: Case, stops: Sequence[Clause]) -> Sentence | None:
    """The sentence that stops a sending at one address because it shall go to another."""
    for clause in stops:
        sentence = clause.sentence
        if sentence.language.grammar.left.search(sentence.text) and any(
            one.language.grammar.taken.search(one.text) for one in case.sentences
        ):
            return sentence
    return None


def _points_forward(sentence: Sentence) -> bool:
    """Whether its condition holds its verb as well, as in languages whose predicate stands last: 秋だけ送って."""
    return sentence.language.order == "predicate_last"


def _only_then(clause: Clause) -> bool:
    """終わったら止めて: bound to what comes before it, and not to a word of courtesy."""
    sentence, grammar = clause.sentence, clause.sentence.language.grammar
    polite = [token for token in sentence.tokens if token.kind == "polite"]
    forward = _points_forward(sentence)
    for match in grammar.provided.finditer(sentence.text, 0, clause.predicate.start if forward else len(sentence.text)):
        courteous = any(token.start < match.end() and match.start() < token.end for token in polite)
        begins, ends = (match.end(), clause.predicate.start) if forward else (0, match.start())
        if not courteous and not grammar.reasons.search(sentence.text, begins, ends):
            return True
    return False


def _some_only(clause: Clause) -> bool:
    """セールのメルマガだけ止めて: part of a channel, and expressly no more."""
    if not clause.has("only"):
        return False
    text = clause.sentence.text
    things = {one.end for one in clause.objects}
    named = any(
        one.kind == "sending" and text.endswith("の", 0, one.start) and one.start - 1 not in things
        for one in clause.objects
    )
    quoted = any(token.kind == "only" and text.endswith(("」", "』", '"'), 0, token.start) for token in clause.others)
    return only_part(clause) or named or quoted


def _limits(case: Case, sentence: Sentence, token: Token) -> bool:
    if token.kind == "fewer":
        return _of_sendings(case, sentence, token)
    whole = _whole_channel(sentence, token, case.channels)
    return not whole or any(
        one.kind in case.channels and one.end == token.start and _stopped(case, one) for one in sentence.tokens
    )


def _of_sendings(case: Case, sentence: Sentence, fewer: Token) -> bool:
    """`fewer e-mails`, `as many`; not `fewer screens`."""
    if _points_forward(sentence) or " " in fewer.text:
        return " " in fewer.text or sentence.has("act", *case.ours)
    following = next((one for one in sentence.tokens if one.start >= fewer.end), None)
    return following is not None and following.start - fewer.end <= _NEAR and following.kind in case.ours


def _stopped(case: Case, channel: Token) -> bool:
    """お歳暮のカタログのみ残し、ほかの冊子は停止: of one channel a part stops, a part goes on."""
    return any(one.kind == channel.kind for clause in case.stopping for one in clause.objects)


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
    own = case.tells("own", "wants") is not None
    mine = case.tells("own") is not None
    for sentence in case.sentences:
        if not sentence.who:
            continue
        kept = any(clause.polarity is Polarity.KEEP for clause in sentence.clauses)
        if kept and not any(clause in case.stopping for clause in sentence.clauses):
            continue
        if sentence.tells("behalf") or (sentence.tells("death") and not own) or (sentence.tells("caring") and not mine):
            return sentence
        if any(_is_theirs(case, sentence, token) for token in relatives(sentence)):
            return sentence
    return None


def _is_theirs(case: Case, sentence: Sentence, kin: Token) -> bool:
    if theirs(sentence, kin):
        return True
    if sentence.language.order == "predicate_last":
        return False
    apart = sentence.language.grammar.apart
    return any(
        c in case.stopping
        and c.predicate.start <= kin.start <= c.predicate.end + 60
        and not apart.search(sentence.text, c.predicate.end, kin.start)
        for c in sentence.clauses
    )


def second_request(case: Case, stops: Sequence[Clause]) -> Sentence | None:
    """The sentence that asks for something beside the stop."""
    for sentence in case.sentences:
        if not sentence.clauses and sentence.kinds.isdisjoint(_BESIDES):
            continue
        stopping = any(clause in case.stopping for clause in sentence.clauses)
        if sentence.has("instructs") or (not stopping and sentence.has("dont", "unwanted", "deny")):
            continue  # advertising's words; I do not want my data deleted
        if sentence.has("change", "errand", "erase", "disclose") or any(
            clause.polarity is Polarity.ERASE for clause in sentence.clauses
        ):
            return sentence
        if sentence.has("ask") and not stopping and not sentence.has("halt", "stop", "reply", "vague", "closer"):
            return sentence
        if sentence.has("wh") and not stopping and not _of_the_stop(case, sentence):
            return sentence
        if sentence.has("damage") and sentence.has("question", "ask"):
            return sentence
        if any(_turns_away(clause) for clause in sentence.clauses):
            return sentence
    return None


def _of_the_stop(case: Case, sentence: Sentence) -> bool:
    """Whether a question is about the stop or what is sent, or no question: nothing that is asked for besides."""
    about = sentence.has("halt", "stop", "reply", "vague", "closer", "how", "instructs", *case.ours)
    return about or not (sentence.has("question") or "?" in sentence.text)


def _turns_away(clause: Clause) -> bool:
    """Calls, visits and the like are to stop as well."""
    return clause.predicate.kind in ("stop", "halt", "vague", "end", "unwanted", "halted", "dont") and any(
        token.kind in ("second", "calls") for token in clause.objects
    )
