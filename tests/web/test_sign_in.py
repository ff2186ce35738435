"""Coming in and going: name, password, session; what is answered to whoever may not."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from optout_daemon.store import audit
from optout_daemon.web.sign_in import SESSION
from tests.web.site import WebDesk

PASSWORD = "a long enough one"


def try_in(client: httpx.Client, name: str, password: str, code: str = "", **more: str) -> httpx.Response:
    return client.post("/sign-in", data={"name": name, "password": password, "code": code, **more})


def test_name_and_password_begin_a_session_and_signing_out_ends_it(web: WebDesk) -> None:
    """The name may be typed as one likes; after the end the same cookie opens nothing."""
    web.account("clerk", password=PASSWORD)
    client = web.client()
    entered = try_in(client, " CLERK ", PASSWORD, next="/account")
    page = client.get("/account")
    token = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert token
    cookie = client.cookies[SESSION]
    left = client.post("/sign-out", data={"csrf": token[1]})
    client.cookies.set(SESSION, cookie)

    assert (303, "/account") == (entered.status_code, entered.headers["location"])
    assert 200 == page.status_code
    assert (303, "/sign-in") == (left.status_code, left.headers["location"])
    assert 401 == client.get("/account").status_code
    with web.database.reading() as tx:
        assert ["signed_in", "signed_out"] == [event.event for event in audit.listing(tx)][-2:]


@pytest.mark.parametrize(("name", "password"), [("clerk", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)])
def test_the_answer_does_not_tell_whether_there_is_such_an_account(web: WebDesk, name: str, password: str) -> None:
    """A wrong password, an unknown name and a disabled account: the same page, but for nothing."""
    web.account("clerk", password=PASSWORD)
    gone = web.account("clerk", name="gone", password=PASSWORD)
    with web.database.transaction() as tx:
        from optout_daemon import accounts

        accounts.disable(tx, gone, by="test", now=web.clock())
    answers = [try_in(web.client(), each, PASSWORD + "!") for each in ("clerk", "nobody")]
    answer = try_in(web.client(), name, password)

    assert {401} == {each.status_code for each in [answer, *answers]}
    assert 1 == len({each.text for each in [answer, *answers]})
    assert SESSION not in answer.cookies


def test_a_session_ends_after_half_an_hour_without_a_click(web: WebDesk) -> None:
    """A clerk who goes home leaves no open desk behind; one who works is not interrupted."""
    client = web.sign_in("clerk")
    answers = []
    for minutes in (29, 29, 31):
        web.clock.forward(timedelta(minutes=minutes))
        answers.append(client.get("/account").status_code)

    assert [200, 200, 401] == answers


def test_a_session_ends_after_twelve_hours_in_any_case(web: WebDesk) -> None:
    """A stolen cookie that is used all the time dies as well."""
    client = web.sign_in("clerk")
    answers = []
    for _ in range(25):
        web.clock.forward(timedelta(minutes=29))
        answers.append(client.get("/account").status_code)

    assert [200] * 24 + [401] == answers


def test_what_was_typed_survives_the_end_of_the_session(web: WebDesk) -> None:
    """It comes back after signing in again, in a form that one click sends with the new session's token."""
    web.account("clerk", password=PASSWORD)
    client = web.sign_in("clerk")
    del client.headers["x-csrf-token"]
    web.clock.forward(timedelta(minutes=31))
    typed = "two\r\nlines & <b>"
    fields = {"csrf": "old", "_secret": "pw", "pw": "hush", "_text": "note=A note", "note": typed, "version": "3"}
    refused = client.post("/sign-out?x=1", data=fields)
    entered = client.post("/sign-in", data=hidden(refused.text) | {"name": "clerk", "password": PASSWORD})
    again = hidden(entered.text)

    assert 401 == refused.status_code
    assert "hush" not in refused.text
    assert 200 == entered.status_code
    assert 'action="/sign-out?x=1"' in entered.text
    assert (typed, "3") == (again["note"], again["version"])
    assert 303 == client.post("/sign-out?x=1", data=again).status_code


def hidden(page: str) -> dict[str, str]:
    """The fields of the last form of a page, as a browser would send them."""
    from selectolax.lexbor import LexborHTMLParser

    form = LexborHTMLParser(page).css("main form")[-1]
    found = {}
    for field in form.css("input, textarea"):
        name = field.attributes["name"] or ""
        found[name] = (field.text() if field.tag == "textarea" else field.attributes.get("value")) or ""
    return {name: value.replace("\r\n", "\n").replace("\n", "\r\n") for name, value in found.items()}


def test_attempts_at_one_account_wait_longer_and_longer(web: WebDesk) -> None:
    """The right password does not help meanwhile, or the waiting would tell which one it is."""
    web.account("clerk", password=PASSWORD)
    tried = [try_in(web.client(), "clerk", "wrong").status_code for _ in range(4)]
    refused = try_in(web.client(), "clerk", PASSWORD)
    web.clock.forward(timedelta(seconds=6))
    entered = try_in(web.client(), "clerk", PASSWORD)

    assert [401, 401, 401, 429] == tried
    assert (429, "6") == (refused.status_code, refused.headers["retry-after"])
    assert 303 == entered.status_code


def test_an_unknown_name_waits_as_well(web: WebDesk) -> None:
    """Else the waiting would tell which names there are."""
    tried = [try_in(web.client(), "nobody", "wrong").status_code for _ in range(4)]

    assert [401, 401, 401, 429] == tried


def test_attempts_from_one_address_wait_whatever_they_name(web: WebDesk) -> None:
    """One password tried at many names is the usual attack."""
    tried = [try_in(web.client(), f"name{number}", "wrong").status_code for number in range(11)]

    assert [401] * 10 + [429] == tried


def test_a_stranger_cannot_lock_a_clerk_out(web: WebDesk) -> None:
    """A browser from which the account was used counts by itself."""
    web.account("clerk", password=PASSWORD)
    own = web.client()
    try_in(own, "clerk", PASSWORD)
    strangers = [try_in(web.client(), "clerk", "wrong").status_code for _ in range(4)]
    entered = try_in(own, "clerk", PASSWORD)

    assert 429 == strangers[-1]
    assert 303 == entered.status_code


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_nobody_is_led_elsewhere_after_signing_in(web: WebDesk, path: str) -> None:
    """A link to our sign-in page must not end at another site's copy of it."""
    web.account("clerk", password=PASSWORD)
    entered = try_in(web.client(), "clerk", PASSWORD, next=path)

    assert "/" == entered.headers["location"]


def test_over_https_the_cookie_is_for_this_host_alone(web: WebDesk) -> None:
    """`__Host-`, Secure, HttpOnly: no other host and no script has it. The proxy says that it was https."""
    web.account("clerk", password=PASSWORD)
    entered = try_in(web.client(**{"x-forwarded-proto": "https"}), "clerk", PASSWORD)
    cookie = next(each for each in entered.headers.get_list("set-cookie") if "session" in each)

    assert cookie.startswith("__Host-session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))


def test_a_page_that_asks_by_itself_is_left_as_it_is(web: WebDesk) -> None:
    """Somebody may be typing on it; a form that htmx sends gets the sign-in page in the place of the content."""
    client = web.client(**{"hx-request": "true"})
    asked, sent = client.get("/account"), client.post("/account/sessions", data={"note": "typed"})

    assert (401, "none") == (asked.status_code, asked.headers["hx-reswap"])
    assert (401, "#main") == (sent.status_code, sent.headers["hx-retarget"])
    assert "typed" in sent.text
