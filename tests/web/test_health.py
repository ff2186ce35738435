"""`/healthz` tells whatever watches over the desk which sink is not told, and nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.store import sinks, suppressions
from optout_daemon.store.sinks import SinkState
from tests.web.site import WebDesk, web_desk

SINK = '[[sink]]\nname = "crm"\nkind = "webhook"\nurl = "https://crm.example/secret-path"\nsecret_file = "secret"\n'


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebDesk]:
    with web_desk(tmp_path, settings=SINK) as desk:
        yield desk


def health(web: WebDesk) -> tuple[int, dict[str, Any]]:
    """The status, and what is said of the one sink."""
    with web.client() as client:
        answered = client.get("/healthz")
    return answered.status_code, answered.json()["checks"]["told crm"]


def claimed(web: WebDesk) -> SinkState:
    with web.database.transaction() as tx:
        found = sinks.claim(tx, "crm", worker="w", now=web.clock(), lease=timedelta(minutes=5))
    assert found is not None
    return found


def test_a_sink_that_refuses_makes_the_desk_unwell_until_it_takes_what_it_is_told(web: WebDesk) -> None:
    """Meanwhile somebody may be mailed who has opted out; one that is away for a moment wakes nobody."""
    entry = LedgerEntry("email", Action.STOP, "opt_out", "staff", "clerk", web.clock(), emails=("anna@mail.example",))
    new = health(web)
    with web.database.transaction() as tx:
        sinks.meet(tx, "crm", delivered=0, now=web.clock())
        suppressions.append(tx, [entry], now=web.clock())
    said = [new]
    for refused in (False, True):
        state = claimed(web)
        with web.database.transaction() as tx:
            error = "crm.example:443: answered " + ("403" if refused else "503")
            sinks.defer(tx, state, due=web.clock(), error=error, refused=refused, gone=False, now=web.clock())
        said.append(health(web))
    state = claimed(web)
    with web.database.transaction() as tx:
        sinks.settle(tx, state, version=1, now=web.clock())
    said.append(health(web))

    assert [(200, "good"), (200, "good"), (503, "bad"), (200, "good")] == [(code, one["status"]) for code, one in said]
    assert "up to version 0; 1 waiting" in said[2][1]["output"]
    assert "crm.example:443: answered 403" in said[2][1]["output"]
    assert not [one for _, one in said if "anna" in one["output"] or "secret" in one["output"]]
