"""What describes the API, open to everybody: its OpenAPI document, and each kind of problem in words."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse

from optout_daemon import __version__
from optout_daemon.web import api
from optout_daemon.web.guard import Guarded
from optout_daemon.web.problems import KINDS

router = APIRouter(prefix=api.ROOT, route_class=Guarded, include_in_schema=False)


@router.get("/openapi.json", name="api.document")
def document() -> JSONResponse:
    """OpenAPI 3.1."""
    return JSONResponse(described())


@router.get("/problems/{kind}", name="api.problem")
def problem(kind: Annotated[str, Path(max_length=50)]) -> PlainTextResponse:
    """What the type of a problem document means, for whoever follows it."""
    found = KINDS.get(kind)
    if found is None:
        raise HTTPException(404)
    return PlainTextResponse(f"{found.title} ({found.status})\n\n{found.advice}\n")


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
