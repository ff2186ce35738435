"""Give the suppression list out as a file with a receipt, and show every receipt.

The file is written whole below the folder for temporary files before its first byte is sent, and removed behind its
last: what was refused half-way was never begun, and the receipt holds the checksum of what was sent.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from optout_daemon.list_digests import Kind, digested
from optout_daemon.list_export import ExportRefused
from optout_daemon.list_export import Form as FileForm
from optout_daemon.list_export import export as write
from optout_daemon.store import receipts, suppressions
from optout_daemon.web import list_words
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.navigation import N_
from optout_daemon.web.numbers import number_of
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)

Typed = Annotated[str, Form(max_length=200)]
SHOWN: Final = 200
TYPES: Final = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
REFUSED: Final = {
    "receiver": N_("Name who gets the file: it stands in the receipt."),
    "since": N_("There is no such version yet. Give the version of an earlier receipt, or leave it empty."),
    "encoding": N_("A line has a character that this encoding lacks. Choose UTF-8, or have it written as \\uXXXX."),
}


@router.get("/suppressions/receipts", name="suppressions.receipts")
def listing(request: Request) -> Response:
    """The newest receipts, and for a supervisor the form that makes one more."""
    record_view(request, "suppressions.receipts")
    return _shown(request, {})


@router.post("/suppressions/export", name="suppressions.export")
def export(
    request: Request,
    receiver: Typed = "",
    channel: Typed = "",
    company: Typed = "",
    since: Typed = "",
    format: Annotated[Literal["csv", "ndjson"], Form()] = "csv",
    encoding: Annotated[Literal["utf-8", "utf-8-sig", "cp932"], Form()] = "utf-8",
    escape: Annotated[bool, Form()] = False,
    digest: Annotated[Kind, Form()] = "none",
    partner: Typed = "",
) -> Response:
    """The file. Its receipt is in the database, and in the audit chain, before it is sent."""
    site, now = site_of(request), site_of(request).clock()
    typed = {"receiver": receiver, "channel": channel, "since": since, "format": format, "encoding": encoding}
    typed |= {"escape": "1" if escape else "", "digest": digest, "partner": partner, "company": company}
    with site.built.database.reading() as tx:
        version = suppressions.version(tx)
    after = number_of(since)
    if not receiver.strip():
        return _shown(request, typed, refused="receiver")
    if since.strip() and (after is None or after > version):
        return _shown(request, typed, refused="since")
    form = digested(site.settings, FileForm(format, encoding, escape), digest, partner.strip() or None)
    folder = Path(tempfile.mkdtemp(prefix="optout-export-"))
    try:
        done = write(
            site.built.database,
            folder / f"suppressions.{format}",
            form,
            receiver=receiver.strip(),
            by=who_of(request).name,
            now=now,
            since=after,
            channel=channel if channel in site.settings.policy.channels else None,
            scope=company if company in [one.name for one in site.settings.company] else None,
        )
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, ExportRefused):
            return _shown(request, typed, refused="encoding")
        raise
    return FileResponse(
        folder / done.file,
        filename=f"suppressions-{done.version}-receipt-{done.receipt}.{format}",
        media_type=f"{TYPES[format]}; charset={encoding.removesuffix('-sig')}",
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )


def _shown(request: Request, typed: dict[str, str], *, refused: str = "") -> Response:
    site = site_of(request)
    with site.built.database.reading() as tx:
        found, version = receipts.listing(tx, limit=SHOWN), suppressions.version(tx)
    values = {
        "receipts": found,
        "version": version,
        "typed": typed,
        "refused": REFUSED.get(refused, ""),
        "channels": site.settings.policy.channels,
        **list_words.words(request),
    }
    return pages_of(request).render(request, "receipts.html", status=422 if refused else 200, **values)
