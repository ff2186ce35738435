"""Coming in, seen in the browser: attempts that have to wait, and a session that ended over a letter half written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import page_of
from tests.web.site import WebDesk
from tests.web.staff import arrived, held, without_address

pytestmark = pytest.mark.slow  # a browser, a server and reader processes

PASSWORD = "a long enough one"
LETTER = "Dear Mr Yamada,\n\nthe catalogue <is> stopped & done."


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Account name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_after_three_wrong_passwords_the_page_says_how_long_to_wait(browser: Browser, shared: WebDesk) -> None:
    """Somebody who mistypes learns what to do; the right password is not tried before the time is over."""
    shared.account("clerk", name="mori", password=PASSWORD)
    with page_of(browser, shared) as (page, log):
        page.context.clear_cookies(name="session")
        page.goto("/queue")
        for _ in range(3):
            sign_in(page, "mori", "something else")
            expect(page.get_by_role("alert")).to_contain_text("That was not right.")
        sign_in(page, "mori", PASSWORD)
        expect(page.get_by_role("alert")).to_contain_text("Try again in 6 seconds.")
        shared.clock.forward(timedelta(seconds=7))
        sign_in(page, "mori", PASSWORD)

        expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
        assert [] == log.foreign(shared)


@pytest.mark.parametrize("script", [True, False], ids=["htmx", "plain form"])
def test_a_letter_half_written_outlives_its_session(browser: Browser, shared: WebDesk, script: bool) -> None:
    """Called away for half an hour, the clerk signs in again, sees the letter, and sends it: nothing is typed twice."""
    [found] = arrived(shared, without_address(int(script)))
    shared.account("clerk", name="sato", password=PASSWORD)
    with page_of(browser, shared, script=script) as (page, _):
        page.goto(f"/inquiries/{found}")
        page.get_by_label("Answer, and close it").check()
        if script:
            expect(page.locator("#preview")).to_contain_text("It is closed")
        shared.clock.forward(timedelta(minutes=31))
        page.get_by_label("Your answer to the customer").fill(LETTER)
        if not script:  # htmx asks for the reply by itself, and is told
            page.get_by_role("button", name="Do it, back to the queue").click()
        expect(page.locator("main")).to_contain_text("What you typed is kept")
        sign_in(page, "sato", PASSWORD)
        expect(page.get_by_label("Your answer to the customer")).to_have_value(LETTER)
        page.get_by_role("button", name="Send it now").click()
        if script:  # what was kept is the question for the reply, and the page comes back with it
            expect(page.locator("#preview .letter")).to_contain_text("the catalogue <is> stopped")
            page.get_by_role("button", name="Do it, back to the queue").click()
        page.wait_for_url("**/queue?done=*")

        expect(page.get_by_role("status")).to_contain_text(f"Inquiry {found} is closed.")
        assert [] == held(shared, found)
