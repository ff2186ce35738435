"""Put the web part together: routes, what stands before them, and what becomes of an error.

Every route is one of guard.py's; `/static` alone is mounted, and holds nothing but the program's own files.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from optout_daemon import __version__
from optout_daemon.config import desk_digests
from optout_daemon.store.database import Database
from optout_daemon.web import (
    account,
    api,
    described,
    desk,
    entrance,
    evidence,
    health,
    inquiry,
    inquiry_changes,
    mail_parts,
    metrics,
    mishaps,
    oidc,
    past,
    problems,
    queue,
    refusals,
    staff_page,
    suppression_changes,
    suppression_files,
    suppressions,
    switch,
    unsubscribe,
)
from optout_daemon.web.bearer import Bearers
from optout_daemon.web.guard import Guarded
from optout_daemon.web.headers import SecurityHeaders
from optout_daemon.web.rendering import ROOM, Pages
from optout_daemon.web.site import Site
from optout_daemon.web.static_files import MOUNT, OwnFiles

LARGEST_BODY: Final = 4_000_000
"""Bytes of a request's body: ten thousand addresses to check fit, a flood does not."""
ROUTERS: Final = tuple(
    room.router
    for room in (
        api,  # first: routes are tried in this order, and none is asked as often
        health,
        switch,
        unsubscribe,
        entrance,
        oidc,
        account,
        staff_page,
        queue,
        past,
        inquiry,
        inquiry_changes,
        mail_parts,
        evidence,
        suppressions,
        suppression_changes,
        suppression_files,
        desk,
        described,
        metrics,
    )
)


def build(site: Site, bearers: Bearers | None = None) -> ASGIApp:
    """The application for one desk; `bearers` are made where none are given.

    KeyError where a route has no row in the table of access.
    """
    let_in = bearers or Bearers(Database(site.settings.database.url), site.clock)

    @asynccontextmanager
    async def serving(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(let_in.close)

    app = FastAPI(
        title="optout-daemon",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        max_body_size=LARGEST_BODY,
        lifespan=serving,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts(site), www_redirect=False)],
    )
    app.state.site = site
    app.state.pages = Pages()
    app.state.forgeries = unsubscribe.Forgeries()
    app.state.bearers = let_in
    app.state.digests = desk_digests(site.settings)
    refusals.add_to(app)
    problems.add_to(app)
    mishaps.add_to(app)
    routes()
    for router in ROUTERS:
        app.include_router(router)
    app.mount(MOUNT, OwnFiles(ROOM / "static"), name="static")
    return SecurityHeaders(mishaps.Defects(app))  # outermost: an answer to our own defect has them too


def hosts(site: Site) -> list[str]:
    """The host names that the web part answers to: who makes a browser ask us under another name gets nothing."""
    named = urlsplit(site.settings.web.address).hostname or ""
    return list(dict.fromkeys([named, site.settings.web.host, "localhost", "127.0.0.1", "[::1]"]))


def routes() -> list[Guarded]:
    """Every route but the static files. TypeError where one is not guarded."""
    found: list[Guarded] = []
    for route in (route for router in ROUTERS for route in router.routes):
        if not isinstance(route, Guarded):
            raise TypeError(f"the route {route} is not guarded")
        found.append(route)
    return found
