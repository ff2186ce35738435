"""Every written mail through the running daemon, and what it did compared with `explain`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Disposition
from tests.clerk import right_answers
from tests.corpora import Corpus, corpus, names
from tests.flow.desk import Desk
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow


def in_order(truth: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What must have been handled before comes before."""
    later = [t for t in truth if "after" in t]
    yield from (t for t in truth if "after" not in t)
    yield from later


def explained(desk: Desk, written: Corpus, files: Sequence[str]) -> dict[str, dict[str, Any]]:
    lines = desk.command("explain", "--json", *(str(written.mails / file) for file in files)).splitlines()
    return {Path(row["file"]).name: row for row in map(json.loads, lines)}


@pytest.mark.parametrize("name", names())
def test_the_daemon_does_what_explain_says(
    name: str, tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink
):
    """IMAP in, SMTP out; mails that need another one before them do what the truth says, which `explain` cannot."""
    written = corpus(name)
    desk = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port)
    try:
        desk.command("customers", "import", str(written.customers))
        truth = list(in_order(written.truth()))
        files = [t["file"] for t in truth]
        said = explained(desk, written, files)
        desk.mailbox.append_all(written.raw(file) for file in files)
        distinct = {hashlib.sha256(written.raw(file)).hexdigest() for file in files}
        desk.start()
        desk.until(lambda: desk.settled(len(distinct)), "all mails are settled", within=180)
        assert desk.stop() == 0
        done = {row.digest: row for row in desk.inquiries()}
        completed = {row.parent_id for row in done.values() if row.disposition is Disposition.APPLIED}
        due = 0
        for wanted in truth:
            row = done[hashlib.sha256(written.raw(wanted["file"])).hexdigest()]
            assert row.disposition is not None
            if row.id in completed:
                # A later mail completed it: it left the queue with that one's decision.
                assert (said[wanted["file"]]["disposition"], row.state) == ("held", State.CLOSED)
            elif "after" in wanted:
                # `accept` is for a mail read alone; the daemon knows the one before.
                want = wanted
                assert (wanted["file"], want["disposition"]) == (wanted["file"], row.disposition.value)
                assert want["customer_number"] == row.customer_number
                assert sorted(want["channels"]) == sorted(row.channels)
            else:
                line = said[wanted["file"]]
                assert (wanted["file"], line["disposition"]) == (wanted["file"], row.disposition.value)
                assert line["customer_number"] == row.customer_number
                assert line["channels"] == list(row.channels)
                assert line["reasons"] == [reason.value for reason in row.reasons]
                assert line["reply"] == row.reply
            due += row.reply != "none" and not row.reply_capped
        assert due == len(sink.messages)
        addressed = [m.recipients[0] for m in sink.messages]
        silent = {t["file"] for t in truth if all(w.get("reply", "none") == "none" for w in right_answers(t))}
        assert not [t for t in truth if t["file"] in silent and done[digest(written, t)].reply != "none"]
        assert all(address != "desk@kaji.example" for address in addressed)
    finally:
        desk.close()


def digest(written: Corpus, truth: dict[str, Any]) -> str:
    return hashlib.sha256(written.raw(truth["file"])).hexdigest()
