"""What our own mail must look like on the wire: its threading headers, their folding, the bounce address.

Message-IDs leave exactly as they came, on lines of their own; a value that could not is left out. Values in,
values out: composing.py makes the message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.policy import EmailPolicy
from typing import Any, Final

VERBATIM: Final = frozenset({"message-id", "in-reply-to", "references", "to"})
"""Headers whose value is checked before it is set, and then written as it is."""

REFERENCES_LIMIT: Final = 4000
"""Bytes of a References value; relays refuse headers over 4096."""

_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,900}>")
"""Printable ASCII between angle brackets, short enough for a line of 998 octets (RFC 5322, section 2.1.1)."""

_ATEXT: Final = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_ADDRESS: Final = re.compile(rf"(?:{_ATEXT}|\.){{1,64}}@[A-Za-z0-9](?:[A-Za-z0-9.-]{{0,252}}[A-Za-z0-9])?")
"""An address that needs neither quotes nor SMTPUTF8; dots may stand anywhere, as old carrier addresses have them."""


class ReplyPolicy(EmailPolicy):
    """The standard SMTP policy, but for VERBATIM headers, which it would break with encoded words when they are long.

    In the body 7-bit only: UTF-8 travels as base64, which no relay rewrites.
    """

    def fold(self, name: str, value: Any) -> str:
        """One Message-ID a line, folded between them (RFC 5322, section 2.2.3)."""
        if name.lower() not in VERBATIM:
            return str(super().fold(name, value))
        return f"{name}: {(self.linesep + ' ').join(str(value).split())}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        if name.lower() not in VERBATIM:
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


POLICY: Final = ReplyPolicy(linesep="\r\n", cte_type="7bit", max_line_length=78)


def writable(address: str) -> bool:
    """Whether a mail can be addressed to this exactly as it stands: plain ASCII, one address, nothing quoted."""
    return _ADDRESS.fullmatch(address) is not None and ".." not in address.rpartition("@")[2]


def message_id(value: str | None) -> str | None:
    """The Message-ID if it can be repeated verbatim in a header, else None."""
    return value if value is not None and _MESSAGE_ID.fullmatch(value) else None


def references(ancestors: Sequence[str]) -> str:
    """A References value, oldest first, of at most REFERENCES_LIMIT bytes: the first and the latest are kept.

    RFC 5322, section 3.6.4.
    """
    ids = [known for ancestor in ancestors if (known := message_id(ancestor)) is not None]
    ids = list(dict.fromkeys(reversed(ids)))[::-1]  # a repeated one stands where it stood last
    if not ids:
        return ""
    first, *rest = ids
    room = REFERENCES_LIMIT - len(first)
    kept: list[str] = []
    for ancestor in reversed(rest):
        room -= len(ancestor) + 1
        if room < 0:
            break
        kept.append(ancestor)
    return " ".join((first, *reversed(kept)))


def bounce_address(envelope_from: str, token: str) -> str:
    """`desk+bounce@example.org` and a token as `desk+bounce=TOKEN@example.org`, in lower case.

    A bounce that comes back is known by comparing addresses, and those are compared in lower case. An address without
    a detail stays as it is: nobody says that any other delivers (RFC 5233, section 1).
    """
    local, _, domain = envelope_from.rpartition("@")
    return (f"{local}={token}@{domain}" if "+" in local else envelope_from).lower()
