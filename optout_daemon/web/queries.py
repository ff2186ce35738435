"""Read a query into one value at once, and describe it for the OpenAPI document.

FastAPI does both for each parameter by itself; for the one route that is asked before every mail, that takes longer
than all the rest of the answer.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from optout_daemon.web.problems import Problem, placed

T = TypeVar("T", bound=BaseModel)


def queried(model: type[T], request: Request) -> T:
    """The query as a value; Problem 422 where it is none, or names something twice."""
    pairs = request.query_params.multi_items()
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Problem("invalid-request", "A parameter stands in the query twice")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        errors = [placed(("query", *each["loc"]), each["msg"]) for each in error.errors()]
    raise Problem("invalid-request", errors=errors)


def query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The parameters as OpenAPI 3.1 has them; no member may need another schema."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": member}
        for name, member in schema["properties"].items()
    ]
