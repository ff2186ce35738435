"""The customer master as imported, and the match keys by which staff's candidates are found.

An import replaces the whole master in one transaction and touches nothing else; the suppression list does not
know that customers exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    TableClause,
    TextClause,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from optout_daemon.core.model import Customer
from optout_daemon.core.reading.address import comparable
from optout_daemon.errors import ImportRefused
from optout_daemon.store.columns import CleanKey, bounded, clean
from optout_daemon.store.database import savepoint
from optout_daemon.store.schema import customer as table
from optout_daemon.store.schema import customer_key
from optout_daemon.store.statements import CHUNK, chunks

REMOVABLE_PERCENT: Final = 5
COMMON: Final = 50
"""A match key of more customers than this is of no help: a usual family name in a large master."""
_FEW: Final = 12
"""Up to so many keys of one kind are looked up each by itself, all in one statement."""
_MANY: Final = 200
"""Rows of keys looked up together from which on each is looked up by itself."""
Keys = Callable[[Customer], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, in customers."""

    added: int
    changed: int
    removed: int
    unchanged: int


def replace_all(
    tx: Connection,
    customers: Iterable[Customer],
    *,
    keys: Keys,
    partial: bool = False,
    max_removed: int | None = None,
    keys_version: str = "",
) -> ImportResult:
    """Make the master what `customers` says, reading them once, in bounded memory.

    Customers that are missing are removed unless `partial`. ImportRefused, and nothing changed, where that is more
    than 5 % of them (or `max_removed`), or where a number comes twice. Match keys are made for what is new or
    changed, and for every customer whose keys are of another `keys_version`.
    """
    with savepoint(tx):
        existing = count(tx)
        tx.execute(text("CREATE TEMPORARY TABLE import_seen (number TEXT PRIMARY KEY, line INTEGER NOT NULL)"))
        tally: Counter[str] = Counter()
        source, line = iter(customers), 0
        while chunk := [_normal(customer) for customer in islice(source, CHUNK)]:
            _refuse_repeats(tx, chunk, line)
            tally += _merge(tx, chunk, keys, keys_version)
            line += len(chunk)
        removed = 0 if partial else _remove_missing(tx, existing, max_removed)
        tx.execute(text("DROP TABLE import_seen"))
    return ImportResult(tally["added"], tally["changed"], removed, tally["unchanged"])


def remove(tx: Connection, number: str) -> bool:
    """Remove one customer's record and match keys; whether there was one."""
    tx.execute(delete(customer_key).where(customer_key.c.number == number))
    return tx.execute(delete(table).where(table.c.number == number)).rowcount == 1


def find(tx: Connection, numbers: Collection[str]) -> dict[str, Customer]:
    """The customers with these numbers, by number."""
    found: dict[str, Customer] = {}
    for chunk in chunks(list(numbers)):
        found |= {row.number: _customer(row) for row in tx.execute(_FIND, {"numbers": chunk})}
    return found


def by_keys(tx: Connection, keys: Collection[tuple[str, str]], limit: int = 50) -> list[Customer]:
    """Customers that share match keys, those first who share many and rare ones.

    A key that more than COMMON customers have says nothing of who wrote, and is left out.
    """
    shared: dict[str, float] = {}
    for numbers in _sharers(tx, keys):
        for number in numbers:
            shared[number] = shared.get(number, 0) + 1 / len(numbers)
    best = sorted(shared, key=lambda number: (-shared[number], number))[:limit]
    found = find(tx, best)
    return [found[number] for number in best if number in found]


def _sharers(tx: Connection, keys: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """For each key that is not common the numbers under it; a statement for all kinds that have few keys."""
    kinds: dict[str, dict[str, None]] = {}
    for kind, key in keys:
        kinds.setdefault(kind, {})[key] = None
    few: list[tuple[str, str]] = []
    for kind, wanted in kinds.items():
        if len(wanted) <= _FEW:
            few += [(kind, key) for key in wanted]
            continue
        for chunk in chunks(list(wanted)):
            rows = tx.execute(_SHARING, {"kind": kind, "keys": chunk, "most": _MANY}).all()
            if len(rows) == _MANY:
                few += [(kind, key) for key in chunk]
            else:
                yield from _uncommon(rows)
    for start in range(0, len(few), 2 * _FEW):
        some = few[start : start + 2 * _FEW]
        values: dict[str, str | int] = {f"kind{at}": kind for at, (kind, _) in enumerate(some)}
        values |= {f"key{at}": key for at, (_, key) in enumerate(some)}
        yield from _uncommon(tx.execute(_each(len(some)), values | {"most": COMMON + 1}).all())


def _uncommon(rows: Iterable[Any]) -> Iterator[list[str]]:
    together: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        together.setdefault((row.kind, row.key), []).append(row.number)
    return (numbers for numbers in together.values() if len(numbers) <= COMMON)


@cache
def _each(number: int) -> TextClause:
    """So many keys in one statement, of each no more rows than show that it is common."""
    one = (
        "SELECT * FROM (SELECT kind, key, number FROM customer_key"
        " WHERE kind = :kind{0} AND key = :key{0} LIMIT :most) AS found{0}"
    )
    names = [f"{name}{at}" for name in ("kind", "key") for at in range(number)]
    typed = [bindparam(name, type_=CleanKey) for name in names]
    return text(" UNION ALL ".join(map(one.format, range(number)))).bindparams(*typed)


def by_email(tx: Connection, email: str) -> list[Customer]:
    """The customers who have that address on record, in whatever case or IDNA form."""
    key = comparable(email)
    return [_customer(row) for row in tx.execute(_BY_EMAIL, {"email": key})] if key else []


def count(tx: Connection) -> int:
    """How many customers the master has."""
    return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def row(customer: Customer, keys_version: str) -> dict[str, str]:
    """One customer as the table holds it."""
    values = {name: getattr(customer, name) for name in _NAMES}
    return values | {"email_key": comparable(customer.email) if customer.email else "", "keys_version": keys_version}


_COLUMNS: Final = [table.c[field.name] for field in fields(Customer)]
_NAMES: Final = [column.name for column in _COLUMNS]
_SEEN: Final = TableClause("import_seen", column("number", CleanKey), column("line", Integer))
"""Numbers that the running import has read, in a temporary table."""
_FIND: Final = select(*_COLUMNS).where(table.c.number.in_(bindparam("numbers", expanding=True)))
_BY_EMAIL: Final = select(*_COLUMNS).where(table.c.email_key == bindparam("email")).order_by(table.c.number)
_SHARING: Final = (
    select(customer_key.c.kind, customer_key.c.key, customer_key.c.number)
    .where(customer_key.c.kind == bindparam("kind"), customer_key.c.key.in_(bindparam("keys", expanding=True)))
    .limit(bindparam("most"))
)


def _customer(row: Any) -> Customer:
    return Customer(*row[: len(_NAMES)])  # columns stand in the order of the fields


def _normal(customer: Customer) -> Customer:
    """As the database will give it back, so that an unchanged record compares equal."""
    values = {name: clean(getattr(customer, name)) for name in _NAMES}
    return Customer(**values | {"number": bounded(values["number"])})


def _refuse_repeats(tx: Connection, chunk: Sequence[Customer], before: int) -> None:
    lines: dict[str, int] = {}
    for line, customer in enumerate(chunk, before + 1):
        if customer.number in lines:
            raise _repeated(lines[customer.number], line)
        lines[customer.number] = line
    earlier = tx.execute(select(_SEEN.c.number, _SEEN.c.line).where(_SEEN.c.number.in_(list(lines)))).first()
    if earlier is not None:
        raise _repeated(earlier.line, lines[earlier.number])
    tx.execute(
        insert(_SEEN),
        [{"number": number, "line": line} for number, line in lines.items()],
    )


def _repeated(first: int, second: int) -> ImportRefused:
    why = f"customers {first} and {second} of the file have the same number"
    return ImportRefused(f"{why}; nothing was changed", (why,))


def _merge(tx: Connection, chunk: Sequence[Customer], keys: Keys, keys_version: str) -> Counter[str]:
    rows = tx.execute(select(*_COLUMNS, table.c.keys_version).where(table.c.number.in_([c.number for c in chunk])))
    old = {row.number: (_customer(row), row.keys_version) for row in rows}
    added = [customer for customer in chunk if customer.number not in old]
    moved = [c for c in chunk if c.number in old and old[c.number][0] != c]
    rekeyed = [c for c in chunk if c.number in old and old[c.number][1] != keys_version]
    touched = list({c.number: c for c in (*moved, *rekeyed)}.values())
    if added:
        tx.execute(insert(table), [row(customer, keys_version) for customer in added])
    if touched:
        values = [{"this": c.number} | row(c, keys_version) for c in touched]
        tx.execute(update(table).where(table.c.number == bindparam("this")), values)
        tx.execute(delete(customer_key).where(customer_key.c.number.in_([c.number for c in touched])))
    pairs = [
        {"kind": kind, "key": key, "number": customer.number}
        for customer in (*added, *touched)
        for kind, key in dict.fromkeys((clean(kind), bounded(clean(key))) for kind, key in keys(customer))
    ]
    if pairs:
        tx.execute(insert(customer_key), pairs)
    return Counter(added=len(added), changed=len(moved), unchanged=len(chunk) - len(added) - len(moved))


def _remove_missing(tx: Connection, existing: int, max_removed: int | None) -> int:
    def missing(number: ColumnElement[str]) -> ColumnElement[bool]:
        return ~exists().where(_SEEN.c.number == number)

    gone = select(func.count()).select_from(table).where(missing(table.c.number))
    removed = int(tx.execute(gone).scalar_one())
    allowed = existing * REMOVABLE_PERCENT // 100 if max_removed is None else max_removed
    if removed > allowed:
        raise ImportRefused(
            f"{removed} of {existing} customers are missing from the file, and at most {allowed} may be removed;"
            f" nothing was changed (use --max-removed {removed} if that is meant)"
        )
    if removed:
        tx.execute(delete(customer_key).where(missing(customer_key.c.number)))
        tx.execute(delete(table).where(missing(table.c.number)))
    return removed
