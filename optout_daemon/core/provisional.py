"""Say whether a held mail plainly asks for an opt-out, so that its author may be spared until a person has decided.

Policy, "Dispositions": where the settings ask for it, and of the author's own address alone. Never where DMARC failed,
where a machine wrote, where there is no single author, or where what is wanted is in doubt.
"""

from __future__ import annotations

from typing import Final

from optout_daemon.core.model import EMAIL, Category, Decision, Disposition, Reading, Reason
from optout_daemon.core.reply import doubtful

DOUBTS: Final = frozenset(
    {
        Reason.CONDITIONAL,
        Reason.MACHINE_SENDER,
        Reason.NO_SINGLE_AUTHOR,
        Reason.ON_BEHALF,
        Reason.SEVERAL_CUSTOMERS,
        Reason.SPAM,
        Reason.UNAUTHENTICATED,
        Reason.UNCLEAR_INTENT,
        Reason.UNREADABLE,
    }
)
"""Reasons for which nothing is done before a person has looked."""


def spared(decision: Decision, reading: Reading) -> str | None:
    """The comparable address that a provisional block of `email` is for, or None."""
    wish = reading.wish
    plain = wish.category is Category.OPT_OUT and decision.category is Category.OPT_OUT
    if decision.disposition is not Disposition.HELD or not plain or not DOUBTS.isdisjoint(decision.reasons):
        return None
    if wish.contradictory or wish.conditional or wish.on_behalf or wish.several or not reading.readable:
        return None
    if doubtful(reading, decision.reasons) is not None or (wish.channels and EMAIL not in wish.channels):
        return None
    return reading.envelope.author
