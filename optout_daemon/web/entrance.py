"""The pages by which staff come in and go: sign in, sign out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon.signing_in import Attempt, Entered
from optout_daemon.web.guard import Guarded
from optout_daemon.web.kept import carried
from optout_daemon.web.origin import path_of_ours
from optout_daemon.web.refusals import once_more
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.sign_in import KNOWN, SESSION, YEAR, Sessions, give, known_of, take, token_of
from optout_daemon.web.site import site_of

router = APIRouter(route_class=Guarded, include_in_schema=False)


def sessions_of(request: Request) -> Sessions:
    """The sessions of this site; TypeError where staff come in some other way."""
    found = site_of(request).sign_in
    if not isinstance(found, Sessions):
        raise TypeError("staff do not come in by sessions here")
    return found


@router.get("/sign-in", name="sign_in.page")
def page(request: Request, next: Annotated[str, Query(max_length=2_000)] = "") -> Response:
    """The sign-in page; `next` is where to go afterwards."""
    return pages_of(request).render(request, "sign_in.html", kept=None, next=next and path_of_ours(next), said="")


@router.post("/sign-in", name="sign_in.enter")
async def enter(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Begin a session, and go where they were going, or show the form that they could not send."""
    site, sessions = site_of(request), sessions_of(request)
    kept = carried(await request.form())
    attempt = Attempt(
        name=name,
        password=password,
        code=code,
        address=request.client.host if request.client else "",
        known=known_of(request),
        browser=request.headers.get("user-agent", ""),
    )
    done = await run_in_threadpool(sessions.door.enter, attempt, now=site.clock())
    if not isinstance(done, Entered):
        wait = int(done.wait.total_seconds()) + 1 if done.wait else 0
        values = {"kept": kept, "next": next and path_of_ours(next), "said": "wait" if wait else "wrong", "wait": wait}
        answer: Response = pages_of(request).render(request, "sign_in.html", status=429 if wait else 401, **values)
        if wait:
            answer.headers["Retry-After"] = str(wait)
        return answer
    if kept is None:
        answer = RedirectResponse(path_of_ours(next), status_code=303)
    else:
        request.state.who = await run_in_threadpool(sessions.who_by, done.token, now=site.clock())
        answer = once_more(request, kept)
    give(request, answer, SESSION, done.token)
    give(request, answer, KNOWN, sessions.door.known(done.account), seconds=YEAR)
    return answer


@router.post("/sign-out", name="sign_in.leave")
def leave(request: Request) -> Response:
    """End the session."""
    sessions_of(request).door.leave(token_of(request), now=site_of(request).clock())
    answer = RedirectResponse(str(request.app.url_path_for("sign_in.page")), status_code=303)
    take(request, answer, SESSION)
    return answer
