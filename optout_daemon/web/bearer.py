"""Let senders in by their tokens (RFC 6750), and count what each asks for.

Tokens are read anew every second: one that is revoked opens nothing a second later. Counts are written every second,
and once more at the end; what a kill takes with it is less than a second's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil
from typing import Final

from starlette.requests import Request

from optout_daemon.core.scopes import Scope
from optout_daemon.errors import StoreError
from optout_daemon.store import api_tokens, api_uses
from optout_daemon.store.api_tokens import ApiToken
from optout_daemon.store.api_uses import Count, Minute
from optout_daemon.store.database import Database
from optout_daemon.web.problems import Problem
from optout_daemon.web.rate import Bucket

FRESH: Final = 1.0
"""Seconds for which the tokens that were read hold, and for which counts wait to be written."""
REALM: Final = 'Bearer realm="suppression list"'


class Bearers:
    """The tokens of one desk and their uses, over connections of their own, which close() closes.

    `ticks` are seconds of a clock that never goes back.
    """

    def __init__(
        self, database: Database, clock: Callable[[], datetime], ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.database, self._clock, self._ticks = database, clock, ticks
        self._lock = threading.Lock()
        self._tokens: Mapping[str, ApiToken] = {}
        self._read_at: float | None = None
        self._buckets: dict[int, Bucket] = {}
        self._counts: dict[Minute, Count] = {}
        self._writing: threading.Timer | None = None

    def is_fresh(self) -> bool:
        """Whether the tokens that were read still hold; if not, refresh() in a thread that may wait."""
        return self._read_at is not None and self._ticks() - self._read_at < FRESH

    def refresh(self) -> None:
        """Read the tokens. StoreError where the database is away: then nobody is let in."""
        at = self._ticks()
        with self.database.reading() as tx:
            tokens = api_tokens.by_digest(tx)
        self._tokens, self._read_at = tokens, at

    def admit(self, request: Request, scope: Scope) -> ApiToken:
        """Whose token the request bears. Raises Problem: 401, 403 or 429, as RFC 6750, section 3.1, has them."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise Problem("no-token", headers={"WWW-Authenticate": REALM})
        token = self._tokens.get(api_tokens.digest_of(secret.strip()))
        if token is None or not token.is_valid(self._clock()):
            raise Problem("invalid-token", headers={"WWW-Authenticate": REALM + ', error="invalid_token"'})
        if scope not in token.scopes:
            raise Problem(
                "insufficient-scope",
                f"This token may not do that: it lacks the scope {scope}",
                headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'},
            )
        wait = self._take(token)
        if wait:
            self.count(token, scope, refused=1)
            raise Problem(
                "too-many-requests",
                f"This token may ask {token.per_minute} times a minute; ask for many at once instead",
                headers={"Retry-After": str(ceil(wait))},
            )
        return token

    def count(
        self,
        token: ApiToken,
        operation: str,
        *,
        subjects: int = 0,
        version: int = 0,
        channel: str = "",
        refused: int = 0,
    ) -> None:
        """Remember one use until the counts are written."""
        minute = self._clock().replace(second=0, microsecond=0)
        with self._lock:
            count = self._counts.setdefault(Minute(token.id, minute, operation, channel), Count())
            count.requests += 1
            count.subjects += subjects
            count.refused += refused
            count.version = max(count.version, version)
            if self._writing is None:
                self._writing = threading.Timer(FRESH, self.write)
                self._writing.start()

    def write(self) -> None:
        """Write the counts; where the database is away they wait for the next use."""
        with self._lock:
            counts, self._counts, self._writing = self._counts, {}, None
        try:
            with self.database.transaction() as tx:
                api_uses.add(tx, counts)
        except StoreError:
            with self._lock:
                for minute, count in counts.items():
                    kept = self._counts.setdefault(minute, Count())
                    kept.requests += count.requests
                    kept.subjects += count.subjects
                    kept.refused += count.refused
                    kept.version = max(kept.version, count.version)

    def close(self) -> None:
        """Write what is left, and close the connections."""
        with self._lock:
            timer = self._writing
        if timer is not None:
            timer.cancel()
            timer.join()
        self.write()
        self.database.close()

    def _take(self, token: ApiToken) -> float:
        now = self._ticks()
        with self._lock:
            bucket = self._buckets.get(token.id)
            if bucket is None or bucket.per_minute != token.per_minute:
                bucket = self._buckets[token.id] = Bucket(token.per_minute, token.per_minute, now)
            return bucket.take(now)


def token_of(request: Request) -> ApiToken:
    """Whose token let the request in, on a route that is for senders."""
    token: ApiToken = request.state.token
    return token
