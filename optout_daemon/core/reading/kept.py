"""Which channels the writer asks to go on, beside what is to stop (policy, section 3)."""

from __future__ import annotations

from optout_daemon.core.reading.case import Case, about_others
from optout_daemon.core.reading.clause import Clause, Polarity
from optout_daemon.core.reading.named import named_by, only_part
from optout_daemon.core.reading.sentences import Sentence


def kept_by(case: Case) -> tuple[set[str], Clause | None, Clause | None]:
    """(channels asked to go on, a clause that asks for it without saying what, one that keeps part of a channel)."""
    kept: set[str] = set()
    open_keep = part = None
    stopped = {channel for stop in case.stops for channel in named_by(stop, case.channels)[0]}
    for sentence in case.sentences:
        topic: set[str] = set()
        for clause in sentence.clauses:
            named = named_by(clause, case.channels)[0]
            if any(token.kind == "mail" for token in clause.objects):
                named.add("email")
            if clause.polarity is Polarity.KEEP and not about_others(clause):
                if only_part(clause):
                    part = part or clause
                if named or topic:
                    kept |= named or topic
                elif case.is_ours(clause) and not clause.has("rest") and not sentence.has("term"):
                    open_keep = open_keep or clause
                topic = named or topic
            elif clause.polarity is Polarity.LIKE:
                topic = named or topic
                if clause.predicate.kind == "want" and not stopped & named:
                    kept |= named
            else:
                topic = set()
    return kept, open_keep, part


def overlap(case: Case, channels: set[str]) -> Sentence | None:
    """The sentence that keeps one of these channels."""
    return next((one.sentence for one in case.keeps if named_by(one, case.channels)[0] & channels), None)
