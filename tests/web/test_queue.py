"""The Queue page, asked for by its address as a browser does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from optout_daemon.core.roles import Role
from optout_daemon.store import audit
from tests.web.site import WebDesk, web_desk
from tests.web.staff import arrived, browser, complete, held, without_address, written


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    """Three held inquiries, the second late, and an applied one; nothing here changes them."""
    with web_desk(tmp_path_factory.mktemp("queue")) as desk:
        late = written(
            "会員番号 99999999 の者です。案内を止めてください。住所 京都市",
            subject="ＤＭ停止",
            author="ken@mail.example",
        )
        arrived(desk, late, days_ago=30)
        arrived(
            desk,
            without_address(),
            written("Where is my order?", subject="Order", author="eve@mail.example"),
            complete(),
        )
        yield desk


def ids(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'id="row-(\d+)"', page)]


def shown(desk: WebDesk, query: str = "") -> list[int]:
    with browser(desk) as client:
        return ids(client.get(f"/queue?{query}").text)


def test_what_waits_longest_stands_first_and_what_is_decided_is_not_there(desk: WebDesk) -> None:
    """Nothing expires from the queue: what is late stays on top until somebody answers."""
    assert [1, 2, 3] == shown(desk)


def test_the_late_one_is_marked_and_counted(desk: WebDesk) -> None:
    """A deadline that nobody sees is none."""
    with browser(desk) as client:
        page = client.get("/queue").text

    assert 1 == page.count('<span class="badge bad">late</span>')
    assert "1 is late" in page
    assert [1] == shown(desk, "late=1")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=京都", [1]),
        ("q=dm停止", [1]),
        ("q=山田", [2]),
        ("q=EVE@mail.example", [3]),
        ("q=order+where", [3]),
        ("q=100%25", []),
        ("reason=missing_address", [1, 2]),
        ("reason=missing_name", [1]),
        ("reason=no_such_reason", [1, 2, 3]),
        ("category=question", [3]),
        ("language=en", [3]),
        ("whose=me", []),
        ("whose=nobody", [1, 2, 3]),
        ("show=second", []),
        ("after=nonsense", [1, 2, 3]),
    ],
)
def test_it_is_found_by_what_it_says(desk: WebDesk, query: str, expected: list[int]) -> None:
    """Two characters of Japanese, any width and case, words in any order; what is no filter filters nothing."""
    assert expected == shown(desk, query)


def test_an_open_page_is_told_of_nothing_until_something_changes(desk: WebDesk) -> None:
    """Twenty open pages ask four times a minute each; the answer is mostly empty."""
    with browser(desk) as client:
        mark = re.findall(r"seen=([0-9a-f]+)", client.get("/queue").text)[0]
        same, other = client.get(f"/queue/rows?seen={mark}"), client.get("/queue/rows?seen=old")

    assert (204, 200) == (same.status_code, other.status_code)
    assert [1, 2, 3] == ids(other.text)


def test_whoever_has_one_open_is_named_to_the_others(desk: WebDesk) -> None:
    """Two clerks at one inquiry is one too many; they see it before they type."""
    with browser(desk, "tanaka") as tanaka, browser(desk, "sato") as sato:
        tanaka.get("/inquiries/2")
        page, open_there = sato.get("/queue").text, sato.get("/inquiries/2").text
        desk.clock.forward(timedelta(minutes=3))
        later = sato.get("/queue").text

    assert "tanaka is looking" in page
    assert "tanaka is looking at this inquiry too" in open_there
    assert "tanaka is looking" not in later


def test_every_look_at_the_queue_is_in_the_audit_chain(desk: WebDesk) -> None:
    """Authors and subjects are personal data; who saw them must be known afterwards."""
    with browser(desk, "auditor", Role.AUDITOR) as client:
        client.get("/queue?q=京都")
    with desk.database.reading() as tx:
        last = audit.listing(tx, limit=10_000)[-1]
    told = json.loads(last.data)

    assert ("viewed", "auditor", "queue", "1") == (last.event, last.actor, told["what"], told["inquiries"])


def test_the_dull_ones_go_together_but_not_the_one_that_moved(tmp_path: Path) -> None:
    """Each is decided as it was seen: what a colleague changed meanwhile is left, and said."""
    with web_desk(tmp_path) as desk, browser(desk, "boss", Role.SUPERVISOR) as client:
        found = arrived(desk, *(without_address(turn) for turn in range(3)))
        values = re.findall(r'name="ids" value="([\d.]+)"', client.get("/queue").text)
        client.post(f"/inquiries/{found[1]}/decide", data={"version": values[1].split(".")[1], "action": "ask"})
        answered = client.post("/queue/bulk", data={"action": "spam", "ids": values})

        assert "/queue?bulk_done=2&bulk_left=1" == answered.headers["location"]
        assert [found[1]] == held(desk, *found)


def test_a_clerk_has_no_bulk(desk: WebDesk) -> None:
    """Fifty wrong clicks at once are a supervisor's."""
    with browser(desk) as client:
        page = client.get("/queue").text

    assert 'name="ids"' not in page
