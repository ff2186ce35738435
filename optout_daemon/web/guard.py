"""Stand before every route: who may come in is asked before anything of the request's body is read.

Raises NotSignedIn or NotAllowed, which app.py turns into a page or a problem document.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.web.access import ACCESS
from optout_daemon.web.site import site_of
from optout_daemon.web.who import Who


class NotSignedIn(Exception):
    """Nobody is signed in, and the route is not for everybody."""


class NotAllowed(Exception):
    """Somebody is signed in whose role may not do this."""


class Guarded(APIRoute):
    """A route whose name has to be in the table of access; KeyError at the start where it is not."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        access = ACCESS[self.name]

        async def guarded(request: Request) -> Response:
            if access.roles:
                who = await run_in_threadpool(site_of(request).sign_in.who, request)
                request.state.who = who
                if who is None:
                    raise NotSignedIn
                if who.role not in access.roles:
                    raise NotAllowed
            return await handler(request)

        return guarded


def who_of(request: Request) -> Who:
    """Who asks, on a route that is for staff."""
    who: Who = request.state.who
    return who
