"""What an OpenID Connect provider says is believed only where signature, issuer, audience, time and nonce hold."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from optout_daemon.edges.oidc import Person, Provider
from optout_daemon.errors import ProviderDown, TokenRefused
from tests.servers.identity import Identity, identity_provider

BACK = "http://127.0.0.1:1/back"
VERIFIER = "v" * 64


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def identity() -> Iterator[Identity]:
    with identity_provider() as found:
        yield found


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def provider(identity: Identity, ticks: Ticks) -> Provider:
    return Provider(identity.issuer, "desk", "a secret", timeout=5, ticks=ticks)


def trip(
    provider: Provider, identity: Identity, *, subject: str = "s-sato", nonce: str = "", later: float = 0
) -> Person:
    """There and back; the nonce that is expected may be another one."""
    asked = f"n-{len(identity.requests)}"
    address = provider.address(redirect=BACK, state="state", nonce=asked, verifier=VERIFIER)
    code = parse_qs(urlsplit(identity.authorise(address, subject)).query)["code"][0]
    now = datetime.now(UTC) + timedelta(seconds=later)
    return provider.person(code, redirect=BACK, nonce=nonce or asked, verifier=VERIFIER, now=now)


def test_a_person_comes_back_by_subject_and_verified_address(provider: Provider, identity: Identity) -> None:
    """The address in the form in which accounts keep it; one that is not verified is none."""
    found, loose = trip(provider, identity), trip(provider, identity, subject="s-loose")

    assert Person("s-sato", "sato@shop.example", unverified=False) == found
    assert Person("s-loose", "", unverified=True) == loose


def test_the_code_is_bound_to_a_verifier_that_only_the_desk_knows(provider: Provider, identity: Identity) -> None:
    """RFC 7636: what the browser carries is the SHA-256 of what the desk shows at the end. The provider of the tests
    does not compare them, so the test does.
    """
    trip(provider, identity)
    asked = next(sent for path, sent in identity.requests if path == "/oauth2/authorize")
    shown = next(sent for path, sent in identity.requests if path == "/oauth2/token")
    digest = base64.urlsafe_b64encode(hashlib.sha256(shown["code_verifier"].encode()).digest()).decode().rstrip("=")

    assert ("S256", digest) == (asked["code_challenge_method"], asked["code_challenge"])
    assert VERIFIER not in asked.values()


def test_a_token_for_another_desk_is_refused(provider: Provider, identity: Identity) -> None:
    """Else whoever runs any other client of the provider could come in with what its visitors gave it."""
    identity.client = "another"

    with pytest.raises(TokenRefused, match="InvalidClaimError"):  # by `aud`; a missing `azp` would be another error
        trip(provider, identity)


def test_a_token_of_another_issuer_is_refused(provider: Provider, identity: Identity) -> None:
    """A subject is unique at its issuer alone."""
    identity.host = f"127.0.0.1:{identity.port}"

    with pytest.raises(TokenRefused, match="does not hold"):
        trip(provider, identity)


def test_another_nonce_is_refused(provider: Provider, identity: Identity) -> None:
    """The token was made for another visit."""
    with pytest.raises(TokenRefused, match="does not hold"):
        trip(provider, identity, nonce="another")


def test_an_expired_token_is_refused_but_for_a_minute_of_different_clocks(
    provider: Provider, identity: Identity
) -> None:
    """The provider's clock and ours need not agree to the second."""
    found = trip(provider, identity, later=3_600 + 30)

    assert "s-sato" == found.subject
    with pytest.raises(TokenRefused, match="does not hold"):
        trip(provider, identity, later=3_600 + 90)


def test_keys_are_kept_and_fetched_anew_once_the_provider_has_another(
    provider: Provider, identity: Identity, ticks: Ticks
) -> None:
    """Providers rotate keys without a word; and a forged token must not have us ask for keys without end."""
    trip(provider, identity)
    trip(provider, identity)
    before = fetched(identity)
    identity.renew()
    with pytest.raises(TokenRefused):
        trip(provider, identity)
    at_once = fetched(identity)
    ticks.now += 31
    found = trip(provider, identity)

    assert (1, 1, 2) == (before, at_once, fetched(identity))
    assert "s-sato" == found.subject


def fetched(identity: Identity) -> int:
    """How often the keys were asked for."""
    return sum("jwks" in path for path, _ in identity.requests)


def test_a_provider_that_is_down_is_left_alone_for_some_seconds(
    provider: Provider, identity: Identity, ticks: Ticks
) -> None:
    """Everybody who wants to come in would wait behind the one who asks."""
    identity.down = True
    for _ in range(2):
        with pytest.raises(ProviderDown):
            trip(provider, identity)
    asked = len(identity.requests)
    identity.down = False
    ticks.now += 6

    assert 1 == asked
    assert "s-sato" == trip(provider, identity).subject


def test_a_provider_that_calls_itself_otherwise_is_not_used(identity: Identity) -> None:
    """OpenID Connect Discovery 1.0, section 4.3: a mistyped issuer must not become a trusted one."""
    provider = Provider(f"{identity.issuer}/", "desk", "a secret", timeout=5)

    with pytest.raises(ProviderDown, match="another issuer"):
        provider.address(redirect=BACK, state="s", nonce="n", verifier=VERIFIER)
