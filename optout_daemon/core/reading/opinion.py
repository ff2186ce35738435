"""A second opinion on the author, by mail-parser, for mails whose own reading is not clean.

Off the fast path: asked only where our parse found no single author. It can confirm an address that stands in the
one From header there is; it can never choose between several. Whatever mail-parser raises is "no opinion".
"""

from __future__ import annotations

import mailparser

from optout_daemon.core.reading.address import Address
from optout_daemon.core.reading.clean import clean_line


def author(from_header: bytes) -> Address | None:
    """The one address that mail-parser finds in `from_header` (the value alone), or None."""
    value = from_header.replace(b"\r", b" ").replace(b"\n", b" ")
    try:
        found = mailparser.parse_from_bytes(b"From: " + value + b"\n\n").from_
        (name, address), *more = found
    except Exception:  # mail-parser raises its own and plain ones; all of them mean the same here
        return None
    if more or not isinstance(address, str) or not isinstance(name, str):
        return None
    one = Address(clean_line(name), address.strip())
    return one if one.plain and one.address.lower().encode("utf-8", "replace") in value.lower() else None
