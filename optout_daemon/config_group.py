"""The settings of the group: its companies, by the names that customers use, and what each channel needs in advance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from optout_daemon.config_checks import KeyProblem, one_line
from optout_daemon.config_types import Number, Section
from optout_daemon.core.model import GROUP

_LONGEST_WAY: Final = 366
"""Days. Nothing that was printed longer ago is still on its way."""

Name = Annotated[str, Field(min_length=2, max_length=60), AfterValidator(one_line)]


class CompanySettings(Section):
    name: Name
    names: dict[str, Name] = Field(default={})
    aliases: tuple[Name, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that a customer may call it."""
        return tuple(dict.fromkeys((self.name, *self.names.values(), *self.aliases)))


class ChannelSettings(Section):
    lead_days: Number | None = Field(default=None, ge=0, le=_LONGEST_WAY)


def different(companies: Sequence[CompanySettings]) -> None:
    """Raise where a name or an alias is another company's too, or the word for all of them."""
    owner: dict[str, int] = {GROUP: -1}
    for index, company in enumerate(companies):
        for word in company.words:
            if owner.setdefault(word.casefold(), index) != index:
                key = "name" if word == company.name else "names" if word in company.names.values() else "aliases"
                raise KeyProblem(f'it is another company\'s too, or the word "{GROUP}"', "company", index, key)


def known_channels(given: Mapping[str, ChannelSettings], channels: Sequence[str]) -> None:
    """Raise where a channel has settings and is none."""
    for name in given:
        if name not in channels:
            raise KeyProblem(f"no such channel; policy.channels has {', '.join(channels)}", "channels", name)


def known_companies(named: Sequence[str | None], companies: Sequence[CompanySettings]) -> None:
    """Raise where a mailbox belongs to a company that has no [[company]]; `named` is by mailbox."""
    for index, name in enumerate(named):
        if name is not None and name not in [company.name for company in companies]:
            raise KeyProblem("no [[company]] has this name", "mailbox", index, "company")
