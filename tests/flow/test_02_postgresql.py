"""The same desk on PostgreSQL: one schema, one daemon, another database under it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.flow.desk import Desk, customer_rows, mixed_mails, number
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.postgres import Postgres
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow
MAILS = 40


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink, postgres_url: str):
    made = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port, url=postgres_url)
    (tmp_path / "customers.csv").write_text(customer_rows(MAILS))
    made.command("customers", "import", str(tmp_path / "customers.csv"))
    yield made
    made.close()


def test_forty_mails_on_postgresql_with_a_kill_on_the_way(desk: Desk, sink: SmtpSink):
    """Claims, savepoints and the cursor behave alike on both databases."""
    expected = {hashlib.sha256(e.raw).hexdigest(): e for e in mixed_mails(MAILS)}
    desk.mailbox.append_all(e.raw for e in expected.values())
    desk.start()
    desk.until(lambda: len(desk.events("sent")) > 5, "some replies were sent")
    desk.kill()
    desk.start()
    # What the killed courier had claimed is released after a quarter of an hour: another host may hold it.
    desk.until(
        lambda: (
            len(desk.inquiries()) == MAILS and not desk.undecided() and not desk.mailbox.uids() and not desk.queued()
        ),
        "all mails are decided and filed, and what is not claimed is sent",
    )
    assert desk.stop() == 0

    for row in desk.inquiries():
        wanted = expected[row.digest]
        assert row.disposition is not None
        assert wanted.disposition == row.disposition.value
        assert (wanted.reply != "none") == len(desk.replies(row.id))
    applied = {e.customer_number for e in expected.values() if e.disposition == "applied"}
    assert {number(i) for i in range(MAILS) if desk.blocked(number(i), "email")} == applied


def test_the_daemon_waits_for_a_database_that_is_away(desk: Desk, postgres: Postgres):
    """A server that is down, at start or later, is waited for; nothing is lost and no restart is needed."""
    desk.mailbox.append(mixed_mails(1)[0].raw)
    postgres.stop()
    try:
        desk.start(ready=False)
        desk.until(lambda: bool(desk.events("store_error")), "it says that the database is away")
    finally:
        postgres.start()
    desk.until(lambda: len(desk.inquiries()) == 1 and not desk.undecided(), "the mail is decided")
    postgres.stop(hard=True)
    desk.mailbox.append(mixed_mails(2)[1].raw)
    before = len(desk.events("store_error"))
    desk.until(lambda: len(desk.events("store_error")) > before, "it says so again")
    postgres.start()
    desk.until(lambda: len(desk.inquiries()) == 2 and not desk.undecided(), "the second mail is decided")

    assert desk.stop() == 0
