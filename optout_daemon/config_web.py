"""The settings of the web part: where it listens, by which address it is known, which proxies it believes."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from optout_daemon import config_checks
from optout_daemon.config_oidc import OidcSettings
from optout_daemon.config_types import Duration, Host, Port, Section, Waiting
from optout_daemon.core.roles import Role


def web_address(value: str) -> str:
    """An https address without path or query; http is for this machine only."""
    allowed = "write it as https://desk.example.com, without a path; http is for a loopback host only"
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"not an address; {allowed}") from None
    if not host or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"not an address; {allowed}")
    if parts.scheme != "https" and not (parts.scheme == "http" and config_checks.is_loopback(host)):
        raise ValueError(f"staff sign in there and senders' tokens pass through it; {allowed}")
    return value.rstrip("/")


def proxy_network(value: str) -> str:
    """One IP address or network."""
    try:
        ipaddress.ip_network(value)
    except ValueError:
        raise ValueError("not an IP address or network; write it as 127.0.0.1 or 10.0.0.0/8") from None
    return value


def session_length(value: timedelta) -> timedelta:
    """At most a week: a session that lasts for ever is a password that is never asked for."""
    if not timedelta(minutes=1) <= value <= timedelta(days=7):
        raise ValueError('out of range; allowed are durations from "1m" to "7d"')
    return value


class WebSettings(Section):
    host: Host = "127.0.0.1"
    port: Port = 8470
    public_url: Annotated[str, Field(max_length=200), AfterValidator(web_address)] | None = None
    trusted_proxies: tuple[Annotated[str, AfterValidator(proxy_network)], ...] = ("127.0.0.1", "::1")
    session_idle: Waiting = timedelta(minutes=30)
    session_longest: Annotated[Duration, AfterValidator(session_length)] = timedelta(hours=12)
    demand_authenticator: tuple[Role, ...] = ()
    oidc: OidcSettings | None = None

    @property
    def address(self) -> str:
        """The address without a slash at its end that links are made from."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def way_back(self) -> str:
        """The redirect address that the desk's client is registered with at the identity provider."""
        return f"{self.address}/sign-in/company/back"
