"""Look at the suppression list: find a person, see what stands and every entry that led there.

What is searched for travels in the body of a POST, and a person's page is addressed by an entry's number: no name,
number or address is ever in a URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import NoMatchFound

from optout_daemon import list_people
from optout_daemon.blocking import Subject
from optout_daemon.core.model import Customer
from optout_daemon.errors import DirectoryError
from optout_daemon.list_people import Person, Search
from optout_daemon.store import suppressions
from optout_daemon.web import list_words
from optout_daemon.web.guard import Guarded
from optout_daemon.web.navigation import N_
from optout_daemon.web.numbers import Id
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)

Typed = Annotated[str, Form(max_length=300)]
Done = Literal["", "blocked", "lifted"]

SAYS: Final[Mapping[str, str]] = {
    "blocked": N_("The block is in the list now."),
    "lifted": N_("The block is lifted."),
    "blocked_already": N_("Nothing was changed: all of this is blocked already."),
    "not_blocked": N_("Nothing was changed: none of this is blocked."),
    "unknown_customer": N_("No customer has this number. Block by the e-mail address alone."),
    "channels": N_("Choose at least one channel."),
    "nobody": N_("Give the customer number or the e-mail address."),
    "evidence": N_("Lifting a block needs a reason, and the evidence: a note of what shows the wish, or the inquiry."),
    "inquiry": N_("There is no inquiry with this number."),
    "directory": N_("The customer database cannot be reached. What the list itself knows is shown."),
    "entry": N_("There is no such entry."),
}
GOOD: Final = frozenset({"blocked", "lifted"})


@router.get("/suppressions", name="suppressions.page")
def page(request: Request) -> Response:
    """The search, and how long the list is."""
    return _searched(request, "", None, ())


@router.post("/suppressions/find", name="suppressions.find")
def find(request: Request, typed: Typed = "") -> Response:
    """Whoever may be meant, each with what stands."""
    site = site_of(request)
    if not typed.strip():
        return _searched(request, "", None, ())
    given, says = site.settings.customers, ""
    try:
        found = list_people.search(
            typed, site.built.directory, number_pattern=given.number_pattern, prefixes=given.number_prefixes
        )
    except DirectoryError:
        found, says = Search("away", ()), "directory"
    with site.built.database.reading() as tx:
        people = [
            list_people.person(tx, subject, customer, digests=site.built.parts.desk.digests)
            for subject, customer in found.people
        ]
    record_view(request, "suppressions.search", by=found.kind, found=len(people))
    return _searched(request, typed, found, people, says=says)


@router.post("/suppressions/person", name="suppressions.person")
def person(request: Request, number: Typed = "", email: Typed = "") -> Response:
    """One person, by the number or the address in the body."""
    return show_person(request, Subject(number.strip() or None, email.strip() or None))


@router.get("/suppressions/entries/{entry}", name="suppressions.entry")
def entry(request: Request, entry: Id, done: Done = "") -> Response:
    """The person whom a ledger entry covers: what another page can link to."""
    site = site_of(request)
    with site.built.database.reading() as tx:
        found = list_people.of_entry(tx, entry, digests=site.built.parts.desk.digests)
    if found is None:
        return _searched(request, "", None, (), says="entry", status=404)
    return _shown(request, found, says=done)


def show_person(
    request: Request, subject: Subject, *, says: str = "", typed: Mapping[str, object] | None = None
) -> Response:
    """The page of whom `subject` names; with `says`, why a change was refused, it holds what was typed."""
    site = site_of(request)
    if subject == Subject():
        return _searched(request, "", None, (), says="nobody", status=422)
    customer: Customer | None = None
    if subject.customer_number is not None:
        try:
            customer = site.built.directory.find([subject.customer_number]).get(subject.customer_number)
        except DirectoryError:
            says = says or "directory"
    with site.built.database.reading() as tx:
        found = list_people.person(tx, subject, customer, digests=site.built.parts.desk.digests)
    return _shown(request, found, says=says, typed=typed)


def _shown(request: Request, found: Person, *, says: str = "", typed: Mapping[str, object] | None = None) -> Response:
    site = site_of(request)
    record_view(request, "suppressions.person", entry=found.entries[-1].id if found.entries else 0)
    values = {
        "person": found,
        "says": SAYS.get(says, ""),
        "kind": "good" if says in GOOD else "warn" if says == "directory" else "bad",
        "typed": typed or {},
        "channels": site.settings.policy.channels,
        **list_words.words(request),
        "inquiry_path": lambda number: inquiry_path(request, number),
    }
    refused = bool(says) and says not in GOOD and says != "directory"
    return pages_of(request).render(request, "suppression_person.html", status=422 if refused else 200, **values)


def inquiry_path(request: Request, number: int) -> str:
    """Where an inquiry is looked at; empty where this desk has no such page."""
    try:
        return str(request.app.url_path_for("inquiry.page", inquiry_id=number))
    except NoMatchFound:
        return ""


def _searched(
    request: Request, typed: str, found: Search | None, people: object, *, says: str = "", status: int = 200
) -> Response:
    with site_of(request).built.database.reading() as tx:
        lines, version = suppressions.count(tx), suppressions.version(tx)
    values = {
        "typed": typed,
        "found": found,
        "people": people,
        "says": SAYS.get(says, ""),
        "lines": lines,
        "version": version,
        **list_words.words(request),
    }
    return pages_of(request).render(request, "suppressions.html", status=status, **values)
