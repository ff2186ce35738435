"""A database with two customers and the parts around it that decide, without child processes."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO

from optout_daemon import processing
from optout_daemon.composing import Composer
from optout_daemon.config import DeskSettings
from optout_daemon.core.keys import Keys
from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Customer, Policy
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.directory import TableDirectory
from optout_daemon.edges.readers import Answer, Job
from optout_daemon.judging import Parts
from optout_daemon.log import Log
from optout_daemon.processing import process
from optout_daemon.settling import Caps, Desk
from optout_daemon.store import customers, inquiries, outbox, suppressions
from optout_daemon.store.database import Database

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DESK = "desk@example.com"
ANNA = Customer("20000001", "Anna Arden", "1 Birch Lane, Oakford", email="anna@example.org")
BORIS = Customer("20000002", "Boris Blake", "2 Birch Lane, Oakford", email="boris@example.org")
FORM = (
    "Customer number: 20000001\nName: Anna Arden\nAddress: 1 Birch Lane, Oakford\nInquiry: Please stop all mailings.\n"
)
INCOMPLETE = FORM.replace("Address: 1 Birch Lane, Oakford\n", "")
ADDRESS = "Address: 1 Birch Lane, Oakford\n"
TO_FIRST = "In-Reply-To: <first@example.org>"
NEVER = threading.Event()


class InProcessReaders:
    """Reads without child processes; a mail whose bytes are in `told` gets that answer."""

    def __init__(self) -> None:
        self.reader = Reader(ReaderSettings(own_addresses=(DESK,)))
        self.told: dict[bytes, Answer] = {}
        self.ready = 50
        self.before: Callable[[int], None] = lambda place: None

    def read(self, jobs: Iterable[Job]) -> list[Answer]:
        return [self.told.get(job.raw) or self.reader.read(job.raw, truncated=job.truncated) for job in jobs]

    def answers(self, jobs: Sequence[Job]) -> Generator[list[tuple[int, Answer]], None, None]:
        """So many at once as `ready` says."""
        for first in range(0, len(jobs), self.ready):
            self.before(first)
            yield list(enumerate(self.read(jobs[first : first + self.ready]), first))


class Situation:
    """A database with two customers, and the parts around it."""

    def __init__(self, database: Database, **desk: object) -> None:
        self.database, self.readers = database, InProcessReaders()
        with database.transaction() as tx:
            customers.replace_all(tx, [ANNA, BORIS], keys=match_keys, partial=False, max_removed=None)
        keys = Keys(b"k" * 32)
        settings = DeskSettings(address=DESK)
        envelope_from = str(desk.pop("envelope_from", "<>"))
        values = {
            "policy": Policy(),
            "own_addresses": frozenset({DESK}),
            "caps": Caps(),
            "composer": Composer(templates=None, desk=settings, keys=keys, envelope_from=envelope_from),
            "directory": TableDirectory(database),
            "log": Log(stream=StringIO()),
            **desk,
        }
        self.parts = Parts(database, self.readers, Desk(**values), keys)  # type: ignore[arg-type]
        self._uid = itertools.count(1)

    def receive(self, raw: bytes) -> int:
        with self.database.transaction() as tx:
            return inquiries.store_mail(
                tx,
                raw=raw,
                digest=hashlib.sha256(raw).hexdigest(),
                mailbox="desk",
                uidvalidity=1,
                uid=next(self._uid),
                received_at=NOW,
                now=NOW,
            ).inquiry_id

    def process(self, now: datetime = NOW) -> processing.Processed:
        return process(self.parts, now=now, stop=NEVER)

    def inquiry(self, number: int) -> inquiries.Inquiry:
        with self.database.reading() as tx:
            found = inquiries.get(tx, number)
        assert found is not None
        return found

    def blocked(self, *, customer_number: str | None = None, email: str | None = None) -> bool:
        with self.database.reading() as tx:
            return bool(suppressions.check(tx, channel="email", customer_number=customer_number, email=email))

    def replies(self, number: int) -> list[outbox.OutboxItem]:
        with self.database.reading() as tx:
            return outbox.of_inquiry(tx, number)


def mail(name: str, text: str = FORM, author: str = "anna@example.org", *headers: str) -> bytes:
    lines = (f"From: {author}", f"To: {DESK}", f"Subject: {name}", f"Message-ID: <{name}@example.org>", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()
