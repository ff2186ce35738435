"""What an HTTP answer means to whoever sent something: taken, try again later, or a person has to look.

Nothing is ever given up: what is refused is tried again too, only rarely, because a receiver can be put right.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Final

LONGEST_WAIT: Final = timedelta(days=1)
"""However long a Retry-After asks for."""
_LATER: Final = {408, 425, 429}


class Answer(Enum):
    """What becomes of the message."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"


def judge(status: int) -> Answer:
    """By the status code (RFC 9110, section 15). A redirect is not followed, so it is a refusal too."""
    if 200 <= status <= 299:
        return Answer.TAKEN
    return Answer.LATER if status in _LATER or status >= 500 else Answer.REFUSED


def enhanced(status: int) -> str:
    """A status in the manner of RFC 3463: 4.7.x and 5.7.x where it is about who we are."""
    first = "4" if judge(status) is Answer.LATER else "5"
    return f"{first}.7.0" if status in (401, 403, 407) else f"{first}.4.0"


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long the receiver asks us to wait (RFC 9110, section 10.2.3), at most LONGEST_WAIT; None: it asks nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_WAIT)
