"""What an HTTP answer means to whoever sent something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from optout_daemon.core.http_answer import Answer, enhanced, judge, retry_after

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (200, Answer.TAKEN, ""),
        (204, Answer.TAKEN, ""),
        (302, Answer.REFUSED, "5.4.0"),
        (400, Answer.REFUSED, "5.4.0"),
        (401, Answer.REFUSED, "5.7.0"),
        (403, Answer.REFUSED, "5.7.0"),
        (408, Answer.LATER, "4.4.0"),
        (410, Answer.REFUSED, "5.4.0"),
        (429, Answer.LATER, "4.4.0"),
        (500, Answer.LATER, "4.4.0"),
        (503, Answer.LATER, "4.4.0"),
    ],
)
def test_an_answer_is_taken_later_or_refused(status: int, answer: Answer, code: str) -> None:
    """What waiting mends is tried soon; what it does not is tried rarely, and told to a person."""
    assert answer is judge(status)
    assert not code or code == enhanced(status)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("99999999999999999999", 86_400),
        ("Tue, 24 Nov 2026 09:01:00 GMT", 60),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 0),
        ("Tue, 24 Nov 2099 08:00:00 GMT", 86_400),
        ("-5", None),
        ("soon", None),
        ("١٢", None),
        ("", None),
        (None, None),
    ],
)
def test_a_receiver_may_ask_for_patience_up_to_a_day(header: str | None, seconds: int | None) -> None:
    """In seconds or as a date (RFC 9110); nonsense asks for nothing, and nobody can ask for ever."""
    asked = retry_after(header, NOW)

    assert (None if seconds is None else timedelta(seconds=seconds)) == asked
