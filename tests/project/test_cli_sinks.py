"""`optout-daemon sinks`, what `check` says of each, and an erasure while one is still to be told."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from optout_daemon.announcing import Announcer
from optout_daemon.config import load
from optout_daemon.log import Log
from optout_daemon.sink_parts import build_sink
from optout_daemon.store.database import Database
from tests.project.desk import SETTINGS, Desk
from tests.servers.receiver import Answer, Receiver

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class Told:
    """A desk with one webhook, told by rounds of the daemon's own announcer against a real HTTP server."""

    def __init__(self, desk: Desk, receiver: Receiver) -> None:
        self.desk, self.receiver = desk, receiver
        desk.file("secret", SECRET).chmod(0o600)
        sink = f'[[sink]]\nname = "crm"\nkind = "webhook"\nurl = "{receiver.url}/h"\nsecret_file = "secret"\n'
        desk.settings(SETTINGS + sink + 'start = "all"\n')
        desk.stocked()

    def block(self, *emails: str) -> None:
        for email in emails:
            said = self.desk("suppressions", "add", "--email", email, "--channel", "email")
            assert 0 == said.code, said.err

    def round(self) -> None:
        [settings] = load(self.desk.config).sink
        stop, database = threading.Event(), Database(f"sqlite:///{self.desk.folder / 'desk.db'}")
        sink = build_sink(settings, stop=stop)
        log = Log(form="json", stream=io.StringIO())
        try:
            Announcer(
                sink, settings, database=database, worker="w", stop=stop, now=lambda: datetime.now(UTC), log=log
            ).round()
        finally:
            sink.close()
            database.close()

    def row(self) -> dict[str, Any]:
        [row] = self.desk("sinks", "list", "--json").objects
        return row

    def versions(self) -> list[tuple[int, int]]:
        told = (json.loads(request.body)["data"] for request in self.receiver.requests)
        return [(data["since"], data["version"]) for data in told]


@pytest.fixture
def told(desk: Desk) -> Iterator[Told]:
    with Receiver() as receiver:
        yield Told(desk, receiver)


def test_the_list_says_how_far_each_sink_is_and_what_went_wrong(told: Told) -> None:
    """New, up to date, behind, refused: an operator sees which sender still has to be told."""
    states = [told.row()["state"]]
    told.block("anna@mail.example")
    told.round()
    states.append(told.row()["state"])
    told.block("ben@mail.example")
    behind = told.row()
    told.receiver.answers.append(Answer(status=403))
    told.round()
    refused = told.row()
    table = told.desk("sinks", "list")

    assert ["new", "up to date", "behind", "refused"] == [*states, behind["state"], refused["state"]]
    assert (1, 1, 0) == (behind["version"], behind["waiting"], behind["attempts"])
    assert (1, 1, 1) == (refused["version"], refused["waiting"], refused["attempts"])
    assert refused["next_try"] is not None
    assert f"127.0.0.1:{told.receiver.port}: answered 403" in refused["error"]
    assert f"crm: {refused['error']}" in table.err
    assert "/h" not in table.out + table.err


def test_a_retry_makes_a_sink_due_that_refused_or_is_gone(told: Told) -> None:
    """Whoever has put it right does not wait an hour for the next try; a sink that is gone waits for this alone."""
    told.block("anna@mail.example")
    told.receiver.answers.append(Answer(status=410))
    told.round()
    told.round()
    gone = told.row()["state"]
    before = len(told.receiver.requests)
    said = told.desk("sinks", "retry", "crm")
    told.round()

    assert (0, "crm: due now; the daemon tries it within seconds\n") == (said.code, said.out)
    assert ("gone", 1, "up to date") == (gone, before, told.row()["state"])
    assert 0 == told.desk("audit", "verify").code


def test_a_replay_tells_again_what_came_after_a_version(told: Told) -> None:
    """A receiver that was restored from yesterday's backup says how far it was."""
    told.block("anna@mail.example", "ben@mail.example")
    told.round()
    said = told.desk("sinks", "replay", "crm", "--since", "1")
    told.round()

    assert (0, "crm: told again from version 1 on; the daemon begins within seconds\n") == (said.code, said.out)
    assert [(0, 2), (1, 2)] == told.versions()
    assert 1 == told.row()["replays"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("retry", "shop"), 'no sink "shop" was met yet; in the settings: crm'),
        (("replay", "shop", "--since", "0"), 'no sink "shop" was met yet; in the settings: crm'),
        (("replay", "crm", "--since", "9"), "crm: it has version 1; it is told what comes after that anyhow"),
    ],
)
def test_what_cannot_be_tried_or_told_again_is_said_and_changes_nothing(
    told: Told, arguments: tuple[str, ...], expected: str
) -> None:
    """A slip of the pen must not look like done."""
    told.block("anna@mail.example")
    told.round()
    before = told.row()
    said = told.desk("sinks", *arguments)

    assert (1, "", expected) == (said.code, said.out, said.err.strip())
    assert before == told.row()


def test_check_says_whether_each_sink_can_be_reached_and_what_it_was_told(told: Told) -> None:
    """Before the first change, not after it; nothing is sent to find out."""
    told.block("anna@mail.example")
    told.round()
    good = told.desk("check").out
    told.block("ben@mail.example")
    told.receiver.answers.append(Answer(status=403))
    told.round()
    bad = told.desk("check").out

    place = f"127.0.0.1:{told.receiver.port}"
    assert f"sink crm: webhook at {place} can be reached; nothing was sent" in good
    assert "told crm: up to version 1, the last time at " in good
    assert "1 waiting, the oldest for " in bad
    assert f"{place}: answered 403" in bad
    assert 2 == len(told.receiver.requests)


def test_nobody_is_erased_while_a_sink_is_still_to_be_told(told: Told) -> None:
    """Afterwards there is no name to tell: that sender would go on mailing to somebody who opted out."""
    told.block("anna@mail.example")
    told.round()
    told.block("ben@mail.example")
    told.receiver.answers.append(Answer(status=503))
    told.round()
    owed = told.desk("suppressions", "forget", "--email", "ben@mail.example")
    done = told.desk("suppressions", "forget", "--email", "anna@mail.example")
    anyhow = told.desk("suppressions", "forget", "--email", "ben@mail.example", "--untold")
    blocked = told.desk("suppressions", "check", "--email", "ben@mail.example")

    assert (75, "") == (owed.code, owed.out)
    assert "nothing was erased: crm was not told of the block yet" in owed.err
    assert "ben@" not in owed.err
    assert [(0, "erased: the name in entries 1\n"), (0, "erased: the name in entries 2\n")] == [
        (said.code, said.out) for said in (done, anyhow)
    ]
    assert 1 == blocked.code


def test_an_erasure_tells_nobody_and_a_replay_after_it_names_nobody(told: Told) -> None:
    """The ledger has no new entry, so the sink's line stands; told again, it stands under the desk's digest."""
    told.block("anna@mail.example")
    told.round()
    told.desk("suppressions", "forget", "--email", "anna@mail.example")
    told.round()
    before = len(told.receiver.requests)
    told.desk("sinks", "replay", "crm", "--since", "0")
    told.round()
    [change] = json.loads(told.receiver.requests[-1].body)["data"]["changes"]

    assert (1, 2) == (before, len(told.receiver.requests))
    assert ("email_digest", "stop") == (change["subject_kind"], change["action"])
    assert b"anna" not in told.receiver.requests[-1].body
