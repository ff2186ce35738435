"""The client's side of TLS: always verified, by the system's store or by one file of certificates."""

from __future__ import annotations

import ssl
from pathlib import Path


def verifying_context(ca_file: Path | None) -> ssl.SSLContext:
    """A context that checks chain and host name, TLS 1.2 or later. OSError (ssl.SSLError is one) for a bad file."""
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
