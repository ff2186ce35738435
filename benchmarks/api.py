"""Asking a list of a million entries about one: in the process against a bare SELECT, by HTTP against an empty route.

In the process at least half the rate of the same prepared SELECT on the driver's own connection; by HTTP at least half
the rate of a FastAPI route that does nothing, served in the same way and asked by the same client. Taken in turns in
one run; prints ratios. Another number of entries can be given as its one argument.
"""

from __future__ import annotations

import http.client
import random
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from benchmarks.list import fill
from optout_daemon.config import desk_digests, load
from optout_daemon.core.scopes import Scope
from optout_daemon.log import Log
from optout_daemon.parts import build
from optout_daemon.store import api_tokens
from optout_daemon.store.database import Database
from optout_daemon.store.list_check import checker
from optout_daemon.web.app import build as build_app
from optout_daemon.web.server import WebServer, listen
from optout_daemon.web.sign_in import Sessions, open_door
from optout_daemon.web.site import Site

AT_LEAST: Final = 0.5
ROUNDS: Final = 5
QUESTIONS: Final = 40_000
REQUESTS: Final = 2_000
BARE: Final = (
    "SELECT entry_id, since, scope, subject_kind, provisional, may_arrive_until FROM suppression"
    " WHERE subject_kind = 'email' AND subject = ? AND channel = 'email'"
)


def best(runs: Sequence[Callable[[], int]], pieces: int) -> list[float]:
    """The best rate of each, in pieces a second; in turns, so that a slow moment meets all of them."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for times, run in zip(taken, runs, strict=True):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return [pieces / min(times) for times in taken]


def in_process(folder: Path, names: Sequence[str]) -> float:
    """The ratio of the rates; both must find the same."""
    settings = load(folder / "config.toml")
    database = Database(settings.database.url)
    driver = sqlite3.connect(folder / "desk.db", isolation_level=None)
    with checker(database, desk_digests(settings)) as list_:

        def bare() -> int:
            return sum(driver.execute(BARE, (name,)).fetchone() is not None for name in names)

        def ours() -> int:
            return sum(bool(list_.check(email=name, channel="email")) for name in names)

        assert bare() == ours()
        floor, rate = best([bare, ours], len(names))
    driver.close()
    database.close()
    print(f"api: in the process {rate:,.0f} checks a second, {rate / floor:.2f} times the bare SELECT's")
    return rate / floor


def serve_nothing(port: int) -> None:
    """A FastAPI application with one route that does nothing."""
    app = FastAPI()

    @app.get("/")
    async def nothing() -> dict[str, str]:
        return {}

    uvicorn.run(app, port=port, http="httptools", loop="asyncio", log_config=None, access_log=False)


def serve_desk(folder: Path) -> None:
    """What `optout-daemon web` serves."""
    settings = load(folder / "config.toml")
    with build(settings, log=Log(level="error")) as built, listen(settings.web) as opened:
        sessions = Sessions(open_door(settings, built.database))
        app = build_app(Site(settings, built, lambda: datetime.now(UTC), sessions))
        WebServer(app, settings.web, opened).run()


@contextmanager
def served(target: Callable[..., None], argument: object, port: int) -> Iterator[None]:
    """A server in a process of its own: what asks must not share its interpreter."""
    process = get_context("spawn").Process(target=target, args=(argument,))
    process.start()
    try:
        while process.is_alive():
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.join()


def asking(port: int, paths: Sequence[str], headers: dict[str, str]) -> Callable[[], int]:
    """One client on one kept connection; how many answers were 200."""

    def run() -> int:
        connection, good = http.client.HTTPConnection("127.0.0.1", port), 0
        for path in paths:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            good += answer.status == 200
        connection.close()
        return good

    return run


def by_http(folder: Path, names: Sequence[str]) -> float:
    """The ratio of the rates."""
    settings = load(folder / "config.toml")
    with Database(settings.database.url).transaction() as tx:
        _, secret = api_tokens.create(tx, "bench", {Scope.CHECK}, per_minute=10**8, by="bench", now=datetime.now(UTC))
    port, empty = settings.web.port, settings.web.port + 1
    with served(serve_desk, folder, port), served(serve_nothing, empty, empty):
        paths = [f"/api/v1/suppressions/check?email={name}" for name in names]
        ours = asking(port, paths, {"Authorization": f"Bearer {secret}"})
        floor = asking(empty, ["/"] * len(names), {})
        assert ours() == len(names) == floor()
        least, rate = best([floor, ours], len(names))
    print(f"api: by HTTP {rate:,.0f} checks a second, {rate / least:.2f} times the empty route's")
    return rate / least


def main() -> int:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, size)
        pick = random.Random(1)
        names = [f"Customer{pick.randrange(2 * size):09}@Example.org" for _ in range(QUESTIONS)]
        ratios = in_process(folder, [each.lower() for each in names]), by_http(folder, names[:REQUESTS])
    print(f"api: {size} entries; each at least {AT_LEAST}")
    return 0 if min(ratios) >= AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
