"""The API against its own OpenAPI document: requests made up from it, valid and broken, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from optout_daemon.core.scopes import Scope
from optout_daemon.store import api_tokens
from optout_daemon.web.described import described
from tests.web.site import web_desk

OPERATIONS: Final = {
    ("GET", "/api/v1/suppressions/check"),
    ("POST", "/api/v1/suppressions/check"),
    ("GET", "/api/v1/suppressions/changes"),
    ("POST", "/api/v1/suppressions"),
}
SENSIBLE: Final[list[tuple[str, str, dict[str, Any], int]]] = [
    ("POST", "/api/v1/suppressions", {"email": "taro@mail.example", "channels": ["email"]}, 201),
    ("POST", "/api/v1/suppressions", {"email": "taro@mail.example", "channels": ["email"]}, 200),
    ("GET", "/api/v1/suppressions/check", {"email": "taro@mail.example"}, 200),
    (
        "POST",
        "/api/v1/suppressions/check",
        {"kind": "email", "subjects": ["taro@mail.example"], "channel": "email"},
        200,
    ),
    ("GET", "/api/v1/suppressions/changes", {}, 200),
]
"""What senders ask, in their order, and the answers: what is made up at random is nearly always refused."""
CHECKS: Final = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    negative_data_rejection,
    unsupported_method,
]
BOUNDED: Final = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_the_document_names_every_route_of_the_api() -> None:
    """And how a token is sent."""
    document = described()
    found = {(method.upper(), path) for path, item in document["paths"].items() for method in item}

    assert OPERATIONS == found
    assert [{"token": []}] == document["security"]


@pytest.mark.slow
def test_every_answer_is_one_that_the_document_gives(tmp_path: Path) -> None:
    """Whatever is sent, no answer is a defect of ours, and none surprises who wrote a client by the document."""
    assert positive_data_acceptance not in CHECKS  # a valid form may name a channel that this desk has not
    with web_desk(tmp_path) as desk:
        with desk.database.transaction() as tx:
            _, secret = api_tokens.create(tx, "contract", set(Scope), per_minute=1_000_000, by="test", now=desk.clock())
        schema = schemathesis.openapi.from_url(f"{desk.url}/api/v1/openapi.json")
        for method, path, said, status in SENSIBLE:
            given_as: dict[str, Any] = {"query": said} if method == "GET" else {"body": said}
            sensible: Any = schema[path][method].Case(**given_as)
            answer = sensible.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)

            assert (status, method, path) == (answer.status_code, method, path), answer.text
        asked: set[tuple[str, str]] = set()
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]
            valid = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
            broken = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

            def asks(case: Any) -> None:
                asked.update([(case.method.upper(), case.path)])
                case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)

            BOUNDED(given(case=valid | broken)(asks))()

    assert OPERATIONS == asked
    assert OPERATIONS == {(method, path) for method, path, _, _ in SENSIBLE}
