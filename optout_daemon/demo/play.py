"""Play the demo: sample mail in, the real daemon on it, every outcome shown and compared.

Returns 0 when everything became of each mail what should have, 1 where anything differs or did not happen in
time, 130 after Ctrl-C. Nothing is left behind: servers, daemon and files are gone at the end.
"""

from __future__ import annotations

import secrets
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType
from typing import TextIO

import httpx

from optout_daemon.core.reading.address import comparable
from optout_daemon.demo.browsing import Access
from optout_daemon.demo.desk import ADDRESS, USER, DemoDesk
from optout_daemon.demo.performance import Play
from optout_daemon.demo.screen import Screen
from optout_daemon.demo.servers import LOOPBACK, CourierServer, MailboxServer, Received
from optout_daemon.demo.service import CommandFailed, program
from optout_daemon.errors import OptoutError

SENDERS = ("suppressions check --email hanako.sato@post.example --channel email", "suppressions list", "tokens list")
STAFF = ("queue list", "queue show 10", "outbox list", "check")


def play(*, serve: bool, out: TextIO | None = None) -> int:
    """Play the demo on `out` (standard output); with `serve`, keep everything running until Ctrl-C."""
    screen = Screen(out or sys.stdout)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _like_ctrl_c)
    try:
        return _run(screen, serve=serve)
    except KeyboardInterrupt:
        screen.line("stopped")
        return 130
    except (CommandFailed, OptoutError, OSError, httpx.HTTPError) as error:
        screen.bad(str(error))
        return 1


def _like_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(screen: Screen, *, serve: bool) -> int:
    began = time.monotonic()
    replies: list[Received] = []
    password = secrets.token_urlsafe(12)
    screen.title("A desk in a temporary folder")

    with MailboxServer(username=USER, password=password) as mailbox:

        def handed_in(message: Received) -> None:
            """Mail to the desk goes into its mailbox, everything else is a reply of the desk's."""
            if comparable(ADDRESS) in map(comparable, message.recipients):
                mailbox.append([message.raw], datetime.now(UTC))
            else:
                replies.append(message)

        with (
            CourierServer(handed_in) as courier,
            DemoDesk(imap_port=mailbox.port, smtp_port=courier.port, password=password, told=screen.line) as desk,
        ):
            screen.line(f"IMAP server (pymap) on {LOOPBACK}:{mailbox.port}")
            screen.line(f"SMTP server (aiosmtpd) on {LOOPBACK}:{courier.port}")
            desk.prepare()
            performance = Play(screen, mailbox, desk, replies)
            try:
                problems = performance.perform()
                if serve:
                    mail = [
                        f"IMAP      {LOOPBACK}:{mailbox.port}, without TLS, user {USER}, password {password}",
                        f"SMTP      {LOOPBACK}:{courier.port}; what you send to {ADDRESS} arrives in the mailbox",
                    ]
                    _keep_open(screen, desk, mail, performance.access)
            finally:
                performance.close()
            screen.title("SIGTERM")
            codes = desk.stop()
            for verb, code in codes.items():
                if code:
                    problems += 1
                    screen.bad(f"`{verb}` ended with {code}")
            if not any(codes.values()):
                screen.good("daemon and web part finished what they had in hand and ended with 0")
    _farewell(screen, problems, seconds=time.monotonic() - began, serve=serve)
    return 1 if problems else 0


def _farewell(screen: Screen, problems: int, *, seconds: float, serve: bool) -> None:
    if problems:
        screen.title(f"{problems} {'difference' if problems == 1 else 'differences'}, after {seconds:.0f} s")
        screen.line("Look into it: `optout-daemon demo --serve` keeps the desk open.")
        return
    screen.title("Everything as expected" if serve else f"Everything as expected, in {seconds:.0f} s")
    if not serve:
        screen.line("Try next: `make demo-desk` (`optout-daemon demo --serve`) keeps this desk running to look into.")
        screen.line("A real desk: ten lines of settings in README.md, the whole set-up in docs/operating.md.")


def _keep_open(screen: Screen, desk: DemoDesk, mail: Sequence[str], access: Access | None) -> None:
    """Say where to look, and wait for Ctrl-C."""
    screen.title("The desk stays open until Ctrl-C")
    if access is not None:
        screen.line(f"web       {desk.url}")
        screen.line(f"sign in   {access.name}, password {access.password}")
    for line in mail:
        screen.line(line)
    screen.title("In another terminal")
    screen.line(f"export OPTOUT_CONFIG={desk.config}")
    if access is not None:
        screen.line(f"export DESK={desk.url}")
        screen.line(f"export TOKEN={access.token}")
    name = "optout-daemon" if shutil.which("optout-daemon") else shlex.join(program())
    for title, commands in (("staff", STAFF), ("senders, more in docs/senders.md", SENDERS)):
        screen.line(f"# for {title}")
        for command in commands:
            screen.line(f"{name} {command}")
    screen.line(
        'curl -H "Authorization: Bearer $TOKEN" "$DESK/api/v1/suppressions/check?email=hanako.sato@post.example"'
    )
    screen.title("What the daemon does meanwhile")
    try:
        while (event := desk.events.get()) is not None:
            if event.get("event") in ("stored", "held", "closed", "sent", "filed"):
                shown = (f"{key}={value}" for key, value in event.items() if key not in ("level", "timestamp"))
                screen.line(" ".join(shown))
    except KeyboardInterrupt:
        screen.line("")
