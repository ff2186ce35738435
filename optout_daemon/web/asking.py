"""What every route of the API works with: who asks, of which list, on which channel and for which company."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from optout_daemon.core.digests import Digests
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.scopes import Scope
from optout_daemon.store.api_tokens import ApiToken
from optout_daemon.store.database import Database
from optout_daemon.web.bearer import Bearers, token_of
from optout_daemon.web.problems import Problem
from optout_daemon.web.site import Site, site_of


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of a sender."""

    site: Site
    token: ApiToken
    bearers: Bearers
    digests: Digests
    now: datetime

    @property
    def database(self) -> Database:
        return self.site.built.database

    @property
    def by(self) -> str:
        """Who, as ledger and receipts have it: the sender's name and the token's number."""
        return f"{self.token.name} (token {self.token.id})"

    def scope(self, channel: str | None, company: str | None) -> str | None:
        """The company to ask for. Raises Problem where the desk has no such channel or company."""
        settings = self.site.settings
        if channel is not None and channel not in settings.policy.channels:
            raise Problem(422, "unknown-channel", "The channels are " + ", ".join(settings.policy.channels))
        known = [each.name for each in settings.company]
        if company is not None and company not in known:
            raise Problem(422, "unknown-company", "The companies are " + (", ".join(known) or "not told apart here"))
        return company

    def number(self, given: str) -> str:
        """A customer number in the form of the master. Raises Problem where it cannot be one."""
        settings = self.site.settings.customers
        number = normalise(given, settings.number_prefixes)
        if re.fullmatch(settings.number_pattern, number) is None:
            raise Problem(422, "no-customer-number", "A customer number has not the form of customers.number_pattern")
        return number

    def count(self, operation: Scope, *, subjects: int, version: int, channel: str = "") -> None:
        """Record the use."""
        self.bearers.count(self.token, operation, subjects=subjects, version=version, channel=channel)


async def asking_of(request: Request) -> Asking:
    """Who asks. (A coroutine: a plain function would be sent to a thread first.)"""
    site, state = site_of(request), request.app.state
    return Asking(site, token_of(request), state.bearers, state.digests, site.clock())
