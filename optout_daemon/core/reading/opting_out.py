"""The rule of the opt-out: what is to stop, what goes on, what binds it, and what makes it a person's to decide."""

from __future__ import annotations

from optout_daemon.core.model import Category, Wish
from optout_daemon.core.reading import marks
from optout_daemon.core.reading.case import Case
from optout_daemon.core.reading.clause import Clause, Polarity
from optout_daemon.core.reading.kept import kept_by, overlap
from optout_daemon.core.reading.named import only_part
from optout_daemon.core.reading.scope import scope_of
from optout_daemon.core.reading.sentences import tell


def opts_out(case: Case) -> Wish | None:
    """Something of ours is to stop."""
    stops = case.stops
    if stops and case.keeps and all(one.polarity is Polarity.ASKED for one in stops):
        return None  # it was asked for once, and is to go on now
    if not stops or case.has("undecided") or all(_only_asked_about(case, one) for one in stops):
        return None
    tell(case.sentences)
    for clause in stops:
        case.note("stop" if clause.polarity is Polarity.STOP else f"stop_{clause.polarity}", clause)
    scope = scope_of(case, stops)
    channels = set() if scope.every or (scope.generic and scope.also) else set(scope.named)
    limited = marks.condition(case, stops) or (scope.partial.sentence if scope.partial else None)
    kept, open_keep, part = kept_by(case)
    limited = limited or (part.sentence if part else None) or marks.redirected(case, stops)
    contradictory = doubtful = False
    if _changes_mind(case, channels, kept):
        case.note("second_thoughts", case.has("amend") or "")
        contradictory = True
    if kept & channels or (kept and not set(case.channels) - kept):
        sentence = overlap(case, channels or kept)
        case.note("keep", sentence.shown if sentence else "")
        if any(only_part(clause) for clause in stops):
            limited = limited or stops[0].sentence
        contradictory = limited is None
    elif kept:
        case.note("keep", ", ".join(sorted(kept)))
        channels = (channels or set(case.channels)) - kept
    if open_keep is not None and limited is None:
        case.note("keep", open_keep)
        contradictory = True
    if scope.doubtful is not None and limited is None:
        case.note("channel_in_doubt", scope.doubtful)
        doubtful = True
    asides = {
        "condition": limited,
        "on_behalf": marks.another(case, stops),
        "several": case.tells("several"),
        "second_request": marks.second_request(case, stops),
    }
    for rule, sentence in asides.items():
        if sentence is not None:
            case.note(rule, sentence.shown)
    return Wish(
        Category.UNCLEAR if contradictory else Category.OPT_OUT,
        stated=True,
        channels=tuple(sorted(channels)),
        every_channel=not channels or channels == set(case.channels),
        follow_up=asides["second_request"] is not None,
        conditional=limited is not None,
        on_behalf=asides["on_behalf"] is not None,
        several=asides["several"] is not None,
        contradictory=contradictory or doubtful,
    )


def _only_asked_about(case: Case, stop: Clause) -> bool:
    """Whether a stop stands in a question about how it is done, or about one that was asked for before."""
    about = stop.sentence.has("how") or (stop.polarity is Polarity.ASKED and stop.sentence.has("question"))
    return about or (stop.sentence.subject and case.has("how") is not None)


def _changes_mind(case: Case, channels: set[str], kept: set[str]) -> bool:
    """カタログを、いや、やはりメールを: which of the two is meant in the end is for a person to say."""
    if case.has("amend") is None:
        return False
    named = {token.kind for one in case.sentences if not one.subject for token in one.tokens} & set(case.channels)
    return bool(channels) and len(named) > 1 and named != channels
