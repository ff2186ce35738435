"""Take a block from a sender into the list: one entry a channel, in the sender's name. It only ever strengthens."""

from __future__ import annotations

from optout_daemon import blocking
from optout_daemon.core.model import GROUP
from optout_daemon.parts import arrivals
from optout_daemon.review import UnknownCustomer
from optout_daemon.store import suppressions
from optout_daemon.store.ledger import API
from optout_daemon.web.api_values import Added, Addition
from optout_daemon.web.asking import Asking
from optout_daemon.web.problems import Problem


def add(ask: Asking, addition: Addition) -> Added:
    """Append what is new. Raises Problem where somebody cannot be read, or no customer has the number."""
    subject = ask.subject(addition.email, addition.customer_number, addition.address)
    try:
        with ask.database.transaction() as tx:
            entries = blocking.block(
                tx,
                subject,
                addition.channels,
                reason=addition.reason,
                by=ask.by,
                note=addition.note,
                now=ask.now,
                digests=ask.digests,
                scope=addition.company or GROUP,
                arrivals=arrivals(ask.site.settings),
                source=API,
            )
            return Added(entries=entries, version=suppressions.version(tx))
    except UnknownCustomer:
        raise Problem("unknown-customer") from None
