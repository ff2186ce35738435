"""Turn what the guard raises into pages: sign in first, not for you, not from here, send it once more.

To htmx the page is handed as a whole in the place of the content, where it answers a form; what a page asks by itself
leaves the page as it is, with whatever is being typed on it.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from optout_daemon.web.guard import READS_ONLY, Foreign, NotAllowed, NotSignedIn, Owing, StaleToken
from optout_daemon.web.kept import kept_of
from optout_daemon.web.rendering import pages_of


def add_to(app: FastAPI) -> None:
    """Answer for whatever the guard raises."""
    app.add_exception_handler(NotSignedIn, not_signed_in)
    app.add_exception_handler(NotAllowed, not_allowed)
    app.add_exception_handler(Owing, owing)
    app.add_exception_handler(Foreign, foreign)
    app.add_exception_handler(StaleToken, stale_token)


async def not_signed_in(request: Request, _error: Exception) -> Response:
    """The sign-in page in the place of the page: nothing of it is in an address, and it comes back afterwards."""
    reads = request.method in READS_ONLY
    kept = await kept_of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    next_path = request.url.path + query if reads else ""
    answer = pages_of(request).render(request, "sign_in.html", status=401, kept=kept, next=next_path, said="")
    return for_htmx(request, answer)


async def not_allowed(request: Request, _error: Exception) -> Response:
    """403, for a role that may not."""
    return for_htmx(request, pages_of(request).render(request, "not_allowed.html", status=403))


async def owing(request: Request, _error: Exception) -> Response:
    """To the page where the password is changed and the authenticator set up."""
    path = str(request.app.url_path_for("account.page"))
    if "hx-request" in request.headers:
        return Response(status_code=403, headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


async def foreign(request: Request, _error: Exception) -> Response:
    """403 for a form that another site's page sent; nothing of it is read."""
    request.state.who = None
    return for_htmx(request, pages_of(request).render(request, "foreign.html", status=403))


async def stale_token(request: Request, _error: Exception) -> Response:
    """The form once more, with the token of the session: somebody signed in anew in another window."""
    return for_htmx(request, once_more(request, await kept_of(request), status=403))


def once_more(request: Request, kept: object, *, status: int = 200) -> HTMLResponse:
    """The page that sends a kept form with one click; needs `request.state.who`."""
    return pages_of(request).render(request, "once_more.html", status=status, kept=kept)


def for_htmx(request: Request, answer: Response) -> Response:
    """Say to htmx what to do with a whole page."""
    if "hx-request" in request.headers:
        if request.method in READS_ONLY:
            answer.headers["HX-Reswap"] = "none"
        else:
            answer.headers["HX-Retarget"] = "#main"
            answer.headers["HX-Reselect"] = "#main"
            answer.headers["HX-Reswap"] = "outerHTML"
    return answer
