"""What staff do about an inquiry besides deciding it: a note, whose it is, back into the queue, answered elsewhere."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon import answering, noting, reopening
from optout_daemon.errors import Conflict, OptoutError
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.inquiry import MOVED, TheSite, write_note
from optout_daemon.web.inquiry_page import deciders, inquiry_page, missing
from optout_daemon.web.navigation import N_
from optout_daemon.web.numbers import Id, Version

router = APIRouter(route_class=Guarded, include_in_schema=False)
NOBODY: Final = N_("No account of this name decides inquiries. Choose one from the list.")
ASKED_AGAIN: Final = N_("Another mail of this customer was applied too, so that the block stays. Lift it by hand.")


@router.post("/inquiries/{inquiry_id}/note", name="inquiry.note")
def note(
    request: Request, site: TheSite, inquiry_id: Id, text: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """One more note of staff."""
    try:
        if text.strip():
            write_note(site, inquiry_id, text, who_of(request).name)
    except Conflict:
        return missing(request)
    return _back(request, inquiry_id)


@router.post("/inquiries/{inquiry_id}/assign", name="inquiry.assign")
def assign(request: Request, site: TheSite, inquiry_id: Id, to: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Take it, give it to an account that decides, or give it back to everybody; 422 for any other name."""
    by, whom = who_of(request).name, to.strip()
    try:
        with site.built.database.transaction() as tx:
            known = not whom or whom in deciders(tx)
            if known:
                noting.assign(tx, inquiry_id, to=whom or None, by=by, now=site.clock())
    except Conflict:
        return missing(request)
    return _back(request, inquiry_id) if known else inquiry_page(request, site, inquiry_id, problem=NOBODY, status=422)


@router.post("/inquiries/{inquiry_id}/reopen", name="inquiry.reopen")
def reopen(
    request: Request,
    site: TheSite,
    inquiry_id: Id,
    version: Annotated[Version, Form()],
    undo: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Back into the queue; with `undo`, what it blocked is lifted by entries of its own."""
    by, now = who_of(request).name, site.clock()
    try:
        reopening.reopen(inquiry_id, parts=site.built.parts, by=by, now=now, version=version, undo=bool(undo))
    except reopening.AskedAgain:
        return inquiry_page(request, site, inquiry_id, problem=ASKED_AGAIN, status=409)
    except OptoutError:
        return inquiry_page(request, site, inquiry_id, problem=MOVED, status=409)
    return _back(request, inquiry_id)


@router.post("/inquiries/{inquiry_id}/answered", name="inquiry.answered")
def answered(request: Request, site: TheSite, inquiry_id: Id) -> Response:
    """What an applied mail asked for besides is answered."""
    try:
        with site.built.database.transaction() as tx:
            answering.answered(tx, inquiry_id, by=who_of(request).name, now=site.clock())
    except OptoutError:
        return inquiry_page(request, site, inquiry_id, problem=MOVED, status=409)
    return RedirectResponse(f"{request.app.url_path_for('queue.list')}?show=second&done={inquiry_id}", status_code=303)


def _back(request: Request, inquiry_id: int) -> Response:
    return RedirectResponse(str(request.app.url_path_for("inquiry.page", inquiry_id=inquiry_id)), status_code=303)
