"""The review queue as the store gives it: page by page, found by words, counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from optout_daemon.core.lifecycle import State, Step
from optout_daemon.core.model import Category, Reason
from optout_daemon.store import held_text, inquiries, presence, queue
from optout_daemon.store.database import Database
from optout_daemon.store.queue import Key, Wanted
from tests.builders import reading as any_reading
from tests.store.builders import HELD, NOW, store


def held(tx: Connection, text: str, *, minutes: int = 0, reasons: tuple[Reason, ...] = ()) -> int:
    """A held inquiry that says this."""
    found = store(tx, received_at=NOW + timedelta(minutes=minutes))
    said = any_reading(text=text)
    values: dict[str, Any] = {"before": State.RECEIVED, "step": Step.HOLD, "reading": said, "now": NOW}
    inquiries.record_decision(tx, found, decision=replace(HELD, reasons=reasons), **values)
    held_text.keep(tx, found, said)
    return found


def test_pages_follow_each_other_without_gap_or_repeat(database: Database) -> None:
    """By key, also where several arrived in the same moment; the last page is not the first one again."""
    with database.transaction() as tx:
        ids = [held(tx, "x", minutes=turn // 3) for turn in range(7)]
        seen, after = [], None
        while lines := queue.page(tx, Wanted(), after=after, limit=2):
            seen += [line.id for line in lines]
            after = Key(lines[-1].received_at, lines[-1].id)

    assert ids == seen


def test_words_are_found_in_any_width_case_and_order(database: Database) -> None:
    """Two characters of Japanese are a name; a percent sign is a percent sign."""
    with database.transaction() as tx:
        first, second = held(tx, "山田 太郎です。ＤＭは不要です。"), held(tx, "100% wool, dear Sir")
        sought = {
            text: [line.id for line in queue.page(tx, Wanted(text=text))]
            for text in ("山田", "dm", "ｄｍ 山田", "WOOL 100%", "100_", "鈴木")
        }

    assert {
        "山田": [first],
        "dm": [first],
        "ｄｍ 山田": [first],
        "WOOL 100%": [second],
        "100_": [],
        "鈴木": [],
    } == sought


def test_a_reason_is_found_beside_others_and_the_counts_agree(database: Database) -> None:
    """Filters and counts look at the same rows."""
    with database.transaction() as tx:
        both = held(tx, "x", reasons=(Reason.MISSING_NAME, Reason.MISSING_ADDRESS))
        held(tx, "x", minutes=5, reasons=(Reason.UNREADABLE,))
        found = [line.id for line in queue.page(tx, Wanted(reason=Reason.MISSING_ADDRESS))]
        counted = queue.counts(tx, late_before=NOW + timedelta(minutes=1))

    assert [both] == found
    assert (2, 1, {Category.OPT_OUT: 2}, {"en": 2}) == (
        counted.held,
        counted.late,
        counted.by_category,
        counted.by_language,
    )


def test_what_left_the_queue_is_searched_no_more(database: Database) -> None:
    """A second copy of what a customer wrote stands as long as it is needed."""
    with database.transaction() as tx:
        found = held(tx, "山田")
        held_text.keep(tx, found, any_reading(text="鈴木"))
        again = [bool(queue.page(tx, Wanted(text=text))) for text in ("山田", "鈴木")]
        held_text.forget(tx, found)

        assert [False, True] == again
        assert [] == queue.page(tx, Wanted(text="鈴木"))


def test_a_look_counts_for_a_minute_or_so(database: Database) -> None:
    """A browser that is gone says nothing; its last word must not keep a colleague away."""
    with database.transaction() as tx:
        found = held(tx, "x")
        presence.seen(tx, found, "sato", now=NOW)
        presence.seen(tx, found, "sato", now=NOW)
        presence.seen(tx, found, "tanaka", now=NOW + timedelta(seconds=60))
        both = presence.looking(tx, [found], now=NOW + timedelta(seconds=61))
        presence.left(tx, found, "tanaka")

        assert {found: ["sato", "tanaka"]} == both
        assert {} == presence.looking(tx, [found], now=NOW + presence.LASTS * 2)
