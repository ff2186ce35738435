"""Block by hand what a letter or a phone call asks for, and lift a block with reason and evidence.

Afterwards the browser is sent to the new entry's page, so that nothing is sent twice and no name is in its address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon import blocking
from optout_daemon.blocking import EvidenceNeeded, Subject
from optout_daemon.core.model import GROUP
from optout_daemon.review import UnknownCustomer
from optout_daemon.store import inquiries
from optout_daemon.web import list_words
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.numbers import number_of
from optout_daemon.web.site import Site, site_of
from optout_daemon.web.suppressions import Done, Typed, show_person

router = APIRouter(route_class=Guarded, include_in_schema=False)

Chosen = Annotated[list[str] | None, Form(max_length=50)]
Long = Annotated[str, Form(max_length=2_000)]


@router.post("/suppressions/add", name="suppressions.add")
def add(
    request: Request,
    number: Typed = "",
    email: Typed = "",
    channel: Chosen = None,
    scope: Typed = GROUP,
    reason: Typed = "opt_out",
    note: Long = "",
) -> Response:
    """Block a customer or an address on the channels that were ticked."""
    site, subject = site_of(request), _subject(number, email)
    typed = {"form": "add", "channel": channel or [], "scope": scope, "reason": reason, "note": note}
    channels = _channels(site, channel)
    if not channels or not _known(subject):
        return show_person(request, subject, says="channels" if _known(subject) else "nobody", typed=typed)
    desk = site.built.parts.desk
    try:
        with site.built.database.transaction() as tx:
            versions = blocking.block(
                tx,
                subject,
                channels,
                reason=reason if reason in list_words.BY_HAND else "opt_out",
                by=who_of(request).name,
                note=note.strip(),
                now=site.clock(),
                digests=desk.digests,
                scope=_scope(site, scope),
                arrivals=desk.arrivals,
            )
    except UnknownCustomer:
        return show_person(request, subject, says="unknown_customer", typed=typed)
    if not versions:
        return show_person(request, subject, says="blocked_already", typed=typed)
    return _to_entry(request, versions, "blocked")


@router.post("/suppressions/lift", name="suppressions.lift")
def lift(
    request: Request,
    number: Typed = "",
    email: Typed = "",
    named: Annotated[list[str] | None, Form(max_length=2)] = None,
    channel: Chosen = None,
    scope: Typed = GROUP,
    reason: Typed = "",
    note: Long = "",
    inquiry: Typed = "",
) -> Response:
    """Lift what stands on the ticked channels, of the number, the address or both, as `named` says."""
    site, subject = site_of(request), _subject(number, email)
    typed = {"form": "lift", "named": named or [], "channel": channel or [], "scope": scope, "reason": reason}
    typed |= {"note": note, "inquiry": inquiry}
    meant = Subject(
        subject.customer_number if "number" in (named or []) else None,
        subject.email if "email" in (named or []) else None,
    )
    channels = _channels(site, channel)
    if not channels or not _known(meant):
        return show_person(request, subject, says="channels" if _known(meant) else "nobody", typed=typed)
    cause = _inquiry(site, inquiry)
    if inquiry.strip() and cause is None:
        return show_person(request, subject, says="inquiry", typed=typed)
    try:
        with site.built.database.transaction() as tx:
            versions = blocking.lift(
                tx,
                meant,
                channels,
                reason=reason.strip(),
                by=who_of(request).name,
                note=note.strip(),
                now=site.clock(),
                digests=site.built.parts.desk.digests,
                scope=_scope(site, scope),
                cause=cause,
            )
    except EvidenceNeeded:
        return show_person(request, subject, says="evidence", typed=typed)
    if not versions:
        return show_person(request, subject, says="not_blocked", typed=typed)
    return _to_entry(request, versions, "lifted")


def _subject(number: str, email: str) -> Subject:
    return Subject(number.strip() or None, email.strip() or None)


def _known(subject: Subject) -> bool:
    return bool(subject.customer_number or (subject.email and "@" in subject.email))


def _inquiry(site: Site, given: str) -> int | None:
    """The number of an inquiry that there is."""
    number = number_of(given)
    with site.built.database.reading() as tx:
        return number if number and inquiries.get(tx, number) is not None else None


def _channels(site: Site, chosen: Sequence[str] | None) -> list[str]:
    return [channel for channel in site.settings.policy.channels if channel in (chosen or [])]


def _scope(site: Site, chosen: str) -> str:
    """The scope of a change; the whole group's where the settings have no such company."""
    return chosen if chosen in [company.name for company in site.settings.company] else GROUP


def _to_entry(request: Request, versions: Sequence[int], done: Done) -> RedirectResponse:
    path = request.app.url_path_for("suppressions.entry", entry=versions[0])
    return RedirectResponse(f"{path}?done={done}", status_code=303)
