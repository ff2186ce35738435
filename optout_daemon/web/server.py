"""Serve the web part until SIGTERM: one process, worker threads for whatever asks the database.

Stops within 10 s: what is being answered is finished, new connections are not taken.
"""

from __future__ import annotations

import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from optout_daemon.config_web import WebSettings
from optout_daemon.errors import SettingsError

GRACE: Final = 5
"""Seconds that requests under way may take after SIGTERM."""
MOST_AT_ONCE: Final = 200


def listen(settings: WebSettings) -> socket.socket:
    """The listening socket. SettingsError where the address is taken or not this machine's."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With its protocol named: asyncio sets TCP_NODELAY on no other, and every answer would wait 40 ms for an ACK.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((settings.host, settings.port))
        opened.listen(2048)
    except OSError as error:
        opened.close()
        raise SettingsError(
            f"web: nothing can listen on {settings.host}:{settings.port}: {error.strerror or 'no such address'}; "
            "change web.host or web.port, or end what listens there"
        ) from None
    return opened


class WebServer:
    """Answers on a listening socket until SIGTERM, Ctrl-C or `stop`."""

    def __init__(self, app: ASGIApp, settings: WebSettings, opened: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            http="httptools",
            loop="asyncio",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,  # it would hold what was searched for
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=30,
            limit_concurrency=MOST_AT_ONCE,
        )
        self._server = uvicorn.Server(config)
        self._opened = opened

    def run(self) -> None:
        """Answer; returns after the stop."""
        self._server.run(sockets=[self._opened])

    def stop(self) -> None:
        """Ask `run`, in whatever thread it is, to come to its end."""
        self._server.should_exit = True
