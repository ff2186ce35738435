"""Write one decision and everything that follows from it, in the caller's transaction.

State, suppression entries, the rendered reply in the outbox and the audit event stand or fall together. Judges
nothing and sends nothing; the machine's decisions and a person's both end here, and no other code writes the list
for a mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from optout_daemon import clicking, entering
from optout_daemon.composing import Composer
from optout_daemon.core import reply
from optout_daemon.core.arrival import NOTHING_PRINTED, Arrivals
from optout_daemon.core.decision import RULES_VERSION
from optout_daemon.core.digests import Digests
from optout_daemon.core.lifecycle import State, Step
from optout_daemon.core.model import (
    Customer,
    Decision,
    Disposition,
    Policy,
    Reading,
    ReplyKind,
    Span,
)
from optout_daemon.core.one_click import Target
from optout_daemon.core.reading.address import comparable
from optout_daemon.core.reply import NoReply
from optout_daemon.directory import Directory
from optout_daemon.log import Log
from optout_daemon.store import alarms, audit, held_text, inquiries, outbox, suppressions

STEPS: Final = {
    Disposition.APPLIED: Step.CLOSE,
    Disposition.IGNORED: Step.CLOSE,
    Disposition.HELD: Step.HOLD,
}


@dataclass(frozen=True, slots=True)
class Caps:
    """How many replies may leave (policy, section 5; keys of `[policy]`). A count that reaches its cap silences."""

    equal_per_address_per_day: int = 1
    per_address_per_day: int = 3
    per_address_per_30_days: int = 10
    per_domain_per_hour: int = 200
    per_hour: int = 2000

    def reached(self, counts: outbox.Counts) -> str | None:
        """The name of the first cap that another reply would break, or None."""
        for name, count, cap in (
            ("equal_per_address_per_day", counts.equal_day, self.equal_per_address_per_day),
            ("per_address_per_day", counts.day, self.per_address_per_day),
            ("per_address_per_30_days", counts.month, self.per_address_per_30_days),
            ("per_domain_per_hour", counts.domain_hour, self.per_domain_per_hour),
            ("per_hour", counts.all_hour, self.per_hour),
        ):
            if count >= cap:
                return name
        return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What settling depends on: the desk's rules and helpers, the same for every inquiry."""

    policy: Policy
    own_addresses: frozenset[str]
    caps: Caps
    composer: Composer
    directory: Directory
    log: Log
    digests: Digests | None = None
    """By which the erased are found: who is blocked by digest does not come back by name."""
    shadow: bool = False
    """Decide and record, but write no suppression and send no reply (`[desk] mode = "shadow"`)."""
    arrivals: Arrivals = NOTHING_PRINTED
    companies: Mapping[str, str] = dataclass_field(default_factory=dict)
    """The company of the group that each mailbox belongs to, of those that belong to one."""
    provisional: bool = False
    """Block the author of a held mail that plainly is an opt-out until a person has decided."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The inquiry that is settled."""

    id: int
    before: State
    answers: tuple[int, ...] = ()
    """The held inquiries that this mail answers, nearest first; they leave the queue with it once it is certain."""


def author_is_free(directory: Directory, reading: Reading, customer: Customer) -> bool:
    """Whether the author's address is on record for nobody else (design, "Data"). Asked before the transaction."""
    author = reading.envelope.author
    return author is not None and all(found.number == customer.number for found in directory.by_email(author))


def settle(
    tx: Connection,
    subject: Subject,
    decision: Decision,
    reading: Reading,
    *,
    customer: Customer | None,
    cover_author: bool,
    target: Target | None = None,
    desk: Desk,
    now: datetime,
) -> Decision:
    """Commit-ready: returns the decision as stored. `target` is whom the mail's token means, if any.

    Raises Conflict when the inquiry was moved by somebody else.
    """
    item: int | None = None
    capped: str | None = None
    plan = reply.plan(decision, reading, desk.policy, desk.own_addresses)
    if not isinstance(plan, NoReply) and not desk.shadow:
        plan = replace(plan, arrivals=desk.arrivals.each(plan.channels, now))
        recipient = comparable(plan.recipient)
        counts = outbox.sent_counts(
            tx, recipient=recipient, domain=recipient.rpartition("@")[2], kind=plan.kind, now=now
        )
        # The caps keep machines from answering each other; what a person wrote is sent.
        capped = None if plan.kind is ReplyKind.ANSWER else desk.caps.reached(counts)
        if capped is None:
            message = desk.composer.compose(plan, inquiry_id=subject.id, now=now)
            if isinstance(message, NoReply):
                decision = replace(decision, reply=ReplyKind.NONE, no_reply_because=message.because)
            else:
                item = outbox.enqueue(tx, message, cause=subject.id, due=now)
        elif alarms.raise_once(tx, kind="reply_capped", key=capped, now=now):
            desk.log.alarm(kind="reply_capped", key=capped)
    handed_over = _hand_over(tx, subject, decision, reading, desk, now) if decision.hand_over_to else None
    versions: list[int] = []
    if decision.by_token and target is not None and not desk.shadow:
        new = clicking.entry(
            tx, target, source="mail", by=decision.decided_by, now=now, cause=subject.id, arrivals=desk.arrivals
        )
        versions = suppressions.append(tx, [new], now=now, digests=desk.digests)
    elif decision.disposition is Disposition.APPLIED and customer is not None and not desk.shadow:
        stops = entering.stops(
            decision, reading, customer, cover_author, cause=subject.id, now=now, arrivals=desk.arrivals
        )
        versions = suppressions.append(tx, stops, now=now)
    if decision.disposition is Disposition.HELD and desk.provisional and not desk.shadow:
        versions = entering.spare(tx, decision, reading, cause=subject.id, now=now, digests=desk.digests)
    if (subject.before is State.HELD or subject.answers) and not desk.shadow:
        together = (subject.id, *subject.answers)
        versions = [*versions, *entering.decided(tx, decision, reading, inquiries=together, now=now)]
    inquiries.record_decision(
        tx,
        subject.id,
        before=subject.before,
        step=STEPS[decision.disposition],
        decision=decision,
        reading=reading,
        now=now,
        parent_id=subject.answers[0] if subject.answers else None,
        reply_capped=capped is not None,
        rules_version=RULES_VERSION,
        shadow=desk.shadow,
    )
    if decision.disposition is Disposition.HELD:
        held_text.keep(tx, subject.id, reading)
    elif subject.before is State.HELD:
        held_text.forget(tx, subject.id)
    if decision.disposition is Disposition.APPLIED:
        for answered in subject.answers:
            inquiries.absorb(tx, answered, by_inquiry=subject.id, decision=decision, now=now, shadow=desk.shadow)
            held_text.forget(tx, answered)
    audit.record(
        tx,
        event="decided",
        actor=decision.decided_by,
        now=now,
        inquiry_id=subject.id,
        data={
            "digest": reading.digest,
            "disposition": decision.disposition.value,
            "reasons": [reason.value for reason in decision.reasons],
            "channels": list(decision.channels),
            "scope": decision.scope,
            "ledger": versions,
            "reply": decision.reply.value,
            "outbox": item,
            "reply_capped": capped,
            "shadow": desk.shadow,
        }
        | ({"handed_over": handed_over} if handed_over is not None else {}),
    )
    return decision


def _hand_over(
    tx: Connection, subject: Subject, decision: Decision, reading: Reading, desk: Desk, now: datetime
) -> int | None:
    """Queue the mail for the colleague; its place in the outbox, or None in shadow mode."""
    raw = inquiries.raw(tx, subject.id)
    if desk.shadow or raw is None:
        return None
    message = desk.composer.hand_over(subject.id, to=decision.hand_over_to, reading=reading, raw=raw, now=now)
    return outbox.enqueue(tx, message, cause=subject.id, due=now)


def announce(log: Log, inquiry_id: int, decision: Decision) -> None:
    """Say what was committed; called after the commit, so that the log never promises what was rolled back."""
    reasons = ",".join(decision.reasons)
    if decision.disposition is Disposition.HELD:
        log.held(inquiry_id, reasons=reasons, reply=decision.reply)
    else:
        log.closed(inquiry_id, disposition=decision.disposition, reasons=reasons, reply=decision.reply)


def within(decision: Decision, length: int) -> Decision:
    """The decision without spans that point past `length` characters: they lie in the mail that this one answers."""

    def inside(span: Span) -> bool:
        return span.part == "subject" or span.end <= length

    return replace(decision, spans={name: span for name, span in decision.spans.items() if inside(span)})
