"""One HTTP request to a sink: verified TLS, no redirect, no proxy, one limit of time for all of it.

Raises SinkFailure whose text names host, port and status, and never the URL's path, what was sent or what was
answered: each may hold a secret or a person. Never tries again: when to is core/backoff.py's business.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from optout_daemon import __version__
from optout_daemon.core.http_answer import Answer, enhanced, judge, retry_after
from optout_daemon.edges.guard import Guard
from optout_daemon.edges.tls import verifying_context
from optout_daemon.errors import SinkFailure

MOST_READ: Final = 65_536
"""Bytes of an answer that are read; nothing in it is looked at, reading it keeps the connection."""
GONE: Final = 410
"""RFC 9110, section 15.5.11; a webhook's receiver says with it that nothing is to be sent any more."""
REDIRECTED: Final = ", a redirect, which is not followed; name the final URL in the settings"


class HttpClient:
    """Requests to one server over a kept connection. Belongs to one thread; `close` may come from another."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        stop: threading.Event,
        ca_file: Path | None = None,
        auth: tuple[str, str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url, self._timeout, self._stop, self._now = url, timeout, stop, now
        self._context = verifying_context(ca_file)
        self._auth = auth
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells of every URL; the log is ours (log.py)
        self._client: httpx.Client | None = None
        self._guard: Guard | None = None
        self.place = place(url)

    def send(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> int:
        """Make one request; its status where that is 2xx or a refusal, which the caller judges. SinkFailure else."""
        try:
            status, asked = self._exchange(method, self._url + path, content, headers)
        except SinkFailure:
            self.close()
            raise
        except Exception as error:
            expired = self._guard is not None and self._guard.expired
            self.close()
            raise _translated(self.place, error, expired=expired) from None
        if judge(status) is not Answer.LATER:
            return status
        wait = retry_after(asked, self._now())
        raise SinkFailure(
            f"{self.place}: answered {status}", enhanced(status), wait=wait.total_seconds() if wait else 0
        )

    def refused(self, status: int) -> SinkFailure:
        """The failure for a refusal that send() returned."""
        hint = REDIRECTED if 300 <= status <= 399 else ""
        return SinkFailure(f"{self.place}: answered {status}{hint}", enhanced(status), gone=status == GONE)

    def probe(self) -> None:
        """Be connected once, with TLS where that is wanted; nothing is sent. SinkFailure where that cannot be."""
        probe(self._url, self._context, self._timeout)

    def close(self) -> None:
        """End the connection; the client can be used again."""
        client, self._client = self._client, None
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.close()
        if client is not None:
            with contextlib.suppress(Exception):
                client.close()

    def _exchange(self, method: str, url: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, str | None]:
        client, guard = self._opened()
        request = client.build_request(
            method, url, content=content, headers=dict(headers), extensions={"trace": _watching(guard)}
        )
        with guard.within(self._timeout):
            response = client.send(request, stream=True)
            try:
                read = 0
                for chunk in response.iter_raw(MOST_READ):
                    read += len(chunk)
                    if read >= MOST_READ:
                        break
            finally:
                response.close()
        return response.status_code, response.headers.get("retry-after")

    def _opened(self) -> tuple[httpx.Client, Guard]:
        if self._client is None or self._guard is None:
            self._guard = Guard(self.place, self._stop)
            self._client = httpx.Client(
                # No proxy and no password from the surroundings: what is spoken to is what the settings name.
                trust_env=False,
                verify=self._context,
                timeout=self._timeout,
                auth=self._auth,
                follow_redirects=False,
                headers={"user-agent": f"optout-daemon/{__version__}", "accept-encoding": "identity"},
            )
        return self._client, self._guard


def place(url: str) -> str:
    """How a message names a server: host and port, nothing of the path."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def probe(url: str, context: ssl.SSLContext, timeout: float) -> None:
    """Connect to the URL's server and end the connection. Raises SinkFailure."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout) as plain:
            if parts.scheme == "https":
                context.wrap_socket(plain, server_hostname=parts.hostname).close()
    except Exception as error:
        raise _translated(place(url), error, expired=False) from None


def _watching(guard: Guard) -> Callable[[str, Mapping[str, Any]], None]:
    """A trace extension of httpcore that hands each new connection to the guard, before TLS begins on it."""

    def trace(event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            connected = info["return_value"].get_extra_info("socket")
            if isinstance(connected, socket.socket):
                guard.watch(connected)

    return trace


def _translated(at: str, error: Exception, *, expired: bool) -> SinkFailure:
    """What went wrong, by the causes below httpx's own exception."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SinkFailure(f"{at}: the certificate does not verify: {cause.verify_message}", "5.7.5")
        if isinstance(cause, ssl.SSLError) and not expired:
            return SinkFailure(f"{at}: TLS failed: {cause.reason or type(cause).__name__}", "4.7.5")
        if isinstance(cause, socket.gaierror):
            return SinkFailure(f"{at}: the name is not known", "4.4.3")
    if expired or isinstance(error, httpx.TimeoutException | TimeoutError):
        return SinkFailure(f"{at}: no answer in time", "4.4.2")
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return SinkFailure(f"{at}: {cause.strerror}", "4.4.1")
    return SinkFailure(f"{at}: the connection broke ({type(error).__name__})", "4.4.2")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
