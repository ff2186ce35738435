"""Try everything that the desk depends on: database, key, directory, templates, mailboxes, SMTP server.

Changes nothing and never stops at the first fault. What it says names hosts, users, files and capabilities, never a
secret and never a customer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from optout_daemon.composing import Composer
from optout_daemon.config import MailboxSettings, Settings, desk_key, secret
from optout_daemon.core.keys import Keys
from optout_daemon.edges.imap import MailboxSession
from optout_daemon.edges.smtp import Courier
from optout_daemon.errors import AuthenticationError, EdgeError, OptoutError, SchemaError, SettingsError, StoreError
from optout_daemon.store import customers
from optout_daemon.store.database import Database

WANTED = ("MOVE", "UIDPLUS", "IDLE")
"""Capabilities of an IMAP server that the desk makes use of."""


class Verdict(IntEnum):
    """How bad a finding is; the worst of all decides what the whole check says."""

    GOOD = 0
    AWAY = 1
    BAD = 2
    SETTINGS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was tried, and what came of it in one line."""

    what: str
    verdict: Verdict
    says: str


def check_all(settings: Settings) -> Iterator[Finding]:
    """One finding after the other, as soon as it is known."""
    yield Finding("settings", Verdict.GOOD, f"{settings.desk.address}, mode {settings.desk.mode}")
    database = Database(settings.database.url)
    try:
        yield _try("database", lambda: _database(database))
        yield _try("customers", lambda: _customers(database))
    finally:
        database.close()
    yield _try("key", lambda: _key(settings))
    yield _try("templates", lambda: _templates(settings))
    for mailbox in settings.mailbox:
        yield _try(f"mailbox {mailbox.name}", lambda mailbox=mailbox: _mailbox(mailbox))  # type: ignore[misc]
    yield _try("smtp", lambda: _smtp(settings))


def _try(what: str, work: Callable[[], str]) -> Finding:
    try:
        return Finding(what, Verdict.GOOD, work())
    except OptoutError as error:
        return Finding(what, _verdict(error), str(error))


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


def _customers(database: Database) -> str:
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


def _mailbox(mailbox: MailboxSettings) -> str:
    password = secret(mailbox.password_file, f"mailbox {mailbox.name}: password_file")
    session = MailboxSession(mailbox, password, stop=threading.Event())
    try:
        selected = session.open()
    finally:
        session.close()
    has = [name for name in WANTED if name in selected.capabilities]
    lacks = [name for name in WANTED if name not in selected.capabilities]
    rights = "read only: nothing can be filed" if selected.readonly else "may be changed"
    return (
        f"{mailbox.host}:{mailbox.port} ({mailbox.security}), {mailbox.username} signed in, "
        f"has {', '.join(has) or 'none of MOVE, UIDPLUS, IDLE'}"
        + (f", lacks {', '.join(lacks)}" if has and lacks else "")
        + f", folder {mailbox.folder} {rights}"
    )


def _smtp(settings: Settings) -> str:
    password = secret(settings.smtp.password_file, "smtp.password_file")
    smtp = settings.smtp
    courier = Courier(smtp, password, stop=threading.Event())
    try:
        courier.open()
    finally:
        courier.close()
    signed_in = "no sign-in" if smtp.username is None else f"{smtp.username} signed in"
    return f"{smtp.host}:{smtp.port} ({smtp.security}), {signed_in}, replies leave from {smtp.envelope_from}"
