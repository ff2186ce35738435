"""What members of staff may be: clerk, supervisor, auditor."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A clerk decides what waits; a supervisor also lifts, decides in bulk and keeps accounts; an auditor reads all and
    changes nothing.
    """

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
