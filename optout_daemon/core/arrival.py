"""Say until when what was sent before a block may still arrive: printed, posted or planned already.

A day is one of the desk's time zone. A channel without lead days has no such date: nothing is promised then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How many days each channel needs until a block is felt (`[channels.NAME] lead_days`)."""

    lead_days: Mapping[str, int] = dataclass_field(default_factory=dict)
    zone: tzinfo = UTC

    def until(self, channel: str, blocked_at: datetime) -> date | None:
        """The last day on which something may still arrive; None where the settings do not say."""
        days = self.lead_days.get(channel)
        return None if days is None else blocked_at.astimezone(self.zone).date() + timedelta(days=days)

    def each(self, channels: Sequence[str], blocked_at: datetime) -> tuple[tuple[str, date], ...]:
        """The channels that have such a day, each with it."""
        days = [(channel, self.until(channel, blocked_at)) for channel in channels]
        return tuple((channel, day) for channel, day in days if day is not None)


NOTHING_PRINTED: Final = Arrivals()
