"""The Evidence page: what one inquiry rests on, from the digest of its bytes to its replies' delivery, to print."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.store import inquiries
from optout_daemon.web.evidence_lines import line
from optout_daemon.web.guard import Guarded
from optout_daemon.web.inquiry_view import story
from optout_daemon.web.numbers import Id
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import Site, site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)


@router.get("/inquiries/{inquiry_id}/evidence", name="evidence.page")
def page(request: Request, site: Annotated[Site, Depends(site_of)], inquiry_id: Id) -> Response:
    """As it is stored, to now; the mail itself is not read again."""
    with site.built.database.reading() as tx:
        inquiry = inquiries.get(tx, inquiry_id)
    if inquiry is None:
        return pages_of(request).render(request, "inquiry_missing.html", status=404)
    record_view(request, "evidence", inquiry=inquiry_id)
    with site.built.database.reading() as tx:
        told = story(tx, inquiry_id)
        kept = inquiries.raw(tx, inquiry_id) is not None
    say = pages_of(request).language(request).translations.gettext
    values = {"inquiry": inquiry, "raw_kept": kept, "now": site.clock(), **told}
    values["lines"] = [line(stored, say) for stored in inquiry.evidence]
    return pages_of(request).render(request, "evidence.html", **values)
