"""The settings of a sink: an outside system that is told of every change of the suppression list.

What each kind needs, and what it has no use for, is checked here; so is the URL: https, or http to loopback.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from optout_daemon import config_checks
from optout_daemon.config_types import FilePath, Line, Number, Section, Waiting

MOST_PATIENT: Final = timedelta(seconds=60)
BLOCKS: Final = ("email",)
"""The one channel that a kind other than "webhook" knows."""
_NEEDED: Final = {
    "webhook": ("url", "secret_file"),
    "listmonk": ("url", "username", "password_file"),
    "ses": ("region",),
}
_OF_NO_USE: Final = {
    "webhook": ("username", "password_file", "region"),
    "listmonk": ("secret_file", "former_secret_file", "region", "partner"),
    "ses": ("secret_file", "former_secret_file", "partner"),
}


def sink_url(value: str) -> str:
    """An https URL, or an http one to a loopback host; without a user, because secrets are files."""
    allowed = 'allowed is "https://host/path", and "http://" for a loopback host only'
    try:
        url = urlsplit(value)
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise ValueError(f"not a URL; {allowed}") from None
    if not value.isascii() or not value.isprintable() or " " in value or not host:
        raise ValueError(f"not a URL; {allowed}")
    if url.username is not None or url.password is not None:
        raise ValueError("secrets are files: take user and password out of the URL")
    if url.fragment:
        raise ValueError("a # and what follows it is never sent; take it away")
    if url.scheme != "https" and not (url.scheme == "http" and config_checks.is_loopback(host)):
        raise ValueError(f"what is sent would be read on the way; {allowed}")
    return value


def patience(value: timedelta) -> timedelta:
    """How long one request may take."""
    if value > MOST_PATIENT:
        raise ValueError('out of range; allowed are durations from "1s" to "60s"')
    return value


class SinkSettings(Section):
    name: str = Field(pattern=r"^\w[\w.@-]{0,63}$")
    kind: Literal["webhook", "listmonk", "ses"]
    url: Annotated[str, AfterValidator(sink_url)] | None = None
    secret_file: FilePath | None = None
    former_secret_file: FilePath | None = None
    username: Annotated[Line, Field(min_length=1)] | None = None
    password_file: FilePath | None = None
    region: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,32}$")
    ca_file: FilePath | None = None
    channels: tuple[str, ...] = ()
    companies: tuple[Annotated[Line, Field(min_length=1)], ...] = ()
    partner: Annotated[Line, Field(min_length=1, max_length=100)] | None = None
    start: Literal["now", "all"] = "now"
    batch: Number = Field(default=100, ge=1, le=1000)
    timeout: Annotated[Waiting, AfterValidator(patience)] = timedelta(seconds=10)

    @model_validator(mode="after")
    def _as_its_kind_needs(self) -> Self:
        for key in _NEEDED[self.kind]:
            if getattr(self, key) is None:
                raise config_checks.KeyProblem(f'must be set where kind is "{self.kind}"', key)
        for key in _OF_NO_USE[self.kind]:
            if getattr(self, key) is not None:
                raise config_checks.KeyProblem(f'of no use where kind is "{self.kind}"; take it away', key)
        if (self.username is None) != (self.password_file is None):
            missing = "username" if self.username is None else "password_file"
            raise config_checks.KeyProblem("must be set too; a sign-in needs both", missing)
        if self.kind != "webhook" and self.channels not in ((), BLOCKS):
            raise config_checks.KeyProblem(f'"{self.kind}" knows e-mail only; allowed: ["email"]', "channels")
        return self

    @property
    def told(self) -> tuple[str, ...]:
        """The channels that it is told of; none is all of them."""
        return self.channels if self.kind == "webhook" else BLOCKS

    @property
    def secret_files(self) -> tuple[tuple[str, Path], ...]:
        """Each secret's setting and file, those that are set."""
        keys = ("secret_file", "former_secret_file", "password_file")
        return tuple((f"sink {self.name}: {key}", path) for key in keys if (path := getattr(self, key)) is not None)


def checked(sinks: tuple[SinkSettings, ...], channels: tuple[str, ...], companies: tuple[str, ...]) -> None:
    """What sinks must agree on with each other, the channels, and the names in [[company]]; KeyProblem below `sink`."""
    for index, sink in enumerate(sinks):
        if sink.name in [other.name for other in sinks[:index]]:
            raise config_checks.KeyProblem("another sink has this name; each needs its own", "sink", index, "name")
        for channel in sink.channels:
            if channel not in channels:
                allowed = ", ".join(channels)
                raise config_checks.KeyProblem(
                    f'no channel "{channel[:40]}"; allowed: {allowed}', "sink", index, "channels"
                )
        for company in sink.companies:
            if company not in companies:
                allowed = ", ".join(companies) or "none is set up"
                raise config_checks.KeyProblem(
                    f'no [[company]] is called "{company[:40]}"; allowed: {allowed}', "sink", index, "companies"
                )
