"""The page of one inquiry: the mail beside what was read in it, and a person's decision with its reply shown first."""

from __future__ import annotations

from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon import answering, noting, previewing, reopening, review
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Corrections, StaffAction
from optout_daemon.core.roles import Role
from optout_daemon.errors import Conflict, OptoutError
from optout_daemon.store import inquiries, presence, queue
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.inquiry_form import Typed, as_read, corrections
from optout_daemon.web.inquiry_view import Opened, likely, mail, opened, story
from optout_daemon.web.looking import present
from optout_daemon.web.navigation import N_
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
ASKED_AGAIN: Final = N_("Another mail of this customer was applied too, so that the block stays. Lift it by hand.")


@router.get("/inquiries/{inquiry_id}", name="inquiry.page")
def page(request: Request, site: TheSite, inquiry_id: int, done: int | None = None) -> Response:
    """Everything about one inquiry, and, while it is held, the form that decides it."""
    return _page(request, site, inquiry_id, done=done)


@router.post("/inquiries/{inquiry_id}/preview", name="inquiry.preview")
def preview(request: Request, site: TheSite, inquiry_id: int, typed: TheForm) -> Response:
    """What would follow from the form as it stands: for htmx the part of the page, else the page with it."""
    if "hx-request" not in request.headers:
        return _page(request, site, inquiry_id, typed=typed)
    found = opened(site, inquiry_id)
    if found is None:
        return _missing(request)
    values = _preview(site, found, typed, who_of(request).name)
    return pages_of(request).render(request, "inquiry_preview.html", **values)


@router.post("/inquiries/{inquiry_id}/decide", name="inquiry.decide")
def decide(request: Request, site: TheSite, inquiry_id: int, typed: TheForm) -> Response:
    """The decision and all that follows, in one step; 409 where a colleague was faster, and 422 where it cannot be."""
    who, found = who_of(request), opened(site, inquiry_id)
    if found is None:
        return _missing(request)
    given = _corrections(site, found, typed, who.name)
    if given is None:
        return _page(request, site, inquiry_id, typed=typed, problem=NO_ACTION, status=422)
    try:
        review.resolve(inquiry_id, given, parts=site.built.parts, now=site.clock(), version=typed.version)
        if given.note:
            _note(site, inquiry_id, given.note, who.name)
    except review.UnknownCustomer:
        return _page(request, site, inquiry_id, typed=typed, problem=UNKNOWN, status=422)
    except review.NoAnswer:
        return _page(request, site, inquiry_id, typed=typed, problem=NO_ANSWER, status=422)
    except (Conflict, review.NotHeld, review.RawMailGone):
        return _page(request, site, inquiry_id, typed=typed, problem=MOVED, status=409)
    with site.built.database.transaction() as tx:
        presence.left(tx, inquiry_id, who.name)
        after = queue.Key(found.inquiry.received_at, inquiry_id)
        following = queue.page(tx, queue.Wanted(), after=after, limit=1) or queue.page(tx, queue.Wanted(), limit=1)
    if typed.then == "next" and following and following[0].id != inquiry_id:
        path = request.app.url_path_for("inquiry.page", inquiry_id=following[0].id)
        return RedirectResponse(f"{path}?done={inquiry_id}", status_code=303)
    return RedirectResponse(f"{request.app.url_path_for('queue.list')}?done={inquiry_id}", status_code=303)


@router.post("/inquiries/{inquiry_id}/note", name="inquiry.note")
def note(
    request: Request, site: TheSite, inquiry_id: int, text: Annotated[str, Form(max_length=2_000)] = ""
) -> Response:
    """One more note of staff."""
    try:
        if text.strip():
            _note(site, inquiry_id, text, who_of(request).name)
    except Conflict:
        return _missing(request)
    return _back(request, inquiry_id)


@router.post("/inquiries/{inquiry_id}/assign", name="inquiry.assign")
def assign(request: Request, site: TheSite, inquiry_id: int, to: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Take it, give it to somebody, or give it back to everybody."""
    by = who_of(request).name
    try:
        with site.built.database.transaction() as tx:
            noting.assign(tx, inquiry_id, to=to.strip() or None, by=by, now=site.clock())
    except Conflict:
        return _missing(request)
    return _back(request, inquiry_id)


@router.post("/inquiries/{inquiry_id}/reopen", name="inquiry.reopen")
def reopen(
    request: Request,
    site: TheSite,
    inquiry_id: int,
    version: Annotated[int, Form()],
    undo: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Back into the queue; with `undo`, what it blocked is lifted by entries of its own."""
    by, now = who_of(request).name, site.clock()
    try:
        reopening.reopen(inquiry_id, parts=site.built.parts, by=by, now=now, version=version, undo=bool(undo))
    except reopening.AskedAgain:
        return _page(request, site, inquiry_id, problem=ASKED_AGAIN, status=409)
    except OptoutError:
        return _page(request, site, inquiry_id, problem=MOVED, status=409)
    return _back(request, inquiry_id)


@router.post("/inquiries/{inquiry_id}/answered", name="inquiry.answered")
def answered(request: Request, site: TheSite, inquiry_id: int) -> Response:
    """What an applied mail asked for besides is answered."""
    try:
        with site.built.database.transaction() as tx:
            answering.answered(tx, inquiry_id, by=who_of(request).name, now=site.clock())
    except OptoutError:
        return _page(request, site, inquiry_id, problem=MOVED, status=409)
    return RedirectResponse(f"{request.app.url_path_for('queue.list')}?show=second&done={inquiry_id}", status_code=303)


@router.get("/inquiries/{inquiry_id}/alive", name="inquiry.alive")
def alive(request: Request, site: TheSite, inquiry_id: int, version: int) -> Response:
    """Asked by an open page: who else has it open, and whether it was changed meanwhile."""
    with site.built.database.transaction() as tx:
        row = inquiries.get(tx, inquiry_id)
        others = present(tx, site, who_of(request), inquiry_id) if row is not None else []
    changed = row is None or row.version != version
    values: dict[str, Any] = {"inquiry_id": inquiry_id, "version": version, "others": others, "changed": changed}
    return pages_of(request).render(request, "inquiry_alive.html", **values)


def _page(
    request: Request,
    site: Site,
    inquiry_id: int,
    *,
    typed: Typed | None = None,
    problem: str = "",
    status: int = 200,
    done: int | None = None,
) -> Response:
    who, found = who_of(request), opened(site, inquiry_id)
    if found is None:
        return _missing(request)
    deciding = found.inquiry.state is State.HELD and found.raw is not None and who.role is not Role.AUDITOR
    record_view(request, "inquiry", inquiry=inquiry_id)
    with site.built.database.transaction() as tx:
        others = present(tx, site, who, inquiry_id) if found.inquiry.state is State.HELD else []
        told = story(tx, inquiry_id)
        last = inquiries.get(tx, done) if done is not None else None
    form = _form(site, found, typed)
    values: dict[str, Any] = {
        "inquiry": found.inquiry,
        "raw_kept": found.raw is not None,
        "shown": found.shown,
        "reading": found.reading,
        "likely": likely(site, found) if deciding else [],
        "deciding": deciding,
        "form": form,
        "typed": typed,
        "problem": problem,
        "others": others,
        "last": last,
        "known_channels": site.built.parts.desk.policy.channels,
        "colleagues": site.settings.review.hand_over_to,
        "ready": _answers(site, found),
        "may_change": who.role is not Role.AUDITOR,
        **mail(found),
        **told,
        **_preview(site, found, form, who.name),
    }
    return pages_of(request).render(request, "inquiry.html", status=status, **values)


def _form(site: Site, found: Opened, typed: Typed | None) -> Typed:
    inquiry = found.inquiry
    if typed is not None:
        return typed.model_copy(update={"version": inquiry.version})
    if found.read is None:
        return Typed(version=inquiry.version)
    wish = found.reading.wish.channels if found.reading is not None else ()
    policy = site.built.parts.desk.policy
    named = tuple(channel for channel in policy.channels if channel in wish) or policy.channels
    form = as_read(found.read, inquiry.version, named)
    # Somebody corrected it before: what they typed, not what the machine had read.
    corrected = inquiry.fields if inquiry.decided_by != "machine" else {}
    before: dict[str, Any] = {name.value: value for name, value in corrected.items() if value}
    return form.model_copy(update=before)


def _answers(site: Site, found: Opened) -> dict[str, str]:
    desk = site.built.parts.desk
    language = found.inquiry.language if found.inquiry.language in desk.policy.languages else desk.policy.languages[0]
    return desk.composer.answers(language)


def _corrections(site: Site, found: Opened, typed: Typed, by: str) -> Corrections | None:
    if found.read is None:
        return None
    return corrections(
        typed,
        found.read,
        by=by,
        known=site.built.parts.desk.policy.channels,
        colleagues=site.settings.review.hand_over_to,
        answers=_answers(site, found),
    )


def _preview(site: Site, found: Opened, typed: Typed, by: str) -> dict[str, Any]:
    given = _corrections(site, found, typed, by)
    none: dict[str, Any] = {"preview": None, "unknown": False, "chosen": typed.action}
    if given is None or found.reading is None:
        return none
    try:
        with site.built.database.reading() as tx:
            desk, now = site.built.parts.desk, site.clock()
            company = desk.companies.get(found.inquiry.mailbox, "")
            shown = previewing.preview(tx, found.inquiry.id, found.reading, given, company=company, desk=desk, now=now)
    except review.UnknownCustomer:
        return none | {"unknown": True}
    closes = given.action is StaffAction.CLOSE and not given.answer
    return none | {"preview": shown, "silent": closes}


def _note(site: Site, inquiry_id: int, text: str, by: str) -> None:
    zone = ZoneInfo(site.settings.desk.time_zone)
    with site.built.database.transaction() as tx:
        noting.note(tx, inquiry_id, text, by=by, now=site.clock(), zone=zone)


def _back(request: Request, inquiry_id: int) -> Response:
    return RedirectResponse(str(request.app.url_path_for("inquiry.page", inquiry_id=inquiry_id)), status_code=303)


def _missing(request: Request) -> Response:
    return pages_of(request).render(request, "inquiry_missing.html", status=404)
