"""listmonk: blocklist the address of every confirmed stop, by its REST API (6.2 and before, `/api/subscribers`).

Whom it does not know is added, blocklisted and on no list, so that a later import cannot make them a subscriber.
It only ever blocks: why somebody is on its blocklist is not known there, so a lifted block stays until staff lift it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Final

from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core.changes import Batch, blockable, left_alone, spellings
from optout_daemon.core.http_answer import Answer, judge
from optout_daemon.edges.sinks.http import HttpClient
from optout_daemon.edges.sinks.sink import Handed

KNOWN: Final = 409
"""A subscriber with this address is there already."""
NO_ADDRESS: Final = 400
"""It does not take the text for an address, and so will never mail to it."""
JSON: Final = {"content-type": "application/json"}


class Listmonk:
    """One listmonk, by an API user who may manage subscribers and query them by SQL."""

    def __init__(self, settings: SinkSettings, token: str, *, stop: threading.Event) -> None:
        self._http = HttpClient(
            (settings.url or "").rstrip("/"),
            timeout=settings.timeout.total_seconds(),
            stop=stop,
            ca_file=settings.ca_file,
            auth=(settings.username or "", token),
        )
        self.place = self._http.place

    def leaves(self, batch: Batch) -> Mapping[str, int]:
        """Lifted, provisional and erased ones."""
        return left_alone(batch.changes)

    def deliver(self, batch: Batch, alive: Callable[[], bool]) -> Handed:
        """A request for each address, and one for all of those that it knew."""
        known: list[str] = []
        rejected: list[int] = []
        for address, entry in blockable(batch.changes).items():
            if not alive():
                return Handed(whole=False)
            known += spellings(address)[1:]  # a stranger's spelling of a domain: blocked where it is there
            status = self._add(address)
            if status == KNOWN:
                known.append(address)
            elif status == NO_ADDRESS:
                rejected.append(entry)
            elif judge(status) is not Answer.TAKEN:
                raise self._http.refused(status)
        if known:
            if not alive():
                return Handed(whole=False)
            status = self._send("PUT", "/api/subscribers/query/blocklist", {"query": _among(known)})
            if judge(status) is not Answer.TAKEN:
                raise self._http.refused(status)
        return Handed(whole=True, rejected=tuple(rejected))

    def probe(self) -> None:
        self._http.probe()

    def close(self) -> None:
        self._http.close()

    def _add(self, address: str) -> int:
        name = address.rpartition("@")[0][:100]
        subscriber = {"email": address, "name": name, "status": "blocklisted", "lists": []}
        return self._send("POST", "/api/subscribers", subscriber)

    def _send(self, method: str, path: str, value: object) -> int:
        return self._http.send(method, path, json.dumps(value).encode(), JSON)


def _among(addresses: list[str]) -> str:
    """A condition of SQL, which listmonk puts into its own statement: in a literal only the quote ends it."""
    literals = ", ".join("'" + address.lower().replace("'", "''") + "'" for address in addresses)
    return f"LOWER(subscribers.email) IN ({literals})"
