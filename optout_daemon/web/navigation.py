"""The pages that the head of every page leads to, for whoever may open them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.web.access import ACCESS
from optout_daemon.web.who import Who


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: the route's name, and what it is called (a text for the catalogues)."""

    route: str
    label: str


def N_(text: str) -> str:
    """Mark a text for the catalogues; it is translated where it is rendered."""
    return text


ENTRIES: Final[Sequence[Entry]] = (
    Entry("queue.list", N_("Queue")),
    Entry("suppressions.page", N_("Suppressions")),
    Entry("desk.page", N_("Desk")),
    Entry("staff.list", N_("Staff")),
)
"""In the order in which they are shown: Entry("queue.list", N_("Queue")) and so on; each room adds its own."""


def entries_for(who: Who) -> list[Entry]:
    """What this person may open."""
    return [entry for entry in ENTRIES if who.role in ACCESS[entry.route].roles]
