"""Answer what nobody meant to happen: no such page, a form of another shape, the database away, a defect of our own.

Below the API's path with problem documents (problems.py), elsewhere with a page in the reader's language that says what
to do. The operator's log gets a defect's kind and place, never what it was about: that may be somebody's name.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import PurePosixPath
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from optout_daemon.errors import StoreError
from optout_daemon.web import problems
from optout_daemon.web.refusals import for_htmx
from optout_daemon.web.rendering import pages_of

KINDS: Final = {404: "missing", 405: "missing", 413: "large", 503: "away", 500: "defect"}
"""What mishap.html tells apart; everything else was not understood."""


class Defects:
    """ASGI middleware: what the application raises is told to the log, without what it was about, and ends here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if scope["type"] != "http":
                raise
            told = "".join(traceback.format_tb(error.__traceback__)).rstrip()
            logging.getLogger(__name__).error(
                "optout-daemon: a defect of this program: %s; please report these lines:\n%s",
                type(error).__name__,
                told,
            )
            if not begun:
                await Response("Internal Server Error", 500)(scope, receive, send)


def add_to(app: FastAPI) -> None:
    """Answer for whatever is raised besides the guard's refusals and the API's problems."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreError, _away)
    app.add_exception_handler(Exception, _defect)


async def _invalid(request: Request, error: Exception) -> Response:
    """422; a path whose number is none leads nowhere."""
    assert isinstance(error, RequestValidationError)
    if problems.is_of_api(request):
        return problems.invalid(request, error)
    in_path = any(each["loc"][0] == "path" for each in error.errors())
    return _page(request, 404 if in_path else 422)


async def _http(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself. An address that only forms are sent to leads to the page that has the form."""
    assert isinstance(error, HTTPException)
    if problems.is_of_api(request):
        return problems.of_http(error)
    if error.status_code == 405 and request.method in ("GET", "HEAD"):
        return RedirectResponse(_above(request), status_code=303)
    answer = _page(request, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _away(request: Request, _error: Exception) -> Response:
    if problems.is_of_api(request):
        return problems.away(request)
    answer = _page(request, 503)
    answer.headers["Retry-After"] = "30"
    return answer


async def _defect(request: Request, _error: Exception) -> Response:
    return _page(request, 500)


def _page(request: Request, status: int) -> Response:
    answer = pages_of(request).render(request, "mishap.html", status=status, kind=KINDS.get(status, "unclear"))
    return for_htmx(request, answer)


def _above(request: Request) -> str:
    """The nearest address above this one at which there is a page."""
    for path in map(str, PurePosixPath(request.url.path).parents):
        asked = {**request.scope, "path": path, "method": "GET"}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.router.routes):
            return path
    return "/"
