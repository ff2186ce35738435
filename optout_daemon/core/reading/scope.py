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
from optout_daemon.core.reading.sentences import Sentence

_DETERMINER: Final = re.compile(r" (?:me|us|any|the|your|these|those|out)\b")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_FEW: Final = 6
"""Letters that may stand beside the names of channels."""


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
        elif _includes_more(clause) or _every_list(clause):
            scope.every = True
        elif mails and named:
            scope.named |= named if _junk_in(mails, named) else _beside_mail(named, case.channels)
        elif clause.has("both") and len(named) < 2:
            if len(_spoken_channels(case)) == 1:
                scope.doubtful = scope.doubtful or clause  # both of what? one was said in words that no file knows
            scope.every = True
        elif named:
            scope.named |= named
            scope.doubtful = scope.doubtful or (clause if _beside_unknown(clause) else None)
            scope.also = scope.also or _adds(clause)
        elif mails:
            weak.append(clause)
        elif clause.has("every") and not _any_of_them(clause):
            scope.every = True
        elif _says_which(clause):
            added = _added(case, clause)
            scope.named |= added
            if not added:
                scope.generic.append(clause)
        elif _leaves_a_list(clause):
            here = _here(case, clause) or _added(case, clause)
            scope.named |= here
            if not here:
                scope.generic.append(clause)
        elif _says_again(case, clause, stops) and (scope.named or scope.every):
            continue
        else:
            channels, whole = _spoken_of(case, clause)
            scope.named |= channels
            scope.every = scope.every or whole
            if not channels and not whole:
                added = _added(case, clause)
                scope.named |= added
                if not added:
                    scope.generic.append(clause)
    if weak and not scope.named:
        # "mail" alone is e-mail (policy, section 3) where no other word says which.
        scope.named |= {"email"} & set(case.channels)
        scope.doubtful = scope.doubtful or next((clause for clause in weak if _postal(clause.objects)), None)
    elif scope.generic and not scope.named and not scope.every:
        scope.named |= _what_comes(case, scope.generic)
    if len(scope.named) == 1 and not scope.every and not scope.doubtful:
        scope.doubtful = next((one for one in scope.generic if _something_more(one)), None)
    if scope.generic and not scope.named and not scope.every:
        scope.doubtful = scope.doubtful or _in_two_minds(case, scope.generic)
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
    return "list" in kinds or (clause.predicate.kind == "stop" and not kinds and not _points_back(clause))


def _points_back(clause: Clause) -> bool:
    """A stop whose words stand for what was named before, as Japanese verbs of sending do."""
    return clause.sentence.language.order == "predicate_last"


def _here(case: Case, clause: Clause) -> set[str]:
    """Channels that the clause's own sentence speaks of."""
    return {token.kind for tokens in case.beside(clause)[:2] for token in tokens if token.kind in case.channels}


def _postal(objects: Sequence[Token]) -> bool:
    return any(token.kind == "mail" and token.text.startswith(("by", "via", "junk")) for token in objects)


def _added(case: Case, clause: Clause) -> set[str]:
    """Channels that the next sentence adds, where it is nothing but their names ("メールのほうです。")."""
    after = case.following(clause.sentence)
    if after is None or after.clauses:
        return set()
    rest = after.text
    for token in reversed(after.tokens):
        rest = rest[: token.start] + rest[token.end :]
    if len(_LETTERS.findall(rest)) > _FEW:
        return set()
    return {token.kind for token in after.tokens if token.kind in case.channels}


def _beside_mail(named: set[str], channels: Sequence[str]) -> set[str]:
    """ "mail" is e-mail beside paper, and the post beside e-mail."""
    return (named | {"print"} if "email" in named else named | {"email"}) & set(channels)


def _junk_in(tokens: Sequence[Token], named: set[str]) -> bool:
    """Junk mail through the letterbox is no e-mail."""
    return named == {"print"} and all(token.text.startswith("junk") for token in tokens if token.kind == "mail")


def _adds(clause: Clause) -> bool:
    """`メルマガも止めて`, `also stop the newsletter`: beside something else."""
    text, channels = clause.sentence.text, clause.sentence.language.channels
    own = {token.kind for token in clause.objects if token.kind in channels}
    if len(own) > 1:
        return False
    return any(text.startswith("も", token.end) for token in clause.objects if token.kind in own) or " also " in text


def _says_which(clause: Clause) -> bool:
    """Whether it says what is to be stopped, if not by which channel: not "them", not what is done, not a list."""
    grammar = clause.sentence.language.grammar
    if grammar.pronoun.match(clause.sentence.text, clause.predicate.end):
        return False
    things = [token for token in clause.objects if token.kind == "sending" and not grammar.acts.fullmatch(token.text)]
    following = [token for token in things if grammar.pronoun.match(clause.sentence.text, token.end)]
    return bool(things) and not following


def _spoken_of(case: Case, clause: Clause) -> tuple[set[str], bool]:
    """What was spoken of before: (channels, whether everything)."""
    for tokens in case.beside(clause):
        if any(token.kind == "keep" for token in tokens) and not any(
            token.kind in ("stop", "halt") for token in tokens
        ):
            continue
        channels = {token.kind for token in tokens if token.kind in case.channels}
        if any(token.kind == "mail" and not (channels and _postal([token])) for token in tokens):
            channels = channels if _junk_in(tokens, channels) else _beside_mail(channels, case.channels)
        if any(token.kind == "every" for token in tokens) and not channels:
            return set(), True
        if channels:
            return channels, False
        if any(token.kind == "sending" for token in tokens):
            return set(), False
    return set(), False


def _in_two_minds(case: Case, generic: Sequence[Clause]) -> Clause | None:
    """A general stop right after one single channel was complained of: only that one, or all?"""
    if all(clause.sentence.subject for clause in generic):
        # The subject says that something is to stop, the body speaks of one channel in words that no file knows.
        return generic[0] if len(_spoken_channels(case)) == 1 else None
    for clause in generic:
        if clause.sentence.subject:
            continue
        body = [one.tokens for one in case.sentences if not one.subject and not _states_number(one)]
        for tokens in (*case.beside(clause)[:2], [t for some in body for t in some]):
            channels = {token.kind for token in tokens if token.kind in case.channels}
            if len(channels) == 1 and not any(token.kind == "keep" or _means_all(token, tokens) for token in tokens):
                return clause
    return None


def _what_comes(case: Case, generic: Sequence[Clause]) -> set[str]:
    """旅の冊子が毎月届きます。もうお送りにならないで: the one channel that the sentence before says comes."""
    for clause in generic:
        before = case.before(clause.sentence)
        if clause.sentence.subject or before is None or before.subject or _states_number(before):
            continue
        channels = {token.kind for token in before.tokens} & set(case.channels)
        if (
            len(channels) == 1
            and channels == _spoken_channels(case)
            and before.language.grammar.arrives.search(before.text)
        ):
            return channels
    return set()


def _states_number(sentence: Sentence) -> bool:
    """Whether it tells the customer number, and where it stands: 封筒に20000001とあります."""
    return "000000" in sentence.text


def _spoken_channels(case: Case) -> set[str]:
    """Every channel that the body speaks of."""
    body = [one for one in case.sentences if not one.subject and not _states_number(one)]
    return {token.kind for one in body for token in one.tokens} & set(case.channels)


def _means_all(token: Token, tokens: Sequence[Token]) -> bool:
    """`everything`, but not the `all` of `all these catalogues`."""
    if token.kind != "every":
        return False
    following = next((one for one in tokens if one.start >= token.end and one.text not in ("these", "those")), None)
    return following is None or following.kind in ("sending", "mail", "every") or following.start - token.end > 2 * _FEW
