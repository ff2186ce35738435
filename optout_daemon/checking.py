"""Try everything that the desk depends on: database, key, directory, templates, mailboxes, SMTP server and so on.

Then says how the desk's own work stands. Changes nothing and never stops at the first fault. What it says names hosts,
users, files and capabilities, never a secret and never a customer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from optout_daemon.certificates import check_certificates
from optout_daemon.checking_optional import optional
from optout_daemon.composing import Composer
from optout_daemon.config import MailboxSettings, Settings, desk_key, secret
from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core.keys import Keys
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.edges.smtp import Courier
from optout_daemon.errors import AuthenticationError, EdgeError, OptoutError, SchemaError, SettingsError, StoreError
from optout_daemon.parts import customer_database
from optout_daemon.sink_parts import build_sink, digest_of
from optout_daemon.sink_standing import judge_sinks
from optout_daemon.standing import Finding, Verdict, judge
from optout_daemon.store import customers, health
from optout_daemon.store.database import Database

WANTED = ("MOVE", "UIDPLUS", "IDLE")
"""Capabilities of an IMAP server that the desk makes use of."""
NEEDED_RIGHTS = ("r", "t", "e")
"""Rights in the watched folder without which nothing can be filed: read, mark as deleted, expunge (RFC 4314)."""


def check_all(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """One finding after the other, as soon as it is known."""
    yield Finding("settings", Verdict.GOOD, f"{settings.desk.address}, mode {settings.desk.mode}")
    database = Database(settings.database.url)
    try:
        yield _try("database", lambda: _database(database))
        yield _try("customers", lambda: _customers(settings, database))
        yield _try("key", lambda: _key(settings))
        yield _try("templates", lambda: _templates(settings))
        for mailbox in settings.mailbox:
            filing = mailbox.file_into is not False and settings.desk.mode == "live"
            yield _try(f"mailbox {mailbox.name}", partial(_mailbox, mailbox, filing=filing))
        yield _try("smtp", lambda: _smtp(settings))
        for sink in settings.sink:
            yield _try(f"sink {sink.name}", partial(_sink, settings, sink))
        for what, work in optional(settings):
            yield _try(what, work)
        yield from _work(settings, database, now)
    finally:
        database.close()


def _try(what: str, work: Callable[[], str]) -> Finding:
    try:
        return Finding(what, Verdict.GOOD, work())
    except OptoutError as error:
        return Finding(what, _verdict(error), str(error).removeprefix(f"{what}: "))


def _work(settings: Settings, database: Database, now: datetime) -> Iterator[Finding]:
    """How the work stands, by the rows; nothing where the database has already been found wanting."""
    try:
        database.check_schema()
        with database.reading() as tx:
            found = health.of_desk(tx, [mailbox.name for mailbox in settings.mailbox])
            told = list(judge_sinks(tx, settings, now=now))
    except StoreError:
        return
    yield from judge(found, settings, now=now)
    yield from told


def _verdict(error: OptoutError) -> Verdict:
    if isinstance(error, SettingsError | SchemaError):
        return Verdict.SETTINGS
    if isinstance(error, AuthenticationError) or (isinstance(error, EdgeError) and error.status[1:4] == ".7."):
        return Verdict.BAD  # RFC 3463: a matter of security or policy, which waiting does not mend
    if isinstance(error, StoreError) or (isinstance(error, EdgeError) and error.temporary):
        return Verdict.AWAY
    return Verdict.BAD


def _database(database: Database) -> str:
    database.check_schema()
    return f"{database.place}, its schema is this program's"


def _customers(settings: Settings, database: Database) -> str:
    source = customer_database(settings)
    if source is not None:
        try:
            source.check()
        finally:
            source.close()
        return f"{source.place}, can be read"
    with database.reading() as tx:
        number = customers.count(tx)
    return f"{number} in the directory" + ("" if number else "; `optout-daemon customers import` fills it")


def _key(settings: Settings) -> str:
    Keys(desk_key(settings))
    return str(settings.key_file)


def _templates(settings: Settings) -> str:
    # Any key will do to see that every template is there and renders.
    Composer(
        templates=settings.desk.templates,
        desk=settings.desk,
        keys=Keys(bytes(32)),
        envelope_from=settings.smtp.envelope_from,
    )
    return f"complete in {', '.join(settings.desk.languages)}"


def _mailbox(mailbox: MailboxSettings, *, filing: bool) -> str:
    check_certificates(mailbox.ca_file, "ca_file")
    password = secret(mailbox.password_file, f"mailbox {mailbox.name}: password_file")
    session = MailboxSession(mailbox, password, stop=threading.Event())
    try:
        selected = session.open()
        mechanism, rights = session.mechanism, session.rights()
    finally:
        session.close()
    has = [name for name in WANTED if name in selected.capabilities]
    lacks = [name for name in WANTED if name not in selected.capabilities]
    may, moves = "may be changed", True
    if selected.readonly:
        may, moves = "can only be read: nothing can be filed", False
    if rights is not None:
        lacking = [right for right in NEEDED_RIGHTS if right not in rights]
        if moves and lacking:
            may, moves = "lets nothing be moved", False
        may += f" (rights {rights}{', without ' + ' and '.join(lacking) if lacking else ''})"
    says = (
        f"{mailbox.host}:{mailbox.port} ({mailbox.security}), {mailbox.username} signed in by {mechanism}, "
        f"has {', '.join(has) or 'none of MOVE, UIDPLUS, IDLE'}"
        + (f", lacks {', '.join(lacks)}" if has and lacks else "")
        + f", folder {mailbox.folder} {may}"
    )
    if filing and not moves:
        raise OptoutError(says)
    return says


def _sink(settings: Settings, given: SinkSettings) -> str:
    digest_of(settings, given)
    sink = build_sink(given, stop=threading.Event())
    try:
        sink.probe()
    finally:
        sink.close()
    channels = ", ".join(given.told) or "every channel"
    return f"{given.kind} at {sink.place} can be reached; nothing was sent; it is told of {channels}"


def _smtp(settings: Settings) -> str:
    check_certificates(settings.smtp.ca_file, "smtp.ca_file")
    password = secret(settings.smtp.password_file, "smtp.password_file")
    smtp = settings.smtp
    courier = Courier(smtp, password, stop=threading.Event())
    try:
        courier.open()
    finally:
        courier.close()
    signed_in = "no sign-in" if smtp.username is None else f"{smtp.username} signed in"
    offers = ", ".join(courier.offers) or "nothing more"
    return (
        f"{smtp.host}:{smtp.port} ({smtp.security}), {signed_in}, offers {offers}, "
        f"replies leave from {smtp.envelope_from}"
    )
