"""Clauses of languages whose predicate stands before its objects: stop the catalogues, e-mail is fine."""

from __future__ import annotations

import re
from typing import Final

from optout_daemon.core.reading.clause import NOT_OURS, PREDICATES, STOPPING, VERBS, Clause, Polarity, names_channel
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.sentences import Sentence

_NEAR: Final = 8
"""Characters between a predicate and a verb that is its object ("stop sending", "want to receive")."""


def pieces(sentence: Sentence, tokens: list[Token]) -> list[list[Token]]:
    """Stretches between commas and conjunctions; one without a predicate belongs to its neighbour."""
    grammar = sentence.language.grammar
    boundary = grammar.boundary
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
        if any(token.kind in PREDICATES or token.kind == "past" for token in piece):
            merged.append([*waiting, *piece])
            waiting = []
        elif merged and not grammar.topic.search(sentence.text, 0, piece[0].start):
            merged[-1].extend(piece)
        else:
            waiting.extend(piece)
    if not merged:
        return [waiting] if waiting else []
    merged[-1].extend(waiting)
    return merged


_BY: Final = ("by ", "via ")
_GOING_ON: Final = frozenset({"keep", "asbefore", "fine"})
_POINTING: Final = frozenset({"these", "those", "things", "stuff", "it all"})
"""Things that are ours only where nothing else says what is done with them."""
_POINTS: Final = re.compile(r"\b(?:them|it|those|these)\b")
_NO_OTHER: Final = re.compile(r"(?:^\^|\s)no (?:more )?[a-z-]+$")
_SEND_ME: Final = re.compile(
    r"(?:\^|[,;:.!-]\s|\b(?:please|kindly|just|and|but|do)\s)(?:send|mail|post|e-?mail|give|deliver)(?: me| us)?$"
)
"""In front of "no": asked of us, and not told of us (`you send me no e-mails`)."""
_PHRASE: Final = 30
"""Characters of one noun phrase, at most."""


def read_first(sentence: Sentence, tokens: list[Token], objects: frozenset[str]) -> None:
    predicates = [(at, token) for at, token in enumerate(tokens) if token.kind in PREDICATES or token.kind == "past"]
    for number, (at, token) in enumerate(predicates):
        begins = predicates[number - 1][0] + 1 if number else 0
        ends = predicates[number + 1][0] if number + 1 < len(predicates) else len(tokens)
        clause = Clause(Polarity.NONE, sentence, token, begins=token.start)
        following = [one for one in tokens[at + 1 : ends] if one.kind in objects and _counts(token, one)]
        preceding = [one for one in tokens[begins:at] if one.kind in objects and one.kind not in VERBS]
        if token.kind in _GOING_ON and _of_bills_alone([*preceding, *following]):
            following = [one for one in following if one.kind == "bills"] or preceding[:1]
            preceding = []
        elif token.kind in ("keep", "asbefore") and _POINTS.search(token.text):
            following = []  # do keep them coming!
        clause.objects = _nearer(token, preceding, following)
        clause.others = [one for one in tokens[begins:ends] if one.kind not in objects and one is not token]
        clause.about = _head(following) or _subject(preceding, token)
        before = predicates[number - 1][1] if number else None
        clause.polarity = _judge_first(clause, before, tokens[at + 1] if at + 1 < len(tokens) else None)
        sentence.clauses.append(clause)


def _of_bills_alone(things: list[Token]) -> bool:
    """`My invoices may come by post`: of what we send nothing but bills, and how."""
    bills = any(one.kind == "bills" for one in things)
    return bills and all(one.kind in NOT_OURS or one.text.startswith((*_BY, "in the ")) for one in things)


def _nearer(predicate: Token, preceding: list[Token], following: list[Token]) -> list[Token]:
    """What a predicate is about: what follows it; what is said to be fine may stand before."""
    ours = [one for one in following if one.kind not in NOT_OURS]
    if predicate.kind in STOPPING or predicate.kind == "dont":
        return following if ours else [*preceding, *following]
    if preceding and following and predicate.start - preceding[-1].end < following[0].start - predicate.end:
        return preceding
    return following or preceding


def _counts(predicate: Token, one: Token) -> bool:
    return one.kind not in VERBS or one.start - predicate.end <= _NEAR


def _head(tokens: list[Token]) -> str:
    """The head of the first noun phrase: the last of the things that stand directly together."""
    if not tokens:
        return ""
    # "send me another letter": the verb counts only where no thing follows it.
    things = [token for token in tokens if token.kind not in VERBS] or tokens
    head = things[0]
    for token in things[1:]:
        if token.start - head.end > 1 or token.text.startswith(_BY):
            break  # the ticket by e-mail is a ticket
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
    if kind in STOPPING:
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
        return Polarity.KEEP if clause.objects and not negated and clause.about != "bills" else Polarity.NONE
    if kind == "past":
        if denied:
            return Polarity.KEEP
        other = clause.about in ("aside", "second", "goods")  # opted out of the paper bill
        return Polarity.NONE if other or clause.has("reported") or clause.sentence.has("deny") else Polarity.ASKED
    if kind == "enjoy":
        return Polarity.LIKE if clause.objects and not negated else Polarity.NONE
    return Polarity.NONE


def _negation(clause: Clause, after: Token | None) -> Polarity:
    """`do not` before what we do is a stop; by itself it may be one."""
    text, grammar = clause.sentence.text, clause.sentence.language.grammar
    if clause.predicate.text in ("no", "not") and text[clause.predicate.end : clause.predicate.end + 1] in ",;.!$":
        near = clause.predicate.text == "no" or (
            clause.objects and clause.objects[-1].end + 1 == clause.predicate.start
        )
        return Polarity.STOP if near and names_channel(clause) else Polarity.NONE  # e-mails no, catalogue yes
    if clause.predicate.text == "no" and (
        not _begins_a_clause(text, clause.predicate.start) or grammar.missed.search(text) is not None
    ):
        return Polarity.NONE  # I have no e-mail; no letter came
    if clause.predicate.text == "not" and not (after and (after.kind in ("act", "sending") or _is_deed(clause, after))):
        return Polarity.NONE
    ours = after is not None and after.kind in ("sending", "act", "mail", "list", *clause.sentence.language.channels)
    if ours and after is not None and grammar.adverbs.fullmatch(text, clause.predicate.end, after.start):
        if _unknown_thing(clause, after):
            return Polarity.NONE
        return Polarity.STOP if clause.about not in NOT_OURS else Polarity.NONE
    alone = grammar.fillers.fullmatch(text, clause.predicate.end) and grammar.fillers.fullmatch(
        text, 0, clause.predicate.start
    )
    return Polarity.PERHAPS if alone else Polarity.NONE


def _is_deed(clause: Clause, after: Token) -> bool:
    """`Would you mind not posting any more?`: what is done, right behind."""
    return after.text.endswith("ing") and after.start == clause.predicate.end + 1


def _unknown_thing(clause: Clause, verb: Token) -> bool:
    """Whether what is not to be sent is a thing that no phrase names: `don't mail the vouchers`."""
    text, grammar = clause.sentence.text, clause.sentence.language.grammar
    thing = grammar.thing.match(text, verb.end)
    if thing is None:
        return False
    boundary = grammar.boundary.search(text, thing.end(1))
    limit = min(boundary.start() if boundary else len(text), thing.start(1) + _PHRASE)
    named = [token for token in clause.objects if token.start < limit and token.end > thing.start(1)]
    return not any(token.kind not in NOT_OURS for token in named)


def _begins_a_clause(text: str, at: int) -> bool:
    """`no letters, please`, but not `I have no e-mail`."""
    before = text[:at].rstrip()
    if _NO_OTHER.search(before) or _SEND_ME.search(before):
        return True  # no emails no letters
    return before.endswith((",", ";", ":", "-", "(", "^", ".", " and", " but", " please", "^please"))


def _stopping(clause: Clause, *, turned: bool) -> Polarity:
    kind, text, end = clause.predicate.kind, clause.sentence.text, clause.predicate.end
    grammar = clause.sentence.language.grammar
    pronoun = grammar.pronoun.match(text, end) is not None
    wished = any(match.end() <= clause.predicate.start for match in grammar.wishing.finditer(text))
    if pronoun and kind in ("halt", "vague", "end", "halted", "unwanted") and not turned:
        clause.about = ""
        clause.objects = [one for one in clause.objects if one.kind not in NOT_OURS]
        return Polarity.PERHAPS
    if clause.about == "calls" and names_channel(clause):
        clause.about = "sending"  # calls and mails in one breath
    if clause.about in NOT_OURS and not (turned and clause.has("every")):
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
        return Polarity.STOP if ours or (clause.has("every", "both") and kind == "end") else Polarity.NONE
    if kind == "stop":
        elsewhere = clause.sentence.has("aside") and clause.sentence.has("question")
        return Polarity.STOP if ours or not elsewhere else Polarity.NONE
    doing = kind in ("halt", "vague") and grammar.doing.match(text, end) is not None
    if doing and ours and all(one.text in _POINTING and one.start > end + 1 for one in ours):
        return Polarity.NONE  # stop wrapping these in newspaper
    if ours or clause.has("every", "both"):
        return Polarity.STOP
    if doing:
        return Polarity.NONE
    return Polarity.PERHAPS if grammar.fillers.fullmatch(text, end) else Polarity.NONE
