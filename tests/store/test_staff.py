"""Signing in on both databases: attempts at once, codes used once, and what is swept away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest

from optout_daemon import accounts, housekeeping
from optout_daemon.core.accounts import LONGEST_WAIT, remaining
from optout_daemon.core.keys import Keys
from optout_daemon.core.roles import Role
from optout_daemon.passwords import Cost, Passwords
from optout_daemon.second_factor import Authenticators, new_salt
from optout_daemon.signing_in import Attempt, Door, Entered, Refused, Rules, network
from optout_daemon.store import sign_in_failures, staff, staff_sessions
from optout_daemon.store.database import Database
from optout_daemon.store.staff import Account
from tests.store.builders import DAY, HOUR, MINUTE, NOW

PASSWORD = "a long enough one"
OLD, NEW = Keys(b"o" * 32), Keys(b"n" * 32)


def door_of(database: Database, keys: Keys = OLD, *former: Keys) -> Door:
    return Door(database, keys, Passwords(Cost(1, 8, 1)), Authenticators(keys, former), Rules())


@pytest.fixture
def door(database: Database) -> Door:
    """One account, `clerk`."""
    made = door_of(database)
    with database.transaction() as tx:
        account = accounts.add(tx, name="clerk", role=Role.CLERK, by="test", now=NOW)
        accounts.set_password(tx, account, made.passwords.hash(PASSWORD), temporary=False, by="test", now=NOW)
    return made


def found(database: Database) -> Account:
    with database.reading() as tx:
        return accounts.find(tx, "clerk")


def attempt(password: str, code: str = "") -> Attempt:
    return Attempt("clerk", password, code, "192.0.2.1")


def test_attempts_at_the_same_time_are_as_many_attempts(door: Door) -> None:
    """Else whoever opens a hundred connections at once has a hundred guesses."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: door.enter(attempt("wrong"), now=NOW), range(8)))
    let_try = [answer for answer in answers if isinstance(answer, Refused) and not answer.wait]

    assert 3 == len(let_try)
    assert isinstance(door.enter(attempt(PASSWORD), now=NOW + MINUTE), Entered)


def test_one_code_at_the_same_time_lets_in_once(door: Door, database: Database) -> None:
    """Whoever reads a code along has the same half minute."""
    salt = new_salt()
    with database.transaction() as tx:
        account = accounts.find(tx, "clerk")
        staff.change(tx, account.id, totp_salt=salt)
    code = pyotp.TOTP(door.codes.secret(salt)).at(NOW)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: door.enter(attempt(PASSWORD, code), now=NOW), range(2)))

    assert 1 == len([answer for answer in answers if isinstance(answer, Entered)])


def test_an_authenticator_outlives_a_change_of_the_key(database: Database, door: Door) -> None:
    """`former_key_files` keeps it; without it the secret is another one."""
    salt = new_salt()
    code = pyotp.TOTP(door.codes.secret(salt)).at(NOW)

    assert door_of(database, NEW, OLD).codes.step(salt, code, now=NOW) is not None
    assert door_of(database, NEW).codes.step(salt, code, now=NOW) is None


def test_what_is_over_is_swept_away(door: Door, database: Database) -> None:
    """Rows of sessions that nobody can use and of failures that do not count; the others stay."""
    assert isinstance(door.enter(attempt(PASSWORD), now=NOW), Entered)
    assert isinstance(door.enter(attempt("wrong"), now=NOW + HOUR), Refused)
    account = found(database)
    left = []
    for later in (timedelta(0), HOUR, 2 * DAY):
        housekeeping.forget_sign_ins(database, now=NOW + later, idle=HOUR / 2, longest=DAY)
        with database.transaction() as tx:
            counters = sign_in_failures.locked(tx, door.counters(attempt("")))
            left.append((len(staff_sessions.of_account(tx, account.id)), len(counters)))

    assert [(1, 2), (0, 2), (0, 0)] == left


def test_waits_grow_to_a_quarter_of_an_hour_and_a_clock_set_back_does_not_stretch_them() -> None:
    """5, 10, 20 seconds and so on, from the third failure."""
    waits = [remaining("account", failures, NOW, NOW).total_seconds() for failures in (2, 3, 4, 5, 40)]

    assert [0, 5, 10, 20, 900] == waits
    assert LONGEST_WAIT == remaining("account", 40, NOW + DAY, NOW)
    assert timedelta(0) == remaining("account", 3, NOW, NOW + MINUTE)


def test_one_subscriber_s_ipv6_addresses_count_as_one() -> None:
    """They have 2 to the 64 of them."""
    assert network("2001:db8::1") == network("2001:db8::ffff:1")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert "192.0.2.1" == network("::ffff:192.0.2.1")
