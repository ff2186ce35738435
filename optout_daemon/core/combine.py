"""Read a customer's answer together with the mail it answers (policy, section 6).

The newer mail's own fields and wish win; what it does not say is taken from the earlier one. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from optout_daemon.core.model import Category, Part, Reading, RuleHit, Segment, SegmentKind, Wish


def combine(earlier: Reading, newer: Reading) -> Reading:
    """One Reading of both: the newer mail's envelope and verdicts, its text first, the earlier own words below.

    Spans beyond `len(newer.text)` point into the earlier mail. What the newer mail merely quotes is left out: the
    original is at hand.
    """
    own = tuple(field for field in newer.fields if not field.quoted)
    given = {field.name for field in own}
    offset = len(newer.text) + 1
    inherited = tuple(
        replace(field, span=replace(field.span, start=field.span.start + offset, end=field.span.end + offset))
        if field.span is not None and field.span.part is Part.TEXT
        else replace(field, span=None)
        for field in earlier.fields
        if field.name not in given
    )
    wish = _wish(earlier.wish, newer.wish, newer.withdraws)
    segments = (
        *newer.segments,
        *(
            Segment(segment.kind, segment.start + offset, segment.end + offset)
            for segment in earlier.segments
            if segment.kind is SegmentKind.OWN or any(field.quoted for field in earlier.fields)
        ),
    )
    readable = newer.readable or (earlier.readable and newer.unreadable_because == "empty")
    return replace(
        newer,
        # The earlier subject is own words too, and no span can point into two subjects.
        text=f"{newer.text}\n{earlier.text}\n{earlier.subject}",
        segments=(*segments, _subject_segment(newer, earlier)),
        fields=(*own, *inherited),
        numbers=newer.numbers or earlier.numbers or _only(newer.unclaimed_numbers),
        wish=replace(
            wish, several=wish.several or earlier.wish.several, on_behalf=wish.on_behalf or earlier.wish.on_behalf
        ),
        language=newer.language if wish is newer.wish else earlier.language,
        confident=newer.confident and earlier.confident,
        readable=readable,
        hits=(*newer.hits, RuleHit("follow_up", "read together with the mail it answers")),
    )


def _wish(earlier: Wish, newer: Wish, withdraws: bool) -> Wish:
    """The newer wish wins where it is one about sendings; what else it asks is a second request."""
    if withdraws and newer.category is not Category.OPT_OUT:
        return replace(newer, category=Category.UNCLEAR, stated=True, contradictory=True)
    if earlier.category is not Category.OPT_OUT:
        return newer if newer.stated else earlier
    if not newer.stated or newer.category is Category.OTHER:
        return earlier
    if newer.category in (Category.QUESTION, Category.COMPLAINT, Category.DISCLOSURE):
        return replace(earlier, follow_up=True)
    return newer


def _only(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """The answer to "which is your number?", whatever it calls it; name and address still have to agree."""
    return numbers if len(numbers) == 1 else ()


def _subject_segment(newer: Reading, earlier: Reading) -> Segment:
    start = len(newer.text) + 1 + len(earlier.text) + 1
    return Segment(SegmentKind.OWN, start, start + len(earlier.subject))
