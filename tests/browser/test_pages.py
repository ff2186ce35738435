"""Every page as staff see it: nothing that axe-core calls serious, nothing wider than a phone, in both languages.

Each is drawn into a picture meanwhile: below `PICTURES` where that names a folder, else nowhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from optout_daemon.core.roles import Role
from optout_daemon.web.sign_in import SESSION
from tests.browser.desk import DESK, PHONE, page_of
from tests.browser.morning import Morning
from tests.web.site import WebDesk

pytestmark = pytest.mark.slow  # a browser, a server and reader processes

RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LARGEST = 150_000
"""Bytes of a picture: the repository carries them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: its address on this morning, and what is done on it before it is looked at."""

    name: str
    path: Callable[[Morning], str]
    act: Callable[[Page], None] = lambda page: None
    signed_in: bool = True


def answering(page: Page) -> None:
    """The reply is shown before it goes."""
    page.keyboard.press("3")
    expect(page.locator("#preview .letter")).to_be_visible()


def helped(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def unfolded(page: Page) -> None:
    """Headers, and the mail as its sender laid it out."""
    page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("お願い")


def found(page: Page) -> None:
    """Somebody is found by name."""
    page.fill("#typed", "山田 太郎")
    page.keyboard.press("Enter")
    expect(page.locator("#found table")).to_be_visible()


def signed_out(page: Page) -> None:
    """Nobody is greeted by name, and both fields wait."""
    expect(page.locator("input[name=name]")).to_be_visible()
    expect(page.locator("form[action$='sign-out']")).to_have_count(0)


PAGES = (
    Shown("queue", lambda morning: "/queue"),
    Shown("keys", lambda morning: "/queue", helped),
    Shown("inquiry", lambda morning: f"/inquiries/{morning.held}", answering),
    Shown("mail", lambda morning: f"/inquiries/{morning.held}", unfolded),
    Shown("closed", lambda morning: "/inquiries"),
    Shown("decided", lambda morning: f"/inquiries/{morning.applied}"),
    Shown("evidence", lambda morning: f"/inquiries/{morning.applied}/evidence"),
    Shown("suppressions", lambda morning: "/suppressions", found),
    Shown("person", lambda morning: "/suppressions/entries/1"),
    Shown("receipts", lambda morning: "/suppressions/receipts"),
    Shown("desk", lambda morning: "/desk?month=2026-03"),
    Shown("account", lambda morning: "/account"),
    Shown("staff", lambda morning: "/staff"),
    Shown("sign-in", lambda morning: "/sign-in", signed_out, signed_in=False),
)


@pytest.fixture(scope="module")
def morning(shared: WebDesk) -> Morning:
    for name, role in (("sato", Role.CLERK), ("tanaka", Role.CLERK), ("audit", Role.AUDITOR)):
        shared.account(role, name=name)
    return Morning(shared)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_is_fit_for_everybody(
    browser: Browser, shared: WebDesk, morning: Morning, shown: Shown, language: str
) -> None:
    """WCAG 2.2 AA as far as a program can tell: at a desk in light, on a phone in dark, without scrolling sideways."""
    with page_of(browser, shared, "kato", Role.SUPERVISOR, language=language) as (page, log):
        if not shown.signed_in:
            page.context.clear_cookies(name=SESSION)
        page.goto(shown.path(morning))
        shown.act(page)
        picture(page, f"{shown.name}-{language}.png")
        wide = amiss(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour half-way to another
        page.set_viewport_size(PHONE)
        narrow, sideways = amiss(page), page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert ([], [], 0) == (wide, narrow, max(0, sideways))
    advice = "[DOM] "  # what Chromium would like of a form; staff set a colleague's password, whose name is not theirs
    assert ([], []) == ([said for said in log.said if not said.startswith(advice)], log.foreign(shared))


def test_the_evidence_prints_on_two_sheets(browser: Browser, shared: WebDesk, morning: Morning) -> None:
    """It goes into a folder, or to whoever asks for it by post."""
    with page_of(browser, shared, "kato", Role.SUPERVISOR, language="ja") as (page, _):
        page.goto(f"/inquiries/{morning.applied}/evidence")
        printed = page.pdf(format="A4")

    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


def amiss(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the place."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def picture(page: Page, name: str) -> None:
    """Draw what a clerk sees, from the top of the page."""
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    page.evaluate("scrollTo(0, 0)")
    path = Path(folder) / name
    for height in range(DESK["height"], 500, -50):  # a crowded page is cut at the foot
        page.screenshot(path=path, clip={"x": 0, "y": 0, "width": DESK["width"], "height": height})
        if path.stat().st_size < LARGEST:
            break

    assert path.stat().st_size < LARGEST
