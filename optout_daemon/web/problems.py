"""Say what went wrong with a request to the API as a problem document (RFC 9457, application/problem+json).

The type is an address of this desk at which the kind is explained; title and status belong to the kind, the detail says
what to do. Nothing repeats what was sent: it may be somebody's address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from optout_daemon.web.site import site_of

MEDIA_TYPE: Final = "application/problem+json"
BELOW: Final = "/api/"
"""Paths below it are answered with problem documents, others with pages."""
TYPES: Final = "/api/v1/problems/"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: what is the same each time that it occurs."""

    status: int
    title: str
    advice: str


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "no-token": Kind(
            401, "No token", "Send the header Authorization: Bearer TOKEN; an administrator makes tokens."
        ),
        "invalid-token": Kind(401, "Token not valid", "It is unknown, revoked or expired; ask for a new one."),
        "insufficient-scope": Kind(403, "Token lacks the scope", "Ask for a token with the scope that is named."),
        "too-many-requests": Kind(429, "Too many requests", "Wait for Retry-After seconds, or ask for many at once."),
        "invalid-request": Kind(422, "Not the form of the API", "Mend what `errors` names; see /api/v1/openapi.json."),
        "unknown-channel": Kind(422, "Unknown channel", "Ask on one of the channels that are named."),
        "unknown-company": Kind(422, "Unknown company", "Ask for one of the companies that are named, or for none."),
        "unreadable-subject": Kind(
            422, "Subject not readable", "Nobody can be looked up by it: it may be blocked. Send one plain address."
        ),
        "unknown-customer": Kind(422, "Unknown customer", "Block by the e-mail address or the postal address alone."),
        "version-ahead": Kind(422, "Version not reached", "Go on from a version that an answer gave."),
        "database-away": Kind(503, "Database away", "Ask again later, and send nothing until then."),
    }
)


class Problem(Exception):
    """One problem of a kind that KINDS has."""

    def __init__(
        self,
        kind: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(detail or KINDS[kind].advice)
        self.kind, self.detail, self.headers, self.errors = kind, detail, headers, errors


def add_to(app: FastAPI) -> None:
    """Answer for Problems; what happens before the API's routes are reached comes from mishaps.py."""
    app.add_exception_handler(Problem, _problem)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


def invalid(request: Request, error: RequestValidationError) -> Response:
    """422 with the place of each mistake (a JSON pointer for the body), without its value."""
    errors = [placed(each["loc"], each["msg"]) for each in error.errors()]
    return _answer(request, Problem("invalid-request", errors=errors))


def of_http(error: HTTPException) -> Response:
    """What Starlette and FastAPI refuse by themselves (404, 405, 413, no JSON) is a kind of HTTP's, not of ours."""
    status = HTTPStatus(error.status_code)
    document = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": status.description}
    return JSONResponse(document, status.value, headers=error.headers, media_type=MEDIA_TYPE)


def away(request: Request) -> Response:
    """503: ask again in a while."""
    return _answer(request, Problem("database-away", headers={"Retry-After": "30"}))


def _answer(request: Request, problem: Problem) -> Response:
    kind = KINDS[problem.kind]
    document: dict[str, Any] = {
        "type": f"{site_of(request).settings.web.address}{TYPES}{problem.kind}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail or kind.advice,
    }
    if problem.errors:
        document["errors"] = [dict(error) for error in problem.errors]
    return JSONResponse(document, kind.status, headers=dict(problem.headers or {}), media_type=MEDIA_TYPE)


def is_of_api(request: Request) -> bool:
    """Whether it is answered with problem documents."""
    return request.url.path.startswith(BELOW)


def placed(place: Sequence[str | int], detail: str) -> dict[str, str]:
    """One mistake: where it is, as a JSON pointer (RFC 6901) into the body or a parameter's name, and what it is."""
    where, *rest = [str(part).replace("~", "~0").replace("/", "~1") for part in place] or ["body"]
    return (
        {"pointer": "#/" + "/".join(rest), "detail": detail}
        if where == "body"
        else {"parameter": "/".join(rest), "detail": detail}
    )
