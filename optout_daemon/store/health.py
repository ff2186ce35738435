"""When each job of the daemon last came round, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from optout_daemon.store.schema import job as table
from optout_daemon.store.statements import Insert, for_each

OK: Final = "ok"


@dataclass(frozen=True, slots=True)
class JobPass:
    """A job's last pass; `last_success` is its last one with outcome "ok"."""

    job: str
    last_pass: datetime
    last_outcome: str
    last_success: datetime | None


def _upsert(statement: Insert) -> Insert:
    new = statement.excluded
    values = {
        "last_pass": new.last_pass,
        "last_outcome": new.last_outcome,
        "last_success": func.coalesce(new.last_success, table.c.last_success),
    }
    return statement.on_conflict_do_update(index_elements=["job"], set_=values)


_DONE: Final = for_each(lambda insert: _upsert(insert(table)))


def job_done(tx: Connection, job: str, now: datetime, outcome: str = OK) -> None:
    """The job came round: "ok", or one plain line that names the temporary failure."""
    success = now if outcome == OK else None
    values = {"job": job, "last_pass": now, "last_outcome": outcome, "last_success": success}
    tx.execute(_DONE[tx.dialect.name], values)


def jobs(tx: Connection) -> list[JobPass]:
    """Every job that ever came round."""
    return [JobPass(**row._mapping) for row in tx.execute(select(table).order_by(table.c.job))]
