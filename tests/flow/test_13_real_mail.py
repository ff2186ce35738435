"""A thousand mails that nobody here wrote (`../shared/corpus/real`): through the running daemon, and each explained.

What must hold of each kind is said in that folder's README. The mails are not part of the project; without them this
file is not collected (conftest.py).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from optout_daemon.core.model import Disposition, Policy, Reading
from optout_daemon.core.reading import Reader
from optout_daemon.core.reply import NoReply, plan
from optout_daemon.store import inquiries
from tests import corpora
from tests.clerk import DESK, SETTINGS, customers, judge
from tests.flow.desk import Desk
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow

MACHINES = ("bounce", "autoreply", "list", "spam")
UNMARKED = 4
"""So many of the machines' mails carry no sign of a machine that the policy names: held, and not answered."""


class Real(NamedTuple):
    """One mail and what its source says of it."""

    file: str
    source: str
    kind: str
    raw: bytes


def real_mails() -> list[Real]:
    folder = corpora.PRACTICE / "real"
    with (folder / "index.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [Real(row["file"], row["source"], row["kind"], (folder / row["file"]).read_bytes()) for row in rows]


def allowed(mail: Real, disposition: Disposition | None, *, answered: bool) -> bool:
    """What the README says of its kind; that few enough machines are held is counted apart."""
    if mail.kind in MACHINES or mail.source == "sisimai":
        return disposition in (Disposition.IGNORED, Disposition.HELD) and not answered
    return disposition is Disposition.HELD or (disposition is Disposition.IGNORED and not answered)


def test_each_is_explained_as_its_kind_demands():
    """No exception, nothing applied, no machine answered: above all no bounce of the 325 Sisimai mails."""
    reader, known = Reader(SETTINGS), customers(corpora.own().customers)
    wrong, held_machines = [], 0
    for mail in real_mails():
        reading = reader.read(mail.raw)
        decision = judge(reader, mail.raw, known)
        answered = not isinstance(plan(decision, reading, Policy(), {DESK}), NoReply)
        held_machines += mail.kind in MACHINES and decision.disposition is Disposition.HELD
        if not allowed(mail, decision.disposition, answered=answered) or not storable(reading):
            wrong.append(mail.file)

    assert [] == wrong
    assert held_machines <= UNMARKED


def storable(reading: Reading) -> bool:
    """What a database takes."""
    texts = (reading.subject, reading.text, reading.envelope.author or "", reading.envelope.author_name)
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for text in texts for char in text)


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink) -> Iterator[Desk]:
    made = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port)
    made.command("customers", "import", str(corpora.own().customers))
    yield made
    made.close()


def test_all_of_them_through_the_daemon(desk: Desk, dovecot: Dovecot, sink: SmtpSink):
    """One disposition each, the bytes as the server has them, nothing suppressed; a second pass changes nothing."""
    mails = real_mails()
    dovecot.deliver(desk.mailbox.user, (mail.raw for mail in mails))
    delivered = [raw for _, raw in sorted(desk.mailbox.messages().items())]
    digests = [hashlib.sha256(raw).hexdigest() for raw in delivered]
    assert [unix(mail.raw) for mail in mails] == [unix(raw) for raw in delivered]
    desk.start()
    desk.until(lambda: desk.settled(len(set(digests))), "all mails are settled", within=400)
    first_pass = state(desk)
    desk.kill()
    desk.start()
    desk.until(lambda: len(desk.events("ready")) == 2, "it is up again")
    desk.command("reconcile")
    assert desk.stop() == 0

    assert first_pass == state(desk)
    rows = {row.digest: row for row in desk.inquiries()}
    assert set(digests) == set(rows)
    wrong = [
        mail.file
        for mail, digest in zip(mails, digests, strict=True)
        if not allowed(mail, rows[digest].disposition, answered=bool(desk.replies(rows[digest].id)))
    ]
    assert [] == wrong
    machines = {d for mail, d in zip(mails, digests, strict=True) if mail.kind in MACHINES}
    assert sum(rows[digest].disposition is Disposition.HELD for digest in machines) <= UNMARKED
    assert 0 == desk.ledger_size()
    with desk.database() as database, database.reading() as tx:
        assert all(inquiries.raw(tx, rows[digest].id) == raw for digest, raw in zip(digests, delivered, strict=True))
    assert not any(row.attempts or row.last_error for row in rows.values())
    due = sum(len(desk.replies(row.id)) for row in rows.values())
    assert due == len(sink.messages)


def unix(raw: bytes) -> bytes:
    """As the server has it: the newlines of a Maildir, and 0x80 for NUL, which IMAP cannot carry (RFC 3501, section 9)."""
    return raw.replace(b"\r\n", b"\n").replace(b"\0", b"\x80")


def state(desk: Desk) -> list[tuple[object, ...]]:
    """What a second pass may not change."""
    return sorted(
        (row.id, row.digest, row.state, row.version, row.disposition, row.reasons) for row in desk.inquiries()
    )
