"""The switch of the page's language: a form that sets a cookie and goes back to where it was pressed."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse

from optout_daemon.web.guard import Guarded
from optout_daemon.web.language import COOKIE
from optout_daemon.web.origin import path_of_ours
from optout_daemon.web.rendering import pages_of

YEAR: Final = 365 * 86_400

router = APIRouter(route_class=Guarded, include_in_schema=False)


@router.post("/language", name="language.choose")
def choose(
    request: Request,
    language: Annotated[str, Form(max_length=20)],
    back: Annotated[str, Form(max_length=2_000)] = "/",
) -> RedirectResponse:
    """Remember the language for a year; an unknown one changes nothing. Goes back to a path of ours only."""
    answer = RedirectResponse(path_of_ours(back), status_code=303)
    if language in pages_of(request).languages:
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="lax", secure=secure)
    return answer
