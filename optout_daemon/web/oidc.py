"""The other way in: to the company's identity provider and back."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon.signing_in_oidc import Departure, Inside, OtherDoor, Outside, Return
from optout_daemon.web.entrance import sessions_of
from optout_daemon.web.guard import Guarded
from optout_daemon.web.navigation import N_
from optout_daemon.web.origin import path_of_ours
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.sign_in import KNOWN, SESSION, TRIP, YEAR, cookie_name, give, take
from optout_daemon.web.site import site_of

router = APIRouter(route_class=Guarded, include_in_schema=False)

SAID: Final = {
    "off": N_("This desk has no sign-in with a company account."),
    "down": N_("The company's sign-in does not answer. Try again later, or sign in by name and password."),
    "state": N_("This sign-in was begun in another browser, took too long, or was used before. Begin again."),
    "declined": N_("The company's sign-in was not completed."),
    "token": N_(
        "What the company's sign-in said could not be verified. Begin again; if it stays so, tell who runs this desk."
    ),
    "unknown": N_("Nobody of this desk has this company account. A supervisor can have one made for you."),
    "unverified": N_("The company's sign-in has not verified your e-mail address, so that nobody can be found by it."),
    "disabled": N_("Your account at this desk is disabled."),
}
STATUS: Final = {"off": 404, "down": 503, "state": 400, "declined": 401, "token": 401}

Text = Annotated[str, Query(max_length=4_000)]


@router.get("/sign-in/company", name="oidc.leave")
def leave(request: Request, next: Annotated[str, Query(max_length=2_000)] = "") -> Response:
    """To the provider; what the browser has to bring back is in a cookie for ten minutes."""
    other = _other(request)
    if other is None:
        return _refused(request, Outside("off"))
    done = other.leave_for(path_of_ours(next), now=site_of(request).clock())
    if not isinstance(done, Departure):
        return _refused(request, done)
    answer = RedirectResponse(done.address, status_code=303)
    give(request, answer, TRIP, done.cookie, seconds=600)
    return answer


@router.get("/sign-in/company/back", name="oidc.back")
def back(request: Request, state: Text = "", code: Text = "", error: Text = "", iss: Text = "") -> Response:
    """Back from the provider: a session begins, or the sign-in page says why not. The cookie is used up."""
    other = _other(request)
    if other is None:
        return _refused(request, Outside("off"))
    came = Return(
        cookie=request.cookies.get(cookie_name(request, TRIP), ""),
        state=state,
        code=code,
        error=error,
        issuer=iss,
        address=request.client.host if request.client else "",
        browser=request.headers.get("user-agent", ""),
    )
    done = other.come_back(came, now=site_of(request).clock())
    if isinstance(done, Inside):
        answer: Response = RedirectResponse(path_of_ours(done.next), status_code=303)
        give(request, answer, SESSION, done.entered.token)
        give(request, answer, KNOWN, other.door.known(done.entered.account), seconds=YEAR)
    else:
        answer = _refused(request, done)
    take(request, answer, TRIP)
    return answer


def _other(request: Request) -> OtherDoor | None:
    return sessions_of(request).other


def _refused(request: Request, outside: Outside) -> Response:
    wait = int(outside.wait.total_seconds()) + 1 if outside.wait else 0
    status = 429 if wait else STATUS.get(outside.why, 403)
    said = {"said": "wait" if wait else "company", "wait": wait, "why": SAID.get(outside.why, "")}
    answer = pages_of(request).render(request, "sign_in.html", status=status, kept=None, next="", **said)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer
