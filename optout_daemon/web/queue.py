"""The Queue page: what waits for a person, oldest first, found by what it says, kept up to date while open."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon import review
from optout_daemon.core.model import Category, Corrections, Reason, StaffAction
from optout_daemon.core.roles import Role
from optout_daemon.errors import OptoutError
from optout_daemon.store import inquiries, presence, queue
from optout_daemon.store.queue import Key, Line, Wanted
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.numbers import Id, Version, number_of
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import Site, site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)
TheSite = Annotated[Site, Depends(site_of)]
MOST_AT_ONCE: Final = queue.PAGE
BULK: Final = {"not_an_opt_out": StaffAction.NOT_AN_OPT_OUT, "spam": StaffAction.SPAM}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address of the page says is looked for."""

    q: Annotated[str, Query(max_length=200)] = ""
    reason: Annotated[str, Query(max_length=40)] = ""
    category: Annotated[str, Query(max_length=40)] = ""
    language: Annotated[str, Query(max_length=20)] = ""
    whose: Annotated[str, Query(max_length=200)] = ""
    late: Annotated[str, Query(max_length=1)] = ""
    show: Annotated[str, Query(max_length=20)] = ""
    after: Annotated[str, Query(max_length=60)] = ""

    def query(self, **changes: str) -> str:
        """The address's query for the same with changes."""
        values = {name: getattr(self, name) for name in self.__slots__} | changes
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def key(self) -> Key | None:
        """Where the page begins; what is no key begins at the front."""
        stamp, _, number = self.after.partition("-")
        if not (stamp.isascii() and stamp.isdigit() and number.isascii() and number.isdigit()):
            return None
        return Key(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=min(int(stamp), 10**17)), int(number[:18]))

    def wanted(self, site: Site, me: str) -> Wanted:
        """As the store takes it; a word that is none of ours filters nothing."""
        return Wanted(
            text=self.q,
            reason=_one_of(Reason, self.reason),
            category=_one_of(Category, self.category),
            language=self.language,
            assigned_to=me if self.whose == "me" else queue.NOBODY if self.whose == "nobody" else "",
            received_before=late_before(site) if self.late else None,
            follow_up=self.show == "second",
        )


T = TypeVar("T", bound=StrEnum)
TheFilter = Annotated[Filter, Depends()]


def _one_of(kind: type[T], value: str) -> T | None:
    try:
        return kind(value)
    except ValueError:
        return None


def late_before(site: Site) -> datetime:
    """What arrived before that should have been answered by now."""
    return site.clock() - timedelta(days=site.settings.review.answer_within_days)


def key_of(line: Line) -> str:
    """The key behind which the next page begins, as it stands in an address."""
    moment = (line.received_at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
    return f"{moment}-{line.id}"


@router.get("/", name="queue.home")
def home(request: Request) -> RedirectResponse:
    """The desk begins with its queue."""
    return RedirectResponse(str(request.app.url_path_for("queue.list")), status_code=303)


@router.get("/queue", name="queue.list")
def list_page(
    request: Request,
    site: TheSite,
    found: TheFilter,
    done: Id | None = None,
    bulk_done: Version | None = None,
    bulk_left: Version = 0,
) -> Response:
    """One page of the queue. `done` is the inquiry that was just decided, for a word about it and the way back."""
    who = who_of(request)
    with site.built.database.reading() as tx:
        values = _lines(tx, site, found, who.name)
        values["counts"] = queue.counts(tx, late_before=late_before(site))
        values["last"] = inquiries.get(tx, done) if done is not None else None
    _viewed(request, values["lines"])
    values |= {"bulk_done": bulk_done, "bulk_left": bulk_left}
    return pages_of(request).render(request, "queue.html", **values, **_frame(found, who.role))


@router.get("/queue/rows", name="queue.rows")
def rows(request: Request, site: TheSite, found: TheFilter, seen: str = "") -> Response:
    """The lines alone, for a page that is open; 204 where they are still those that it shows."""
    who = who_of(request)
    with site.built.database.reading() as tx:
        values = _lines(tx, site, found, who.name)
    if values["mark"] == seen:
        return Response(status_code=204)
    _viewed(request, values["lines"])
    return pages_of(request).render(request, "queue_rows.html", **values, **_frame(found, who.role))


@router.post("/queue/bulk", name="queue.bulk")
def bulk(
    request: Request,
    site: TheSite,
    action: Annotated[str, Form(max_length=40)],
    ids: Annotated[list[str], Form()] = [],  # noqa: B006 - a default of FastAPI's, never changed
    back: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Put several aside at once, each by its own decision as it was seen. What a colleague changed meanwhile stays."""
    who = who_of(request)
    done = left = 0
    for item in ids[:MOST_AT_ONCE]:
        number, version = (number_of(part) for part in (item.partition(".")[0], item.partition(".")[2]))
        if action not in BULK or number is None or version is None:
            continue
        corrections = Corrections(by=who.name, action=BULK[action])
        try:
            review.resolve(number, corrections, parts=site.built.parts, now=site.clock(), version=version)
            done += 1
        except OptoutError:
            left += 1
    query = urlencode({"bulk_done": done, "bulk_left": left})
    inside = "&" + back if back and "//" not in back else ""
    return RedirectResponse(f"{request.app.url_path_for('queue.list')}?{query}{inside}", status_code=303)


def _lines(tx: Any, site: Site, found: Filter, me: str) -> dict[str, Any]:
    lines = queue.page(tx, found.wanted(site, me), after=found.key, limit=queue.PAGE + 1)
    more = lines[queue.PAGE :]
    lines = lines[: queue.PAGE]
    looking = presence.looking(tx, [line.id for line in lines], now=site.clock())
    others = {number: [name for name in names if name != me] for number, names in looking.items()}
    return {
        "lines": lines,
        "looking": others,
        "next": found.query(after=key_of(lines[-1])) if more else "",
        "mark": _mark(lines, others),
        "answer_within": timedelta(days=site.settings.review.answer_within_days),
        "late_before": late_before(site),
        "soon_before": late_before(site) + timedelta(days=1),
    }


def _viewed(request: Request, lines: Sequence[Line]) -> None:
    """Authors and subjects are personal data: whose were shown is recorded, by number."""
    if lines:
        record_view(request, "queue", inquiries=",".join(str(line.id) for line in lines))


def _mark(lines: Sequence[Line], looking: dict[int, list[str]]) -> str:
    """The same for the same lines: an open page is told of a change, and of nothing else."""
    told = [(line.id, line.version, line.assigned_to, looking.get(line.id)) for line in lines]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _frame(found: Filter, role: Role) -> dict[str, Any]:
    return {"found": found, "bulk": role is Role.SUPERVISOR and found.show != "second"}
