"""Who may come where: one table of every route by its name; a route that is not in it does not start.

A name is ROOM.WHAT, as the route declares it. What only reads is open to every role, an auditor changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from optout_daemon.core.roles import Role


@dataclass(frozen=True, slots=True)
class Access:
    """`roles` for a person, `scope` for a sender's token, neither for everybody."""

    roles: frozenset[Role] = frozenset()
    scope: str = ""


EVERYBODY: Final = Access()
STAFF: Final = Access(frozenset(Role))
DECIDERS: Final = Access(frozenset({Role.CLERK, Role.SUPERVISOR}))
SUPERVISORS: Final = Access(frozenset({Role.SUPERVISOR}))

ACCESS: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "health.live": EVERYBODY,
        "language.choose": EVERYBODY,
        "unsubscribe.ask": EVERYBODY,
        "unsubscribe.act": EVERYBODY,
    }
)
