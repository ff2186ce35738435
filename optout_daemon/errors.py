"""What may cross a module boundary as an exception.

Texts name hosts, files, keys and lines, never a person: no address, no name, no number, no text of a mail.
"""

from __future__ import annotations


class OptoutError(Exception):
    """Base of all of them; its text is one plain line for an operator."""


class SettingsError(OptoutError):
    """The settings, or a file they name, are wrong; the program ends with 78 (EX_CONFIG)."""


class EdgeError(OptoutError):
    """An outside party failed. `status` is an enhanced status code (RFC 3463): 4.x.x try again, 5.x.x never."""

    def __init__(self, message: str, status: str = "4.0.0") -> None:
        super().__init__(message)
        self.status = status

    @property
    def temporary(self) -> bool:
        """Unknown counts as temporary."""
        return not self.status.startswith("5")


class MailboxError(EdgeError):
    """The IMAP server was away, hung, garbled or refused; the session that raised it is dead."""


class AuthenticationError(MailboxError):
    """The server refused the credential; back off for long and raise an alarm, never a tight loop."""


class DeliveryFailure(EdgeError):
    """The SMTP server refused or did not answer. `unsettled`: the connection broke after the final dot; `server`: it is
    away, or takes nothing from anybody, and no message is to blame.
    """

    def __init__(self, message: str, status: str = "4.0.0", *, unsettled: bool = False, server: bool = False) -> None:
        super().__init__(message, status)
        self.unsettled = unsettled
        self.server = server


class SinkFailure(EdgeError):
    """A sink did not take a batch: 4.x.x it is away, 5.x.x it refused.

    `wait`: seconds that it asks us to wait. `gone`: it is no more, and says so (410).
    """

    def __init__(self, message: str, status: str = "4.0.0", *, wait: float = 0.0, gone: bool = False) -> None:
        super().__init__(message, status)
        self.wait = wait
        self.gone = gone


class DirectoryError(EdgeError):
    """The customer directory could not be asked; the inquiry stays RECEIVED."""


class StoreError(OptoutError):
    """The database is away, full, read-only or locked; nothing was written."""


class SchemaError(StoreError):
    """The database's schema is not the one of this program; `optout-daemon db upgrade` mends it."""


class AnotherDaemon(OptoutError):
    """Another daemon works on this SQLite database already; only one may."""


class Conflict(StoreError):
    """Somebody else moved the row first; read it again."""


class ImportRefused(OptoutError):
    """A file was not imported and nothing changed; `lines` says for each bad line what is wrong with it."""

    def __init__(self, message: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.lines = lines


class ProviderDown(EdgeError):
    """The identity provider does not answer, or not as a provider does."""


class TokenRefused(EdgeError):
    """What the identity provider or the browser handed over does not prove who somebody is."""
