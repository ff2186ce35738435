"""What a sender's token may do."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """`check` asks about somebody, `export` reads the list's changes, `add` blocks, `metrics` reads the gauges."""

    CHECK = "check"
    EXPORT = "export"
    ADD = "add"
    METRICS = "metrics"
