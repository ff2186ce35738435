"""Do what a token of List-Unsubscribe asks: block its person on its channel, and make such tokens for a mailing list.

The same entry comes of a mail with the token (settling.py writes it with the decision) and of the HTTPS end point
(RFC 8058), which ends in `click`. Who is blocked already stays blocked by the older entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core.arrival import NOTHING_PRINTED, Arrivals
from optout_daemon.core.digests import Digests
from optout_daemon.core.model import EMAIL, Action, LedgerEntry
from optout_daemon.core.one_click import OneClick, Target
from optout_daemon.core.reading.address import comparable
from optout_daemon.customer_file import BadLines, detect_encoding
from optout_daemon.errors import ImportRefused
from optout_daemon.given_file import whole
from optout_daemon.list_filter import name_in
from optout_daemon.list_rows import Records
from optout_daemon.store import audit, customers, one_click_targets, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import CUSTOMER_NUMBER

NOTE: Final = "one-click"
HEADERS: Final = ("List-Unsubscribe", "List-Unsubscribe-Post")
ONE_CLICK: Final = "List-Unsubscribe=One-Click"
"""RFC 8058, section 3.1: the value of List-Unsubscribe-Post and the body of the request."""
_CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a mailing list, in rows; `empty` had nobody in the column and got no headers."""

    rows: int
    added: int
    empty: int


def entry(
    tx: Connection,
    target: Target,
    *,
    source: str,
    by: str,
    now: datetime,
    cause: int | None = None,
    arrivals: Arrivals = NOTHING_PRINTED,
) -> LedgerEntry:
    """The ledger entry of a token. A customer's on `email` covers the address on record, as an opt-out by mail does."""
    number = target.subject if target.kind == CUSTOMER_NUMBER else None
    emails = [target.subject] if target.kind == EMAIL else []
    if number is not None and target.channel == EMAIL:
        found = customers.find(tx, [number]).get(number)
        if found is not None and found.email:
            emails.append(comparable(found.email))
    return LedgerEntry(
        channel=target.channel,
        action=Action.STOP,
        reason="opt_out",
        source=source,
        by=by,
        valid_from=now,
        customer_number=number,
        emails=tuple(emails),
        digests=() if target.kind in (EMAIL, CUSTOMER_NUMBER) else ((target.kind, target.subject),),
        scope=target.scope,
        cause=cause,
        note=NOTE,
        may_arrive_until=arrivals.until(target.channel, now),
    )


def click(
    database: Database,
    one_click: OneClick,
    token: str,
    *,
    digests: Digests,
    now: datetime,
    arrivals: Arrivals = NOTHING_PRINTED,
) -> bool:
    """Block whom the token means; False where it is none of ours. Committed when it returns."""
    handle = one_click.handle(token)
    if handle is None:
        return False
    with database.transaction() as tx:
        target = one_click_targets.find(tx, handle)
        if target is None:
            return False
        new = entry(tx, target, source="api", by=NOTE, now=now, arrivals=arrivals)
        versions = suppressions.append(tx, [new], now=now, digests=digests)
        if versions:
            audit.record(tx, event="one_click", actor=NOTE, now=now, data={"ledger": versions})
    return True


def add_headers(
    source: Path,
    output: Path,
    make: Callable[[str], str],
    one_click: OneClick,
    *,
    column: str,
    kind: str,
    channel: str,
    scope: str,
    delimiter: str,
    prefixes: tuple[str, ...],
    post: bool,
    database: Database,
    progress: Callable[[int], None] = lambda _bytes: None,
) -> Added:
    """Write the list with two columns more, byte for byte else; `make` gives List-Unsubscribe from a token.

    Every token is known to the database before the file has its name. Raises ImportRefused where a row names nobody
    that can be read, or the list has the columns already.
    """
    encoding = detect_encoding(source)
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    mark, bad = delimiter.encode(), BadLines()
    rows = added = empty = 0
    with source.open("rb") as raw, whole(output) as file:
        records = Records(raw, encoding, column, delimiter)
        if set(HEADERS) & set(records.names):
            raise ImportRefused("the list has the columns already", ("line 1: remove them first",))
        file.write(_with(records.header, mark, mark.join(name.encode() for name in HEADERS)))
        stream = iter(records)
        while chunk := list(islice(stream, _CHUNK)):
            out: list[bytes] = []
            targets: list[tuple[str, Target]] = []
            for line, piece, text in chunk:
                if text is None:
                    out.append(piece)
                    continue
                rows += 1
                name = name_in(text, kind, prefixes)
                if name is None:
                    bad.add(line, [f"{column}: not readable"])
                elif not name:
                    empty += 1
                    out.append(_with(piece, mark, mark))
                else:
                    target = Target(kind, name, channel, scope)
                    token = one_click.token(target)
                    targets.append((one_click.handle(token) or "", target))
                    value = f'"{make(token)}"'.encode(codec) + mark + (ONE_CLICK.encode() if post else b"")
                    out.append(_with(piece, mark, value))
                    added += 1
            with database.transaction() as tx:
                one_click_targets.remember(tx, targets)
            file.write(b"".join(out))
            progress(raw.tell())
        if bad.count:
            raise ImportRefused(f"{bad.count} rows name nobody that could unsubscribe", tuple(bad.named))
    return Added(rows, added, empty)


def _with(piece: bytes, mark: bytes, more: bytes) -> bytes:
    body = piece.rstrip(b"\r\n")
    return body + mark + more + piece[len(body) :]
