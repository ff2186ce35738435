"""Take a block from a sender into the list: one entry a channel, in the sender's name. It only ever strengthens."""

from __future__ import annotations

from optout_daemon import blocking
from optout_daemon.blocking import Subject
from optout_daemon.core.model import GROUP
from optout_daemon.core.reading.address import Address, comparable
from optout_daemon.review import UnknownCustomer
from optout_daemon.store import suppressions
from optout_daemon.store.ledger import API
from optout_daemon.web.api_values import Added, Addition
from optout_daemon.web.asking import Asking
from optout_daemon.web.problems import Problem


def add(ask: Asking, addition: Addition) -> Added:
    """Append what is new. Raises Problem where the address is none, or no customer has the number."""
    if addition.email is not None and not Address("", comparable(addition.email)).plain:
        raise Problem(422, "no-address", "The e-mail address is not one plain address")
    number = None if addition.customer_number is None else ask.number(addition.customer_number)
    try:
        with ask.database.transaction() as tx:
            entries = blocking.block(
                tx,
                Subject(number, addition.email),
                addition.channels,
                reason=addition.reason,
                by=ask.by,
                note=addition.note,
                now=ask.now,
                digests=ask.digests,
                scope=addition.company or GROUP,
                source=API,
            )
            return Added(entries=entries, version=suppressions.version(tx))
    except UnknownCustomer:
        raise Problem(
            422, "unknown-customer", "No customer has this number; block by the e-mail address alone"
        ) from None
