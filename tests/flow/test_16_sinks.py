"""A sink is told every change in the ledger's order, at least once, with the same id for the same range."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from optout_daemon.announcing import Announcer
from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core.digests import keyed
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.log import Log
from optout_daemon.sink_parts import build_sink
from optout_daemon.store import alarms, sinks, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.sinks import SinkState
from tests.fakes import FakeClock
from tests.flow.desk import Desk, import_customers, mixed_mails, number
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.receiver import Answer, Receiver, Request, waited
from tests.servers.sink import SmtpSink

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


class Teller:
    """One webhook as the daemon would tell it, on this database and by this clock."""

    def __init__(self, database: Database, receiver: Receiver, folder: Path) -> None:
        self.database, self.receiver, self.folder = database, receiver, folder
        self.clock, self.stop, self.log = FakeClock(START), threading.Event(), io.StringIO()
        (folder / "secret").write_text(SECRET)

    def announcer(self, *, worker: str = "w", digest: Any = None, **changes: Any) -> Announcer:
        values = {"name": "crm", "kind": "webhook", "url": self.receiver.url, "secret_file": self.folder / "secret"}
        settings = SinkSettings(**(values | {"timeout": "1s", "start": "all"} | changes))
        return Announcer(
            build_sink(settings, stop=self.stop),
            settings,
            database=self.database,
            digest=digest,
            worker=worker,
            stop=self.stop,
            now=self.clock,
            log=Log(form="json", stream=self.log),
        )

    def append(self, *entries: LedgerEntry) -> None:
        with self.database.transaction() as tx:
            suppressions.append(tx, entries, now=self.clock())

    def state(self, name: str = "crm") -> SinkState:
        with self.database.reading() as tx:
            found = sinks.get(tx, name)
        assert found is not None
        return found

    def told(self) -> list[dict[str, Any]]:
        """The data of every request, oldest first."""
        return [json.loads(request.body)["data"] for request in self.receiver.requests]

    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.receiver.requests]


@pytest.fixture
def teller(database: Database, receiver: Receiver, tmp_path: Path) -> Iterator[Teller]:
    made = Teller(database, receiver, tmp_path)
    yield made
    made.stop.set()


def stop_of(who: str, channel: str = "email", **changes: Any) -> LedgerEntry:
    entry = LedgerEntry(channel, Action.STOP, "opt_out", "staff", "clerk", START, emails=(f"{who}@mail.example",))
    return replace(entry, **changes)


def resume_of(who: str) -> LedgerEntry:
    return replace(stop_of(who), action=Action.RESUME, reason="letter", note="letter of 2 May")


def people(requests: Sequence[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    return [[(c["subject"].partition("@")[0], c["action"]) for c in data["changes"]] for data in requests]


def test_every_change_is_told_in_order_in_batches(teller: Teller) -> None:
    """Ranges follow one another without a gap; a resume is told like a stop; nothing new is no request."""
    teller.append(*(stop_of(who) for who in "abcde"))
    announcer = teller.announcer(batch=2)

    assert not announcer.round()
    assert [(0, 2), (2, 4), (4, 5)] == [(data["since"], data["version"]) for data in teller.told()]
    assert [["a", "b"], ["c", "d"], ["e"]] == [[who for who, _ in one] for one in people(teller.told())]
    teller.append(resume_of("a"))
    announcer.round()
    announcer.round()
    assert [[("a", "resume")]] == people(teller.told()[3:])
    assert 4 == len(set(teller.ids()))
    assert (6, 0, None) == (teller.state().delivered, teller.state().attempts, teller.state().sending)


def test_a_new_sink_begins_now_or_with_the_whole_ledger(teller: Teller) -> None:
    """`start = "now"` leaves what is old alone, also after a restart before the first change."""
    teller.append(stop_of("old"))
    teller.announcer(start="now").round()
    teller.announcer(start="all", name="shop").round()
    teller.append(stop_of("new"))
    teller.announcer(start="now").round()

    assert [("crm", "new"), ("shop", "old")] == sorted(
        (data["sink"], change["subject"].partition("@")[0]) for data in teller.told() for change in data["changes"]
    )


def test_only_what_concerns_the_sink_is_told(teller: Teller) -> None:
    """A range that has nothing for it is passed over without a request, and counts as told."""
    teller.append(stop_of("a", "print"), stop_of("b", scope="Books"), stop_of("c", scope="Travel"))
    teller.announcer(channels=("email",), companies=("Travel",), batch=1).round()

    assert [[("c", "stop")]] == people(teller.told())
    assert 3 == teller.state().delivered


def test_a_partner_is_told_digests_by_its_own_key(teller: Teller) -> None:
    """As an export with `--digest hmac --partner` has them: no name leaves the house."""
    teller.append(stop_of("anna"))
    teller.announcer(partner="Mailing House", digest=lambda subject: keyed(b"key", subject)).round()
    [data] = teller.told()

    assert ("email_hmac", keyed(b"key", "anna@mail.example")) == (
        data["changes"][0]["subject_kind"],
        data["changes"][0]["subject"],
    )
    assert b"anna" not in teller.receiver.requests[0].body


def test_what_fails_is_tried_again_later_with_the_same_id_and_nothing_overtakes_it(teller: Teller) -> None:
    """Off and on, five seconds doubling; what came meanwhile waits behind it, and the log names nobody."""
    teller.receiver.answers.extend([Answer(500), Answer(how="hang"), Answer(200)])
    teller.append(stop_of("anna"))
    announcer = teller.announcer(batch=10)
    announcer.round()
    teller.append(stop_of("berta"))
    announcer.round()
    assert 1 == len(teller.ids())
    for _ in range(2):
        teller.clock.pass_by(seconds=10)
        announcer.round()

    assert [(0, 1), (0, 1), (0, 1), (1, 2)] == [(data["since"], data["version"]) for data in teller.told()]
    assert 2 == len(set(teller.ids()))
    errors = [json.loads(line) for line in teller.log.getvalue().splitlines() if "sink_error" in line]
    assert [1, 2] == [error["attempts"] for error in errors]
    assert "anna" not in teller.log.getvalue()
    assert 2 == teller.state().delivered


def test_retry_after_is_kept(teller: Teller) -> None:
    """The receiver knows best when it is back; it may ask for a day at most."""
    teller.receiver.answers.append(Answer(503, {"retry-after": "3600"}))
    teller.append(stop_of("anna"))
    announcer = teller.announcer()
    announcer.round()
    teller.clock.pass_by(minutes=59)
    announcer.round()
    assert 1 == len(teller.ids())
    teller.clock.pass_by(minutes=2)
    announcer.round()

    assert 2 == len(teller.ids())


def test_a_refusal_raises_one_alarm_is_tried_rarely_and_never_given_up(teller: Teller) -> None:
    """A wrong URL must not lose an opt-out; the day somebody puts it right, everything arrives."""
    teller.receiver.by_default = lambda _request: Answer(404)
    teller.append(stop_of("anna"))
    announcer = teller.announcer()
    for _ in range(30):
        announcer.round()
        teller.clock.pass_by(hours=1)
    with teller.database.reading() as tx:
        raised = [(alarm.kind, alarm.key) for alarm in alarms.open_alarms(tx)]
    assert [("sink_refused", "crm")] == raised
    assert (True, False, 30) == (teller.state().refused, teller.state().gone, teller.state().attempts)
    teller.receiver.by_default = lambda _request: Answer()
    announcer.round()
    with teller.database.reading() as tx:
        assert [] == alarms.open_alarms(tx)

    assert 1 == len(set(teller.ids()))
    assert (1, 0) == (teller.state().delivered, teller.state().attempts)


def test_a_receiver_that_is_gone_is_left_alone_until_a_person_says_so(teller: Teller) -> None:
    """410: no further request, however long; nothing is lost meanwhile."""
    teller.receiver.answers.append(Answer(410))
    teller.append(stop_of("anna"))
    announcer = teller.announcer()
    announcer.round()
    teller.append(stop_of("berta"))
    for _ in range(3):
        teller.clock.pass_by(days=30)
        announcer.round()
    assert 1 == len(teller.ids())
    with teller.database.transaction() as tx:
        sinks.retry(tx, "crm", now=teller.clock())
    announcer.round()

    assert [[("anna", "stop")], [("anna", "stop")], [("berta", "stop")]] == people(teller.told())


def test_a_replay_tells_again_under_new_ids(teller: Teller) -> None:
    """A receiver that lost its data drops no repeat of it, because to it these are other messages."""
    teller.append(stop_of("a"), stop_of("b"), stop_of("c"))
    announcer = teller.announcer(batch=1)
    announcer.round()
    with teller.database.transaction() as tx:
        sinks.replay(tx, "crm", since=1, now=teller.clock())
    announcer.round()

    assert [1, 2, 3, 2, 3] == [data["version"] for data in teller.told()]
    assert 5 == len(set(teller.ids()))


def test_a_failure_of_ours_keeps_the_place(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in one sink's module is a failure like any other: logged by its class, tried again."""
    teller.append(stop_of("anna"))
    announcer = teller.announcer()
    monkeypatch.setattr("optout_daemon.core.webhook.body", lambda _batch: 1 / 0)
    announcer.round()
    monkeypatch.undo()
    teller.clock.pass_by(minutes=1)
    announcer.round()

    assert '"error": "ZeroDivisionError"' in teller.log.getvalue()
    assert [[("anna", "stop")]] == people(teller.told())


def test_a_claim_that_was_taken_over_settles_nothing(teller: Teller) -> None:
    """A host that was thought dead comes back with an answer: whoever has the sink now tells it again."""
    teller.append(stop_of("anna"))

    def lost(_request: Request) -> None:
        with teller.database.transaction() as tx:
            later = teller.clock() + timedelta(minutes=6)
            assert sinks.claim(tx, "crm", worker="other", now=later, lease=timedelta(minutes=5))

    teller.receiver.seen = lost
    teller.announcer().round()

    assert (0, "other") == (teller.state().delivered, teller.state().claimed_by)
    teller.receiver.seen = lambda _request: None
    teller.announcer(worker="other").round()
    assert 1 == teller.state().delivered
    assert 1 == len(set(teller.ids()))


CHILD = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from optout_daemon.announcing import Announcer
from optout_daemon.config_sinks import SinkSettings
from optout_daemon.log import Log
from optout_daemon.sink_parts import build_sink
from optout_daemon.store.database import Database
url, database, secret = sys.argv[1:]
settings = SinkSettings(name="crm", kind="webhook", url=url, secret_file=Path(secret), start="all")
stop = threading.Event()
Announcer(build_sink(settings, stop=stop), settings, database=Database(database), worker="child", stop=stop,
          now=lambda: datetime.now(UTC), log=Log()).round()
"""


def test_killed_between_sending_and_recording_it_goes_out_again_with_the_same_id(teller: Teller) -> None:
    """kill -9 while the receiver has it and we have not written so: a repeat that can be told, never a loss."""
    teller.append(stop_of("anna"))
    address = teller.database.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, teller.receiver.url, address, str(teller.folder / "secret")],
        stderr=subprocess.DEVNULL,
    )

    def kill(_request: Request) -> None:
        os.kill(child.pid, signal.SIGKILL)
        child.wait(10)

    teller.receiver.seen = kill
    assert -signal.SIGKILL == child.wait(30)
    assert (0, 1) == (teller.state().delivered, teller.state().sending)
    teller.receiver.seen = lambda _request: None
    teller.append(stop_of("berta"))
    teller.clock.at = datetime.now(UTC) + timedelta(minutes=10)  # the dead host's lease is over
    teller.announcer(batch=10).round()

    assert [(0, 1), (0, 1), (1, 2)] == [(data["since"], data["version"]) for data in teller.told()]
    assert teller.ids()[0] == teller.ids()[1] != teller.ids()[2]


@pytest.mark.long
def test_a_sink_that_hangs_delays_neither_another_nor_the_desk(
    tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, sink: SmtpSink, receiver: Receiver
) -> None:
    """The real daemon: an opt-out by mail reaches one sink while the other never answers, and SIGTERM still ends it."""
    with Receiver() as hung:
        hung.by_default = lambda _request: Answer(how="hang")
        (tmp_path / "secret").write_text(SECRET + "\n")
        tables = "".join(
            f'[[sink]]\nname = "{name}"\nkind = "webhook"\nurl = "{url}"\nsecret_file = "secret"\ntimeout = "60s"\n'
            for name, url in (("hung", hung.url), ("crm", receiver.url))
        )
        desk = Desk(tmp_path, mailbox, dovecot, smtp_port=sink.port, policy=tables)
        import_customers(desk, 2)
        try:
            desk.start()
            desk.until(lambda: len(desk.events("sink_met")) == 2, "both sinks are met")
            with desk.database() as database, database.transaction() as tx:
                suppressions.append(tx, [stop_of("anna")], now=datetime.now(UTC))
            assert waited(lambda: len(hung.requests) == 1 and len(receiver.requests) == 1, 20)
            mailbox.append(mixed_mails(1)[0].raw)
            assert waited(lambda: len(receiver.requests) > 1, 30)
            message = receiver.requests[1]
            changes = Verifier(SECRET).verify(message.body, dict(message.headers))["data"]["changes"]
            desk.until(lambda: len(desk.events("sink_told")) == 2, "the second is recorded")
            with desk.database() as database, database.reading() as tx:
                told = {state.name: state.delivered for state in sinks.listing(tx)}
            begun = time.monotonic()
            assert 0 == desk.stop()

            assert {("customer_number", number(0)), ("email", "person0@mail0.example")} == {
                (change["subject_kind"], change["subject"]) for change in changes
            }
            assert 10 > time.monotonic() - begun
            assert 1 == len(hung.requests)
            assert 0 == told["hung"] < told["crm"]
            assert not [line for line in desk.log().splitlines() if "anna" in line or "person0" in line]
        finally:
            desk.close()
