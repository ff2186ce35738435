"""A clerk at work in a real browser: by keyboard alone, beside a colleague, and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.desk import page_of
from tests.web.site import WebDesk
from tests.web.staff import arrived, held, without_address

pytestmark = pytest.mark.slow  # a browser, a server and reader processes each


def test_a_queue_of_ten_is_cleared_by_keyboard(browser: Browser, desk: WebDesk) -> None:
    """Two keys an inquiry: choose, and do it; the next one opens by itself. Nothing is asked of anybody else."""
    found = arrived(desk, *(without_address(turn) for turn in range(10)))
    with page_of(browser, desk) as (page, log):
        page.goto("/queue")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        for inquiry in found:
            page.wait_for_url(f"**/inquiries/{inquiry}*")
            page.keyboard.press("1")
            expect(page.locator("#preview .letter")).to_contain_text("10000001")
            page.keyboard.press("Enter")
        page.wait_for_url("**/queue?done=*")
        expect(page.locator("main")).to_contain_text("Nothing waits here.")

        assert [] == held(desk, *found)
        assert ([], []) == (log.said, log.foreign(desk))


def test_the_slower_of_two_clerks_is_told_and_keeps_the_letter(browser: Browser, desk: WebDesk) -> None:
    """Each sees the other beforehand; the second decision is refused with what was typed still there."""
    [found] = arrived(desk, without_address())
    with page_of(browser, desk, "sato") as (sato, _), page_of(browser, desk, "tanaka") as (tanaka, _):
        sato.goto(f"/inquiries/{found}")
        tanaka.goto(f"/inquiries/{found}")
        expect(tanaka.locator("main")).to_contain_text("sato is looking at this inquiry too")
        tanaka.keyboard.press("4")
        tanaka.get_by_label("Your answer to the customer").fill("A long letter.")
        sato.keyboard.press("6")
        sato.keyboard.press("Enter")
        sato.wait_for_url("**/queue?done=*")
        tanaka.get_by_role("button", name="Do it, back to the queue").click()

        expect(tanaka.get_by_role("alert").first).to_contain_text("A colleague was faster")
        expect(tanaka.locator("main")).to_contain_text("A long letter.")


def test_everything_works_without_javascript(browser: Browser, desk: WebDesk) -> None:
    """A locked-down office browser is a browser: search, open, see the reply, decide, undo, by plain forms."""
    first, second = arrived(desk, without_address(1), without_address(2))
    with page_of(browser, desk, script=False) as (page, _):
        page.goto("/queue")
        page.get_by_label("Search the mails' text, subject or sender").fill("taro2")
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_role("link", name="配信停止のお願い 2").click()
        page.get_by_label("Apply the opt-out").check()
        page.get_by_role("button", name="Show the reply first").click()
        expect(page.locator("#preview .letter")).to_contain_text("taro2@mail.example")
        page.get_by_role("button", name="Do it, back to the queue").click()
        decided = held(desk, first, second)
        page.get_by_role("link", name="Look at it, or undo it").click()
        page.get_by_role("button", name="Undo").click()

        expect(page.get_by_role("button", name="Do it, back to the queue")).to_be_visible()
        assert ([first], [first, second]) == (decided, held(desk, first, second))


def test_an_open_queue_shows_what_arrives(browser: Browser, desk: WebDesk) -> None:
    """Nobody has to reload: the list is asked for again, and what is ticked or marked stays."""
    arrived(desk, without_address(1))
    with page_of(browser, desk) as (page, _):
        page.clock.install()
        page.goto("/queue")
        expect(page.locator("[data-row]")).to_have_count(1)
        page.keyboard.press("j")
        arrived(desk, without_address(2))
        page.clock.fast_forward(16_000)

        expect(page.locator("[data-row]")).to_have_count(2)
        expect(page.locator("[data-row].here")).to_have_count(1)
