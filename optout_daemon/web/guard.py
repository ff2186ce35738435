"""Stand before every route: who may come in is asked before anything of the request's body is read.

A change has to come from a page of ours (origin.py), and one by staff has to bear the session's own token, in the
header that htmx sends or in the form's field. Raises what refusals.py turns into pages.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.core.scopes import Scope
from optout_daemon.web.access import ACCESS, Access
from optout_daemon.web.bearer import Bearers
from optout_daemon.web.origin import from_ours
from optout_daemon.web.site import site_of
from optout_daemon.web.who import Who

READS_ONLY: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class NotSignedIn(Exception):
    """Nobody is signed in, and the route is not for everybody."""


class NotAllowed(Exception):
    """Somebody is signed in whose role may not do this."""


class Owing(Exception):
    """Somebody is signed in who has something else to do first."""


class Foreign(Exception):
    """A change that no page of ours asked for."""


class StaleToken(Exception):
    """A change from a page of ours, without the token of the session: it was made for another one."""


class Guarded(APIRoute):
    """A route whose name has to be in the table of access; KeyError at the start where it is not."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        access = ACCESS[self.name]

        async def guarded(request: Request) -> Response:
            changes = request.method not in READS_ONLY
            if changes and not (access.scope or access.foreign or from_ours(request)):
                raise Foreign
            if access.scope:
                await _admit(request, access.scope)
            if access.roles:
                who = await _let_in(request, access)
                if changes and not await _bears(request, who.csrf):
                    raise StaleToken
            return await handler(request)

        return guarded


def who_of(request: Request) -> Who:
    """Who asks, on a route that is for staff."""
    who: Who = request.state.who
    return who


async def _admit(request: Request, scope: Scope) -> None:
    bearers: Bearers = request.app.state.bearers
    if not bearers.is_fresh():
        await run_in_threadpool(bearers.refresh)
    request.state.token = bearers.admit(request, scope)


async def _let_in(request: Request, access: Access) -> Who:
    request.state.quiet = access.quiet
    who = await run_in_threadpool(site_of(request).sign_in.who, request)
    request.state.who = who
    if who is None:
        raise NotSignedIn
    if who.role not in access.roles:
        raise NotAllowed
    if who.owes and not access.owing:
        raise Owing
    return who


async def _bears(request: Request, token: str) -> bool:
    """Whether the request bears the token. The form is read once: the handler gets the same one."""
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("content-type", "").lower().startswith(_FORMS):
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
