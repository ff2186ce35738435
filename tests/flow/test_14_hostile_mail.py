"""Hostile mail through the running daemon, with a customer's opt-out before and behind each: nobody waits, all is kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition, Reason
from optout_daemon.store import inquiries
from tests.flow.desk import NAMES, STREETS, Desk, import_customers, mail, number
from tests.hostile import HOSTILE
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow

OVER_THE_SIZE = {"25 MB attached", "25 MB attached as text"}
"""Over `max_message_size`: only their headers are fetched."""
DOUBTFUL = {
    *("two authors", "two From headers", "a NUL in the author's address", "no header at all", "nothing"),
    *("CR LF in an encoded subject", "CR LF in an encoded author", "CR LF in an encoded Reply-To"),
    *("authors without end", "20,000 nested comments", "10 MB of one header", "10 MB of folded header"),
}
"""Whoever wrote these cannot be told, or tries to inject headers."""
UNREADABLE = {
    *("10 MB of header lines", "1 MB subject of encoded words", "100,000 recipients", "1,000 levels of multipart"),
    *("1,000 levels of message/rfc822", "20,000 parts", "40,000 nested tags", "one line of 10 MB", "nothing"),
    *OVER_THE_SIZE,
}


def opt_out(index: int) -> bytes:
    """A customer's plain mail, complete."""
    text = (
        f"Customer number: {number(index)}\nName: {NAMES[index % 4]}\n"
        f"Address: {index + 1} {STREETS[index % 4]}, Oakford\n"
        "Inquiry: Please stop sending me catalogues and e-mails.\n"
    )
    return mail(index, f"person{index}@mail{index}.example", "Opt out", text)


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink) -> Iterator[Desk]:
    made = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port)
    import_customers(made, len(HOSTILE) + 1)
    yield made
    made.close()


def peak_memory(process: int) -> int:
    """The largest resident size that a process has had, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


def test_hostile_mail_delays_nobody_and_is_kept(desk: Desk, sink: SmtpSink, capsys: pytest.CaptureFixture[str]):
    """Each ends in one disposition, unapplied, with the bytes that the server has; every opt-out between is answered."""
    names = list(HOSTILE)
    for index, name in enumerate(names):
        desk.mailbox.append_all([opt_out(index), HOSTILE[name]()])
    desk.mailbox.append(opt_out(len(names)))
    mails = 2 * len(names) + 1
    desk.start()
    assert desk.process is not None
    desk.until(lambda: desk.settled(mails), "all mails are settled", within=240)
    memory = peak_memory(desk.process.pid)
    assert desk.stop() == 0

    rows = sorted(desk.inquiries(), key=lambda row: row.id)
    customers, hostile = rows[0::2], dict(zip(names, rows[1::2], strict=True))
    assert {Disposition.APPLIED} == {row.disposition for row in customers}
    assert [number(index) for index in range(len(names) + 1)] == [row.customer_number for row in customers]
    answered = {message.recipients[0] for message in sink.messages}
    assert {f"person{index}@mail{index}.example" for index in range(len(names) + 1)} <= answered
    for name, row in hostile.items():
        assert (name, row.state) in ((name, State.HELD), (name, State.CLOSED))
        assert row.disposition in (Disposition.HELD, Disposition.IGNORED), name
        assert (name, 1 if row.reply != "none" and not row.reply_capped else 0) == (name, len(desk.replies(row.id)))
    assert set() == {name for name in DOUBTFUL if hostile[name].reply != "none"}
    assert set() == {name for name in UNREADABLE if Reason.UNREADABLE not in hostile[name].reasons}
    assert set() == {name for name, row in hostile.items() if row.attempts or row.last_error}
    assert OVER_THE_SIZE == {name for name, row in hostile.items() if row.truncated}
    assert not any(b"victim" in message.raw for message in sink.messages)
    assert desk.ledger_size() == 2 * len(customers)

    kept_by_the_server = {
        hashlib.sha256(raw).hexdigest()
        for folder in desk.mailbox.folders()
        for raw in desk.mailbox.messages(folder).values()
    }
    with desk.database() as database, database.reading() as tx:
        for row in rows:
            raw = inquiries.raw(tx, row.id)
            assert raw is not None
            assert hashlib.sha256(raw).hexdigest() == row.digest
            assert row.truncated or row.digest in kept_by_the_server

    moments = sorted(
        datetime.fromisoformat(str(line["timestamp"])) for event in ("closed", "held") for line in desk.events(event)
    )
    longest = max((later - earlier).total_seconds() for earlier, later in pairwise(moments))
    with capsys.disabled():
        print(f"\n{mails} mails: at most {longest:.1f} s between two decisions, {memory} MB in the daemon")
    assert longest < 40, "one mail's limit of 20 s, and as long again for a machine that does much else"
    assert memory < 640, (
        "the daemon's own, which holds batches of mail; a reader's 512 MB are its address space's limit"
    )
