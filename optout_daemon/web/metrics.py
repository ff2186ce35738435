"""How the desk stands, for Prometheus (text format 0.0.4): states, ages and counts, never anything personal.

For whoever has a token with the scope `metrics`: how many people write to a company is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry
from starlette.responses import Response

from optout_daemon.store import health, suppressions
from optout_daemon.store.health import Health
from optout_daemon.web.guard import Guarded
from optout_daemon.web.site import Site, site_of

router = APIRouter(route_class=Guarded, include_in_schema=False)


@router.get("/metrics", name="health.metrics")
def metrics(site: Annotated[Site, Depends(site_of)]) -> Response:
    """Gauges that are true at this moment: read from the database for each answer."""
    with site.built.database.reading() as tx:
        found = health.of_desk(tx, [mailbox.name for mailbox in site.settings.mailbox])
        version = suppressions.version(tx)
    registry = CollectorRegistry()
    registry.register(Gauges(found, version, site.clock()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Gauges(Collector):
    """One reading of the desk's health as metric families. Names: https://prometheus.io/docs/practices/naming/."""

    def __init__(self, found: Health, version: int, now: datetime) -> None:
        self._found, self._version, self._now = found, version, now

    def collect(self) -> Iterator[Metric]:
        found = self._found
        states = GaugeMetricFamily("optout_inquiries", "Inquiries that wait, by state", labels=["state"])
        for state, number in (("received", found.received), ("held", found.held), ("shunted", found.shunted)):
            states.add_metric([state], number)
        yield states
        replies = GaugeMetricFamily("optout_replies", "Replies that are not delivered, by state", labels=["state"])
        replies.add_metric(["waiting"], found.outbox)
        replies.add_metric(["failed"], found.failed)
        yield replies
        oldest = GaugeMetricFamily("optout_oldest_seconds", "How long the oldest has waited", labels=["what"])
        oldest.add_metric(["received"], self._age(found.oldest_received))
        oldest.add_metric(["reply"], self._age(found.oldest_queued))
        yield oldest
        passes = GaugeMetricFamily(
            "optout_mailbox_last_pass_timestamp_seconds", "The last complete pass over a mailbox", labels=["mailbox"]
        )
        lost = GaugeMetricFamily(
            "optout_mailbox_unaccounted", "Mails that the last reconcile could not account for", labels=["mailbox"]
        )
        for mailbox in found.mailboxes:
            if mailbox.last_pass is not None:
                passes.add_metric([mailbox.mailbox], mailbox.last_pass.timestamp())
            if mailbox.reconciled is not None:
                lost.add_metric([mailbox.mailbox], mailbox.reconciled.unaccounted)
        yield passes
        yield lost
        jobs = GaugeMetricFamily(
            "optout_job_last_success_timestamp_seconds", "When a job of the daemon last did its work", labels=["job"]
        )
        for job in found.jobs:
            if job.last_success is not None:
                jobs.add_metric([job.job], job.last_success.timestamp())
        yield jobs
        yield GaugeMetricFamily("optout_alarms", "Alarms that are not cleared", value=len(found.alarms))
        yield GaugeMetricFamily("optout_list_version", "Version of the suppression list", value=self._version)

    def _age(self, since: datetime | None) -> float:
        return 0.0 if since is None else max(0.0, (self._now - since).total_seconds())
