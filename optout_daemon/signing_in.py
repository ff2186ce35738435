"""Let members of staff in: by name, password and code; and know them again by their session.

What is answered is the same whether the account is unknown, disabled, or password or code are wrong. Attempts are
counted before anything is checked, so that many at once are as many attempts (core/accounts.py says how long the next
one waits). A browser that the account was used from counts by itself: a stranger cannot lock its owner out.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from optout_daemon.core.accounts import forgotten, remaining, tried_name
from optout_daemon.core.keys import Keys
from optout_daemon.core.roles import Role
from optout_daemon.passwords import Passwords
from optout_daemon.second_factor import Authenticators
from optout_daemon.store import audit, sign_in_failures, staff, staff_sessions
from optout_daemon.store.database import Database
from optout_daemon.store.sign_in_failures import Counter
from optout_daemon.store.staff import Account
from optout_daemon.store.staff_sessions import Session

TOUCH: Final = timedelta(minutes=1)
"""A session's last use is written no oftener than so."""
BROWSER_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a session lasts unused, how long at all, and who needs an authenticator."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    demand_totp: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed and where they are. `known` is what `Door.known` once gave their browser."""

    name: str
    password: str
    code: str
    address: str
    known: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """They are in: the session's token, for the cookie alone."""

    token: str
    account: Account


@dataclass(frozen=True, slots=True)
class Refused:
    """They are not; `wait` is how long nobody is let try, zero where something was wrong."""

    wait: timedelta = timedelta(0)


class Door:
    """Where staff come in. Safe to share between threads."""

    def __init__(
        self, database: Database, keys: Keys, passwords: Passwords, codes: Authenticators, rules: Rules
    ) -> None:
        self.passwords, self.codes, self.rules = passwords, codes, rules
        self._database, self._keys = database, keys

    def enter(self, attempt: Attempt, *, now: datetime) -> Entered | Refused:
        """Check an attempt, and begin a session where it is right."""
        counters = self.counters(attempt)
        if wait := self.wait(counters, now):
            return Refused(wait)
        with self._database.reading() as tx:
            account = staff.by_name(tx, tried_name(attempt.name))
        right = self.passwords.check(account.password_hash if account else "", attempt.password)
        with self._database.transaction() as tx:
            # Asked again: it may have been disabled, or its password changed, while the hash was computed.
            present = staff.get(tx, account.id) if account else None
            if present is None or account is None or present.password_hash != account.password_hash:
                right = False
            way = self._way(tx, present, attempt.code, now) if present and right and not present.disabled else ""
            if present is None or not way:
                self._failed(tx, counters, present, now)
                return Refused()
            for counter in counters:
                self.forgive(tx, counter, now)
            token = self.begin(tx, present, way=way, browser=attempt.browser, now=now)
        if self.passwords.stale(present.password_hash):
            self._rehash(present, attempt.password)
        return Entered(token, present)

    def proves(self, account: Account, password: str, *, address: str, now: datetime) -> str:
        """Whether somebody who is signed in knows the password too: `` if so, else `wrong`, or `wait`. It counts."""
        counters = self.counters(Attempt(account.name, password, "", address))
        if self.wait(counters, now):
            return "wait"
        if not self.passwords.check(account.password_hash, password):
            return "wrong"
        with self._database.transaction() as tx:
            for counter in counters:
                self.forgive(tx, counter, now)
        return ""

    def begin(self, tx: Connection, account: Account, *, way: str, browser: str, now: datetime) -> str:
        """A new session of an account that has proved itself; its token."""
        token = secrets.token_urlsafe(32)
        session = Session(digest(token), account.id, now, now, way, browser[:BROWSER_LENGTH])
        staff_sessions.begin(tx, session)
        staff.change(tx, account.id, signed_in_at=now)
        audit.record(tx, event="signed_in", actor=account.name, now=now, data={"account": account.id, "way": way})
        return token

    def recognise(self, token: str, *, now: datetime, quiet: bool = False) -> tuple[Session, Account] | None:
        """Whose session it is, while it lasts. A `quiet` look (a page's own, of a clock's making) is no use of it."""
        with self._database.reading() as tx:
            found = staff_sessions.find(tx, digest(token))
        if found is None:
            return None
        session, account = found
        over = now - session.seen_at > self.rules.idle or now - session.begun_at > self.rules.longest
        if over or account.disabled:
            return None
        if not quiet and now - session.seen_at > TOUCH:
            with self._database.transaction() as tx:
                staff_sessions.seen(tx, session.token, now=now)
        return found

    def leave(self, token: str, *, now: datetime) -> None:
        """End the session."""
        with self._database.transaction() as tx:
            found = staff_sessions.find(tx, digest(token))
            if found is not None and staff_sessions.end(tx, found[0].token):
                _, account = found
                audit.record(tx, event="signed_out", actor=account.name, now=now, data={"account": account.id})

    def owed(self, session: Session, account: Account) -> str:
        """What they have to do before anything else: `password`, `totp`, or nothing.

        Whoever comes from an identity provider has been asked for a second factor there, or not, by the company.
        """
        if session.way == "oidc":
            return ""
        if account.password_temporary:
            return "password"
        return "totp" if account.role in self.rules.demand_totp and not account.has_totp else ""

    def known(self, account: Account) -> str:
        """What a browser that signed in to this account may show next time."""
        return self._keys.sign_in("known browser", account.name)

    def counters(self, attempt: Attempt) -> list[Counter]:
        """What an attempt is counted by."""
        name = tried_name(attempt.name)
        known = self._keys.sign_in("known browser", name)
        own = hmac.compare_digest(known.encode(), attempt.known.encode("utf-8", "replace"))
        kind = "browser" if own else "account"
        address = network(attempt.address)
        return [
            Counter(kind, self._keys.sign_in("failures of an account", name)),
            Counter("address", self._keys.sign_in("failures of an address", address)),
        ]

    def wait(self, counters: Sequence[Counter], now: datetime) -> timedelta:
        """How long to wait; where not at all, the attempt is counted as failed until it is known better."""
        with self._database.transaction() as tx:
            found = sign_in_failures.locked(tx, counters)
            counted = {each: failures for each, failures in found.items() if not forgotten(failures.last_at, now)}
            waits = [remaining(each.kind, known.count, known.last_at, now) for each, known in counted.items()]
            if longest := max(waits, default=timedelta(0)):
                return longest
            for counter in counters:
                before = counted[counter].count if counter in counted else 0
                sign_in_failures.set_to(tx, counter, before + 1, now=now)
        return timedelta(0)

    def _way(self, tx: Connection, account: Account, code: str, now: datetime) -> str:
        """How they came in; empty where the code is missing, wrong or used."""
        if not account.has_totp:
            return "password"
        step = self.codes.step(account.totp_salt, code, now=now)
        if step is not None:
            return "totp" if staff.take_step(tx, account.id, step) else ""
        return "recovery" if staff.take_recovery_code(tx, account.id, self.codes.digests(code)) else ""

    def _failed(self, tx: Connection, counters: Sequence[Counter], account: Account | None, now: datetime) -> None:
        # Written for an unknown name too, so that both answers take the same time.
        for counter, failures in sign_in_failures.locked(tx, counters).items():
            sign_in_failures.set_to(tx, counter, failures.count, now=now)
        if account is not None:
            audit.record(tx, event="sign_in_failed", actor="nobody", now=now, data={"account": account.id})

    def forgive(self, tx: Connection, counter: Counter, now: datetime) -> None:
        """The account's failures are forgotten; of the address only this one: its owner may be guessing at others."""
        before = sign_in_failures.locked(tx, [counter]).get(counter)
        if counter.kind != "address" or before is None or before.count <= 1:
            sign_in_failures.clear(tx, counter)
        else:
            sign_in_failures.set_to(tx, counter, before.count - 1, now=before.last_at)

    def _rehash(self, account: Account, password: str) -> None:
        hashed = self.passwords.hash(password)
        with self._database.transaction() as tx:
            present = staff.get(tx, account.id)
            if present is not None and present.password_hash == account.password_hash:
                staff.change(tx, account.id, password_hash=hashed)


def digest(token: str) -> str:
    """What is kept of a session's token: it is random enough that nobody finds it from there."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf(token: str) -> str:
    """The session's own token for its forms; the session's token cannot be found from it."""
    return hashlib.sha256(b"csrf\0" + token.encode("utf-8", "replace")).hexdigest()


def network(address: str) -> str:
    """What is counted as one address: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
