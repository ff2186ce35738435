"""A throw-away certificate authority for the tests' servers."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files of one server certificate."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """The server's side of a TLS connection."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


class Authority:
    """Issues certificates that verify against `ca_file` and against nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(self.ca_file)

    def issue(self, *hosts: str, not_after: datetime | None = None) -> Certificate:
        """A certificate for these names and addresses, "localhost" and 127.0.0.1 by default, good until `not_after`."""
        names = hosts or ("localhost", "127.0.0.1")
        certificate = self._ca.issue_cert(*names, not_after=not_after)
        stem = names[0] if not_after is None else f"{names[0]}-{not_after:%Y%m%d}"
        chain, key = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        certificate.private_key_pem.write_to_path(key)
        return Certificate(chain, key)
