"""Say who has an inquiry open in a browser, and who else has."""

from __future__ import annotations

from sqlalchemy import Connection

from optout_daemon.store import presence
from optout_daemon.web.site import Site
from optout_daemon.web.who import Who


def present(tx: Connection, site: Site, who: Who, inquiry_id: int) -> list[str]:
    """They have it open; the names of the others who have."""
    now = site.clock()
    presence.seen(tx, inquiry_id, who.name, now=now)
    return [name for name in presence.looking(tx, [inquiry_id], now=now).get(inquiry_id, []) if name != who.name]
