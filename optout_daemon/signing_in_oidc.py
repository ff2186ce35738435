"""Let members of staff in who have proved at the company's OpenID Connect provider who they are.

Accounts are made beforehand and roles stay the desk's. Somebody is known by the provider's subject; the first time by
an e-mail address that the provider has verified, and from then on by the subject alone. Every refusal is an event in
the audit chain, and counts by address as a wrong password does; a provider that is down is told of once a minute.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from optout_daemon import accounts
from optout_daemon.core.keys import Keys
from optout_daemon.edges.oidc import Person, Provider
from optout_daemon.errors import ProviderDown, TokenRefused
from optout_daemon.signing_in import Attempt, Door, Entered
from optout_daemon.store import audit, staff
from optout_daemon.store.database import Database
from optout_daemon.store.staff import Account

TRIP: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
QUIET: Final = timedelta(minutes=1)
LONGEST_NEXT: Final = 1_000
LONGEST: Final = 4_096


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what it has to bring back, as a cookie."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Return:
    """What the browser came back with, and from where."""

    cookie: str
    state: str
    code: str
    error: str
    issuer: str
    """As RFC 9207 has it; empty from a provider that does not."""
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Inside:
    """They are in, and on their way to `next`."""

    entered: Entered
    next: str


@dataclass(frozen=True, slots=True)
class Outside:
    """They are not: `down`, `state`, `declined`, `token`, `unknown`, `unverified`, `disabled`, or `wait` so long."""

    why: str
    wait: timedelta = timedelta(0)


class OtherDoor:
    """The other way in. Safe to share between threads; a trip ends once, in the process that it began in."""

    def __init__(self, door: Door, database: Database, keys: Keys, provider: Provider, redirect: str) -> None:
        self.door = door
        self._database, self._keys, self._provider, self._redirect = database, keys, provider, redirect
        self._lock = threading.Lock()
        self._ended: dict[str, datetime] = {}
        self._down_at: datetime | None = None

    def leave_for(self, next_path: str, *, now: datetime) -> Departure | Outside:
        """Begin a trip to the provider."""
        trip = secrets.token_hex(16)
        kept = next_path if len(next_path) <= LONGEST_NEXT else ""
        text = f"{trip}.{int(now.timestamp())}.{base64.urlsafe_b64encode(kept.encode()).decode()}"
        try:
            address = self._provider.address(redirect=self._redirect, **self._words(trip))
        except ProviderDown as error:
            return self._refused("down", now, said=str(error))
        return Departure(address, f"{text}.{self._keys.sign_in('oidc trip', text)}")

    def come_back(self, back: Return, *, now: datetime) -> Inside | Outside:
        """End a trip: who it is, and whether they may come in."""
        counters = self.door.counters(Attempt("", "", "", back.address))[1:]
        if wait := self.door.wait(counters, now):
            return Outside("wait", wait)
        done = self._come_back(back, now)
        if isinstance(done, Inside) or done.why == "down":
            with self._database.transaction() as tx:
                for counter in counters:
                    self.door.forgive(tx, counter, now)
        return done

    def _come_back(self, back: Return, now: datetime) -> Inside | Outside:
        opened = self._opened(back, now)
        if opened is None:
            return self._refused("state", now)
        trip, next_path = opened
        if back.error or not back.code:
            return self._refused("declined", now)
        if back.issuer and back.issuer != self._provider.issuer:
            return self._refused("token", now, said="another issuer answered")
        words = self._words(trip)
        try:
            person = self._provider.person(
                back.code, redirect=self._redirect, nonce=words["nonce"], verifier=words["verifier"], now=now
            )
        except ProviderDown as error:
            return self._refused("down", now, said=str(error))
        except TokenRefused as error:
            return self._refused("token", now, said=str(error))
        with self._database.transaction() as tx:
            account = self._account(tx, person, now)
            if account is not None and not account.disabled:
                token = self.door.begin(tx, account, way="oidc", browser=back.browser, now=now)
                return Inside(Entered(token, account), next_path)
        if account is not None:
            return self._refused("disabled", now, account=account.id)
        return self._refused("unverified" if person.unverified else "unknown", now)

    def _account(self, tx: Connection, person: Person, now: datetime) -> Account | None:
        subject = accounts.subject_of(self._provider.issuer, person.subject)
        found = staff.by_subject(tx, subject)
        if found is not None or not person.email:
            return found
        named = staff.by_email(tx, person.email)
        if named is None or named.oidc_subject is not None:  # an address may be given to somebody else; a subject not
            return None
        if not named.disabled:
            accounts.bind(tx, named, subject, now=now)
        return named

    def _opened(self, back: Return, now: datetime) -> tuple[str, str] | None:
        """The trip that this browser began, and where it was going; None where it began none, or has ended it."""
        text, _, mac = back.cookie.rpartition(".")
        right = self._keys.sign_in("oidc trip", text)
        if len(back.cookie) > LONGEST or not hmac.compare_digest(right.encode(), mac.encode("utf-8", "replace")):
            return None
        trip, begun, kept = text.split(".")
        state = self._words(trip)["state"]
        if not hmac.compare_digest(state.encode(), back.state.encode("utf-8", "replace")):
            return None
        if not 0 <= now.timestamp() - int(begun) <= TRIP.total_seconds():
            return None
        with self._lock:
            self._ended = {each: at for each, at in self._ended.items() if now - at <= TRIP}
            if trip in self._ended:
                return None
            self._ended[trip] = now
        return trip, base64.urlsafe_b64decode(kept).decode()

    def _words(self, trip: str) -> dict[str, str]:
        """State, nonce and verifier of a trip: nobody but the desk can tell one from another."""
        return {word: self._keys.sign_in(f"oidc {word}", trip) for word in ("state", "nonce", "verifier")}

    def _refused(self, why: str, now: datetime, *, said: str = "", account: int | None = None) -> Outside:
        if why == "down":
            with self._lock:
                if self._down_at is not None and abs(now - self._down_at) < QUIET:
                    return Outside(why)
                self._down_at = now
        data: dict[str, object] = {"way": "oidc", "why": why}
        if said:
            data["said"] = said
        if account is not None:
            data["account"] = account
        with self._database.transaction() as tx:
            audit.record(tx, event="sign_in_failed", actor="nobody", now=now, data=data)
        return Outside(why)
