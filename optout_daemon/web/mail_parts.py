"""The parts of a mail in answers of their own: HTML in a frame where nothing acts, the raw bytes, attachments."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from optout_daemon.core.reading.showing import attachment, shown
from optout_daemon.edges.readers import ReaderFailure
from optout_daemon.store import inquiries
from optout_daemon.web.guard import Guarded
from optout_daemon.web.numbers import Id
from optout_daemon.web.site import Site, site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)
TheSite = Annotated[Site, Depends(site_of)]
Place = Annotated[int, Path(ge=0, le=10_000)]
INERT: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}
"""For what a stranger wrote: it loads nothing, runs nothing, posts nothing, and has no origin of ours."""
SHELL: Final = '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light"><title>-</title><body>'


@router.get("/inquiries/{inquiry_id}/html", name="mail.html")
def html(request: Request, site: TheSite, inquiry_id: Id) -> Response:
    """The HTML of the mail, cleaned, for the frame."""
    raw = _raw(request, site, inquiry_id, "html")
    apart = site.built.readers.call(shown, raw) if raw is not None else None
    if apart is None or isinstance(apart, ReaderFailure):
        return Response(status_code=404, headers=INERT)
    return HTMLResponse(SHELL + apart.html, headers=INERT)


@router.get("/inquiries/{inquiry_id}/raw", name="mail.raw")
def raw_text(request: Request, site: TheSite, inquiry_id: Id) -> Response:
    """The bytes as they came, as text to read."""
    raw = _raw(request, site, inquiry_id, "raw")
    if raw is None:
        return Response(status_code=404, headers=INERT)
    return Response(raw, media_type="text/plain; charset=utf-8", headers=INERT)


@router.get("/inquiries/{inquiry_id}/mail", name="mail.file")
def file(request: Request, site: TheSite, inquiry_id: Id) -> Response:
    """The same as a file."""
    raw = _raw(request, site, inquiry_id, "file")
    if raw is None:
        return Response(status_code=404, headers=INERT)
    return download(f"inquiry-{inquiry_id}.eml", raw)


@router.get("/inquiries/{inquiry_id}/attachments/{place}", name="mail.attachment")
def attached(request: Request, site: TheSite, inquiry_id: Id, place: Place) -> Response:
    """One attachment as a file; it is never opened here."""
    raw = _raw(request, site, inquiry_id, f"attachment {place}")
    found = site.built.readers.call(attachment, raw, place) if raw is not None else None
    if found is None or isinstance(found, ReaderFailure):
        return Response(status_code=404, headers=INERT)
    return download(found[0] or f"attachment-{place}", found[1])


def download(name: str, content: bytes) -> Response:
    """Bytes that a browser saves and does not open (RFC 6266); the name is the sender's, made harmless."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    plain = plain.lstrip(".") or "attachment"
    wide = quote("".join(char for char in name if char.isprintable() and char not in '/\\:*?"<>|').lstrip(".") or plain)
    headers = INERT | {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{wide}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _raw(request: Request, site: Site, inquiry_id: int, what: str) -> bytes | None:
    with site.built.database.reading() as tx:
        raw = inquiries.raw(tx, inquiry_id)
    if raw is not None:
        record_view(request, what, inquiry=inquiry_id)
    return raw
