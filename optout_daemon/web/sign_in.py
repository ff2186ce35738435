"""Recognise who is signed in by the session cookie."""

from __future__ import annotations

from starlette.requests import Request

from optout_daemon.store.database import Database
from optout_daemon.web.who import Who


class Sessions:
    """Sign-in by sessions kept in the database. (Accounts come with the next step; until then nobody is in.)"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def who(self, request: Request) -> Who | None:
        """The person whose session the cookie names, or None."""
        return None
