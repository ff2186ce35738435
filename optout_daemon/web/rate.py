"""Keep a token to so many requests a minute: a bucket that fills evenly, so that a pause may be made up for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0


@dataclass(slots=True)
class Bucket:
    """Holds a minute's requests at most; `at` are seconds of a clock that never goes back."""

    per_minute: int
    left: float
    at: float

    def take(self, now: float) -> float:
        """0 and one request less, or the seconds until there is one."""
        self.left = min(float(self.per_minute), self.left + (now - self.at) * self.per_minute / MINUTE)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) * MINUTE / self.per_minute
