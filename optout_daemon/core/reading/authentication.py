"""Read the mail host's own verdict from Authentication-Results headers (RFC 8601).

Only the topmost header by a trusted authserv-id counts, with those by the same hosts that follow it directly: a host
may write one header a method. Anybody can put such a header below. Without trusted hosts there is no verdict.
Linear and capped; raises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from optout_daemon.core.model import Authentication

MOST_HEADERS: Final = 50
LIMIT: Final = 16_384

_DMARC: Final = re.compile(r"dmarc\s{0,4}(?:/\s{0,4}\d{1,3}\s{0,4})?=\s{0,4}([a-z]{1,20})(?![a-z])")


def without_comments(value: str) -> str | None:
    """`value` without (nested) comments and with quoted strings emptied; None where one is not closed."""
    out: list[str] = []
    depth, quoted, at = 0, False, 0
    while at < len(value):
        char = value[at]
        if char == "\\" and (depth or quoted):
            at += 1
        elif quoted:
            quoted = char != '"'
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif char == '"' and not depth:
            quoted = True
            out.append("_")
        elif not depth:
            out.append(char)
        at += 1
    return None if depth or quoted else "".join(out)


def _results(value: str) -> tuple[str, list[str]] | None:
    """(authserv-id, result statements), lower case; the id is "" in Microsoft's form, which has none."""
    plain = without_comments(value[:LIMIT])
    if plain is None:
        return None
    first, *rest = (part.strip() for part in plain.lower().split(";"))
    if "=" in first:
        return "", [first, *rest]
    words = first.split()
    # The id may be followed by a version, and 1 is the only one there is (section 2.2).
    if not words or len(words) > 2 or (len(words) == 2 and words[1] != "1"):
        return None
    return words[0].rstrip("."), rest


def verdict(mail_headers: Sequence[str], trusted: Collection[str]) -> Authentication:
    """What the trusted host says of DMARC; `mail_headers` are the values from the top of the mail down.

    FAIL beats PASS within one header; anything but pass and fail (none, temperror, …) is no verdict.
    """
    hosts = {host.strip().lower().rstrip(".") for host in trusted}
    if not hosts:
        return Authentication.NONE
    reached = False
    for value in mail_headers[:MOST_HEADERS]:
        parsed = _results(value)
        if parsed is None or parsed[0] not in hosts:
            if reached:
                break
            continue
        reached = True
        found = {match[1] for statement in parsed[1] if (match := _DMARC.match(statement))}
        if "fail" in found:
            return Authentication.FAIL
        if "pass" in found:
            return Authentication.PASS
        if found:
            break
    return Authentication.NONE
