"""Who may come where: one table of every route by its name; a route that is not in it does not start.

A name is ROOM.WHAT, as the route declares it. What only reads is open to every role, an auditor changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from optout_daemon.core.roles import Role
from optout_daemon.core.scopes import Scope


@dataclass(frozen=True, slots=True)
class Access:
    """`roles` for a person, `scope` for a sender's token, neither for everybody.

    `quiet`: a page asks it by itself from time to time, which keeps no session alive. `owing`: also for somebody who
    has yet to change a given password or to set up an authenticator. `foreign`: a change may come from anywhere.
    """

    roles: frozenset[Role] = frozenset()
    scope: Scope | None = None
    quiet: bool = False
    owing: bool = False
    foreign: bool = False


EVERYBODY: Final = Access()
FROM_ANYWHERE: Final = Access(foreign=True)
STAFF: Final = Access(frozenset(Role))
STAFF_QUIETLY: Final = Access(frozenset(Role), quiet=True)
DECIDERS: Final = Access(frozenset({Role.CLERK, Role.SUPERVISOR}))
OWING: Final = Access(frozenset(Role), owing=True)
OVERSEERS: Final = Access(frozenset({Role.SUPERVISOR, Role.AUDITOR}))
SUPERVISORS: Final = Access(frozenset({Role.SUPERVISOR}))

ACCESS: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "health.live": EVERYBODY,
        "language.choose": EVERYBODY,
        "unsubscribe.ask": EVERYBODY,
        "unsubscribe.act": FROM_ANYWHERE,
        "sign_in.page": EVERYBODY,
        "sign_in.enter": EVERYBODY,
        "oidc.leave": EVERYBODY,
        "oidc.back": EVERYBODY,
        "sign_in.leave": OWING,
        "account.page": OWING,
        "account.password": OWING,
        "account.authenticator": OWING,
        "account.confirm": OWING,
        "account.sessions": OWING,
        "desk.page": STAFF,
        "desk.csv": STAFF,
        "desk.svg": STAFF,
        "suppressions.page": STAFF,
        "suppressions.find": STAFF,
        "suppressions.person": STAFF,
        "suppressions.entry": STAFF,
        "suppressions.add": DECIDERS,
        "suppressions.lift": SUPERVISORS,
        "suppressions.receipts": OVERSEERS,
        "suppressions.export": SUPERVISORS,
        "staff.list": SUPERVISORS,
        "staff.add": SUPERVISORS,
        "staff.change": SUPERVISORS,
        "queue.home": STAFF,
        "queue.list": STAFF,
        "queue.rows": STAFF_QUIETLY,
        "queue.bulk": SUPERVISORS,
        "past.latest": STAFF,
        "past.find": STAFF,
        "inquiry.page": STAFF,
        "inquiry.alive": STAFF_QUIETLY,
        "inquiry.preview": DECIDERS,
        "inquiry.decide": DECIDERS,
        "inquiry.note": DECIDERS,
        "inquiry.assign": DECIDERS,
        "inquiry.reopen": DECIDERS,
        "inquiry.answered": DECIDERS,
        "mail.html": STAFF,
        "mail.raw": STAFF,
        "mail.file": STAFF,
        "mail.attachment": STAFF,
        "evidence.page": STAFF,
        "api.check": Access(scope=Scope.CHECK),
        "api.check_many": Access(scope=Scope.CHECK),
        "api.changes": Access(scope=Scope.EXPORT),
        "api.add": Access(scope=Scope.ADD),
        "api.document": EVERYBODY,
        "api.problem": EVERYBODY,
        "health.metrics": Access(scope=Scope.METRICS),
    }
)
