"""The settings of the other way in: the company's OpenID Connect provider."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from optout_daemon import config_checks
from optout_daemon.config_types import Duration, FilePath, Line, Section


def issuer(value: str) -> str:
    """An https URL without query or fragment (OpenID Connect Discovery 1.0, section 2); http to loopback only."""
    allowed = "write it as the provider does, https://login.example.com/realm; http is for a loopback host only"
    try:
        url = urlsplit(value)
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise ValueError(f"not a URL; {allowed}") from None
    plain = value.isascii() and value.isprintable() and " " not in value
    if not plain or not host or url.query or url.fragment or url.username is not None:
        raise ValueError(f"not an issuer; {allowed}")
    if url.scheme != "https" and not (url.scheme == "http" and config_checks.is_loopback(host)):
        raise ValueError(f"staff prove there who they are; {allowed}")
    return value


def patience(value: timedelta) -> timedelta:
    """How long one request may take: somebody sits and waits."""
    if not timedelta(seconds=1) <= value <= timedelta(seconds=30):
        raise ValueError('out of range; allowed are durations from "1s" to "30s"')
    return value


class OidcSettings(Section):
    issuer: Annotated[str, Field(max_length=200), AfterValidator(issuer)]
    client_id: Annotated[Line, Field(min_length=1, max_length=200)]
    client_secret_file: FilePath
    ca_file: FilePath | None = None
    timeout: Annotated[Duration, AfterValidator(patience)] = timedelta(seconds=10)
