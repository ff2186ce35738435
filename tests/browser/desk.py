"""Debian's Chromium on a served desk: a page for each member of staff, with everything that it asked for and refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Dialog, Page, ViewportSize, sync_playwright

from optout_daemon.core.roles import Role
from optout_daemon.web.sign_in import SESSION
from tests.web.site import WebDesk

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1360, "height": 900}
PATIENCE = 10_000
"""Milliseconds that a page may take on a busy machine before something is wrong."""
REPORTING = """\
addEventListener("securitypolicyviolation", (seen) =>
  console.error(`policy: ${seen.effectiveDirective} ${seen.blockedURI} ${seen.sample}`));
"""
"""Has the console say what a page's own policy kept from happening (CSP Level 3, section 5.3)."""


@dataclass
class Log:
    """What one page did: every address asked for; every message of its console, dialog, error and report."""

    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def dismissed(self, dialog: Dialog) -> None:
        """A dialog is nothing that any page of ours opens."""
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def foreign(self, desk: WebDesk) -> list[str]:
        """What was asked of anybody but the desk."""
        return [url for url in self.asked if not url.startswith((desk.url, "data:", "about:"))]


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; it is Debian's, never one that Playwright brings."""
    found = shutil.which("chromium")
    assert found is not None, "the browser tests need the package chromium (scripts/install-test-packages)"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_of(
    browser: Browser,
    desk: WebDesk,
    name: str = "sato",
    role: Role = Role.CLERK,
    *,
    language: str = "en",
    script: bool = True,
    size: ViewportSize = DESK,
    dark: bool = False,
) -> Iterator[tuple[Page, Log]]:
    """A page of somebody who is signed in, in a browser of their own, and its log."""
    context = browser.new_context(
        base_url=desk.url,
        viewport=size,
        java_script_enabled=script,
        color_scheme="dark" if dark else "light",
        accept_downloads=True,
    )
    context.add_cookies(
        [
            {"name": SESSION, "value": desk.session(role, name=name), "url": desk.url},
            {"name": "language", "value": language, "url": desk.url},
        ]
    )
    context.add_init_script(REPORTING)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    log = Log()
    page.on("request", lambda request: log.asked.append(request.url))
    page.on("console", lambda message: log.said.append(message.text))
    page.on("pageerror", lambda error: log.said.append(str(error)))
    page.on("dialog", log.dismissed)
    try:
        yield page, log
    finally:
        context.close()
