"""Which channels are spoken of beside a stop that names none, and where that leaves a reader in two minds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.reading.case import Case
from optout_daemon.core.reading.clause import Clause
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.sentences import Sentence

_LETTERS: Final = re.compile(r"[^\W\d_]")
_FEW: Final = 6
"""Letters that may stand beside the names of channels."""


def spoken_here(case: Case, clause: Clause) -> set[str]:
    """Channels that the clause's own sentence speaks of."""
    return {token.kind for tokens in case.beside(clause)[:2] for token in tokens if token.kind in case.channels}


def is_postal(objects: Sequence[Token]) -> bool:
    return any(token.kind == "mail" and token.text.startswith(("by", "via", "junk")) for token in objects)


def added_behind(case: Case, clause: Clause) -> set[str]:
    """Channels that the next sentence adds, where it is nothing but their names ("メールのほうです。")."""
    after = case.following(clause.sentence)
    return set() if after is None or after.clauses else _nothing_but_names(case, after)


def added_likewise(case: Case, clause: Clause) -> set[str]:
    """The same behind a clause that names its own channel, where the next sentence says so: And the brochures."""
    after = case.following(clause.sentence)
    if after is None or after.clauses or after.kinds.isdisjoint(case.channels):
        return set()
    return _nothing_but_names(case, after) if after.language.grammar.adding.search(after.text) else set()


def _nothing_but_names(case: Case, sentence: Sentence) -> set[str]:
    rest = sentence.text
    for token in reversed(sentence.tokens):
        rest = rest[: token.start] + rest[token.end :]
    if len(_LETTERS.findall(sentence.language.grammar.adding.sub("", rest))) > _FEW:
        return set()
    return {token.kind for token in sentence.tokens if token.kind in case.channels}


def beside_mail(named: set[str], channels: Sequence[str]) -> set[str]:
    """ "mail" is e-mail beside paper, and the post beside e-mail."""
    return (named | {"print"} if "email" in named else named | {"email"}) & set(channels)


def is_junk(tokens: Sequence[Token], named: set[str]) -> bool:
    """Junk mail through the letterbox is no e-mail."""
    return named == {"print"} and all(token.text.startswith("junk") for token in tokens if token.kind == "mail")


def spoken_of(case: Case, clause: Clause) -> tuple[set[str], bool]:
    """What was spoken of before: (channels, whether everything)."""
    for tokens in case.beside(clause):
        if any(token.kind == "keep" for token in tokens) and not any(
            token.kind in ("stop", "halt") for token in tokens
        ):
            continue
        channels = {token.kind for token in tokens if token.kind in case.channels}
        if any(token.kind == "mail" and not (channels and is_postal([token])) for token in tokens):
            channels = channels if is_junk(tokens, channels) else beside_mail(channels, case.channels)
        if any(token.kind == "every" for token in tokens) and not channels:
            return set(), True
        if channels:
            return channels, False
        if any(token.kind == "sending" for token in tokens):
            return set(), False
    return set(), False


def in_two_minds(case: Case, generic: Sequence[Clause]) -> Clause | None:
    """A general stop right after one single channel was complained of: only that one, or all?"""
    if all(clause.sentence.subject for clause in generic):
        # The subject says that something is to stop, the body speaks of one channel in words that no file knows.
        return generic[0] if len(spoken_channels(case)) == 1 else None
    for clause in generic:
        if clause.sentence.subject:
            continue
        body = [one.tokens for one in case.sentences if not one.subject and not _states_number(one)]
        for tokens in (*case.beside(clause)[:2], [t for some in body for t in some]):
            channels = {token.kind for token in tokens if token.kind in case.channels}
            if len(channels) == 1 and not any(token.kind == "keep" or _means_all(token, tokens) for token in tokens):
                return clause
    return None


def what_comes(case: Case, generic: Sequence[Clause]) -> set[str]:
    """旅の冊子が毎月届きます。もうお送りにならないで: the one channel that the sentence before says comes."""
    for clause in generic:
        before = case.before(clause.sentence)
        if clause.sentence.subject or before is None or before.subject or _states_number(before):
            continue
        channels = {token.kind for token in before.tokens} & set(case.channels)
        if (
            len(channels) == 1
            and channels == spoken_channels(case)
            and before.language.grammar.arrives.search(before.text)
        ):
            return channels
    return set()


def _states_number(sentence: Sentence) -> bool:
    """Whether it tells the customer number, and where it stands: 封筒に20000001とあります."""
    return "000000" in sentence.text


def spoken_channels(case: Case) -> set[str]:
    """Every channel that the body speaks of."""
    body = [one for one in case.sentences if not one.subject and not _states_number(one)]
    return {token.kind for one in body for token in one.tokens} & set(case.channels)


def _means_all(token: Token, tokens: Sequence[Token]) -> bool:
    """`everything`, but not the `all` of `all these catalogues`."""
    if token.kind != "every":
        return False
    following = next((one for one in tokens if one.start >= token.end and one.text not in ("these", "those")), None)
    return following is None or following.kind in ("sending", "mail", "every") or following.start - token.end > 2 * _FEW
