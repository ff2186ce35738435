"""The one gate before every reply: to whom, of which kind, in which languages; or why nobody is answered.

Policy, section 5 and section 1 (a machine is never answered). Nothing of the mail but its Message-IDs reaches the plan;
in `confirmed` the matched number. RFC 3834, section 4: to the author only, marked, threaded.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from optout_daemon.core.model import (
    GROUP,
    Authentication,
    Decision,
    Disposition,
    FieldName,
    Policy,
    Reading,
    Reason,
    ReplyKind,
)
from optout_daemon.core.outgoing import writable

_NO_REPLY: Final = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|not?[-_.]?respond|mailer-daemon|postmaster|bounces?|"
    r"majordomo|listserv|root|daemon|nobody|www-data|apache|.*-(?:request|owner|bounces?|noreply)|owner-.*)$"
)
"""Local parts behind which no person reads (peers' lists merged; RFC 2142 names, RFC 3834 section 2)."""


@dataclass(frozen=True, slots=True)
class ReplyPlan:
    """Everything that a reply may depend on."""

    kind: ReplyKind
    recipient: str
    languages: tuple[str, ...]
    channels: tuple[str, ...] = ()
    customer_number: str | None = None
    missing: tuple[FieldName, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    """Oldest first, ending with `in_reply_to`."""
    scope: str = GROUP
    """GROUP, or the one company whose sendings have stopped."""
    arrivals: tuple[tuple[str, date], ...] = ()
    """Channels, each with the last day on which what was under way before may still arrive."""
    text: str = ""
    """Of an ANSWER: what a person wrote."""


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nobody is answered, and why."""

    because: str


def target(reading: Reading, own_addresses: Collection[str]) -> str | NoReply:
    """The address to answer: Reply-To if it is one plain address that is not ours, else the single author's."""
    envelope = reading.envelope
    if len(envelope.reply_to) == 1:
        address = envelope.reply_to[0]
        if writable(envelope.reply_to_as_given) and address not in own_addresses:
            return _answerable(envelope.reply_to_as_given, address)
    if envelope.author is None:
        return NoReply("no single author")
    if envelope.author in own_addresses:
        return NoReply("the author is the desk itself")
    return _answerable(envelope.author_as_given, envelope.author)


def _answerable(as_given: str, comparable: str) -> str | NoReply:
    if not writable(as_given):
        return NoReply("the author's address cannot be written to")
    if _NO_REPLY.match(comparable.partition("@")[0]):
        return NoReply("nobody reads the author's address")
    return as_given


def doubtful(reading: Reading, reasons: Collection[Reason]) -> NoReply | None:
    """Why this sender is not answered whatever was decided, or None (policy, section 5)."""
    if reading.machine.reason is not None or reading.machine.for_a_person or reading.machine.spam:
        return NoReply("a machine wrote it")
    if reading.machine.own_address:
        return NoReply("the author is the desk itself")
    if reading.machine.unsolicited:
        return NoReply("unsolicited advertising")
    if reading.envelope.forged_headers:
        return NoReply("headers try to inject others")
    if reading.authentication is Authentication.FAIL or Reason.UNAUTHENTICATED in reasons:
        return NoReply("DMARC failed")
    if reading.envelope.author is None:
        return NoReply("no single author")
    return None


def plan(decision: Decision, reading: Reading, policy: Policy, own_addresses: Collection[str]) -> ReplyPlan | NoReply:
    """The reply to one decision. The caps are the store's business and come after this gate."""
    answered = decision.reply is ReplyKind.ANSWER  # the one reply to what is put aside: a person wrote it
    if decision.reply is ReplyKind.NONE or (decision.disposition is Disposition.IGNORED and not answered):
        return NoReply(decision.no_reply_because or "none is due")
    if (no := doubtful(reading, decision.reasons)) is not None:
        return no
    to = target(reading, own_addresses)
    if isinstance(to, NoReply):
        return to
    envelope = reading.envelope
    known = decision.language in policy.languages
    languages = (decision.language,) if known else tuple(dict.fromkeys((policy.languages[0], "en")))
    confirmed = decision.reply is ReplyKind.CONFIRMED
    return ReplyPlan(
        kind=decision.reply,
        recipient=to,
        languages=languages,
        channels=decision.channels if confirmed else (),
        customer_number=decision.customer_number if confirmed else None,
        scope=decision.scope if confirmed else GROUP,
        missing=decision.missing if decision.reply is ReplyKind.MISSING else (),
        text=decision.answer if answered else "",
        in_reply_to=envelope.message_id,
        references=(*reversed(envelope.references), *([envelope.message_id] if envelope.message_id else [])),
    )
