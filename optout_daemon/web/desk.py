"""The desk at a glance: today, a month in figures and pictures, and the health of mailboxes and outbox.

Numbers of inquiries only, nothing personal.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from optout_daemon.standing import late_after
from optout_daemon.store import health, statistics
from optout_daemon.web import desk_figures
from optout_daemon.web.desk_figures import Month, midnight, month_of
from optout_daemon.web.guard import Guarded
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import site_of

router = APIRouter(route_class=Guarded, include_in_schema=False)

Named = Annotated[str, Query(alias="month", pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")]
Table = Literal["days", "reasons", "languages"]


@router.get("/desk", name="desk.page")
def page(request: Request, named: Named = "") -> Response:
    """Today, the month, and how the work stands."""
    site, now = site_of(request), site_of(request).clock()
    zone = ZoneInfo(site.settings.desk.time_zone)
    today = now.astimezone(zone).date()
    month = _month(request, named)
    mailboxes = [mailbox.name for mailbox in site.settings.mailbox]
    with site.built.database.reading() as tx:
        since, until = midnight(today, zone), midnight(today + timedelta(days=1), zone)
        of_today = statistics.outcomes(tx, since, until)
        found = health.of_desk(tx, mailboxes)
    late = {
        seen.mailbox: seen.last_pass is not None and now - seen.last_pass > late_after(mailbox)
        for mailbox, seen in zip(site.settings.mailbox, found.mailboxes, strict=True)
    }
    say = pages_of(request).language(request).translations.gettext
    tables: tuple[Table, ...] = ("days", "reasons", "languages")
    before, after = (month.first - timedelta(days=1)).replace(day=1), desk_figures.following(month.first)
    values: dict[str, Any] = {
        "today": of_today,
        "month": month,
        "before": f"{before:%Y-%m}",
        "after": f"{after:%Y-%m}" if after <= today else "",
        "outcomes": desk_figures.OUTCOMES,
        "titles": desk_figures.TITLES,
        "tables": {table: desk_figures.rows(month, table, say) for table in tables},
        "charts": {table: Markup(desk_figures.chart(month, table, say)) for table in tables},  # noqa: S704
        "answer_within": timedelta(days=site.settings.review.answer_within_days),
        "health": found,
        "late": late,
    }
    return pages_of(request).render(request, "desk.html", **values)


@router.get("/desk/{table}.csv", name="desk.csv")
def as_csv(request: Request, table: Table, named: Named = "") -> Response:
    """One table as CSV (RFC 4180), with the mark that lets Excel read it as UTF-8."""
    month = _month(request, named)
    text = io.StringIO()
    csv.writer(text).writerows(
        desk_figures.rows(month, table, pages_of(request).language(request).translations.gettext)
    )
    return _file(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", month, f"{table}.csv")


@router.get("/desk/{table}.svg", name="desk.svg")
def as_svg(request: Request, table: Table, named: Named = "") -> Response:
    """The same as a picture."""
    month = _month(request, named)
    drawn = desk_figures.chart(month, table, pages_of(request).language(request).translations.gettext)
    return _file(drawn.encode(), "image/svg+xml", month, f"{table}.svg")


def _month(request: Request, named: str) -> Month:
    site = site_of(request)
    zone, now = ZoneInfo(site.settings.desk.time_zone), site.clock().astimezone(UTC)
    first = date.fromisoformat(f"{named}-01") if named else now.astimezone(zone).date().replace(day=1)
    within_time = timedelta(days=site.settings.review.answer_within_days)
    with site.built.database.reading() as tx:
        return month_of(tx, first, zone=zone, now=now, within_time=within_time)


def _file(content: bytes, media_type: str, month: Month, name: str) -> Response:
    disposition = f'attachment; filename="desk-{month.first:%Y-%m}-{name}"'
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
