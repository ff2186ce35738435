"""Who asks: a signed-in member of staff, and what finds out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from optout_daemon.core.roles import Role


@dataclass(frozen=True, slots=True)
class Who:
    """A signed-in member of staff. `name` stands in ledger and audit chain; `csrf` is the session's own token.

    `owes` is what they have to do before anything else: `password`, `totp` or nothing. `session` names the session as
    the database does.
    """

    account: int
    name: str
    role: Role
    csrf: str
    owes: str = ""
    session: str = ""


class SignIn(Protocol):
    """Recognises people by what their browser sends."""

    def who(self, request: Request) -> Who | None:
        """The person behind a request, or None. Called in a worker thread; may write that the session was used.

        `request.state.quiet` says that the page asks by itself: that is no use of the session.
        """
