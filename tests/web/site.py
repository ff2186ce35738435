"""The web part of a desk in a temporary folder, served for real on a free loopback port by a thread of the test run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from optout_daemon.config import Settings, load
from optout_daemon.config_secrets import make_key_file
from optout_daemon.log import Log
from optout_daemon.parts import Built, build
from optout_daemon.store import migrate
from optout_daemon.web.app import build as build_app
from optout_daemon.web.server import WebServer, listen
from optout_daemon.web.sign_in import Sessions
from optout_daemon.web.site import Site
from optout_daemon.web.who import SignIn
from tests.project.desk import SETTINGS
from tests.servers.process import HOST, free_port


class Clock:
    """The present, as the test sets it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


class WebDesk:
    """A served desk: its address, its database and parts, and the clock that it goes by."""

    def __init__(self, settings: Settings, built: Built, clock: Clock, site: Site) -> None:
        self.settings, self.built, self.clock, self.site = settings, built, clock, site
        self.database = built.database
        self.url = f"http://{HOST}:{settings.web.port}"

    def client(self, **headers: str) -> httpx.Client:
        """A browser without a page: follows no redirect."""
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def web_desk(folder: Path, *, settings: str = "", url: str = "", sign_in: SignIn | None = None) -> Iterator[WebDesk]:
    """Serve a new desk. `settings` are added to the usual ones; `url` is another database than the SQLite file."""
    config = folder / "config.toml"
    desk = SETTINGS.replace("[desk]", '[desk]\nkey_file = "desk.key"')
    if url:
        desk = desk.replace("sqlite:///desk.db", url)
    config.write_text(f"{desk}[web]\nport = {free_port()}\n{settings}", "utf-8")
    loaded = load(config)
    make_key_file(loaded.key_file)
    migrate.upgrade(loaded.database.url, now=datetime.now(UTC))
    clock = Clock(datetime(2026, 4, 1, 0, 30, tzinfo=UTC))
    with build(loaded, log=Log(level="error")) as built, listen(loaded.web) as opened:
        site = Site(loaded, built, clock, sign_in or Sessions(built.database))
        server = WebServer(build_app(site), loaded.web, opened)
        thread = threading.Thread(target=server.run, name="web")
        thread.start()
        try:
            yield WebDesk(loaded, built, clock, site)
        finally:
            server.stop()
            thread.join()
