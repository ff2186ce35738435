"""Outside parties that remember everything and fail where told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from optout_daemon.edges.imap_values import Fetched, Listed, Moved, Selected, Sought
from optout_daemon.errors import DeliveryFailure, MailboxError


@dataclass(slots=True)
class Kept:
    """One mail in a fake mailbox."""

    raw: bytes
    received_at: datetime | None
    size: int | None = None
    """What the server says; the length of `raw` where it tells the truth."""


@dataclass(slots=True)
class FakeMailbox:
    """A mailbox in memory that behaves as edges/imap.py promises. `calls` names every call with its argument.

    `fail` maps a call ("fetch", or "fetch 3" for one that names UID 3) to what it raises; after a MailboxError the
    session is dead until it is opened again. `unreadable` UIDs are listed and not handed out.
    """

    uidvalidity: int = 7
    mails: dict[int, Kept] = field(default_factory=dict)
    folders: dict[str, list[bytes]] = field(default_factory=dict)
    fail: dict[str, Exception] = field(default_factory=dict)
    unreadable: set[int] = field(default_factory=set)
    refuse_moves: str = ""
    readonly: bool = False
    can_move: bool = True
    tells_uidnext: bool = True
    before: Callable[[str], None] = lambda call: None
    calls: list[str] = field(default_factory=list)
    _next: int = 1
    _dead: bool = False

    def add(self, raw: bytes, received_at: datetime | None = None, *, uid: int | None = None) -> int:
        """Put a mail in; its UID."""
        uid = self._next if uid is None else uid
        self._next = uid + 1
        self.mails[uid] = Kept(raw, received_at)
        return uid

    def renumber(self, uidvalidity: int, first: int = 1) -> None:
        """The same mails under another UIDVALIDITY, as after a restore."""
        kept = list(self.mails.values())
        self.uidvalidity = uidvalidity
        self.mails = dict(enumerate(kept, first))
        self._next = first + len(kept)

    def open(self) -> Selected:
        self._dead = False
        self._call("open")
        return self.select()

    def select(self) -> Selected:
        self._call("select")
        uidnext = self._next if self.tells_uidnext else None
        return Selected(self.uidvalidity, uidnext, len(self.mails), self.readonly, "/", frozenset({"MOVE"}))

    def uids_above(self, uid: int, *, since: date | None = None) -> list[int]:
        self._call("uids_above", uid)
        return [
            number
            for number, mail in sorted(self.mails.items())
            if number > uid and (since is None or mail.received_at is None or mail.received_at.date() >= since)
        ]

    def sizes(self, uids: Sequence[int]) -> list[Listed]:
        self._call("sizes", *uids)
        there = [(uid, self.mails[uid]) for uid in sorted(uids) if uid in self.mails]
        return [Listed(uid, len(m.raw) if m.size is None else m.size, m.received_at) for uid, m in there]

    def fetch(self, uids: Sequence[int], *, size: int = 0) -> Iterator[Fetched]:
        self._call("fetch", *uids)
        for uid in sorted(uids):
            if uid in self.mails and uid not in self.unreadable:
                yield Fetched(uid, self.mails[uid].raw)

    def fetch_head(self, uid: int, limit: int) -> bytes | None:
        self._call("fetch_head", uid)
        return self.mails[uid].raw[:limit] if uid in self.mails and uid not in self.unreadable else None

    def present(self, uids: Sequence[int]) -> set[int]:
        self._call("present", *uids)
        return set(uids) & set(self.mails)

    def folder(self, path: str) -> str:
        return path

    def move(self, uids: Sequence[int], path: str) -> Moved:
        self._call("move", *uids)
        there = sorted(set(uids) & set(self.mails))
        gone = tuple(sorted(set(uids) - set(there)))
        if self.refuse_moves:
            return Moved(gone=gone, kept=tuple(there), because=self.refuse_moves)
        self.folders.setdefault(path, []).extend(self.mails.pop(uid).raw for uid in there)
        return Moved(done=tuple(there), gone=gone)

    def find(
        self, folder: str, sought: Sequence[Sought], *, newest: int | None = None
    ) -> Mapping[int, tuple[int, ...]]:
        """UIDs in a folder are places in its list, from 1."""
        self._call("find", *(one.key for one in sought))
        there = list(enumerate(self.folders.get(folder, []), 1))[-(newest or 10_000) :]
        digests = {uid: hashlib.sha256(raw).hexdigest() for uid, raw in there}
        found = {one.key: tuple(uid for uid, digest in digests.items() if digest == one.digest) for one in sought}
        return {key: uids for key, uids in found.items() if uids}

    def move_on(self, folder: str, uids: Sequence[int], path: str) -> Moved:
        self._call("move_on", *uids)
        if self.refuse_moves:
            return Moved(kept=tuple(uids), because=self.refuse_moves)
        mails = self.folders[folder]
        self.folders.setdefault(path, []).extend(mails[uid - 1] for uid in uids)
        self.folders[folder] = [raw for uid, raw in enumerate(mails, 1) if uid not in uids]
        return Moved(done=tuple(uids))

    def _call(self, name: str, *uids: int) -> None:
        call = " ".join((name, *map(str, uids)))
        self.calls.append(call)
        self.before(call)
        if self._dead:
            raise MailboxError("the session is dead")
        for key in (name, *(f"{name} {uid}" for uid in uids)):
            if key in self.fail:
                self._dead = isinstance(self.fail[key], MailboxError)
                raise self.fail[key]


@dataclass(slots=True)
class FakeCourier:
    """Remembers what was handed over. `fail` maps a recipient to what its message raises; `away` is for all."""

    fail: dict[str, Exception] = field(default_factory=dict)
    away: DeliveryFailure | None = None
    ready: bool = True
    before: Callable[[str], None] = lambda recipient: None
    sent: list[tuple[str, str, bytes]] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    opened: int = 0

    def open(self) -> None:
        self.opened += 1
        if self.away is not None:
            raise self.away

    def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        self.tried.append(recipient)
        self.before(recipient)
        if recipient in self.fail:
            raise self.fail[recipient]
        self.sent.append((envelope_from, recipient, raw))
        return "2.0.0"


@dataclass(slots=True)
class FakeClock:
    """A clock that stands until it is moved."""

    at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **duration: float) -> None:
        """Move it on by a timedelta's arguments."""
        self.at += timedelta(**duration)
