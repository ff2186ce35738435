"""The web part of a desk in a temporary folder, served for real on a free loopback port by a thread of the test run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from optout_daemon import accounts
from optout_daemon.config import Settings, load
from optout_daemon.config_secrets import make_key_file
from optout_daemon.core.roles import Role
from optout_daemon.log import Log
from optout_daemon.parts import Built, build
from optout_daemon.passwords import Cost
from optout_daemon.signing_in import csrf
from optout_daemon.store import migrate, staff
from optout_daemon.store.database import Database
from optout_daemon.store.staff import Account
from optout_daemon.web.app import build as build_app
from optout_daemon.web.bearer import Bearers
from optout_daemon.web.server import WebServer, listen
from optout_daemon.web.sign_in import SESSION, Sessions, open_door, open_other_door
from optout_daemon.web.site import Site
from optout_daemon.web.who import SignIn
from tests.project.desk import SETTINGS
from tests.servers.process import HOST, free_port

CHEAP: Final = Cost(passes=1, memory=8, lanes=1)
"""What hashing a password takes here: nothing worth waiting for."""


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

    def __init__(self, settings: Settings, built: Built, clock: Clock, site: Site, bearers: Bearers) -> None:
        self.settings, self.built, self.clock, self.site = settings, built, clock, site
        self.database, self.bearers = built.database, bearers
        self.url = f"http://{HOST}:{settings.web.port}"
        self.door = open_door(settings, built.database, cost=CHEAP)
        self._clients: list[httpx.Client] = []

    def client(self, **headers: str) -> httpx.Client:
        """A browser without a page, on pages of ours: follows no redirect."""
        client = httpx.Client(
            base_url=self.url,
            headers={"sec-fetch-site": "same-origin", **headers},
            timeout=30,
            limits=httpx.Limits(max_keepalive_connections=0),  # many browsers, fewer connections than the server takes
        )
        self._clients.append(client)
        return client

    def account(self, role: str, *, name: str = "", password: str = "") -> Account:
        """The account of a role, made where there is none: named as the role, or otherwise."""
        with self.database.transaction() as tx:
            found = staff.by_name(tx, name or role)
            made = found or accounts.add(tx, name=name or role, role=Role(role), by="test", now=self.clock())
            if password:
                hashed = self.door.passwords.hash(password)
                accounts.set_password(tx, made, hashed, temporary=False, by="test", now=self.clock())
            return accounts.get(tx, made.id)

    def session(self, role: str, *, name: str = "") -> str:
        """The token of a new session of the role's account: the value of the cookie `session`."""
        account = self.account(role, name=name)
        with self.database.transaction() as tx:
            return self.door.begin(tx, account, way="password", browser="a test", now=self.clock())

    def sign_in(self, role: str, *, name: str = "") -> httpx.Client:
        """A browser in which the role's account is signed in; it sends the session's token with every form."""
        token = self.session(role, name=name)
        client = self.client(**{"x-csrf-token": csrf(token)})
        client.cookies.set(SESSION, token)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def web_desk(
    folder: Path, *, settings: str = "", url: str = "", sign_in: SignIn | None = None, review: str = ""
) -> Iterator[WebDesk]:
    """Serve a new desk. `settings` are added to the usual ones, `review` to their `[review]`; `url` is another database
    than the SQLite file.
    """
    config = folder / "config.toml"
    desk = SETTINGS.replace("[desk]", '[desk]\nkey_file = "desk.key"')
    desk = desk.replace("[review]", f"[review]\n{review}")
    if url:
        desk = desk.replace("sqlite:///desk.db", url)
    config.write_text(f"{desk}[web]\nport = {free_port()}\n{settings}", "utf-8")
    loaded = load(config)
    make_key_file(loaded.key_file)
    migrate.upgrade(loaded.database.url, now=datetime.now(UTC))
    clock = Clock(datetime(2026, 4, 1, 0, 30, tzinfo=UTC))
    with build(loaded, log=Log(level="error")) as built, listen(loaded.web) as opened:
        door = open_door(loaded, built.database, cost=CHEAP)
        site = Site(loaded, built, clock, sign_in or Sessions(door, open_other_door(loaded, built.database, door)))
        bearers = Bearers(Database(loaded.database.url), clock)
        server = WebServer(build_app(site, bearers), loaded.web, opened)
        thread = threading.Thread(target=server.run, name="web")
        thread.start()
        served = WebDesk(loaded, built, clock, site, bearers)
        try:
            yield served
        finally:
            served.close()
            server.stop()
            thread.join()
