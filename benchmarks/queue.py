"""The queue page with ten thousand held inquiries, against the same page with one hundred, of one run.

At most 3 times the time, for the first page, one behind the middle, a search for a Japanese name and a filter by
reason. Served over HTTP by the real application on SQLite, asked in turns, the median of each; prints ratios. Run it
with `make bench`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx

from optout_daemon.core.lifecycle import State, Step
from optout_daemon.core.model import Category, Decision, Disposition, Reason
from optout_daemon.store import held_text, inquiries, queue
from optout_daemon.web.queue import key_of
from tests.builders import envelope
from tests.builders import reading as any_reading
from tests.web.site import WebDesk, web_desk

SMALL, LARGE = 100, 10_000
LIMIT = 3.0
ROUNDS = 15
HELD = Decision(Disposition.HELD, Category.OPT_OUT, "ja", reasons=(Reason.MISSING_ADDRESS,))
TEXT = (
    "お客様番号：{number}\n氏名：{name}\n\n今後、カタログの送付を停止してください。引っ越しのため不要になりました。\n"
    * 4
)
NAMES = ("山田 太郎", "鈴木 花子", "佐藤 健", "髙橋 美咲")
QUESTIONS = ("", "q=山田", "q=見つからない言葉", "reason=missing_name", "show=second")


def fill(desk: WebDesk, size: int) -> None:
    """So many held inquiries, a minute apart, every tenth for another reason."""
    with desk.database.transaction() as tx:
        for turn in range(size):
            raw = b"%d" % turn
            at = desk.clock() - timedelta(minutes=size - turn)
            stored = inquiries.store_mail(
                tx, raw=raw, digest=f"{turn:064}", mailbox="desk", uidvalidity=1, uid=turn + 1, received_at=at, now=at
            )
            said = any_reading(
                text=TEXT.format(number=10_000_000 + turn, name=NAMES[turn % 4]),
                subject=f"配信停止のお願い {turn}",
                envelope=envelope(message_id=f"<{turn}@a.example>", author=f"{turn}@a.example"),
            )
            decision = HELD if turn % 10 else replace(HELD, reasons=(Reason.MISSING_NAME,), language="en")
            step = {"before": State.RECEIVED, "step": Step.HOLD}
            inquiries.record_decision(tx, stored.inquiry_id, decision=decision, reading=said, now=at, **step)  # type: ignore[arg-type]
            held_text.keep(tx, stored.inquiry_id, said)


def seconds(client: httpx.Client, query: str) -> float:
    began = time.perf_counter()
    answered = client.get(f"/queue?{query}")
    assert answered.status_code == 200
    return time.perf_counter() - began


def middle(desk: WebDesk, size: int) -> str:
    """The address of a page in the middle."""
    with desk.database.reading() as tx:
        line = queue.page(tx, queue.Wanted(), limit=size)[size // 2]
    return f"after={key_of(line)}"


def main() -> int:
    """Print a ratio a question; 1 where one is over the limit."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        asked: dict[int, tuple[httpx.Client, tuple[str, ...]]] = {}
        for size in (SMALL, LARGE):
            place = Path(folder) / str(size)
            place.mkdir()
            desk = stack.enter_context(web_desk(place))
            fill(desk, size)
            asked[size] = (desk.sign_in("supervisor"), (*QUESTIONS, middle(desk, size)))
        worst = 0.0
        for turn, question in enumerate((*QUESTIONS, "a page in the middle")):
            taken: dict[int, list[float]] = {SMALL: [], LARGE: []}
            for _ in range(ROUNDS):
                for size, (client, questions) in asked.items():
                    taken[size].append(seconds(client, questions[turn]))
            small, large = statistics.median(taken[SMALL]), statistics.median(taken[LARGE])
            ratio = large / small
            worst = max(worst, ratio)
            print(f"{question or 'the first page':24} {small * 1e3:6.1f} ms {large * 1e3:6.1f} ms  ratio {ratio:.2f}")
    print(f"{LARGE} held inquiries against {SMALL}: at most {worst:.2f} times the time (limit {LIMIT})")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
