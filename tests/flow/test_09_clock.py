"""A clock that is set while the daemon runs: no mail is lost or decided twice, no reply is lost, repeated or put off, and
passes go on within twice `poll_interval`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from optout_daemon.store import inquiries, outbox
from tests.flow.desk import Desk, import_customers, mixed_mails
from tests.servers.clock import FakeTime
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow
MAILS = 12
REPLIES = sum(mail.reply != "none" for mail in mixed_mails(MAILS))
POLL = 1.0


@pytest.fixture
def clock(tmp_path: Path) -> FakeTime:
    return FakeTime(tmp_path)


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink, clock: FakeTime) -> Iterator[Desk]:
    """IDLE is off: only the schedule brings a pass."""
    made = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port, inside=clock.inside, environment=clock.environment)
    made.config.write_text(made.config.read_text().replace("poll_interval", "idle = false\npoll_interval"))
    import_customers(made, MAILS)
    yield made
    made.close()


def arrive(desk: Desk, first: int, last: int) -> None:
    desk.mailbox.append_all(mail.raw for mail in mixed_mails(MAILS)[first:last])


def each_once(desk: Desk, sink: SmtpSink) -> None:
    desk.until(lambda: desk.settled(MAILS), "everything is decided, answered and filed")
    expected = {mail.raw: mail.disposition for mail in mixed_mails(MAILS)}
    with desk.database() as database, database.reading() as tx:
        found = {inquiries.raw(tx, row.id): row.disposition for row in inquiries.listing(tx, limit=100)}

    assert expected == found
    assert {1: REPLIES} == Counter(Counter(message.raw for message in sink.messages).values())


@pytest.mark.parametrize("offset", ["-1h", "+1d"])
def test_a_step_of_the_clock_loses_doubles_and_delays_nothing(
    desk: Desk, sink: SmtpSink, clock: FakeTime, offset: str
) -> None:
    """Passes go on: the mail that arrives right after the step is there within seconds, not an hour later."""
    arrive(desk, 0, 6)
    desk.start()
    desk.until(lambda: bool(desk.events("stored")), "the first mails are stored")
    clock.step(offset)
    desk.until(lambda: bool(desk.events("clock_stepped")), "the step is noticed", within=5)
    arrive(desk, 6, MAILS)
    # Generous: twice the interval, and the load of a test machine.
    desk.until(lambda: len(desk.inquiries()) == MAILS, "passes go on", within=2 * POLL + 10)
    each_once(desk, sink)

    assert 1 == len(desk.events("clock_stepped"))
    assert not desk.events("job_failed")
    assert not desk.events("reader_failed")
    assert desk.stop() == 0


def test_a_day_ahead_and_back_puts_nothing_off_until_then(desk: Desk, sink: SmtpSink, clock: FakeTime) -> None:
    """What was refused while the clock was ahead is due a day later by its record; it goes out within minutes."""
    sink.answers["RCPT"] = "451 4.3.0 later"
    clock.step("+1d")
    desk.start()
    arrive(desk, 0, MAILS)
    desk.until(lambda: len(desk.events("deferred")) == REPLIES, "every reply was refused for now")
    sink.answers.clear()
    clock.step("+0")
    each_once(desk, sink)

    assert desk.stop() == 0


def test_a_day_ahead_at_the_last_run_puts_nothing_off_at_the_next(desk: Desk, sink: SmtpSink, clock: FakeTime) -> None:
    """The machine came up with a wrong clock, ran a while, was cut off in the middle, and came up right."""
    sink.answers["RCPT"] = "451 4.3.0 later"
    clock.step("+1d")
    desk.start()
    arrive(desk, 0, MAILS)
    desk.until(lambda: len(desk.events("deferred")) == REPLIES, "every reply was refused for now")
    desk.kill()
    sink.answers.clear()
    clock.step("+0")
    desk.start()
    each_once(desk, sink)
    with desk.database() as database, database.reading() as tx:
        sent = [item.settled_at for item in outbox.listing(tx, limit=100)]

    assert all(at is not None and at < datetime.now(UTC) + timedelta(hours=1) for at in sent)
    assert desk.stop() == 0
