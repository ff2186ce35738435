"""Mail that tries to take the pages over, in a real browser: it is shown as text, and nothing else comes of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from optout_daemon.core.roles import Role
from optout_daemon.store import audit, inquiries, ledger, outbox
from optout_daemon.web.headers import CSP
from tests.browser.desk import page_of
from tests.markup import ATTEMPTS, FOREIGN, hostile
from tests.web.site import WebDesk
from tests.web.staff import arrived

pytestmark = pytest.mark.slow  # a browser, a server and reader processes


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_hostile_mail_loads_nothing_runs_nothing_and_changes_nothing(
    browser: Browser, shared: WebDesk, script: bool
) -> None:
    """Queue, inquiry with headers and HTML, what a clerk types from it, bytes and evidence: no request to anybody
    else, no dialog, no error, no policy that had to step in, no element of the mail's making.
    """
    [found] = arrived(shared, hostile())
    before = state(shared, found)
    with page_of(browser, shared, role=Role.SUPERVISOR, name="kato", script=script) as (page, log):
        page.goto("/queue")
        expect(page.locator("[data-row]").first).to_contain_text("<script data-evil>")
        made = [page.locator("[data-evil]").count()]
        page.goto("/queue?q=%22%3E%3Cimg+data-evil+src%3Dx+onerror%3Dalert(1)%3E")
        made.append(page.locator("[data-evil]").count())
        page.goto(f"/inquiries/{found}")
        for summary in page.locator("article summary").all():
            summary.click()
        frame = page.frame_locator("iframe")
        expect(frame.locator("body")).to_contain_text("The words of the letter.")
        made += [page.locator("[data-evil]").count(), frame.locator("[data-evil], [style], [src], [href]").count()]
        expect(page.locator("article ul")).to_contain_text("onerror")
        page.locator("#customer_number").fill("10000001")
        page.locator("#name").fill(ATTEMPTS[1])
        page.locator("#inquiry").fill(ATTEMPTS[5])
        page.get_by_label("Answer, and close it").check()
        page.get_by_label("Your answer to the customer").fill("\n".join(ATTEMPTS))
        if not script:
            page.get_by_role("button", name="Show the reply first").click()
        expect(page.locator("#preview")).to_contain_text("data-evil")
        made.append(page.locator("[data-evil]").count())
        with page.expect_download() as saved:
            page.locator("article ul a").first.click()
        page.goto(f"/inquiries/{found}/raw")
        expect(page.locator("body")).to_contain_text("<script data-evil>")
        made.append(page.locator("[data-evil]").count())
        page.goto(f"/inquiries/{found}/evidence")
        expect(page.locator("main")).to_contain_text("data-evil")
        made.append(page.locator("[data-evil]").count())
        place = page.url

    superseded = "htmx:"  # a question for the reply, given up for the next one while somebody types
    assert ([], []) == ([said for said in log.said if not said.startswith(superseded)], log.foreign(shared))
    assert [0] * 7 == made
    assert before == state(shared, found)
    assert f"{shared.url}/inquiries/{found}/evidence" == place
    assert not set('<>"/') & set(saved.value.suggested_filename)


def state(desk: WebDesk, inquiry: int) -> tuple[object, ...]:
    """What the mail could have changed: its inquiry, the list, the outbox, and every event but having been seen."""
    with desk.database.reading() as tx:
        events = [event.id for event in audit.of_inquiry(tx, inquiry) if event.event != "viewed"]
        return inquiries.get(tx, inquiry), ledger.caused_by(tx, inquiry), outbox.of_inquiry(tx, inquiry), events


def test_the_same_text_as_markup_would_be_noticed(browser: Browser, shared: WebDesk) -> None:
    """The control: on a page without our care it asks others and opens dialogs; under our policy the policy says so."""
    bare = "<!doctype html><body>" + "".join(ATTEMPTS[:6] + ATTEMPTS[9:12])
    with page_of(browser, shared) as (page, log):
        page.route("**/control*", lambda route: route.fulfill(body=bare, content_type="text/html"))
        page.goto("/control")
        page.wait_for_timeout(100)
        asked, said = log.foreign(shared), log.said
    with page_of(browser, shared) as (page, log):
        headers = {"Content-Security-Policy": CSP}
        page.route("**/control*", lambda route: route.fulfill(body=bare, content_type="text/html", headers=headers))
        page.goto("/control")
        page.wait_for_timeout(100)

    assert f"{FOREIGN}/pixel.png" in asked
    assert any(each.startswith("dialog: ") for each in said)
    assert any(each.startswith("policy: ") for each in log.said)
