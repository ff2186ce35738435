"""Hand finished messages to the SMTP server, one after the other over a kept connection.

Raises DeliveryFailure for every refusal, with the server's enhanced status code, or 4.4.x when there was no answer.
A return means the server accepted the message, nothing more. Never retries a message: when to try again is
core/backoff.py's business. However slowly the server answers, a message is over, one way or the other, within
MESSAGE_TIMEOUTS time-outs. Texts hold the reply code, never the server's words, which repeat addresses.
"""

from __future__ import annotations

import contextlib
import random
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from optout_daemon.config import SmtpSettings
from optout_daemon.core import backoff
from optout_daemon.edges.guard import Guard
from optout_daemon.edges.smtp_reply import CLOSING, blames_server, status_of
from optout_daemon.edges.tls import verifying_context
from optout_daemon.errors import DeliveryFailure

CONNECT_TIMEOUT: Final = 10.0
CONNECT_TIMEOUTS: Final = 4
MESSAGE_TIMEOUTS: Final = 6
"""So many times the setting `timeout` a connection, and a message with its connection, may take in all."""
IDLE_BEFORE_NOOP: Final = 5.0
"""Seconds of silence after which a kept connection is asked whether it is still there."""
DOT: Final = "final dot"
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f<>]")


class Courier:
    """One connection to one server, opened when needed. Belongs to one thread; `close` may come from another."""

    def __init__(
        self,
        settings: SmtpSettings,
        password: str | None,
        *,
        stop: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._password = password
        self._stop = stop
        self._monotonic = monotonic
        self._place = f"{settings.host}:{settings.port}"
        self._seconds = settings.timeout.total_seconds()
        self._smtp: smtplib.SMTP | None = None
        self._guard: Guard | None = None
        self._used = 0.0
        self._failures = 0
        self._not_before = 0.0
        self._until: float | None = None
        self.offers: tuple[str, ...] = ()
        """What the server last said to EHLO of STARTTLS, AUTH, SIZE, 8BITMIME and SMTPUTF8, as it spelled it."""

    @property
    def ready(self) -> bool:
        """False while backing off from a server that takes nothing, or that broke off after the final dot."""
        return self._monotonic() >= self._not_before

    def open(self) -> None:
        """Be connected and signed in. DeliveryFailure with `server` where that cannot be, and then not `ready`."""
        with self._within(CONNECT_TIMEOUTS):
            self._open()

    def _open(self) -> None:
        if self._smtp is not None and self._monotonic() - self._used < IDLE_BEFORE_NOOP:
            return
        if self._smtp is not None:
            with contextlib.suppress(DeliveryFailure), self._step("NOOP"):
                if self._smtp.noop()[0] == 250:
                    return
            self.close()
        try:
            self._connect()
        except DeliveryFailure as failure:
            self._back_off()
            raise DeliveryFailure(str(failure), _temporary(failure.status), server=True) from None
        self._used = self._monotonic()

    def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        """Hand over one message; the server's status for it (2.x.x). "" or "<>" is the null reverse-path."""
        sender = "" if envelope_from == "<>" else envelope_from
        if _UNSAFE.search(sender + recipient) or not recipient:
            raise DeliveryFailure("the address cannot stand in an SMTP command", "5.1.3")
        message = _LINE_END.sub(b"\r\n", raw)
        kept = self._smtp is not None
        with self._within(MESSAGE_TIMEOUTS):
            self._open()
            try:
                self._begin(sender, recipient, message, again=kept)
                self._ask("RCPT", f"TO:<{recipient}>")
                status = self._data(message)
            except DeliveryFailure as failure:
                if failure.server or failure.unsettled:
                    self._back_off()
                raise
        self._failures = 0
        self._used = self._monotonic()
        return status

    def close(self) -> None:
        """End the connection; safe where there is none."""
        smtp, self._smtp = self._smtp, None
        guard, self._guard = self._guard, None
        if smtp is not None:
            if guard is not None and not guard.expired and not self._stop.is_set():
                with contextlib.suppress(Exception), guard.within(2.0):
                    smtp.quit()
            with contextlib.suppress(Exception):
                smtp.close()
        if guard is not None:
            guard.close()

    def _connect(self) -> None:
        settings = self._settings
        self._guard = Guard("smtp", self._stop)
        with self._step("connect", extra=CONNECT_TIMEOUT):
            context = None if settings.security == "none" else verifying_context(settings.ca_file)
            direct = context if settings.security == "tls" else None
            self._smtp = _Smtp(settings.host, settings.port, direct, self._guard)
            assert self._smtp.sock is not None
            self._smtp.sock.settimeout(self._seconds)
            self._smtp.ehlo_or_helo_if_needed()
            starttls = self._smtp.has_extn("starttls")
        if settings.security == "starttls" and context is not None:
            with self._step("STARTTLS"):
                self._smtp.starttls(context=context)  # raises where it is not offered: never on in clear text
                self._smtp.ehlo_or_helo_if_needed()
        self.offers = _offers(self._smtp, starttls=starttls)
        if settings.username is not None:
            if self._password is None:
                self.close()
                raise DeliveryFailure(f"{self._place}: AUTH: the settings name no password_file", "4.7.0")
            with self._step("AUTH"):
                self._smtp.login(settings.username, self._password)

    def _back_off(self) -> None:
        self._failures += 1
        delay = backoff.smtp_away(self._failures, random.random())  # noqa: S311 (no secret: it spreads load)
        self._not_before = self._monotonic() + delay

    def _begin(self, sender: str, recipient: str, message: bytes, *, again: bool) -> None:
        """MAIL FROM; `again`: once more on a new connection where the server had ended the kept one meanwhile."""
        try:
            self._mail(sender, recipient, message)
        except DeliveryFailure as failure:
            if not again or not failure.server:
                raise
            self._open()
            self._mail(sender, recipient, message)

    def _mail(self, sender: str, recipient: str, message: bytes) -> None:
        assert self._smtp is not None
        options = ""
        if not message.isascii() and self._smtp.has_extn("8bitmime"):
            options += " BODY=8BITMIME"  # RFC 6152
        if self._smtp.has_extn("size"):
            options += f" SIZE={len(message)}"  # RFC 1870
        self._smtp.command_encoding = "ascii"
        if not (sender + recipient).isascii():
            if not self._smtp.has_extn("smtputf8"):
                raise DeliveryFailure(f"{self._place}: MAIL: the server offers no SMTPUTF8", "5.6.7")
            options += " SMTPUTF8"  # RFC 6531
            self._smtp.command_encoding = "utf-8"
        self._ask("MAIL", f"FROM:<{sender}>{options}")

    def _ask(self, verb: str, argument: str = "", *, wanted: str = "2") -> None:
        """One command of a transaction; what is refused is reset, so that the connection serves the next message."""
        assert self._smtp is not None
        with self._step(verb):
            code, text = self._smtp.docmd(verb, argument)
        if not str(code).startswith(wanted):
            self._refused(verb, code, text)

    def _data(self, message: bytes) -> str:
        self._ask("DATA", wanted="354")
        assert self._smtp is not None
        stuffed = re.sub(rb"(?m)^\.", b"..", message)  # RFC 5321, section 4.5.2
        if not stuffed.endswith(b"\r\n"):
            stuffed += b"\r\n"
        with self._step("message", extra=len(stuffed) / 20_000):
            self._smtp.send(stuffed)
        with self._step(DOT, unsettled=True):
            self._smtp.send(b".\r\n")
            code, text = self._smtp.getreply()
        if not str(code).startswith("2"):
            self._refused(DOT, code, text, reset=False)
        return status_of(code, text)

    def _refused(self, verb: str, code: int, text: bytes, *, reset: bool = True) -> None:
        if not 400 <= code <= 599:  # no refusal at all: the conversation is out of step
            self.close()
            unsettled = verb == DOT
            message = f"{self._place}: {verb}: the reply cannot be understood"
            raise DeliveryFailure(message, "4.5.0", unsettled=unsettled, server=not unsettled)
        status = status_of(code, text)
        server = blames_server(code)
        if code == CLOSING:
            self.close()
        elif reset:
            with contextlib.suppress(DeliveryFailure), self._step("RSET"):
                assert self._smtp is not None
                self._smtp.docmd("RSET")
        status = _temporary(status) if server else status
        raise DeliveryFailure(f"{self._place}: {verb}: reply {code}", status, server=server)

    @contextlib.contextmanager
    def _within(self, timeouts: int) -> Iterator[None]:
        """All that is said inside is over after so many time-outs; the first of two limits counts."""
        before = self._until
        until = time.monotonic() + timeouts * self._seconds
        self._until = until if before is None else min(before, until)
        try:
            yield
        finally:
            self._until = before

    @contextlib.contextmanager
    def _step(self, what: str, *, extra: float = 0.0, unsettled: bool = False) -> Iterator[None]:
        """One exchange: at most twice the time-out plus `extra` seconds; any exception ends the connection."""
        guard = self._guard
        assert guard is not None
        seconds = 2 * self._seconds + extra
        if self._until is not None:
            seconds = min(seconds, self._until - time.monotonic())
        try:
            with guard.within(seconds):
                yield
        except Exception as error:
            expired = guard.expired
            self.close()
            raise self._translated(what, error, expired, unsettled) from None

    def _translated(self, what: str, error: Exception, expired: bool, unsettled: bool) -> DeliveryFailure:
        at = f"{self._place}: {what}"
        if expired or isinstance(error, TimeoutError):
            message, status = f"{at}: no answer in time", "4.4.2" if what != "connect" else "4.4.1"
        elif isinstance(error, smtplib.SMTPResponseException):
            message, status = f"{at}: reply {error.smtp_code}", status_of(error.smtp_code, error.smtp_error)
        elif isinstance(error, smtplib.SMTPNotSupportedError) or type(error) is smtplib.SMTPException:
            message, status = f"{at}: the server does not offer it", "4.7.0"
        elif isinstance(error, ssl.SSLCertVerificationError):
            message, status = f"{at}: the certificate does not verify: {error.verify_message}", "4.7.5"
        elif isinstance(error, ssl.SSLError):
            message, status = f"{at}: TLS failed: {error.reason or type(error).__name__}", "4.7.5"
        elif isinstance(error, OSError) and error.strerror and not isinstance(error, smtplib.SMTPException):
            message, status = f"{at}: {error.strerror}", "4.4.1" if what == "connect" else "4.4.2"
        else:
            message, status = f"{at}: the connection broke", "4.4.2"
        return DeliveryFailure(message, status, unsettled=unsettled, server=not unsettled)


class _Smtp(smtplib.SMTP):
    """smtplib over a guarded socket, in TLS from the first byte where a context is given."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, guard: Guard) -> None:
        self._context, self._guarded_by = context, guard
        super().__init__(host, port, timeout=CONNECT_TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        # The final dot goes out on its own, and would wait 40 ms for the server's delayed acknowledgement.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._guarded_by.watch(connection)
        if self._context is not None:
            return self._context.wrap_socket(connection, server_hostname=host)
        return connection


def _offers(smtp: smtplib.SMTP, *, starttls: bool) -> tuple[str, ...]:
    """STARTTLS stands in the EHLO before TLS, everything else counts as it stands in the last one (RFC 3207)."""
    said = ["STARTTLS"] if starttls else []
    for name in ("AUTH", "SIZE", "8BITMIME", "SMTPUTF8"):
        if smtp.has_extn(name):
            # A word of letters and digits each: what a server writes there goes to a terminal.
            words = re.findall(r"[\w-]{1,40}", smtp.esmtp_features[name.lower()], re.ASCII)[:12]
            said.append(" ".join((name, *dict.fromkeys(words))))
    return tuple(said)


def _temporary(status: str) -> str:
    """The same status as one that may pass: the settings can be put right, and the message waits for it."""
    return "4" + status[1:] if status.startswith("5") else status
