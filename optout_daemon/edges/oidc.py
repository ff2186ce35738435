"""An OpenID Connect provider: where somebody proves there who they are, and what it then says of them, checked.

OpenID Connect Core 1.0, section 3.1 (authorization code flow), with PKCE S256 (RFC 7636). Verified TLS, no redirect, no
proxy. Raises ProviderDown where it does not answer as it should, TokenRefused where what it says does not hold; neither
text holds anything that was sent or answered. Safe to share between threads.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from optout_daemon.edges.tls import verifying_context
from optout_daemon.errors import ProviderDown, TokenRefused

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Signatures by the provider's own key; none by a shared secret, and never `none`."""
LEEWAY: Final = 60
"""Seconds that the two clocks may differ."""
KEPT: Final = 3_600.0
"""Seconds for which the provider's endpoints and keys are kept."""
ASKED_AGAIN: Final = 30.0
"""Seconds between two looks for a key that is not among those kept: a forged token must not make us ask each time."""
AVOIDED: Final = 5.0
"""Seconds for which a provider that did not answer is not asked again: others wait behind whoever asks."""
MOST_READ: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says it is. `email` is one that it has verified, in lower case; empty where it has none."""

    subject: str
    email: str
    unverified: bool
    """It named an address, but does not vouch for it."""


class Provider:
    """One provider, for one client registered there. Nothing is asked of it before somebody wants to come in."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        timeout: float = 10.0,
        ca_file: Path | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._client_id, self._timeout, self._ticks = client_id, timeout, ticks
        # RFC 6749, section 2.3.1: both form-encoded before they are joined.
        self._auth = httpx.BasicAuth(quote(client_id, safe=""), quote(client_secret, safe=""))
        self._context = verifying_context(ca_file)
        self._place = urlsplit(issuer).netloc
        self._lock = threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._failed: float | None = None
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells of every URL; the log is ours (log.py)

    def probe(self) -> None:
        """Ask it for what a sign-in needs, its endpoints and keys. Raises ProviderDown; nobody is signed in."""
        for name in ("authorization_endpoint", "token_endpoint"):
            self._endpoint(name)
        self._key_set()

    def address(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser."""
        address: str = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            client_id=self._client_id,
            response_type="code",
            redirect_uri=redirect,
            scope="openid email",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return address

    def person(self, code: str, *, redirect: str, nonce: str, verifier: str, now: datetime) -> Person:
        """Who came back with this code: the ID token's signature, issuer, audience, times and nonce are checked."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": self._client_id,
            "code_verifier": verifier,
        }
        answer = self._ask("POST", self._endpoint("token_endpoint"), data=form, auth=self._auth)
        token, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str):
            raise TokenRefused(f"{self._place}: the answer holds no ID token")
        claims = self._checked(token, access, nonce, now)
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject:
            raise TokenRefused(f"{self._place}: the ID token names nobody")
        told: Mapping[str, Any] = claims
        if "email" not in claims and isinstance(access, str) and "userinfo_endpoint" in self._known():
            told = self._ask("GET", self._endpoint("userinfo_endpoint"), headers={"Authorization": f"Bearer {access}"})
            if told.get("sub") != subject:  # Core, section 5.3.2
                raise TokenRefused(f"{self._place}: what it tells of the person is of somebody else")
        email, verified = told.get("email"), told.get("email_verified") is True
        named = email.strip().lower() if isinstance(email, str) else ""
        return Person(subject, named if verified else "", bool(named) and not verified)

    def _checked(self, token: str, access: object, nonce: str, now: datetime) -> CodeIDToken:
        try:
            try:
                parsed = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                newer = self._newer_keys()
                if newer is None:
                    raise
                parsed = jwt.decode(token, newer, algorithms=ALGORITHMS)
            options = {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
            }
            params = {"nonce": nonce, "client_id": self._client_id, "access_token": access}
            claims = CodeIDToken(parsed.claims, parsed.header, options, params)
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise TokenRefused(f"{self._place}: the ID token does not hold ({type(error).__name__})") from None
        return claims

    def _known(self) -> dict[str, Any]:
        """The provider's metadata (OpenID Connect Discovery 1.0, section 4)."""
        with self._lock:
            if self._metadata is None or self._ticks() - self._metadata[0] > KEPT:
                if self._failed is not None and self._ticks() - self._failed < AVOIDED:
                    raise ProviderDown(f"{self._place}: no answer a moment ago")
                self._failed = self._ticks()
                found = self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self.issuer:
                    raise ProviderDown(f"{self._place}: it calls itself by another issuer than web.oidc.issuer")
                self._metadata, self._failed = (self._ticks(), found), None
            return self._metadata[1]

    def _endpoint(self, name: str) -> str:
        found = self._known().get(name)
        if not isinstance(found, str) or urlsplit(found).scheme != urlsplit(self.issuer).scheme:
            raise ProviderDown(f"{self._place}: it names no {name} that can be used")
        return found

    def _key_set(self) -> KeySet:
        place = self._endpoint("jwks_uri")
        with self._lock:
            if self._keys is None or self._ticks() - self._keys[0] > KEPT:
                self._keys = (self._ticks(), self._fetched(place))
            return self._keys[1]

    def _newer_keys(self) -> KeySet | None:
        """The keys of this moment; None where those kept are as good as new."""
        place = self._endpoint("jwks_uri")
        with self._lock:
            if self._keys is not None and self._ticks() - self._keys[0] < ASKED_AGAIN:
                return None
            self._keys = (self._ticks(), self._fetched(place))
            return self._keys[1]

    def _fetched(self, place: str) -> KeySet:
        try:
            return KeySet.import_key_set(self._ask("GET", place))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise ProviderDown(f"{self._place}: its keys cannot be read") from None

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """One request and its answer, a JSON object."""
        ends, read = self._ticks() + self._timeout, bytearray()
        try:
            with (
                httpx.Client(verify=self._context, trust_env=False, timeout=self._timeout) as client,
                client.stream(method, url, **more) as answer,
            ):
                for part in answer.iter_bytes():
                    read += part
                    if len(read) > MOST_READ or self._ticks() > ends:
                        raise ProviderDown(f"{self._place}: its answer does not come to an end")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ProviderDown(f"{self._place}: no answer ({type(error).__name__})") from None
        if method == "POST" and answer.status_code == httpx.codes.BAD_REQUEST:  # RFC 6749, section 5.2
            raise TokenRefused(f"{self._place}: the code was refused")
        if answer.status_code != httpx.codes.OK:
            raise ProviderDown(f"{self._place}: answered {answer.status_code}")
        try:
            found = json.loads(read)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ProviderDown(f"{self._place}: its answer is no JSON object")
        return found
