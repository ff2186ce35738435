"""Telling a webhook of many changes, against posting the very same bodies with a bare httpx client.

A ledger of many opt-outs on SQLite is told to an HTTP server in another process, in batches of 100: read, signed,
written down before and after. The floor posts the bodies that were sent over one kept connection, and does nothing
else. In turns, in one run; prints the best of each. Run it with `make bench`; another number of entries can be given.
"""

from __future__ import annotations

import base64
import io
import multiprocessing
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from optout_daemon.announcing import Announcer
from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core import webhook
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.log import Log
from optout_daemon.sink_parts import build_sink
from optout_daemon.store import migrate, suppressions
from optout_daemon.store.database import Database

ROUNDS = 3
AT = datetime(2026, 1, 1, tzinfo=UTC)


Times = tuple[float, float]
"""By the clock, and of this process's processor: the second does not hang on what else the machine does."""


def now() -> Times:
    return time.perf_counter(), time.process_time()


def since(begun: Times) -> Times:
    clock, processor = now()
    return clock - begun[0], processor - begun[1]


class Handler(BaseHTTPRequestHandler):
    """Takes every body, and says so."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.wfile.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def serve(pipe: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_port)
    server.serve_forever()


def announce(database: Database, folder: Path, url: str, sink: str) -> tuple[Times, list[tuple[bytes, dict[str, str]]]]:
    """Seconds for the whole ledger, told to a sink of this name; and what went out."""
    settings = SinkSettings(name=sink, kind="webhook", url=url, secret_file=folder / "secret", start="all")
    stop, sent = threading.Event(), []
    made: Any = build_sink(settings, stop=stop)
    send = made._http.send

    def noted(method: str, path: str, content: bytes, headers: dict[str, str]) -> int:
        sent.append((content, headers))
        return int(send(method, path, content, headers))

    made._http.send = noted
    announcer = Announcer(
        made,
        settings,
        database=database,
        worker="bench",
        stop=stop,
        now=lambda: datetime.now(UTC),
        log=Log(form="json", stream=io.StringIO()),
    )
    begun = now()
    while announcer.round():
        pass
    taken = since(begun)
    made.close()
    return taken, sent


def post(url: str, sent: list[tuple[bytes, dict[str, str]]]) -> Times:
    """Seconds for the same requests and nothing else."""
    begun = now()
    with httpx.Client(trust_env=False) as client:
        for content, headers in sent:
            client.post(url, content=content, headers=headers).raise_for_status()
    return since(begun)


def main() -> int:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "secret").write_text(webhook.PREFIX + base64.b64encode(b"k" * 32).decode(), encoding="utf-8")
        migrate.upgrade(f"sqlite:///{folder / 'desk.db'}")
        database = Database(f"sqlite:///{folder / 'desk.db'}")
        drafts = [
            LedgerEntry("email", Action.STOP, "opt_out", "mail", "machine", AT, emails=(f"person{i:09}@mail.example",))
            for i in range(entries)
        ]
        with database.transaction() as tx:
            suppressions.append(tx, drafts, now=AT)
        told, floor, requests = [], [], 0
        for turn in range(ROUNDS):
            taken, sent = announce(database, folder, url, f"sink{turn}")
            told.append(taken)
            floor.append(post(url, sent))
            requests = len(sent)
        database.close()
    server.terminate()
    server.join()
    clock, processor = (min(one[way] for one in told) / min(one[way] for one in floor) for way in (0, 1))
    rate = entries / min(one[0] for one in told)
    print(
        f"sinks: {entries} entries told to a webhook in {requests} requests, {rate:.0f} a second: {processor:.1f} times"
    )
    print(f"       the processor time of posting the same bodies with a bare httpx client, {clock:.1f} by the clock")
    return 0


if __name__ == "__main__":
    sys.exit(main())
