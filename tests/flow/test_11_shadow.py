"""Shadow mode, as the daemon runs it: all is decided, nothing is done; and going live later brings nothing into force."""

from __future__ import annotations

from pathlib import Path

import pytest

from optout_daemon.core.model import Disposition
from tests.flow.desk import Desk, import_customers, mixed_mails
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow


def test_a_desk_in_shadow_mode_only_records_and_going_live_begins_anew(
    tmp_path: Path, dovecot: Dovecot, mailbox: Mailbox, sink: SmtpSink
) -> None:
    """No entry, no reply, no move; live, new mail is handled and what was decided before stays as it was."""
    desk = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port, desk='mode = "shadow"')
    import_customers(desk, 12)
    mails = mixed_mails(10)
    later = mixed_mails(12)[10:]
    try:
        mailbox.append_all(expected.raw for expected in mails)
        desk.start()
        desk.until(lambda: len(desk.inquiries()) == 10 and not desk.undecided(), "all of it is decided")
        desk.stop()
        shadow = desk.inquiries()
        after_shadow = (desk.ledger_size(), desk.unsent(), len(sink.messages), len(mailbox.uids()), mailbox.folders())

        desk.config.write_text(desk.config.read_text().replace('mode = "shadow"', 'mode = "live"'))
        mailbox.append_all(expected.raw for expected in later)
        desk.start()
        desk.until(lambda: len(mailbox.uids()) == 10 and desk.unsent() == 0, "the later mail is answered and filed")
        desk.stop()
    finally:
        desk.close()
    rows = desk.inquiries()
    reconciled = desk.command("reconcile")

    assert [expected.disposition for expected in mails] == [str(row.disposition) for row in shadow]
    assert (0, 0, 0, 10, []) == after_shadow
    assert [True] * 10 + [False] * 2 == [row.shadow for row in rows]
    assert [row.disposition for row in shadow] == [row.disposition for row in rows[:10]]
    assert 2 == len(sink.messages)
    applied = [row for row in rows if row.disposition is Disposition.APPLIED and row.customer_number]
    assert {True: {False}, False: {True}} == {
        kind: {desk.blocked(row.customer_number or "", "print") for row in applied if row.shadow is kind}
        for kind in (True, False)
    }
    assert "unaccounted for: 0" in reconciled
