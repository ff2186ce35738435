"""Find a person in the suppression list by what somebody knows of them, and tell all that it has of them.

By customer number or e-mail address wherever these stand, in the list or among the customers; by name or postal address
through the customers. Who was erased is found by number or address still: the list has digests of them. Raises
DirectoryError where the company's own database is away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from optout_daemon.blocking import Subject
from optout_daemon.core.digests import Digests
from optout_daemon.core.matching.keys import text_keys
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.model import Customer
from optout_daemon.core.reading.address import comparable
from optout_daemon.directory import Directory
from optout_daemon.store import customers, list_person, suppressions
from optout_daemon.store.ledger import Entry
from optout_daemon.store.list_lines import ListLine

MOST: Final = 20
"""People that a search shows."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person: who is meant, the customer's record if there is one, what stands, and every entry, oldest first."""

    subject: Subject
    customer: Customer | None
    standing: tuple[ListLine, ...]
    entries: tuple[Entry, ...]

    @property
    def addresses(self) -> list[str]:
        """The e-mail addresses that the page is about: named, on record, or covered by the customer's own entries."""
        found = [self.subject.email or "", self.customer.email if self.customer else ""]
        for recorded in self.entries:
            if self.subject.customer_number and recorded.entry.customer_number == self.subject.customer_number:
                found += recorded.entry.emails
        return list(dict.fromkeys(comparable(one) for one in found if one))


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, and how: `kind` is `email`, `number` or `text`."""

    kind: str
    people: tuple[tuple[Subject, Customer | None], ...]


def search(typed: str, directory: Directory, *, number_pattern: str, prefixes: Sequence[str]) -> Search:
    """Who may be meant. A number or an e-mail address is somebody also where no customer has it."""
    typed = typed.strip()
    number = normalise(typed, prefixes)
    if "@" in typed:
        found = directory.by_email(comparable(typed))
        known = [(Subject(customer.number), customer) for customer in found[:MOST]]
        return Search("email", (*known, (Subject(email=typed), None)))
    if re.fullmatch(number_pattern, number):
        return Search("number", ((Subject(number), directory.find([number]).get(number)),))
    likely = directory.by_keys(text_keys(typed), MOST) if typed else []
    return Search("text", tuple((Subject(customer.number), customer) for customer in likely))


def person(tx: Connection, subject: Subject, customer: Customer | None, *, digests: Digests | None) -> Person:
    """All that the list has of whom `subject` names, the address on record with it."""
    email = subject.email or (customer.email if customer is not None else None)
    plain = suppressions.subjects_of(email=email, customer_number=subject.customer_number)
    aliases = [] if digests is None else [alias for pair in plain for alias in digests.aliases(*pair)]
    return _of(tx, subject, customer, [*plain, *aliases])


def of_entry(tx: Connection, number: int, *, digests: Digests | None) -> Person | None:
    """The person whom a ledger entry covers; of the erased only what names nobody. None: no such entry."""
    found = list_person.entry(tx, number)
    if found is None:
        return None
    entry = found.entry
    if entry.customer_number is not None:
        known = customers.find(tx, [entry.customer_number]).get(entry.customer_number)
        return person(tx, Subject(entry.customer_number), known, digests=digests)
    if entry.emails:
        return person(tx, Subject(email=entry.emails[0]), None, digests=digests)
    pairs = list(entry.digests) + suppressions.subjects_of(postal_key=entry.postal_key or None)
    return _of(tx, Subject(), None, pairs)


def _of(tx: Connection, subject: Subject, customer: Customer | None, pairs: Sequence[tuple[str, str]]) -> Person:
    standing = {(line.channel, line.scope, line.entry_id): line for line in list_person.standing(tx, pairs)}
    entries = suppressions.history_of(tx, pairs)
    return Person(subject, customer, tuple(standing[key] for key in sorted(standing)), tuple(entries))
