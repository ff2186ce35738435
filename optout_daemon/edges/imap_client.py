"""imapclient with its traps closed: verified TLS, time-outs everywhere, a deadline for every command.

Every exception becomes a MailboxError or AuthenticationError whose text holds host, command and the server's response
code: server texts and imaplib's own can quote mail.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any, Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError

from optout_daemon.config import MailboxSettings
from optout_daemon.edges.guard import Guard
from optout_daemon.edges.tls import verifying_context
from optout_daemon.errors import AuthenticationError, MailboxError

CONNECT_TIMEOUT: Final = 10.0
_CODE: Final = re.compile(
    r"\[(ALREADYEXISTS|AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|CANNOT|CLIENTBUG|CONTACTADMIN|CORRUPTION|EXPIRED"
    r"|EXPUNGEISSUED|INUSE|LIMIT|NONEXISTENT|NOPERM|OVERQUOTA|PRIVACYREQUIRED|READ-ONLY|SERVERBUG|TOOBIG|TRYCREATE"
    r"|UNAVAILABLE)[ \]]"
)
"""The response codes that may be shown (RFC 3501, section 7.1; RFC 5530): a fixed list, since texts quote mail."""
_TEMPORARY: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN", "PRIVACYREQUIRED"})
"""Response codes of a refused login that say nothing about the password (RFC 5530)."""


class Refused(Exception):
    """The server answered NO or BAD: the connection is in step and may be used on. Stays within the edge."""


class _Imap(imaplib.IMAP4):
    """A connection whose socket is guarded before the first byte is read."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, guard: Guard) -> None:
        self._context, self._guard = context, guard
        super().__init__(host, port, CONNECT_TIMEOUT)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connection = socket.create_connection((self.host, self.port), timeout)
        self._guard.watch(connection)
        if self._context is not None:
            return self._context.wrap_socket(connection, server_hostname=self.host)
        return connection


class _Client(IMAPClient):  # type: ignore[misc]
    """imapclient over a guarded socket; INTERNALDATE keeps its offset."""

    def __init__(self, settings: MailboxSettings, context: ssl.SSLContext | None, guard: Guard) -> None:
        self._guard = guard
        timeout = SocketTimeout(CONNECT_TIMEOUT, settings.timeout.total_seconds())
        direct = settings.security == "tls"
        super().__init__(settings.host, settings.port, ssl=direct, ssl_context=context, timeout=timeout)
        self.normalise_times = False
        self._imap.debug = 0  # imapclient sets 5, which formats every line for a logger that nobody reads

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return _Imap(self.host, self.port, self.ssl_context if self.ssl else None, self._guard)


class Connection:
    """One connection from greeting to end. After a MailboxError it is dead; close it and make a new one."""

    def __init__(self, settings: MailboxSettings, stop: threading.Event) -> None:
        self._settings = settings
        self._place = f"{settings.host}:{settings.port}"
        self._stop = stop
        self._seconds = settings.timeout.total_seconds()
        self._guard = Guard(settings.name, stop)
        self._client: _Client | None = None
        self.mechanism = ""
        """How we signed in: LOGIN, the command, or PLAIN, the SASL mechanism."""

    @property
    def client(self) -> Any:
        """The imapclient; use it inside `command` only."""
        assert self._client is not None, "connect first"
        return self._client

    def connect(self) -> None:
        """Reach the server and be sure who it is: TLS, STARTTLS, or clear text where the settings allow it."""
        security = self._settings.security
        with self.command("connect", extra=CONNECT_TIMEOUT):
            context = None if security == "none" else verifying_context(self._settings.ca_file)
            self._client = _Client(self._settings, context, self._guard)
        if security == "starttls":
            with self.command("STARTTLS"):
                self.client.starttls(context)

    def log_in(self, password: str | None) -> None:
        """Sign in. AuthenticationError where the server refuses the credential."""
        if password is None:
            raise AuthenticationError(f"{self._place}: login: the settings name no password_file", "4.7.8")
        with self.command("login"):
            plain = self.client.has_capability("AUTH=PLAIN")
            if plain and (not password.isascii() or not self._settings.username.isascii()):
                self.mechanism = "PLAIN"  # LOGIN has no charset
                self.client.plain_login(self._settings.username, password)
            else:
                self.mechanism = "LOGIN"
                self.client.login(self._settings.username, password)

    @contextlib.contextmanager
    def command(self, what: str, *, extra: float = 0.0, refusable: bool = False) -> Iterator[None]:
        """One command: at most twice the read time-out plus `extra` seconds, and every exception made ours.

        With `refusable`, NO and BAD come out as Refused and the connection stays usable.
        """
        try:
            with self._guard.within(2 * self._seconds + extra):
                yield
        except MailboxError:
            self.close()
            raise
        except Exception as error:
            if refusable and _in_step(error):
                raise Refused(_code(error) or "NO") from None
            self.close()
            raise self._translated(what, error) from None

    def close(self) -> None:
        """Cut the connection; safe from any thread and more than once."""
        self._guard.close()
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.shutdown()

    def log_out(self) -> None:
        """End politely, within the time that is left."""
        with contextlib.suppress(Exception), self.command("logout"):
            self.client.logout()
        self.close()

    def _translated(self, what: str, error: Exception) -> MailboxError:
        at = f"{self._place}: {what}"
        if self._stop.is_set():
            return MailboxError(f"{at}: stopped")
        if self._guard.expired:
            return MailboxError(f"{at}: the server took too long", "4.4.2")
        code = _code(error)
        shown = f" [{code}]" if code else ""
        if isinstance(error, LoginError) and not isinstance(error.__context__, IMAPClientAbortError):
            if code in _TEMPORARY:
                return MailboxError(f"{at}: not now{shown}", "4.7.0")
            return AuthenticationError(f"{at}: user name or password refused{shown}", "4.7.8")
        if isinstance(error, CapabilityError):
            return MailboxError(f"{at}: the server does not offer it", "4.7.0")
        if isinstance(error, ssl.SSLCertVerificationError):
            return MailboxError(f"{at}: the certificate does not verify: {error.verify_message}", "4.7.5")
        if isinstance(error, ssl.SSLError):
            return MailboxError(f"{at}: TLS failed: {error.reason or type(error).__name__}", "4.7.5")
        if isinstance(error, TimeoutError):
            return MailboxError(f"{at}: no answer in time", "4.4.1")
        if isinstance(error, OSError) and error.strerror:
            return MailboxError(f"{at}: {error.strerror}", "4.4.1")
        if isinstance(error, IMAPClientAbortError | LoginError | OSError):
            return MailboxError(f"{at}: the connection broke{shown}", "4.4.2")
        if _in_step(error):
            return MailboxError(f"{at}: refused{shown}", "4.2.0")
        return MailboxError(f"{at}: the answer cannot be understood ({type(error).__name__})", "4.5.0")


def _in_step(error: Exception) -> bool:
    """Whether the server's tagged NO or BAD was read, so that the next answer belongs to the next command."""
    text = str(error)
    return type(error) is IMAPClientError and (" failed: " in text[:40] or " command error: BAD" in text[:60])


def _code(error: Exception) -> str:
    found = _CODE.search(str(error)[:500])
    return found.group(1) if found else ""
