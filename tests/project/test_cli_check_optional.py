"""`optout-daemon check` of what only some desks have: the identity provider, the mail servers' file, the socketmap server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from optout_daemon.edges.socketmap import SocketmapServer
from tests.project.desk import SETTINGS, Desk
from tests.project.test_cli_check import says
from tests.servers.identity import identity_provider
from tests.servers.process import HOST, free_port
from tests.servers.sink import SmtpSink


@contextmanager
def answering(port: int, socket: Path | None, reply: str) -> Iterator[None]:
    """A socketmap server that says `reply` to everything, in a thread of its own."""
    loop, stands = asyncio.new_event_loop(), threading.Event()

    async def answer(name: str, key: str) -> str:
        return reply

    async def serve() -> None:
        server = SocketmapServer(answer, most=5)
        await server.listen(HOST, port, socket)
        stands.set()
        await ended.wait()
        await server.close()

    ended = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert stands.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()


def oidc(issuer: str, further: str = "") -> str:
    return (
        f'[web]\npublic_url = "https://desk.shop.example"\n[web.oidc]\nissuer = "{issuer}"\nclient_id = "desk"\n'
        f'client_secret_file = "oidc.secret"\n{further}'
    )


def test_the_identity_provider_is_asked_for_its_endpoints_and_keys(desk: Desk) -> None:
    """Staff would otherwise be the first to find out, at the sign-in page. The secret is never said."""
    desk.stocked()
    desk.file("oidc.secret", "hunter2\n").chmod(0o600)
    with identity_provider() as identity:
        desk.settings(SETTINGS + oidc(identity.issuer))
        there = desk("check")
        identity.down = True
        away = desk("check")

    assert says(there, "web.oidc").startswith(f"{identity.issuer} answers and has keys, client desk")
    assert "staff come back to https://desk.shop.example/sign-in/company/back" in says(there, "web.oidc")
    assert "FAIL  web.oidc: " in away.out
    assert "answered 503" in says(away, "web.oidc")
    assert "hunter2" not in there.out + there.err + away.out + away.err


@pytest.mark.parametrize("command", ["check", "web"])
def test_wrong_files_of_the_identity_provider_are_named_with_their_settings(desk: Desk, command: str) -> None:
    """78, which no restart mends, and never "No such file" alone."""
    desk.stocked()
    desk.settings(SETTINGS + oidc("https://login.shop.example"))
    no_secret = desk(command)
    desk.file("oidc.secret", "hunter2\n").chmod(0o600)
    desk.settings(
        SETTINGS
        + oidc("https://login.shop.example", 'ca_file = "ca.pem"\n').replace("[web]", f"[web]\nport = {free_port()}")
    )
    no_certificates = desk(command)

    assert (78, 78) == (no_secret.code, no_certificates.code)
    assert "web.oidc.client_secret_file: the file " in no_secret.out + no_secret.err
    assert f"web.oidc.ca_file: the file {desk.folder / 'ca.pem'} cannot be read" in (
        no_certificates.out + no_certificates.err
    )


def test_the_mail_servers_file_is_looked_at_with_its_folder(desk: Desk) -> None:
    """Where the daemon cannot write it, mail to who asked for no more goes out."""
    desk.stocked()
    new = desk("check")
    desk.settings(SETTINGS + '[lookup]\nfile = "nowhere/lookup.db"\n')
    no_folder = desk("check")

    assert f"{desk.folder / 'lookup.db'}, not there yet: the daemon makes it" == says(new, "lookup")
    assert "FAIL  lookup: " in no_folder.out
    assert f"there is no folder {desk.folder / 'nowhere'}" in says(no_folder, "lookup")


@pytest.mark.parametrize("by_file", [False, True])
def test_the_socketmap_server_is_asked_as_a_mail_server_asks(desk: Desk, by_file: bool) -> None:
    """All mail is deferred while it does not answer, so that its silence has to be seen."""
    desk.stocked()
    port, socket = free_port(), desk.folder / "socket"
    place = str(socket) if by_file else f"{HOST}:{port}"
    desk.settings(SETTINGS + "[socketmap]\n" + (f'socket = "{socket}"\n' if by_file else f"port = {port}\n"))
    away = desk("check")
    with answering(port, socket if by_file else None, "NOTFOUND "):
        there = desk("check")
    with answering(port, socket if by_file else None, "TEMP the suppression list cannot be asked now"):
        troubled = desk("check")

    assert "FAIL  socketmap: " in away.out
    assert says(away, "socketmap").endswith("; does `optout-daemon socketmap` run?")
    assert f"{place} answers from the list" == says(there, "socketmap")
    assert f"{place}: it answers, and cannot ask the list" == says(troubled, "socketmap")


def test_another_server_at_that_place_is_recognised(desk: Desk, sink: SmtpSink) -> None:
    """A port that was given twice."""
    desk.stocked()
    desk.settings(SETTINGS + f"[socketmap]\nport = {sink.port}\n")

    assert f"{HOST}:{sink.port}: what answers there is no socketmap server" == says(desk("check"), "socketmap")
