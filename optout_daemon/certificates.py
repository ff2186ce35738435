"""Say of a file of certificates that the settings name whether it can be used."""

from __future__ import annotations

import ssl
from pathlib import Path

from optout_daemon.edges.tls import verifying_context
from optout_daemon.errors import SettingsError


def check_certificates(path: Path | None, setting: str) -> None:
    """SettingsError for a file that cannot be read or holds none, also where no TLS asks for it yet."""
    if path is None:
        return
    try:
        verifying_context(path)
    except ssl.SSLError:
        raise SettingsError(f"{setting}: the file {path} holds no certificates in PEM form") from None
    except OSError as error:
        raise SettingsError(f"{setting}: the file {path} cannot be read: {error.strerror}") from None
