"""Inquiries that no queue shows any more: the latest closed ones, and all about one number, sender or Message-ID.

What is looked for travels in the body of a POST: no address and no number is ever in a URL.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.core.reading.address import comparable
from optout_daemon.list_filter import name_in
from optout_daemon.store import past
from optout_daemon.store.ledger import CUSTOMER_NUMBER
from optout_daemon.store.past import Sought
from optout_daemon.web.guard import Guarded
from optout_daemon.web.numbers import number_of
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import Site, site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)
SHOWN: Final = 50


@router.get("/inquiries", name="past.latest")
def latest(request: Request) -> Response:
    """The search, and what was closed last."""
    with site_of(request).built.database.reading() as tx:
        found = past.latest(tx, limit=SHOWN)
    return _shown(request, "", found)


@router.post("/inquiries", name="past.find")
def find(request: Request, typed: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Every inquiry that is known by what was typed, in whatever state."""
    site = site_of(request)
    if not typed.strip():
        return latest(request)
    with site.built.database.reading() as tx:
        found = past.about(tx, sought(site, typed.strip()), limit=SHOWN)
    return _shown(request, typed, found)


def sought(site: Site, typed: str) -> Sought:
    """What somebody may have meant by it."""
    if typed.startswith("<"):
        return Sought(message_id=typed)
    if "@" in typed:
        return Sought(author=comparable(typed))
    number = name_in(typed, CUSTOMER_NUMBER, site.settings.customers.number_prefixes)
    return Sought(id=number_of(typed), customer_number=number or None)


def _shown(request: Request, typed: str, found: list[past.Past]) -> Response:
    record_view(request, "inquiries", inquiries=",".join(str(each.id) for each in found))
    return pages_of(request).render(request, "past.html", typed=typed, found=found)
