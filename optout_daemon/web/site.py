"""What the web part works with: the settings, the parts that decide, the clock, and who finds out who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from optout_daemon.config import Settings
from optout_daemon.parts import Built
from optout_daemon.web.who import SignIn


@dataclass(frozen=True, slots=True)
class Site:
    """One desk on the web. `clock` gives the present, in UTC: nothing else in web/ asks the machine for it."""

    settings: Settings
    built: Built
    clock: Callable[[], datetime]
    sign_in: SignIn


def site_of(request: Request) -> Site:
    """The site that answers this request."""
    site: Site = request.app.state.site
    return site
