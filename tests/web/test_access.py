"""Every route is walked as nobody, clerk, supervisor and auditor, and does what the table of access says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from optout_daemon.core.roles import Role
from optout_daemon.store import audit
from optout_daemon.web.access import ACCESS
from optout_daemon.web.app import routes
from optout_daemon.web.guard import READS_ONLY
from tests.web.site import WebDesk, web_desk

LEAVES = "sign_in.leave"
"""Ends the session that walks; a test of its own does it."""
STAFFS = [
    (route.name, method, re.sub(r"\{[^}]*\}", "999999", route.path))
    for route in routes()
    for method in sorted((route.methods or set()) - {"HEAD"})
    if ACCESS[route.name].roles
]
CHANGES = [row for row in STAFFS if row[1] not in READS_ONLY]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    """One desk for the whole walk: what it changes is of no matter."""
    with web_desk(tmp_path_factory.mktemp("walk")) as desk:
        yield desk


def ids(row: tuple[str, str, str]) -> str:
    return f"{row[1]} {row[0]}"


def test_there_is_something_to_walk() -> None:
    """An empty list of routes would pass every test below."""
    assert {"account.page", "staff.change"} <= {name for name, _, _ in STAFFS}


@pytest.mark.parametrize("row", STAFFS, ids=ids)
def test_nobody_gets_nothing(walked: WebDesk, row: tuple[str, str, str]) -> None:
    """Without a session, and with one that was made up."""
    _, method, path = row
    client = walked.client()
    made_up = walked.client(cookie="session=made-up")
    answers = [client.request(method, path), made_up.request(method, path, headers={"x-csrf-token": "made-up"})]

    assert [401, 401] == [answer.status_code for answer in answers]


@pytest.mark.parametrize("row", STAFFS, ids=ids)
@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_what_the_table_says(walked: WebDesk, row: tuple[str, str, str], role: Role) -> None:
    """403 by the guard where it may not, and no 401 or 403 where it may, whatever else the route finds amiss."""
    name, method, path = row
    if name == LEAVES:
        path = "/account"
        method = "GET"
    status = walked.sign_in(role).request(method, path).status_code

    assert (role not in ACCESS[name].roles) == (status == 403)
    assert 401 != status
    assert status < 500


@pytest.mark.parametrize("row", CHANGES, ids=ids)
def test_no_change_without_the_session_s_token(walked: WebDesk, row: tuple[str, str, str]) -> None:
    """A page that is open elsewhere can send our cookie along, but it cannot know the token."""
    name, method, path = row
    role = sorted(ACCESS[name].roles)[0]
    client = walked.sign_in(role)
    del client.headers["x-csrf-token"]
    before = chain(walked)
    answers = [
        client.request(method, path),
        client.request(method, path, data={"csrf": "wrong"}),
        client.request(method, path, headers={"x-csrf-token": "wrong"}),
    ]

    assert [403] * 3 == [answer.status_code for answer in answers]
    assert before == chain(walked)


@pytest.mark.parametrize("row", CHANGES, ids=ids)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
    ids=str,
)
def test_no_change_from_another_site_s_page(
    walked: WebDesk, row: tuple[str, str, str], headers: dict[str, str]
) -> None:
    """Even with the right token; and what does not say where it comes from is not believed."""
    name, method, path = row
    role = sorted(ACCESS[name].roles)[0]
    client = walked.sign_in(role)
    del client.headers["sec-fetch-site"]

    assert 403 == client.request(method, path, headers=headers).status_code


def test_a_browser_without_fetch_metadata_says_where_it_comes_from_by_origin(walked: WebDesk) -> None:
    """The older way, for browsers of before 2023."""
    client = walked.sign_in("clerk")
    del client.headers["sec-fetch-site"]

    assert 303 == client.post("/account/sessions", headers={"origin": walked.url}).status_code


def chain(desk: WebDesk) -> int:
    with desk.database.reading() as tx:
        return len([event for event in audit.listing(tx, limit=100_000) if event.event not in ("viewed", "signed_in")])
