"""Render the page of one inquiry: the mail, what was read, the form with what somebody typed, and what would follow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon import previewing, review
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Corrections, StaffAction
from optout_daemon.core.roles import Role
from optout_daemon.store import inquiries, staff
from optout_daemon.web.access import DECIDERS
from optout_daemon.web.guard import who_of
from optout_daemon.web.inquiry_form import Typed, as_read, corrections
from optout_daemon.web.inquiry_view import Opened, likely, mail, opened, story
from optout_daemon.web.looking import present
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import Site
from optout_daemon.web.views import record_view


def inquiry_page(
    request: Request,
    site: Site,
    inquiry_id: int,
    *,
    typed: Typed | None = None,
    problem: str = "",
    status: int = 200,
    done: int | None = None,
) -> Response:
    """The page, or the one that says that there is no such inquiry; `typed` stands in the form as it was sent."""
    who, found = who_of(request), opened(site, inquiry_id)
    if found is None:
        return missing(request)
    deciding = found.inquiry.state is State.HELD and found.raw is not None and who.role is not Role.AUDITOR
    record_view(request, "inquiry", inquiry=inquiry_id)
    with site.built.database.transaction() as tx:
        others = present(tx, site, who, inquiry_id) if found.inquiry.state is State.HELD else []
        told = story(tx, inquiry_id)
        last = inquiries.get(tx, done) if done is not None else None
        colleagues = dict.fromkeys([*deciders(tx), *filter(None, [found.inquiry.assigned_to])])
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
        "deciders": [(name, name) for name in colleagues],
        "colleagues": site.settings.review.hand_over_to,
        "ready": _answers(site, found),
        "may_change": who.role is not Role.AUDITOR,
        **mail(found),
        **told,
        **foreseen(site, found, form, who.name),
    }
    return pages_of(request).render(request, "inquiry.html", status=status, **values)


def deciders(tx: Connection) -> list[str]:
    """Who may take care of an inquiry: the accounts that decide and are not disabled."""
    return [each.name for each in staff.listing(tx) if each.role in DECIDERS.roles and not each.disabled]


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


def corrected(site: Site, found: Opened, typed: Typed, by: str) -> Corrections | None:
    """What the form decides; None where no action was chosen, or the mail is not kept."""
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


def foreseen(site: Site, found: Opened, typed: Typed, by: str) -> dict[str, Any]:
    """What would follow from the form, for inquiry_preview.html."""
    given = corrected(site, found, typed, by)
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


def missing(request: Request) -> Response:
    """There is no such inquiry."""
    return pages_of(request).render(request, "inquiry_missing.html", status=404)
