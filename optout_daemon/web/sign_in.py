"""Recognise who is signed in by the session cookie; give it and take it back.

The cookie goes with no request that another site's page makes but a link that somebody follows (SameSite=Lax), and
over https by a name that no other host can set (RFC 6265bis, `__Host-`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.config import Settings, desk_keys
from optout_daemon.passwords import Cost, Passwords
from optout_daemon.provider_part import build_provider
from optout_daemon.second_factor import Authenticators
from optout_daemon.signing_in import Door, Rules, csrf
from optout_daemon.signing_in_oidc import OtherDoor
from optout_daemon.store.database import Database
from optout_daemon.web.site import site_of
from optout_daemon.web.who import Who

SESSION: Final = "session"
KNOWN: Final = "known-browser"
TRIP: Final = "sign-in-trip"
YEAR: Final = 365 * 86_400


class Sessions:
    """Sign-in by sessions kept in the database."""

    def __init__(self, door: Door, other: OtherDoor | None = None) -> None:
        self.door, self.other = door, other

    def who(self, request: Request) -> Who | None:
        """The person whose session the cookie names, or None."""
        quiet = getattr(request.state, "quiet", False)
        return self.who_by(token_of(request), now=site_of(request).clock(), quiet=quiet)

    def who_by(self, token: str, *, now: datetime, quiet: bool = False) -> Who | None:
        """The person whose session this token is of, or None."""
        found = self.door.recognise(token, now=now, quiet=quiet) if token else None
        if found is None:
            return None
        session, account = found
        owes = self.door.owed(session, account)
        return Who(account.id, account.name, account.role, csrf(token), owes, session.token)


def open_door(settings: Settings, database: Database, *, cost: Cost | None = None) -> Door:
    """The door of one desk. SettingsError where a key is missing."""
    web = settings.web
    rules = Rules(web.session_idle, web.session_longest, frozenset(web.demand_authenticator))
    present, *former = desk_keys(settings)
    return Door(database, present, Passwords(cost or Cost()), Authenticators(present, former), rules)


def open_other_door(settings: Settings, database: Database, door: Door) -> OtherDoor | None:
    """The way in by the company's identity provider, where one is set. SettingsError as build_provider raises it."""
    oidc = settings.web.oidc
    if oidc is None:
        return None
    provider = build_provider(oidc)
    return OtherDoor(door, database, desk_keys(settings)[0], provider, settings.web.way_back)


def cookie_name(request: Request, name: str) -> str:
    """Its name, which over https no other host and no plain http can have set."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def token_of(request: Request) -> str:
    """The token of the session that the browser shows; empty where it shows none."""
    return request.cookies.get(cookie_name(request, SESSION), "")


def known_of(request: Request) -> str:
    """What shows that this browser signed in before."""
    return request.cookies.get(cookie_name(request, KNOWN), "")


def give(request: Request, answer: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set one of our cookies, for so long or until the browser is closed."""
    answer.set_cookie(
        cookie_name(request, name),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def take(request: Request, answer: Response, name: str) -> None:
    """Have the browser forget one of our cookies."""
    secure = request.url.scheme == "https"
    answer.delete_cookie(cookie_name(request, name), path="/", httponly=True, samesite="lax", secure=secure)
