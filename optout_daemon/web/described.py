"""The API's OpenAPI document: made from its routes and values once, open to everybody."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

from optout_daemon import __version__
from optout_daemon.web import api
from optout_daemon.web.guard import Guarded

router = APIRouter(prefix=api.ROOT, route_class=Guarded, include_in_schema=False)


@router.get("/openapi.json", name="api.document")
def document() -> JSONResponse:
    """OpenAPI 3.1."""
    return JSONResponse(described())


@cache
def described() -> dict[str, Any]:
    """The API's routes alone, with how a token is sent."""
    found = get_openapi(
        title="optout-daemon",
        version=__version__,
        routes=api.router.routes,
        description="The suppression list for those who send: ask it before every mailing.",
    )
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}]
    return found
