"""Digests of people: the form they are made of, whose key made them, and what a digest itself stands for."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from optout_daemon.core.digests import Digests, is_digest, keyed, partner_key, plain_kind, sha256
from optout_daemon.core.keys import Keys
from optout_daemon.core.reading.address import comparable

SECRET = b"s" * 32
DIGESTS = Digests(Keys(SECRET), [Keys(b"o" * 32)])


def test_one_person_has_one_digest_however_the_address_is_written() -> None:
    """A list that digests the address as typed silently matches nobody."""
    forms = ["Anna@BÜCHER.example", " anna@xn--bcher-kva.example ", "anna@bücher.example."]

    assert 1 == len({DIGESTS.of(comparable(form)) for form in forms})


def test_everyone_is_looked_for_by_every_key_and_by_plain_sha256() -> None:
    """The first is the desk's present key."""
    kinds = [kind for kind, _ in DIGESTS.aliases("email", "a@example.org")]
    digests = [digest for _, digest in DIGESTS.aliases("email", "a@example.org")]

    assert ["email_digest", "email_digest", "email_sha256"] == kinds
    assert DIGESTS.of("a@example.org") == digests[0]
    assert 3 == len(set(digests))


@pytest.mark.parametrize("kind", ["email_digest", "customer_number_sha256"])
def test_a_digest_stands_for_nothing_else(kind: str) -> None:
    """The digest of a digest would be found by nobody."""
    assert [] == DIGESTS.aliases(kind, "0" * 64)
    assert plain_kind(kind) in ("email", "customer_number")


def test_partners_digest_by_keys_of_their_own() -> None:
    """What one partner holds must not tell it whom another was given."""
    one, other = partner_key(SECRET, "One"), partner_key(SECRET, "Other")

    assert hmac.new(one, b"a@example.org", hashlib.sha256).hexdigest() == keyed(one, "a@example.org")
    assert 3 == len({keyed(one, "a"), keyed(other, "a"), DIGESTS.of("a")})


@pytest.mark.parametrize(("text", "expected"), [(sha256("a"), True), ("a" * 63, False), ("G" * 64, False), ("", False)])
def test_a_digest_is_told_by_its_form(text: str, expected: bool) -> None:
    """A column of addresses must not be taken for one of digests."""
    assert expected is is_digest(text)


def test_text_that_is_no_unicode_is_digested_too() -> None:
    """Lone surrogates of a broken address must not stop an export."""
    assert is_digest(sha256("\udc80"))
    assert is_digest(DIGESTS.of("\udc80"))
