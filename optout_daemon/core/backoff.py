"""When to try again: one schedule for each way in which an outside party can fail.

Pure functions of the number of failures in a row (1 is the first) and of a chance between 0 and 1, which spreads the
tries of many clients. Delays are seconds. No schedule ends; an outbox item is given up by its age alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

MINUTE: Final = 60.0
HOUR: Final = 3600.0
LONGEST_SMTP_ITEM: Final = 4 * HOUR
LONGEST_FILING: Final = HOUR
LONGEST_ATTEMPT: Final = HOUR
LONGEST_UNFETCHED: Final = HOUR
"""What is due later than these allow was put off by a clock that was ahead."""


def imap_away(failures: int, chance: float) -> float:
    """The mailbox's server is down, hangs or talks nonsense: a second, doubling up to two minutes."""
    return _doubling(1.0, 2 * MINUTE, failures, chance)


def imap_refused(failures: int, chance: float) -> float:
    """The server refused the password: a minute, doubling up to an hour, so that no account is locked out."""
    return _doubling(MINUTE, HOUR, failures, chance)


def smtp_away(failures: int, chance: float) -> float:
    """The SMTP server takes no message at all: a second, doubling up to a minute, whatever is queued meanwhile."""
    return _doubling(1.0, MINUTE, failures, chance)


def smtp_item(attempts: int, chance: float) -> float:
    """One message was refused for now: half a minute, doubling up to four hours (RFC 5321, section 4.5.4.1)."""
    return _doubling(MINUTE / 2, LONGEST_SMTP_ITEM, attempts, chance)


def filing(failures: int, chance: float) -> float:
    """A move within the mailbox was refused: a minute, doubling up to an hour."""
    return _doubling(MINUTE, LONGEST_FILING, failures, chance)


def attempt(attempts: int, chance: float) -> float:
    """Our own code failed on a mail: a minute, doubling up to an hour; what made it fail may be gone by then."""
    return _doubling(MINUTE, LONGEST_ATTEMPT, attempts, chance)


def unfetched(attempts: int, chance: float) -> float:
    """A mail could not be taken out of its mailbox: five seconds, doubling up to an hour."""
    return _doubling(5.0, LONGEST_UNFETCHED, attempts, chance)


def sink_away(failures: int, chance: float) -> float:
    """A sink is away, or asks for patience: five seconds, doubling up to a quarter of an hour."""
    return _doubling(5.0, 15 * MINUTE, failures, chance)


def sink_refused(failures: int, chance: float) -> float:
    """A sink refuses what it is sent: a minute, doubling up to an hour, until somebody has put it right."""
    return _doubling(MINUTE, HOUR, failures, chance)


def given_up(queued_at: datetime, now: datetime, give_up_after: timedelta) -> bool:
    """Whether a message has waited so long that it is returned as failed (RFC 5321, section 4.5.4.1: 4-5 days)."""
    return now - queued_at >= give_up_after


def _doubling(first: float, most: float, failures: int, chance: float) -> float:
    """`first` for the first failure, twice as much for each further one, at most `most`; a quarter less to none."""
    steps = min(max(failures, 1) - 1, 32)  # 2**32 is past every maximum, and no overflow
    delay = min(first * 2.0**steps, most)
    return delay * (0.75 + 0.25 * chance)
