"""Copy the customers of the company's own database into the desk's table, with the match keys made from them.

The number of a mail is looked up there live; the copy serves what needs an index of ours: staff's candidates and
whose address is whose. Raises DirectoryError where the source cannot be read, ImportRefused where so many would go
that the source must be broken, StoreError; nothing has changed then. The suppression list is never touched.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO

from optout_daemon.core.matching.keys import KEYS_VERSION, match_keys
from optout_daemon.core.model import Customer
from optout_daemon.edges.customer_database import CustomerDatabase
from optout_daemon.errors import ImportRefused
from optout_daemon.log import Log
from optout_daemon.store import alarms, customers
from optout_daemon.store.customers import ImportResult
from optout_daemon.store.database import Database


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did; `twice` are numbers under which more than one record stands: they are nobody's."""

    result: ImportResult
    twice: int


def sync(source: CustomerDatabase, database: Database, *, max_removed: int | None = None) -> Synced:
    """Make the desk's table what the source says, in one transaction.

    Everything is read into an unnamed temporary file first: a slow source must not keep the desk from writing.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        twice = _spool(source, spool)
        spool.seek(0)
        with database.transaction() as tx:
            result = customers.replace_all(
                tx, _read(spool), keys=match_keys, max_removed=max_removed, keys_version=KEYS_VERSION
            )
    return Synced(result, twice)


def sync_and_tell(source: CustomerDatabase, database: Database, *, now: datetime, log: Log) -> None:
    """One round of the daemon: log what came of it; where it was refused, keep the old copy and raise one alarm."""
    try:
        done = sync(source, database)
    except ImportRefused as refused:
        log.directory_error(message=f"customers were not copied: {refused}")
        with database.transaction() as tx:
            raised = alarms.raise_once(tx, kind="sync_refused", key="customers", now=now)
        if raised:
            log.alarm(kind="sync_refused", key="customers")
        return
    result = done.result
    log.customers_synced(added=result.added, changed=result.changed, removed=result.removed, twice=done.twice)
    with database.transaction() as tx:
        alarms.clear(tx, "sync_refused", "customers")


def _spool(source: CustomerDatabase, spool: IO[str]) -> int:
    """Write each number's one record, a line each; the number of numbers that have more than one."""
    twice = 0
    held: Customer | None = None
    repeated = False
    for customer in source.everyone():
        if held is not None and customer.number == held.number:
            twice += not repeated
            repeated = True
            continue
        if held is not None and not repeated:
            spool.write(json.dumps(asdict(held)) + "\n")
        held, repeated = customer, False
    if held is not None and not repeated:
        spool.write(json.dumps(asdict(held)) + "\n")
    return twice


def _read(spool: IO[str]) -> Iterator[Customer]:
    for line in spool:
        yield Customer(**json.loads(line))
