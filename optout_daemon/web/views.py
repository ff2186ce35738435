"""Record in the audit chain who looked at personal data: which page, whose by id, never what it showed."""

from __future__ import annotations

from starlette.requests import Request

from optout_daemon.store import audit
from optout_daemon.web.guard import who_of
from optout_daemon.web.site import site_of


def record_view(request: Request, what: str, *, inquiry: int | None = None, **data: int | str) -> None:
    """Append `viewed`. Called before the page is rendered: what cannot be recorded is not shown.

    `data` holds ids, counts and names of our own (a kind of search), nothing that was typed.
    """
    site, who = site_of(request), who_of(request)
    told = {"what": what, "account": who.account, **data}
    with site.built.database.transaction() as tx:
        audit.record(tx, event="viewed", actor=who.name, now=site.clock(), inquiry_id=inquiry, data=told)
