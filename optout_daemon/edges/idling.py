"""One IDLE from its start to its DONE (RFC 2177), with the ways in which it goes wrong unseen.

A connection that is dead answers every check at once with nothing; a server that says BYE will say nothing more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from imapclient.exceptions import IMAPClientError

from optout_daemon.edges.imap_client import Connection
from optout_daemon.errors import MailboxError

_NEWS: Final = frozenset({b"EXISTS", b"RECENT"})


def idle(
    connection: Connection,
    client: Any,
    seconds: float,
    *,
    begun: Callable[[], None],
    tick: float,
    stop: threading.Event,
) -> bool:
    """True when the server told of mail; False after `seconds`, on stop, or where it cannot be known."""
    with connection.command("IDLE"):
        told = _start(client)
    begun()
    deadline = time.monotonic() + seconds
    while not told and not stop.is_set() and (left := deadline - time.monotonic()) > 0:
        asked = min(tick, left)
        began = time.monotonic()
        with connection.command("IDLE", extra=asked):
            answers = client.idle_check(asked)
            told = _news(answers)
        if not answers and time.monotonic() - began < asked / 2:
            break  # dead, or TLS talking to itself: DONE will show which
    with connection.command("DONE"):
        _, rest = client.idle_done()
        return _news(rest) or told


def _start(client: Any) -> bool:
    """Enter IDLE; True where the server told of mail before it said that it waits."""
    try:
        client.idle()
    except IMAPClientError as error:
        if type(error) is not IMAPClientError or client._imap.tagged_commands.get(client._idle_tag):
            raise
        while client._imap._get_response() is not None:
            pass
        return True
    return False


def _news(answers: Iterable[tuple[Any, ...]]) -> bool:
    told = False
    for answer in answers:
        if answer and answer[0] == b"BYE":
            raise MailboxError("IDLE: the server said BYE", "4.4.2")
        told = told or (len(answer) > 1 and answer[1] in _NEWS)
    return told
