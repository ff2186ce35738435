"""The HTTPS end of List-Unsubscribe: a POST acts, a GET never does, and no answer sets a cookie or names anybody."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from optout_daemon.config import one_click
from optout_daemon.core.one_click import Target
from optout_daemon.store import one_click_targets, suppressions
from optout_daemon.web.unsubscribe import MOST_FORGED
from tests.web.site import WebDesk, web_desk

ANNA = "anna@mail.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def token(web: WebDesk) -> str:
    tokens = one_click(web.settings)
    target = Target("email", ANNA, "email", "group")
    made = tokens.token(target)
    with web.database.transaction() as tx:
        one_click_targets.remember(tx, [(tokens.handle(made) or "", target)])
    return made


def blocked(web: WebDesk) -> bool:
    with web.database.reading() as tx:
        return bool(suppressions.check(tx, email=ANNA, channel="email"))


@pytest.mark.parametrize("multipart", [False, True])
def test_a_post_blocks_and_is_answered_at_once(web: WebDesk, token: str, multipart: bool) -> None:
    """RFC 8058, section 3.1: either form of the body, no cookie, no redirect; providers send it again where unsure."""
    with web.client() as client:
        for _ in range(2):
            if multipart:
                answered = client.post(f"/u/{token}", files={"List-Unsubscribe": (None, "One-Click")})
            else:
                answered = client.post(f"/u/{token.upper()}", data=ONE_CLICK)

    assert 200 == answered.status_code
    assert "set-cookie" not in answered.headers
    assert "anna" not in answered.text
    assert blocked(web)


def test_the_entry_holds_until_when_printed_matter_may_arrive(tmp_path: Path) -> None:
    """A mailing list asks for it later: the click is a block like any other."""
    with web_desk(tmp_path, settings="[channels.print]\nlead_days = 14\n") as desk:
        tokens = one_click(desk.settings)
        target = Target("email", ANNA, "print", "group")
        made = tokens.token(target)
        with desk.database.transaction() as tx:
            one_click_targets.remember(tx, [(tokens.handle(made) or "", target)])
        desk.client().post(f"/u/{made}", data=ONE_CLICK)
        with desk.database.reading() as tx:
            [found] = suppressions.check(tx, email=ANNA, channel="print")

    assert date(2026, 4, 15) == found.may_arrive_until


def test_a_get_shows_a_button_and_never_acts(web: WebDesk, token: str) -> None:
    """Scanners and previews follow every link of a mail."""
    with web.client(**{"accept-language": "ja"}) as client:
        page = client.get(f"/u/{token}")
        client.head(f"/u/{token}")

    assert 200 == page.status_code
    assert "set-cookie" not in page.headers
    assert "停止する" in page.text
    assert 'name="List-Unsubscribe" value="One-Click"' in page.text
    assert "anna" not in page.text
    assert not blocked(web)


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "yes"}, {"confirm": "1"}])
def test_a_post_without_the_field_does_nothing(web: WebDesk, token: str, body: dict[str, str]) -> None:
    """RFC 8058 asks for it, so that a stray form of another page is no click."""
    with web.client() as client:
        answered = client.post(f"/u/{token}", data=body)

    assert 400 == answered.status_code
    assert not blocked(web)


def test_who_tries_tokens_has_to_wait_and_good_ones_go_on_after(web: WebDesk, token: str) -> None:
    """Guessing 80 bits is hopeless; it must not be free either."""
    with web.client() as client:
        codes = {client.post(f"/u/{'a' * 32}", data=ONE_CLICK).status_code for _ in range(MOST_FORGED)}
        waiting = client.post(f"/u/{token}", data=ONE_CLICK)
        web.clock.forward(timedelta(minutes=1))
        after = client.post(f"/u/{token}", data=ONE_CLICK)

    assert {404} == codes
    assert (429, "60") == (waiting.status_code, waiting.headers["retry-after"])
    assert 200 == after.status_code


def test_a_link_that_is_cut_off_is_said_to_be(web: WebDesk, token: str) -> None:
    """The person behind it wants out and has to know that it did not work."""
    with web.client() as client:
        answered = client.get(f"/u/{token[:-3]}")

    assert 404 == answered.status_code
    assert "answer the mail" in answered.text
