"""Tell a request that a page of ours made from one that a stranger's page made, and a path of ours from any other.

Every browser of today says with Sec-Fetch-Site (W3C Fetch Metadata) where a request comes from, towards https and
loopback. Origin (RFC 6454) is the answer of those that do not; from our own forms it says `null` in the others,
because our pages send no referrer.
"""

from __future__ import annotations

from starlette.requests import Request

from optout_daemon.web.site import site_of


def from_ours(request: Request) -> bool:
    """Whether one of our own pages asks. What says nothing of where it comes from is none of them."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    here = f"{request.url.scheme}://{request.url.netloc}"  # a host that the outermost layer has found to be ours
    return origin is not None and origin in (here, site_of(request).settings.web.address)


def path_of_ours(given: str) -> str:
    """`given` where a browser takes it for a path here, else the first page."""
    inside = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable() and "\\" not in given
    return given if inside else "/"
