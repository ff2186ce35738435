"""What stands around every page: the table of access, headers, hosts, health."""

from __future__ import annotations

import hashlib
import html
import re

import pytest

from optout_daemon.web.access import ACCESS
from optout_daemon.web.app import routes
from optout_daemon.web.headers import HEADERS
from optout_daemon.web.rendering import ROOM
from tests.web.site import WebDesk


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    """A row that nothing uses hides a route that somebody believes to be guarded."""
    assert set(ACCESS) == {route.name for route in routes()}


@pytest.mark.parametrize("path", ["/healthz", "/static/htmx-2.0.11.min.js", "/no-such-page"])
def test_every_answer_tells_the_browser_what_it_may_do(web: WebDesk, path: str) -> None:
    """Errors and files too: the one answer without them is the one that is framed."""
    with web.client() as client:
        answered = client.get(path)

    assert HEADERS == {name: answered.headers.get(name) for name in HEADERS}


def test_nothing_foreign_runs_and_nobody_frames_a_page() -> None:
    """The test above compares with the code's own table; this one says what has to stand in it."""
    rules = dict(rule.split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split("; "))

    assert ("'none'", "'self'", "'self'") == (rules["default-src"], rules["script-src"], rules["style-src"])
    assert ("'none'", "'none'", "'self'") == (rules["frame-ancestors"], rules["base-uri"], rules["form-action"])
    assert ("DENY", "nosniff") == (HEADERS["X-Frame-Options"], HEADERS["X-Content-Type-Options"])
    assert ("no-referrer", "no-store") == (HEADERS["Referrer-Policy"], HEADERS["Cache-Control"])


def test_a_browser_keeps_our_own_files_by_the_address_of_their_content(web: WebDesk) -> None:
    """Fifty kilobytes for every page otherwise; by an address that names no content another release would be missed."""
    with web.client() as client:
        [address] = re.findall(r'src="(/static/htmx[^"]+)"', client.get("/sign-in").text)
        kept = [client.get(path).headers["cache-control"] for path in (address, f"{address}0", address.split("?")[0])]

    assert ["public, max-age=31536000, immutable", "no-store", "no-store"] == kept


def test_the_switch_of_the_language_comes_back_to_what_was_looked_for(web: WebDesk) -> None:
    """A clerk who filtered the queue and switches has still filtered it."""
    client = web.sign_in("clerk")
    [back] = re.findall(r'name="back" value="([^"]+)"', client.get("/queue?reason=missing_name&late=1").text)
    answered = client.post("/language", data={"language": "ja", "back": html.unescape(back)})

    assert "/queue?reason=missing_name&late=1" == answered.headers["location"]


def test_another_host_name_gets_nothing(web: WebDesk) -> None:
    """A page can point its own name at our address (DNS rebinding), and its script would be at home here."""
    with web.client(host="evil.example") as client:
        answered = client.get("/healthz")

    assert 400 == answered.status_code


def test_the_health_of_a_new_desk_is_good(web: WebDesk) -> None:
    """Whatever watches over the desk reads one word and a status."""
    with web.client() as client:
        answered = client.get("/healthz")

    assert (200, "pass") == (answered.status_code, answered.json()["status"])


def test_the_one_foreign_file_is_the_one_that_was_looked_at() -> None:
    """htmx is vendored: a change of its file is a decision (docs/adr/0013), not an accident."""
    digest = hashlib.sha256((ROOM / "static" / "htmx-2.0.11.min.js").read_bytes()).hexdigest()

    assert "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717" == digest
