"""The installed daemon goes through one fault after the other."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.flow.desk import Desk, customer_rows, mixed_mails
from tests.flow.imap_faults.work import Work
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow


def whole_desk(tmp_path: Path, work: Work, sink: SmtpSink, count: int) -> Desk:
    """The installed daemon, with the proxy between it and Dovecot."""
    made = Desk(tmp_path, work.mailbox, work.dovecot, smtp_port=sink.port)
    settings = made.config.read_text().replace(f"port = {work.dovecot.imap_port}", f"port = {work.proxy.port}")
    made.config.write_text(settings.replace('poll_interval = "1s"', 'poll_interval = "1s"\ntimeout = "1s"'))
    (tmp_path / "customers.csv").write_text(customer_rows(count))
    made.command("customers", "import", str(tmp_path / "customers.csv"))
    return made


def test_the_daemon_goes_through_one_fault_after_the_other(tmp_path: Path, work: Work, sink: SmtpSink) -> None:
    """As a process, with its own back-offs: cut, hung, garbled, BYE, killed during the move, and mail all the time."""
    expected = mixed_mails(15)
    desk = whole_desk(tmp_path, work, sink, 15)
    faults = [
        work.fault(r"UID FETCH .*BODY\.PEEK\[\]", "cut", when="within"),
        work.fault("UID SEARCH", "hang", nth=3),
        work.fault("UID MOVE", "cut", when="after", nth=2),
        work.fault("IDLE", "garble", nth=2),
        work.fault("SELECT", "bye", nth=8),
    ]
    try:
        desk.start()
        for start in (0, 5, 10):
            work.mailbox.append_all([one.raw for one in expected[start : start + 5]])
            desk.until(lambda: len(desk.inquiries()) > start, "the mail is taken")  # noqa: B023 (called in the loop)
            work.proxy.bye()
        work.fault("UID MOVE", "call", act=desk.kill, nth=1)
        desk.until(lambda: desk.process is None or desk.settled(15), "it is killed, or done")
        if desk.process is None:
            desk.start()
        desk.until(lambda: desk.settled(15), "everything is settled")

        assert sorted(hashlib.sha256(one.raw).hexdigest() for one in expected) == sorted(
            row.digest for row in desk.inquiries()
        )
        assert 15 == sum(len(work.mailbox.uids(folder)) for folder in work.mailbox.folders())
        assert [1, 1, 1] == [fault.hits for fault in faults[:3]]
        assert 0 == desk.stop()
    finally:
        desk.close()
