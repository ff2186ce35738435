"""Whether the desk is well, for whatever watches over it: nothing personal, and open to everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse

from optout_daemon.errors import StoreError
from optout_daemon.sink_standing import judge_sinks
from optout_daemon.standing import Verdict, judge
from optout_daemon.store import health
from optout_daemon.web.guard import Guarded
from optout_daemon.web.site import Site, site_of

router = APIRouter(route_class=Guarded, include_in_schema=False)


@router.get("/healthz", name="health.live")
def live(site: Annotated[Site, Depends(site_of)]) -> JSONResponse:
    """200 while every mailbox is looked through to its end in time and nothing is unaccounted for; 503 otherwise."""
    mailboxes = [mailbox.name for mailbox in site.settings.mailbox]
    try:
        with site.built.database.reading() as tx:
            found = health.of_desk(tx, mailboxes)
            told = list(judge_sinks(tx, site.settings, now=site.clock()))
    except StoreError:
        return JSONResponse({"status": "fail", "database": "away"}, status_code=503)
    findings = [*judge(found, site.settings, now=site.clock()), *told]
    good = all(finding.verdict is Verdict.GOOD for finding in findings)
    checks = {finding.what: {"status": finding.verdict.name.lower(), "output": finding.says} for finding in findings}
    return JSONResponse({"status": "pass" if good else "fail", "checks": checks}, status_code=200 if good else 503)
