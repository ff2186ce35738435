"""Options that several commands have, and what they mean by the settings: channel, company, subject, digest."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final

import typer

from optout_daemon import list_digests
from optout_daemon.blocking import Subject
from optout_daemon.config import Settings
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.matching.postal_key import postal_key
from optout_daemon.core.model import GROUP
from optout_daemon.list_export import Form

By = Annotated[str | None, typer.Option(help="Who did it; by default the user.", show_default=False)]
Company = Annotated[
    str | None, typer.Option(help="One company of the group; without it, all of them.", show_default=False)
]
Partner = Annotated[str | None, typer.Option(help="Whose key digests with; see `partner-key`.", show_default=False)]


class Digest(StrEnum):
    NONE = "none"
    SHA256 = "sha256"
    HMAC = "hmac"


class Kind(StrEnum):
    EMAIL = "email"
    NUMBER = "customer_number"
    POSTAL = "postal"


class Delimiter(StrEnum):
    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"


DELIMITERS: Final = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.TAB: "\t"}


def channels_of(settings: Settings, given: list[str]) -> tuple[str, ...]:
    """The channels as given, without repeats; wrong use where the settings have no such channel."""
    for channel in given:
        if channel not in settings.policy.channels:
            raise typer.BadParameter(f'no channel "{channel}"; allowed: {", ".join(settings.policy.channels)}')
    return tuple(sorted(set(given)))


def company_of(settings: Settings, company: str | None) -> str | None:
    """The company as given, None for all of them; wrong use where the settings have no such company."""
    names = [one.name for one in settings.company]
    if company is not None and company not in names:
        raise typer.BadParameter(f"no [[company]] has this name; there are: {', '.join(names) or 'none'}")
    return company


def scope_of(settings: Settings, company: str | None) -> str | None:
    """The scope that a person gives: a company, or `group` for all of them; None where they said nothing."""
    return company if company == GROUP else company_of(settings, company)


def subject_of(settings: Settings, email: str | None, number: str | None, address: str | None = None) -> Subject:
    """Whom the options name."""
    key = postal_key(address or "")
    if not email and not number and not key:
        raise typer.BadParameter("give --email, --number or --address")
    if email and "@" not in email:
        raise typer.BadParameter("--email is not a mail address")
    normalised = normalise(number, settings.customers.number_prefixes) if number else None
    if normalised is not None and re.fullmatch(settings.customers.number_pattern, normalised) is None:
        raise typer.BadParameter("--number has not the form of customers.number_pattern")
    return Subject(customer_number=normalised, email=email or None, postal_key=key)


def digested(settings: Settings, form: Form, digest: Digest, partner: str | None) -> Form:
    """The form with the digest that was asked for."""
    if partner is not None and digest is not Digest.HMAC:
        raise typer.BadParameter("it goes with --digest hmac", param_hint="--partner")
    return list_digests.digested(settings, form, digest.value, partner)
