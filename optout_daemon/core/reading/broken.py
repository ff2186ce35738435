"""The Reading of a mail that broke its reader: nothing is known of it but its digest."""

from __future__ import annotations

import hashlib

from optout_daemon.core.model import Authentication, Envelope, Machine, Reading, Wish


def broken(raw: bytes, cause: str) -> Reading:
    """Unreadable because of `cause`; nobody is answered, since nobody is known to have written it."""
    digest = hashlib.sha256(raw).hexdigest()
    return Reading(
        digest=digest,
        content_digest=digest,
        envelope=Envelope(),
        subject="",
        text="",
        segments=(),
        fields=(),
        numbers=(),
        wish=Wish(),
        language="",
        machine=Machine(),
        authentication=Authentication.NONE,
        readable=False,
        unreadable_because=cause,
    )
