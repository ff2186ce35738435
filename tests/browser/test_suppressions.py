"""A supervisor lifts a block in the browser; an auditor looks at the same page and can change nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from optout_daemon.core.roles import Role
from optout_daemon.store import suppressions
from tests.browser.desk import PHONE, page_of
from tests.web.site import WebDesk
from tests.web.suppressions_desk import TARO, stocked


def is_blocked(desk: WebDesk) -> bool:
    with desk.database.reading() as tx:
        return bool(suppressions.check(tx, customer_number=TARO.number, channel="email"))


@pytest.mark.slow
def test_a_supervisor_lifts_what_an_auditor_can_only_read(browser: Browser, desk: WebDesk) -> None:
    """From the name on a letter to the lifted block, by the keyboard alone, on a phone's width; nothing is asked
    of anybody else, and no address of a page has the person in it.
    """
    stocked(desk)
    with page_of(browser, desk, "audit", Role.AUDITOR) as (page, _):
        page.goto("/suppressions")
        page.fill("#typed", TARO.name)
        page.press("#typed", "Enter")
        page.locator("#found button").click()
        page.get_by_role("heading", name="History").wait_for()
        shown = page.locator("main").inner_text()
        forms = page.locator("main form").count()

    assert TARO.email in shown
    assert 0 == forms
    assert is_blocked(desk)

    with page_of(browser, desk, "ito", Role.SUPERVISOR, size=PHONE) as (page, log):
        page.goto("/suppressions")
        page.fill("#typed", TARO.number)
        page.press("#typed", "Enter")
        page.locator("#found button").press("Enter")
        lift = page.locator("form[action='/suppressions/lift']")
        lift.get_by_label("E-mail", exact=True).press("Space")
        lift.get_by_label("Reason").fill("wants it again")
        lift.get_by_role("button", name="Lift").press("Enter")
        refused = page.get_by_role("alert").inner_text()
        still = is_blocked(desk)
        lift.get_by_label("Evidence").fill("letter of 30 March, folder 12")
        lift.get_by_role("button", name="Lift").press("Enter")
        page.get_by_text("The block is lifted.").wait_for()
        width = page.evaluate("document.documentElement.scrollWidth")

    assert "needs a reason, and the evidence" in refused
    assert still
    assert not is_blocked(desk)
    assert PHONE["width"] >= width
    assert [] == log.foreign(desk)
    assert [] == [said for said in log.said if "422" not in said]
    assert not any(TARO.number in url or "taro" in url for url in log.asked)
