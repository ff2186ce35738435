"""Erase a person from the customer table, the ledger and the list, and leave them blocked.

What names them is replaced by keyed digests in one transaction with the audit event; `suppressions check` still
answers for the plain address or number. The mails they wrote are not touched here. An address that another customer
has too stays: it names that customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from optout_daemon.blocking import Subject
from optout_daemon.core.digests import Digests
from optout_daemon.core.model import Customer
from optout_daemon.store import audit, customers, one_click_targets, suppressions
from optout_daemon.store.ledger import EMAIL


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: ledger entries in which a name was replaced, whether a customer record went, and how many
    addresses stayed because they are another customer's too.
    """

    entries: tuple[int, ...]
    customer: bool
    kept: int


def erase(tx: Connection, subject: Subject, digests: Digests, *, by: str, now: datetime, record: bool = True) -> Erased:
    """Forget the customer, with the addresses on record and of their own entries, and the address that is named.

    The customer's own record goes only with `record`.
    """
    names = set(
        suppressions.subjects_of(
            email=subject.email, customer_number=subject.customer_number, postal_key=subject.postal_key
        )
    )
    found: Customer | None = None
    kept = 0
    if subject.customer_number is not None:
        found = customers.find(tx, [subject.customer_number]).get(subject.customer_number)
        addresses = {found.email} if found is not None and found.email else set()
        for recorded in suppressions.history(tx, customer_number=subject.customer_number):
            addresses |= set(recorded.entry.emails)
        for pair in {pair for one in addresses for pair in suppressions.subjects_of(email=one)} - names:
            if _is_anothers(tx, pair[1], subject.customer_number):
                kept += 1
            else:
                names.add(pair)
    changed = suppressions.forget(tx, sorted(names), digests)
    one_click_targets.forget(tx, sorted(names), digests)
    removed = record and found is not None and customers.remove(tx, found.number)
    if changed or removed:
        audit.record(tx, event="erased", actor=by, now=now, data={"ledger": changed, "customer": removed})
    return Erased(tuple(changed), removed, kept)


def _is_anothers(tx: Connection, email: str, number: str) -> bool:
    """Whether another customer has the address on record, or an entry of another customer covers it."""
    if any(customer.number != number for customer in customers.by_email(tx, email)):
        return True
    others = (recorded.entry.customer_number for recorded in suppressions.history_of(tx, [(EMAIL, email)]))
    return any(other is not None and other != number for other in others)
