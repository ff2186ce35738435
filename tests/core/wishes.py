"""What a reader makes of a wish, in one short line that a table of cases can compare."""

from __future__ import annotations

from functools import cache

from optout_daemon.core.model import Category, Wish
from optout_daemon.core.reading import words
from optout_daemon.core.reading.fields import Finder
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.quoting import segments
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.core.reading.wish import Judgement, classify

SETTINGS = ReaderSettings()


@cache
def parts() -> tuple[tuple[words.Language, ...], Finder]:
    languages = tuple(words.load(name) for name in SETTINGS.languages)
    return languages, Finder(languages, SETTINGS)


def judged(text: str, subject: str = "") -> Judgement:
    """The judgement of a mail of plain text."""
    languages, finder = parts()
    folded = Folded(text)
    cut = segments(text, languages, folded, finder.states_number)
    found = finder.find(subject, text, cut, folded)
    return classify(subject, folded, found, languages, SETTINGS.channels)


def short(text: str, subject: str = "") -> str:
    """`stop email`, `stop all +follow_up`, `stop print conditional`, `opt_in`, `nothing` ..."""
    return shown(judged(text, subject).wish)


def shown(wish: Wish) -> str:
    """The same of a wish."""
    if not wish.stated:
        return "nothing"
    if wish.category is not Category.OPT_OUT:
        return wish.category.value
    marks = [name for name in ("conditional", "on_behalf", "several") if getattr(wish, name)]
    if marks:
        return "held " + " ".join(marks)
    scope = "all" if wish.every_channel else " ".join(wish.channels)
    return f"stop {scope}" + (" +follow_up" if wish.follow_up else "")
