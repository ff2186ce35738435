"""What the daemon needs of a sink, whatever its kind: one Protocol, and what comes of handing over a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from optout_daemon.core.changes import Batch


@dataclass(frozen=True, slots=True)
class Handed:
    """`whole`: every change arrived, but for the ledger entries in `rejected`, which the sink will never take."""

    whole: bool
    rejected: tuple[int, ...] = ()


class Sink(Protocol):
    """One outside system. Belongs to one thread; `close` may come from another."""

    @property
    def place(self) -> str:
        """Host and port for messages; no path, no secret."""
        ...

    def leaves(self, batch: Batch) -> Mapping[str, int]:
        """How many changes it leaves alone by its nature, by reason (core/changes.py)."""
        ...

    def deliver(self, batch: Batch, alive: Callable[[], bool]) -> Handed:
        """Hand over every change; harmless when repeated. Ends, not whole, as soon as `alive()`, asked before each
        request, says no. Raises SinkFailure.
        """
        ...

    def probe(self) -> None:
        """See whether it can be reached, and send nothing. Raises SinkFailure."""
        ...

    def close(self) -> None:
        """End its connections; it can be used again."""
        ...
