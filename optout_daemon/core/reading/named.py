"""Which channels one clause names, which it leaves out, and whether it means only part of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.reading.clause import Clause
from optout_daemon.core.reading.lexicon import Token

_LITTLE: Final = re.compile(r"(?:\b(?:the|your|my|for|from|of|all)\b|[\s,はのも])*")
"""What may stand between a channel and the word that leaves it out."""


def named_by(clause: Clause, channels: Sequence[str]) -> tuple[set[str], set[str], bool]:
    """(channels that a clause names, channels that it leaves out, whether it leaves out or means something else)."""
    last = clause.sentence.language.order == "predicate_last"
    text = clause.sentence.text
    objects = [token for token in clause.objects if token.kind in channels]
    excepted: set[str] = set()
    bent = False
    for bend in (token for token in clause.others if token.kind == "except"):
        near = [token for token in objects if (token.end <= bend.start if last else token.start >= bend.end)]
        pick = (near[-1] if last else near[0]) if near else None
        gap = "?" if pick is None else text[pick.end : bend.start] if last else text[bend.end : pick.start]
        if pick is None or not _LITTLE.fullmatch(gap) or _is_part(clause, pick):
            bent = True
        else:
            excepted.add(pick.kind)
            objects = [token for token in objects if token is not pick]
    named = {token.kind for token in objects} - excepted
    carried = clause.sentence.language.grammar.carried.search(clause.predicate.text)
    if carried is not None and carried.lastgroup:
        # The newsletter, but not the catalogue: what stands before belongs to something else.
        named = {token.kind for token in objects if token.start >= clause.predicate.end} | {carried.lastgroup}
    return named, excepted if not named else set(), bent


def _is_part(clause: Clause, channel: Token) -> bool:
    """ワインのカタログ以外, except the Christmas catalogue: of a channel only a part is left out; not 紙のカタログ."""
    if clause.sentence.language.order == "predicate_first":
        return clause.sentence.language.grammar.some.match(channel.text) is not None
    if not clause.sentence.text.endswith("の", 0, channel.start):
        return False
    before = next((one for one in clause.sentence.tokens if one.end == channel.start - 1), None)
    return before is None or before.kind not in clause.sentence.language.channels


def only_part(clause: Clause) -> bool:
    """Whether a channel in a clause is meant in part: the travel newsletter, e-mails about cookware."""
    grammar, text = clause.sentence.language.grammar, clause.sentence.text
    for token in clause.objects:
        if token.kind not in clause.sentence.language.channels:
            continue
        if clause.sentence.language.order == "predicate_last":
            if any(match.end() == token.start for match in grammar.part.finditer(text, 0, token.start)):
                return True
        elif grammar.part.match(text, token.end):
            return True
    return False
