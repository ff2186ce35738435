"""The HTTPS end of List-Unsubscribe (RFC 8058): a POST blocks at once, a GET shows a page with a button and never acts.

Open to everybody, since the token is all the authority that there is: no cookie is asked for or set, nothing is
redirected, and an answer names nobody. Who keeps sending tokens that are not ours is told to wait.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.clicking import ONE_CLICK, click
from optout_daemon.config import desk_digests, one_click
from optout_daemon.errors import StoreError
from optout_daemon.web.guard import Guarded
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import Site, site_of

FIELD, _, SAYS = ONE_CLICK.partition("=")
PAGE: Final = "unsubscribe.html"
MOST_FORGED: Final = 30
"""Tokens that are not ours, from one network address in a minute; good ones are not counted, since mailbox providers
send many from few addresses.
"""
_MINUTE: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 10_000

router = APIRouter(route_class=Guarded, include_in_schema=False)


class Forgeries:
    """How many unsound tokens came from whom in this minute; forgets the oldest beyond ten thousand."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = Lock()

    def too_many(self, who: str, now: datetime) -> bool:
        """Whether this address has to wait."""
        with self._lock:
            since, count = self._seen.get(who, (now, 0))
            return count >= MOST_FORGED and now - since < _MINUTE

    def add(self, who: str, now: datetime) -> None:
        """One more from this address."""
        with self._lock:
            since, count = self._seen.pop(who, (now, 0))
            self._seen[who] = (since, count + 1) if now - since < _MINUTE else (now, 1)
            while len(self._seen) > _MOST_KEPT:
                self._seen.popitem(last=False)


def forgeries_of(request: Request) -> Forgeries:
    """The count of the application that answers this request."""
    found: Forgeries = request.app.state.forgeries
    return found


SiteHere = Annotated[Site, Depends(site_of)]
Counted = Annotated[Forgeries, Depends(forgeries_of)]


@router.get("/u/{token}", name="unsubscribe.ask")
def ask(request: Request, token: str, site: SiteHere, forgeries: Counted) -> Response:
    """The page with the button. A mail scanner that follows every link changes nothing by it."""
    if (wait := _waiting(request, site, forgeries)) is not None:
        return wait
    if one_click(site.settings).handle(token) is None:
        forgeries.add(_client(request), site.clock())
        return _page(request, "unknown", status=404)
    return _page(request, "ask", token=token)


@router.post("/u/{token}", name="unsubscribe.act")
def act(
    request: Request,
    token: str,
    site: SiteHere,
    forgeries: Counted,
    says: Annotated[str, Form(alias=FIELD, max_length=100)] = "",
) -> Response:
    """Block; 200 also where the block stood already. 400 without the field that RFC 8058 asks for."""
    if (wait := _waiting(request, site, forgeries)) is not None:
        return wait
    if says != SAYS:
        return _page(request, "unknown", status=400)
    try:
        done = click(
            site.built.database,
            one_click(site.settings),
            token,
            digests=desk_digests(site.settings),
            now=site.clock(),
            arrivals=site.built.parts.desk.arrivals,
        )
    except StoreError:
        return _page(request, "away", status=503)
    if not done:
        forgeries.add(_client(request), site.clock())
        return _page(request, "unknown", status=404)
    return _page(request, "done")


def _waiting(request: Request, site: Site, forgeries: Forgeries) -> Response | None:
    if not forgeries.too_many(_client(request), site.clock()):
        return None
    answer = _page(request, "wait", status=429)
    answer.headers["Retry-After"] = str(int(_MINUTE.total_seconds()))
    return answer


def _client(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _page(request: Request, state: str, *, status: int = 200, token: str = "") -> Response:
    return pages_of(request).render(request, PAGE, status=status, state=state, token=token, field=FIELD, says=SAYS)
