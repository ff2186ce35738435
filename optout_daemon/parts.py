"""Build what the stages work with from the settings: database, readers, directory, composer, keys.

Used by the daemon, by `explain` and by the clerk's commands, so that all of them judge alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from optout_daemon.composing import Composer
from optout_daemon.config import Settings, desk_digests, desk_key, one_click, secret
from optout_daemon.core.arrival import Arrivals
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Policy
from optout_daemon.core.reading.address import comparable
from optout_daemon.core.reading.companies import Company
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.directory import Directory, SqlDirectory, TableDirectory
from optout_daemon.edges.customer_database import CustomerDatabase
from optout_daemon.edges.readers import ReaderPool
from optout_daemon.judging import Parts
from optout_daemon.log import Log
from optout_daemon.settling import Caps, Desk
from optout_daemon.store.database import Database


@dataclass(frozen=True, slots=True)
class Built:
    """The parts of one process."""

    database: Database
    readers: ReaderPool
    directory: Directory
    parts: Parts


def own_addresses(settings: Settings) -> frozenset[str]:
    """The desk's addresses in comparable form: nobody behind them is ever answered."""
    return frozenset(comparable(address) for address in settings.own_addresses)


def policy(settings: Settings) -> Policy:
    """The settings that decisions depend on."""
    return Policy(
        required_fields=frozenset(settings.policy.required_fields),
        channels=settings.policy.channels,
        languages=settings.desk.languages,
    )


def reader_settings(settings: Settings) -> ReaderSettings:
    """The settings that reading depends on; trusted hosts are those of every mailbox."""
    trusted = dict.fromkeys(name for box in settings.mailbox for name in box.trusted_authserv_ids)
    return ReaderSettings(
        own_addresses=tuple(sorted(own_addresses(settings))),
        languages=settings.desk.languages,
        number_pattern=settings.customers.number_pattern,
        number_prefixes=settings.customers.number_prefixes,
        trusted_authserv_ids=tuple(trusted),
        spam_headers=tuple(settings.policy.spam_headers.items()),
        channels=settings.policy.channels,
        companies=tuple(Company(company.name, company.words) for company in settings.company),
    )


def arrivals(settings: Settings) -> Arrivals:
    """Until when something may still arrive on each channel after a block."""
    days = {name: given.lead_days for name, given in settings.channels.items() if given.lead_days is not None}
    return Arrivals(days, ZoneInfo(settings.desk.time_zone))


def company_names(settings: Settings) -> dict[str, dict[str, str]]:
    """What replies call each company, by its name and by language."""
    return {company.name: company.names for company in settings.company}


def caps(settings: Settings) -> Caps:
    """The caps on replies."""
    given = settings.policy
    return Caps(
        equal_per_address_per_day=given.reply_equal_per_address_per_day,
        per_address_per_day=given.reply_per_address_per_day,
        per_address_per_30_days=given.reply_per_address_per_30_days,
        per_domain_per_hour=given.reply_per_domain_per_hour,
        per_hour=given.reply_per_hour,
    )


def reader_pool(settings: Settings) -> ReaderPool:
    """The pool of reader processes; started with its first mail."""
    return ReaderPool(
        reader_settings(settings),
        workers=settings.review.workers,
        time_limit=settings.review.read_time_limit.total_seconds(),
        memory_limit=settings.review.read_memory_limit,
    )


def customer_database(settings: Settings) -> CustomerDatabase | None:
    """The company's own database of customers, where the settings name one. Raises SettingsError."""
    given = settings.customers
    if given.source == "table" or given.url_file is None or given.table is None:
        return None
    return CustomerDatabase(secret(given.url_file, "customers.url_file"), given.table, given.mapping)


def directory_of(settings: Settings, database: Database) -> Directory:
    """Where this desk looks customers up."""
    source = customer_database(settings)
    return TableDirectory(database) if source is None else SqlDirectory(source, database)


@contextmanager
def build(settings: Settings, *, log: Log) -> Iterator[Built]:
    """Everything that decides and writes, closed at the end. Raises SettingsError where the key is missing."""
    keys = Keys(desk_key(settings))
    database = Database(settings.database.url)
    directory = directory_of(settings, database)
    readers = reader_pool(settings)
    desk = Desk(
        policy=policy(settings),
        own_addresses=own_addresses(settings),
        caps=caps(settings),
        composer=Composer(
            templates=settings.desk.templates,
            desk=settings.desk,
            keys=keys,
            envelope_from=settings.smtp.envelope_from,
            companies=company_names(settings),
        ),
        directory=directory,
        log=log,
        digests=desk_digests(settings),
        shadow=settings.desk.mode == "shadow",
        arrivals=arrivals(settings),
        companies={mailbox.name: mailbox.company for mailbox in settings.mailbox if mailbox.company is not None},
        provisional=settings.policy.provisional_block,
    )
    parts = Parts(database, readers, desk, keys, one_click(settings), attempts=settings.review.attempts)
    try:
        yield Built(database, readers, directory, parts)
    finally:
        readers.close()
        database.close()
