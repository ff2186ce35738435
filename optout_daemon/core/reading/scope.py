"""Which channels the stopping clauses mean (policy, section 3).

Named channels and no others; all, everything, or nothing named: every channel. A clause that only says "it" takes what
was spoken of just before. Where a reader could be in two minds, `doubtful` says so and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from optout_daemon.core.reading.case import Case
from optout_daemon.core.reading.clause import VERBS, Clause, Polarity
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.named import named_by
from optout_daemon.core.reading.spoken import (
    added_behind,
    added_likewise,
    beside_mail,
    in_two_minds,
    is_junk,
    is_postal,
    spoken_channels,
    spoken_here,
    spoken_of,
    what_comes,
)

_DETERMINER: Final = re.compile(r" (?:me|us|any|the|your|these|those|out)\b")


@dataclass
class Scope:
    """What the stopping clauses name together."""

    named: set[str] = field(default_factory=set)
    every: bool = False
    generic: list[Clause] = field(default_factory=list)
    also: bool = False
    doubtful: Clause | None = None
    partial: Clause | None = None
    """Leaves out, or means, only part of a channel."""


def scope_of(case: Case, stops: Sequence[Clause]) -> Scope:
    """The scope of all stopping clauses of a mail."""
    scope = Scope()
    weak: list[Clause] = []
    for clause in stops:
        named, excepted, bent = named_by(clause, case.channels)
        scope.partial = scope.partial or (clause if bent else None)
        mails = [token for token in clause.objects if token.kind == "mail" and not _is_done(clause, token)]
        if excepted:
            scope.named |= set(case.channels) - excepted
        elif named and _means_the_rest(clause):
            scope.named |= set(case.channels) - named
        elif _includes_more(clause) or _every_list(clause):
            scope.every = True
        elif mails and named:
            scope.named |= (
                named if is_junk(mails, named) or _come_by_mail(clause) else beside_mail(named, case.channels)
            )
        elif clause.has("both") and len(named) < 2:
            if len(spoken_channels(case)) == 1:
                scope.doubtful = scope.doubtful or clause  # both of what? one was said in words that no file knows
            scope.every = True
        elif named:
            scope.named |= named | added_likewise(case, clause)
            scope.doubtful = scope.doubtful or (clause if _beside_unknown(clause) else None)
            scope.also = scope.also or _adds(clause, stops)
        elif mails:
            weak.append(clause)
        elif clause.has("every") and not _any_of_them(clause):
            scope.every = True
        elif _says_which(clause):
            added = added_behind(case, clause)
            scope.named |= added
            if not added:
                scope.generic.append(clause)
        elif _leaves_a_list(clause):
            here = spoken_here(case, clause) or added_behind(case, clause)
            scope.named |= here
            if not here:
                scope.generic.append(clause)
        elif _says_again(case, clause, stops) and (scope.named or scope.every):
            continue
        else:
            channels, whole = spoken_of(case, clause)
            scope.named |= channels
            scope.every = scope.every or whole
            if not channels and not whole:
                added = added_behind(case, clause)
                scope.named |= added
                if not added:
                    scope.generic.append(clause)
    if weak and not scope.named:
        # "mail" alone is e-mail (policy, section 3) where no other word says which.
        scope.named |= {"email"} & set(case.channels)
        scope.doubtful = scope.doubtful or next((clause for clause in weak if is_postal(clause.objects)), None)
    elif scope.generic and not scope.named and not scope.every:
        scope.named |= what_comes(case, scope.generic)
    if len(scope.named) == 1 and not scope.every and not scope.doubtful:
        scope.doubtful = next((one for one in scope.generic if _something_more(one)), None)
    if scope.generic and not scope.named and not scope.every:
        scope.doubtful = scope.doubtful or in_two_minds(case, scope.generic)
    return scope


def _says_again(case: Case, clause: Clause, stops: Sequence[Clause]) -> bool:
    """`Stop the brochures. Yes, stop.`: a stop without a thing, right after one that named its own."""
    before = case.before(clause.sentence)
    return clause.polarity is Polarity.PERHAPS and any(
        one.sentence is before and one.polarity is Polarity.STOP and one.objects for one in stops
    )


def _includes_more(clause: Clause) -> bool:
    """`and everything else`, but for more of one channel."""
    return any(token.kind == "including" and not _leads(token, clause) for token in clause.others)


def _every_list(clause: Clause) -> bool:
    """`Get me off every list you have`."""
    lists = [token for token in clause.objects if token.kind == "list"]
    return any(0 <= one.start - token.end <= 1 for token in clause.others if token.kind == "every" for one in lists)


def _any_of_them(clause: Clause) -> bool:
    """`Catalogues cannot reach me, so please don't send any`: of what was spoken of, where no thing follows."""
    tokens = [token for token in clause.others if token.kind == "every"]
    after = clause.sentence.text[tokens[-1].end :].strip(" .,;!$") if tokens else ""
    things = [token for token in clause.objects if token.kind not in VERBS]
    return not things and all(token.text.split()[0] == "any" for token in tokens) and not after


def _beside_unknown(clause: Clause) -> bool:
    """めぇるも手紙も: one of two was said in a word that no file knows."""
    text, tokens = clause.sentence.text, clause.sentence.tokens
    for one in clause.objects:
        for match in clause.sentence.language.grammar.both_of.finditer(text):
            inside = match.start() <= one.start and one.end <= match.end()
            known = [t for t in tokens if match.start() < t.end and t.start < match.end() and t.kind != "neutral"]
            if inside and known == [one]:
                return True
    return False


def _something_more(clause: Clause) -> bool:
    """`The printed matter may cease; your messages may cease likewise`: other things, that name no channel."""
    return not clause.sentence.subject and any(one.kind == "sending" for one in clause.objects) and _says_which(clause)


def _is_done(clause: Clause, mail: Token) -> bool:
    """`Don't mail any catalogs`: the verb, and no thing."""
    text = clause.sentence.text
    near = clause.predicate.kind == "dont" and 0 <= mail.start - clause.predicate.end <= 2
    return near and _DETERMINER.match(text, mail.end) is not None


def _leads(including: Token, clause: Clause) -> bool:
    """`葉書その他印刷物`: the rest is of the channel that is named next."""
    channels = clause.sentence.language.channels
    return any(0 <= one.start - including.end <= 1 and one.kind in channels for one in clause.sentence.tokens)


def _leaves_a_list(clause: Clause) -> bool:
    """`unsubscribe me`, `take me off the list`: who is to go, not what."""
    kinds = {token.kind for token in clause.objects}
    grammar, sentence = clause.sentence.language.grammar, clause.sentence
    if not kinds and grammar.pronoun.match(sentence.text, clause.predicate.end):
        return False  # no longer send them
    if _of_those(clause):
        return False
    return "list" in kinds or (clause.predicate.kind == "stop" and not kinds and not _points_back(clause))


def _of_those(clause: Clause) -> bool:
    """`Take me off the list for those`: a list of what was spoken of."""
    ends = [clause.predicate.end, *(token.end for token in clause.objects)]
    return any(clause.sentence.language.grammar.thereof.match(clause.sentence.text, end) for end in ends)


def _come_by_mail(clause: Clause) -> bool:
    """`Catalogues by mail`: by the post, no other thing."""
    by = [token for token in clause.objects if token.kind == "mail" and token.text.startswith(("by ", "via "))]
    return bool(by) and all(
        any(one.kind == "print" and one.end + 1 == token.start for one in clause.objects) for token in by
    )


def _means_the_rest(clause: Clause) -> bool:
    """`Nothing but the newsletter, please; stop the rest`."""
    before = all(token.end <= clause.predicate.start for token in clause.objects)
    return before and clause.has("rest") and not _points_back(clause)


def _points_back(clause: Clause) -> bool:
    """A stop whose words stand for what was named before, as Japanese verbs of sending do."""
    return clause.sentence.language.order == "predicate_last"


def _adds(clause: Clause, stops: Sequence[Clause]) -> bool:
    """`メルマガも止めて`, `also stop the newsletter`: beside something else, which for "also" is said in the text."""
    text, channels = clause.sentence.text, clause.sentence.language.channels
    own = {token.kind for token in clause.objects if token.kind in channels}
    if len(own) > 1:
        return False
    if any(text.startswith("も", token.end) for token in clause.objects if token.kind in own):
        return True
    return " also " in text and any(one is not clause and not one.sentence.subject for one in stops)


def _says_which(clause: Clause) -> bool:
    """Whether it says what is to be stopped, if not by which channel: not "them", not what is done, not a list."""
    grammar = clause.sentence.language.grammar
    if grammar.pronoun.match(clause.sentence.text, clause.predicate.end) or _of_those(clause):
        return False
    things = [token for token in clause.objects if token.kind == "sending" and not grammar.acts.fullmatch(token.text)]
    following = [token for token in things if grammar.pronoun.match(clause.sentence.text, token.end)]
    return bool(things) and not following
