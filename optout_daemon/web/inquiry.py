"""The page of one inquiry: the mail beside what was read in it, and a person's decision with its reply shown first."""

from __future__ import annotations

from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon import noting, review
from optout_daemon.errors import Conflict
from optout_daemon.store import inquiries, presence, queue
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.inquiry_form import Typed
from optout_daemon.web.inquiry_page import corrected, foreseen, inquiry_page, missing
from optout_daemon.web.inquiry_view import opened
from optout_daemon.web.looking import present
from optout_daemon.web.navigation import N_
from optout_daemon.web.numbers import Id, Version
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import Site, site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)
TheSite = Annotated[Site, Depends(site_of)]
TheForm = Annotated[Typed, Form()]
UNKNOWN: Final = N_("No customer has this number. Pick a customer, or correct the number.")
NO_ANSWER: Final = N_("Nobody can be answered from here, see below. Answer in another way, then close it without text.")
NO_ACTION: Final = N_("Choose what is to be done.")
MOVED: Final = N_("A colleague was faster. Nothing of yours was done; what you typed is still here.")


@router.get("/inquiries/{inquiry_id}", name="inquiry.page")
def page(request: Request, site: TheSite, inquiry_id: Id, done: Id | None = None) -> Response:
    """Everything about one inquiry, and, while it is held, the form that decides it."""
    return inquiry_page(request, site, inquiry_id, done=done)


@router.post("/inquiries/{inquiry_id}/preview", name="inquiry.preview")
def preview(request: Request, site: TheSite, inquiry_id: Id, typed: TheForm) -> Response:
    """What would follow from the form as it stands: for htmx the part of the page, else the page with it."""
    if "hx-request" not in request.headers:
        return inquiry_page(request, site, inquiry_id, typed=typed)
    found = opened(site, inquiry_id)
    if found is None:
        return missing(request)
    values = foreseen(site, found, typed, who_of(request).name)
    shown = values["preview"].customer if values["preview"] is not None else None
    if shown is not None and (found.match is None or shown != found.match.customer):
        record_view(request, "preview", inquiry=inquiry_id)  # a record that the mail itself does not lead to
    return pages_of(request).render(request, "inquiry_preview.html", **values)


@router.post("/inquiries/{inquiry_id}/decide", name="inquiry.decide")
def decide(request: Request, site: TheSite, inquiry_id: Id, typed: TheForm) -> Response:
    """The decision and all that follows, in one step; 409 where a colleague was faster, and 422 where it cannot be."""
    who, found = who_of(request), opened(site, inquiry_id)
    if found is None:
        return missing(request)
    given = corrected(site, found, typed, who.name)
    if given is None:
        return inquiry_page(request, site, inquiry_id, typed=typed, problem=NO_ACTION, status=422)
    try:
        review.resolve(inquiry_id, given, parts=site.built.parts, now=site.clock(), version=typed.version)
        if given.note:
            write_note(site, inquiry_id, given.note, who.name)
    except review.UnknownCustomer:
        return inquiry_page(request, site, inquiry_id, typed=typed, problem=UNKNOWN, status=422)
    except review.NoAnswer:
        return inquiry_page(request, site, inquiry_id, typed=typed, problem=NO_ANSWER, status=422)
    except (Conflict, review.NotHeld, review.RawMailGone):
        return inquiry_page(request, site, inquiry_id, typed=typed, problem=MOVED, status=409)
    with site.built.database.transaction() as tx:
        presence.left(tx, inquiry_id, who.name)
        after = queue.Key(found.inquiry.received_at, inquiry_id)
        following = queue.page(tx, queue.Wanted(), after=after, limit=1) or queue.page(tx, queue.Wanted(), limit=1)
    if typed.then == "next" and following and following[0].id != inquiry_id:
        path = request.app.url_path_for("inquiry.page", inquiry_id=following[0].id)
        return RedirectResponse(f"{path}?done={inquiry_id}", status_code=303)
    return RedirectResponse(f"{request.app.url_path_for('queue.list')}?done={inquiry_id}", status_code=303)


@router.get("/inquiries/{inquiry_id}/alive", name="inquiry.alive")
def alive(request: Request, site: TheSite, inquiry_id: Id, version: Version) -> Response:
    """Asked by an open page: who else has it open, and whether it was changed meanwhile."""
    with site.built.database.transaction() as tx:
        row = inquiries.get(tx, inquiry_id)
        others = present(tx, site, who_of(request), inquiry_id) if row is not None else []
    changed = row is None or row.version != version
    values: dict[str, Any] = {"inquiry_id": inquiry_id, "version": version, "others": others, "changed": changed}
    return pages_of(request).render(request, "inquiry_alive.html", **values)


def write_note(site: Site, inquiry_id: int, text: str, by: str) -> None:
    """One more note, with its day as the desk counts days. Conflict where there is no such inquiry."""
    zone = ZoneInfo(site.settings.desk.time_zone)
    with site.built.database.transaction() as tx:
        noting.note(tx, inquiry_id, text, by=by, now=site.clock(), zone=zone)
