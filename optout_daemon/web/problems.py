"""Say what went wrong with a request to the API as a problem document (RFC 9457, application/problem+json).

The type is a relative reference to the page of the documentation, the detail says what to do, and neither repeats what
was sent: it may be somebody's address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from optout_daemon.errors import StoreError

MEDIA_TYPE: Final = "application/problem+json"
PLACE: Final = "/api/"
"""Paths below it are answered with problem documents, others with pages."""


class Problem(Exception):
    """One problem; `kind` is the last part of its type."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.errors = headers, errors

    def response(self) -> JSONResponse:
        """The document."""
        document: dict[str, Any] = {
            "type": f"urn:optout-daemon:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [dict(error) for error in self.errors]
        headers = dict(self.headers or {})
        return JSONResponse(document, status_code=self.status, headers=headers, media_type=MEDIA_TYPE)


def is_of_api(request: Request) -> bool:
    """Whether whoever asks is a program."""
    return request.url.path.startswith(PLACE)


def add_to(app: FastAPI) -> None:
    """Answer for Problems, and for whatever is refused below the API's path before its routes are reached."""
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreError, _away)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if is_of_api(request):
        return invalid(error).response()
    return PlainTextResponse("The form has not the fields that it should have.", status_code=422)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return of_http(error).response() if is_of_api(request) else await http_exception_handler(request, error)


async def _away(request: Request, error: Exception) -> Response:
    if is_of_api(request):
        detail = "The database is away; ask again later, and send nothing until then"
        return Problem(503, "database-away", detail, headers={"Retry-After": "30"}).response()
    raise error


async def problem(_request: Request, error: Exception) -> JSONResponse:
    """Answer a Problem."""
    assert isinstance(error, Problem)
    return error.response()


def invalid(error: RequestValidationError) -> Problem:
    """422 with the place of each mistake (a JSON pointer for the body), without its value."""
    errors = [{"pointer": _pointer(each["loc"]), "detail": str(each["msg"])} for each in error.errors()]
    return Problem(422, "invalid-request", "The request has not the form that the API's document gives", errors=errors)


def of_http(error: HTTPException) -> Problem:
    """What Starlette and FastAPI refuse by themselves: 404, 405, 413, a body that is no JSON."""
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    said = {404: "There is nothing under this path", 405: "This path does not take this method"}
    detail = said.get(error.status_code, "The request was refused: " + HTTPStatus(error.status_code).description)
    return Problem(error.status_code, kind, detail, headers=error.headers)


def _pointer(place: Sequence[str | int]) -> str:
    where, *rest = [str(part).replace("~", "~0").replace("/", "~1") for part in place] or [""]
    return "#/" + "/".join(rest) if where == "body" else f"{where}: {'/'.join(rest)}"
