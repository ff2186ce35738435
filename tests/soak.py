"""The long run: mail keeps coming while the daemon is killed again and again, and nothing may be lost or done twice.

`make soak` does it with 1,000 mails and 200 kills, `tests/flow/test_12_soak.py` with few of both. The instants are
random; the seed is printed, and `--seed` gives the same instants again. What must hold is what an undisturbed desk
made of the same mails; a reply may be repeated, with the same bytes, only where a kill fell between its acceptance by
the SMTP server and the record of it.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import re
import shutil
import signal
import sys
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final

from optout_daemon.core.lifecycle import State
from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Customer
from optout_daemon.store import customers, outbox, suppressions
from tests import corpora
from tests.clerk import customers as in_the_master
from tests.flow.desk import NAMES, STREETS, Desk, mixed_mails, number
from tests.servers.dovecot import Dovecot
from tests.servers.process import temporary_folder
from tests.servers.sink import Received, SmtpSink
from tests.servers.tls import Authority

EARLIEST: Final = 0.2
"""Seconds after a start at which it may be killed: before anything was read."""
BEYOND_FIRST: Final = 2.0
"""The latest kill: so many seconds after the first decision, as the first start took to come to it on this machine."""
WITHIN_WORK: Final = 0.5
"""The latest kill after the event that was waited for."""
IN_FLIGHT: Final = 0.5
"""Seconds for which what the killed daemon had sent may still be on its way into the SMTP server."""
LONGEST: Final = 900
DECIDED: Final = ('"event": "closed"', '"event": "held"')
SERVER_DELAY: Final = 0.01
"""The SMTP server takes so many seconds for each reply, so that kills fall between acceptance and record too."""


@dataclass
class Figures:
    """What a run is judged by; everything in `faults` must not be."""

    mails: int
    kills: int
    seed: int
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    wrong_decisions: int = 0
    wrong_suppressions: int = 0
    missing_replies: int = 0
    repeated: int = 0
    """Replies that came again with the same bytes, each after a kill: allowed, and counted."""
    repeated_otherwise: int = 0
    """Replies with another Message-ID or other bytes, or again without a kill between: never."""
    not_filed: int = 0
    compared: bool = False
    """Whether the run came to its end: figures of one that did not are those of what was seen of it."""
    killed_after: Counter[str] = field(default_factory=Counter)
    """How many kills came after which event of the daemon's life, the last that its log shows."""
    faults: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        wrong = self.wrong_decisions + self.wrong_suppressions + self.repeated_otherwise
        missed = self.lost + self.doubled + wrong + self.missing_replies + self.not_filed
        return self.compared and not missed and not self.faults

    def __str__(self) -> str:
        after = ", ".join(f"{event}: {count}" for event, count in self.killed_after.most_common())
        return (
            f"{'' if self.compared else 'NOT COMPARED: '}{self.mails} mails, {self.kills} kills (after {after}), {self.lost} lost, "
            f"{self.doubled} doubled inquiries, {self.wrong_decisions} wrong decisions, "
            f"{self.wrong_suppressions} wrong suppressions, {self.missing_replies} missing replies, "
            f"{self.repeated} repeated with the same Message-ID after a kill, "
            f"{self.repeated_otherwise} repeated otherwise, {self.not_filed} not filed, "
            f"{self.seconds:.0f} seconds, seed {self.seed}"
        )


class Arrivals(list[Received]):
    """What arrived, with the moment of each."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, message: Received) -> None:
        self.times.append(time.monotonic())
        super().append(message)


def mail_of_all_kinds(count: int) -> list[bytes]:
    """Our own corpus first (in the order that its answers need), then plain mail of as many people; all different."""
    truth = corpora.own().truth()
    files = [t["file"] for t in truth if "after" not in t] + [t["file"] for t in truth if "after" in t]
    written = [corpora.own().raw(file) for file in files[: count // 5]]
    made = [one.raw for one in mixed_mails(count)]
    return list(dict.fromkeys([*written, *made]))[:count]


def import_everybody(desk: Desk, count: int) -> None:
    """The people of the corpus and those of the plain mail."""
    people = [*in_the_master(corpora.own().customers).values()]
    taken = {one.number for one in people}
    for i in range(count):
        address = f"{i + 1} {STREETS[i % 4]}, Oakford"
        if number(i) not in taken:
            people.append(Customer(number(i), NAMES[i % 4], address, email=f"person{i}@mail{i}.example"))
    with desk.database() as database, database.transaction() as tx:
        customers.replace_all(tx, people, keys=match_keys, partial=False, max_removed=None)


def decisions(desk: Desk) -> dict[str, tuple[Any, ...]]:
    """By the digest of the mail: what was decided, and which replies are due."""
    with desk.database() as database, database.reading() as tx:
        replies: dict[int, list[str]] = defaultdict(list)
        for item in outbox.listing(tx, limit=100_000):
            replies[item.inquiry_id].append(item.kind.value)
    return {
        row.digest: (
            *(row.state, row.disposition, row.reasons, row.customer_number, row.channels, row.follow_up),
            *(row.reply, row.reply_capped, sorted(replies[row.id])),
        )
        for row in desk.inquiries()
    }


def blocks(desk: Desk) -> Counter[tuple[str, ...]]:
    """The suppression list and the ledger, without the numbers of entries and the moments."""
    with desk.database() as database, database.reading() as tx:
        listed = suppressions.listing(tx, limit=100_000)
        entered = [one.entry for one in suppressions.changes(tx, since=0, limit=100_000)]
        assert suppressions.verify(tx) == []
    return Counter(
        [("list", s.subject_kind, s.subject, s.channel, s.scope, s.reason) for s in listed]
        + [("ledger", e.channel, e.action.value, e.reason, str(e.customer_number), *sorted(e.emails)) for e in entered]
    )


def soaked_desk(folder: Path, dovecot: Dovecot, sink: SmtpSink, mails: int) -> Desk:
    """A desk in a new folder. Its compiled modules are kept, as an installed program's are: it starts often."""
    folder.mkdir()
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")}
    mailbox = dovecot.mailbox(f"{folder.parent.name}-{folder.name}@example.com")
    desk = Desk(folder, mailbox, dovecot, smtp_port=sink.port, environment=compiled)
    import_everybody(desk, mails)
    return desk


def undisturbed(folder: Path, dovecot: Dovecot, raws: Sequence[bytes]) -> Desk:
    """A desk that has handled the same mails and was never killed."""
    with SmtpSink() as sink:
        desk = soaked_desk(folder, dovecot, sink, len(raws))
        try:
            desk.mailbox.append_all(raws)
            desk.start()
            wait_until_settled(desk, len(raws))
            assert desk.stop() == 0
        finally:
            desk.close()
    return desk


class Soak:
    """One desk that is killed, and what came of it."""

    def __init__(self, folder: Path, dovecot: Dovecot, *, mails: int, kills: int, seed: int) -> None:
        self._folder, self._dovecot, self._kills = folder, dovecot, kills
        self._raws = mail_of_all_kinds(mails)
        self._chance = random.Random(seed)
        self._killed: list[float] = []
        self._began = 0.0
        self.figures = Figures(mails, 0, seed)
        assert len(self._raws) == mails

    def run(self, *, say: bool = False) -> Figures:
        """Kill and restart until all is decided, delivered and filed; then compare with an undisturbed desk."""
        self._began = time.monotonic()
        try:
            self._compared(say=say)
        finally:
            self.figures.seconds = time.monotonic() - self._began
        return self.figures

    def _compared(self, *, say: bool) -> None:
        calm = undisturbed(self._folder / "calm", self._dovecot, self._raws)
        if say:
            print(f"an undisturbed desk took {time.monotonic() - self._began:.0f} seconds", flush=True)
        with SmtpSink() as sink:
            sink.messages, sink.delay = Arrivals(), SERVER_DELAY
            desk = soaked_desk(self._folder / "killed", self._dovecot, sink, len(self._raws))
            try:
                self._kill_again_and_again(desk, sink, say=say)
                desk.start()
                wait_until_settled(desk, len(self._raws))
                assert desk.stop() == 0
                if say:
                    print(self._so_far(desk, sink), flush=True)
                self._compare(desk, calm, sink)
                desk.command("reconcile")
                self.figures.compared = True
            finally:
                desk.close()

    def _kill_again_and_again(self, desk: Desk, sink: SmtpSink, *, say: bool) -> None:
        """A share of the mail arrives before each start or while it runs; nothing waits for anything."""
        shares = self._shares()
        began = time.monotonic()
        desk.mailbox.append_all(shares[0])
        desk.start()
        desk.until(lambda: any(mark in desk.log() for mark in DECIDED), "the first mail is decided", within=120)
        latest = time.monotonic() - began + BEYOND_FIRST
        for turn in range(self._kills):
            so_far = len(desk.log())
            if turn:
                desk.start(ready=False)
            arriving = threading.Thread(target=desk.mailbox.append_all, args=(shares[turn] if turn else [],))
            arriving.start()
            self._wait(desk, so_far, latest)
            desk.kill()
            self._killed.append(time.monotonic())
            arriving.join()
            self.figures.kills += 1
            happened = re.findall(r'"event": "(stored|held|closed|sent|filed|ready)"', desk.log()[so_far:])
            self.figures.killed_after[happened[-1] if happened else "start"] += 1
            if say and (turn + 1) % 20 == 0:
                print(self._so_far(desk, sink), flush=True)

    def _so_far(self, desk: Desk, sink: SmtpSink) -> str:
        rows, seconds = desk.inquiries(), time.monotonic() - self._began
        decided = sum(row.state is not State.RECEIVED for row in rows)
        return (
            f"{self.figures.kills} kills, {len(rows)} mails stored, {decided} decided, {len(sink.messages)} replies taken, "
            f"{desk.unsent()} to send, {seconds:.0f} seconds"
        )

    def _wait(self, desk: Desk, so_far: int, latest: float) -> None:
        """Until a random instant: of the time since the start, or of the work, from a random kind of event on."""
        if self._chance.random() < 0.4:
            time.sleep(self._chance.uniform(EARLIEST, latest))
            return
        event, until = self._chance.choice(("stored", "held", "closed", "sent", "filed")), time.monotonic() + latest
        while f'"event": "{event}"' not in desk.log()[so_far:] and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(self._chance.uniform(0, WITHIN_WORK))

    def _shares(self) -> list[list[bytes]]:
        """The mails in order, cut at random places into one share a turn; the first start has one to decide."""
        cuts = sorted(self._chance.randrange(1, len(self._raws) + 1) for _ in range(self._kills - 1))
        edges = [0, *cuts, len(self._raws)]
        return [self._raws[start:end] for start, end in itertools.pairwise(edges)]

    def _compare(self, desk: Desk, calm: Desk, sink: SmtpSink) -> None:
        figures, faults = self.figures, self.figures.faults
        rows = desk.inquiries()
        wanted = {hashlib.sha256(raw).hexdigest() for raw in self._raws}
        have = Counter(row.digest for row in rows)
        figures.lost = len(wanted - have.keys())
        figures.doubled = sum(have.values()) - len(wanted & have.keys())
        want, got = decisions(calm), decisions(desk)
        for digest in sorted(wanted & got.keys()):
            if want[digest] != got[digest]:
                figures.wrong_decisions += 1
                faults.append(f"{digest[:12]}: undisturbed {want[digest]}, killed {got[digest]}")
        differing = (blocks(desk) - blocks(calm)) + (blocks(calm) - blocks(desk))
        figures.wrong_suppressions = sum(differing.values())
        faults += [f"suppressions differ: {one}" for one in differing]
        filed = Counter(
            hashlib.sha256(raw).hexdigest()
            for folder in desk.mailbox.folders()
            for raw in desk.mailbox.messages(folder).values()
        )
        figures.not_filed = sum(filed[digest] != 1 for digest in wanted)
        self._compare_replies(desk, sink)

    def _compare_replies(self, desk: Desk, sink: SmtpSink) -> None:
        figures, faults = self.figures, self.figures.faults
        with desk.database() as database, database.reading() as tx:
            due = {item.message_id: item for item in outbox.listing(tx, limit=100_000)}
        recorded = Counter(event["item"] for event in desk.events("sent"))
        came: dict[str, list[tuple[float, bytes]]] = defaultdict(list)
        assert isinstance(sink.messages, Arrivals)
        for at, message in zip(sink.messages.times, sink.messages, strict=True):
            came[str(message_from_bytes(message.raw)["Message-ID"])].append((at, message.raw))
        figures.missing_replies = len(due.keys() - came.keys())
        for message_id, times in came.items():
            item = due.get(message_id)
            if item is None:
                figures.repeated_otherwise += 1
                faults.append("a reply that no outbox row knows")
                continue
            figures.repeated += len(times) - 1
            if len({raw for _, raw in times}) > 1 or recorded[item.id] > 1:
                figures.repeated_otherwise += 1
                faults.append(f"item {item.id}: other bytes, or recorded as sent {recorded[item.id]} times")
            for (first, _), (second, _) in itertools.pairwise(times):
                if not any(first - IN_FLIGHT <= killed <= second for killed in self._killed):
                    figures.repeated_otherwise += 1
                    faults.append(f"item {item.id}: sent again without a kill between")


def wait_until_settled(desk: Desk, mails: int) -> None:
    """Until all is decided, delivered and filed; it looks seldom, because looking takes the desk's time."""
    deadline = time.monotonic() + LONGEST
    while not desk.settled(mails):
        assert desk.process is not None
        assert desk.process.poll() is None, desk.log()[-4000:]
        assert time.monotonic() < deadline, f"not settled within {LONGEST} s\n{desk.log()[-4000:]}"
        time.sleep(0.5 if mails < 100 else 2.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    # Ended from outside, it says how far it came all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    authority_folder, folder = temporary_folder("ca"), temporary_folder("soak")
    dovecot = Dovecot(Authority(authority_folder))
    soak = Soak(folder, dovecot, mails=asked.mails, kills=asked.kills, seed=asked.seed)
    figures = soak.figures
    try:
        soak.run(say=True)
    except Exception:
        traceback.print_exc()
    finally:
        print(figures, flush=True)
        for fault in figures.faults[:50]:
            print(f"  {fault}", flush=True)
        dovecot.close()
        shutil.rmtree(authority_folder, ignore_errors=True)
    if figures.kept:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    print(f"what is left of it: {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
