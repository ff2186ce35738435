"""What every route of the API works with: who asks, of which list, on which channel and for which company."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from optout_daemon.blocking import Subject
from optout_daemon.core.digests import Digests
from optout_daemon.core.scopes import Scope
from optout_daemon.list_filter import name_in
from optout_daemon.store.api_tokens import ApiToken
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import CUSTOMER_NUMBER, EMAIL, POSTAL
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
    def lookups(self) -> Database:
        """The same list by connections of its own: whoever asks about one waits for no long answer to another."""
        return self.bearers.database

    @property
    def by(self) -> str:
        """Who, as ledger and receipts have it: the sender's name and the token's number."""
        return f"{self.token.name} (token {self.token.id})"

    def scope(self, channel: str | None, company: str | None) -> str | None:
        """The company to ask for. Raises Problem where the desk has no such channel or company."""
        settings = self.site.settings
        if channel is not None and channel not in settings.policy.channels:
            raise Problem("unknown-channel", "The channels are " + ", ".join(settings.policy.channels))
        known = [each.name for each in settings.company]
        if company is not None and company not in known:
            raise Problem("unknown-company", "The companies are " + (", ".join(known) or "not told apart here"))
        return company

    def readable(self, kind: str, given: str) -> str | None:
        """What is compared of an address, a number or a postal address; None where it cannot be one.

        Nobody would be found by it, and "nobody is blocked" must not be said of what was not understood.
        """
        settings = self.site.settings.customers
        found = name_in(given, kind, settings.number_prefixes) or None
        fits = kind != CUSTOMER_NUMBER or re.fullmatch(settings.number_pattern, found or "") is not None
        return found if fits else None

    def subject(self, email: str | None, customer_number: str | None, address: str | None) -> Subject:
        """Whom a request is about. Raises Problem where one of the three cannot be read."""
        given = {
            "email": (EMAIL, email),
            "customer_number": (CUSTOMER_NUMBER, customer_number),
            "address": (POSTAL, address),
        }
        read = {name: self.readable(kind, text) for name, (kind, text) in given.items() if text is not None}
        wrong = [name for name, found in read.items() if found is None]
        if wrong:
            raise Problem("unreadable-subject", "Not readable: " + ", ".join(wrong))
        return Subject(read.get("customer_number"), read.get("email"), read.get("address") or "")

    def count(self, operation: Scope, *, subjects: int, version: int, channel: str = "") -> None:
        """Record the use."""
        self.bearers.count(self.token, operation, subjects=subjects, version=version, channel=channel)


async def asking_of(request: Request) -> Asking:
    """Who asks. (A coroutine: a plain function would be sent to a thread first.)"""
    site, state = site_of(request), request.app.state
    return Asking(site, token_of(request), state.bearers, state.digests, site.clock())
