"""A webhook: every change in one signed POST a batch, as Standard Webhooks 1.0 has it.

The receiver is told everything, provisional blocks and lifted ones too, and has to answer 2xx within the time-out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core import webhook
from optout_daemon.core.changes import Batch
from optout_daemon.core.http_answer import Answer, judge
from optout_daemon.edges.sinks.http import HttpClient
from optout_daemon.edges.sinks.sink import Handed


def _now() -> datetime:
    return datetime.now(UTC)


class Webhook:
    """One receiver; signs with each of `keys`."""

    def __init__(
        self,
        settings: SinkSettings,
        keys: Sequence[bytes],
        *,
        stop: threading.Event,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._keys, self._now = keys, now
        self._http = HttpClient(
            settings.url or "", timeout=settings.timeout.total_seconds(), stop=stop, ca_file=settings.ca_file, now=now
        )
        self.place = self._http.place

    def leaves(self, batch: Batch) -> Mapping[str, int]:
        """Nothing: it is for the receiver to choose."""
        return {}

    def deliver(self, batch: Batch, alive: Callable[[], bool]) -> Handed:
        """One request; its id stays the same when it is tried again."""
        if not alive():
            return Handed(whole=False)
        content = webhook.body(batch)
        signed = webhook.headers(self._keys, webhook.message_id(batch), int(self._now().timestamp()), content)
        status = self._http.send("POST", "", content, {"content-type": "application/json", **signed})
        if judge(status) is not Answer.TAKEN:
            raise self._http.refused(status)
        return Handed(whole=True)

    def probe(self) -> None:
        self._http.probe()

    def close(self) -> None:
        self._http.close()
