"""One's own account: change the password, set up an authenticator, see and end one's sessions."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.web.guard import Guarded
from optout_daemon.web.rendering import pages_of

router = APIRouter(route_class=Guarded, include_in_schema=False)


@router.get("/account", name="account.page")
def page(request: Request) -> Response:
    """What one's account is."""
    return pages_of(request).render(request, "account.html")
