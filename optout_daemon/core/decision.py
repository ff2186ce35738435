"""Decide what happens to one mail: an ordered table of rules over reading and match.

Pure: the same values give the same decision. The first rule that has an answer wins; every rule that fired is
kept as evidence. The law is the desk's policy; each rule names its section.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from optout_daemon.core import reply
from optout_daemon.core.model import (
    GROUP,
    MACHINE_REASONS,
    MISSING,
    Agreement,
    Authentication,
    Category,
    Clicked,
    Context,
    Corrections,
    Decision,
    Disposition,
    FieldName,
    Match,
    Policy,
    Reading,
    Reason,
    ReplyKind,
    Span,
    StaffAction,
)

RULES_VERSION: Final = "2026-11-24"
"""Kept with each decision; a new one where a rule, a phrase or the matching may decide otherwise than before."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that the rules look at."""

    reading: Reading
    match: Match
    policy: Policy
    context: Context
    corrections: Corrections | None

    @property
    def missing(self) -> tuple[FieldName, ...]:
        """Required fields that the mail does not state (policy, section 2)."""
        given = {
            FieldName.CUSTOMER_NUMBER: self.match.number is not None,
            FieldName.NAME: self.match.name is not Agreement.ABSENT or self._field(FieldName.NAME),
            FieldName.ADDRESS: self.match.address is not Agreement.ABSENT or self._field(FieldName.ADDRESS),
            FieldName.INQUIRY: self.reading.wish.stated,
        }
        return tuple(name for name in FieldName if name in self.policy.required_fields and not given[name])

    def _field(self, name: FieldName) -> bool:
        return any(field.name is name for field in self.reading.fields)

    @property
    def is_opt_out(self) -> bool:
        return self.reading.wish.category is Category.OPT_OUT

    @property
    def number_and_opt_out(self) -> bool:
        """A customer number and an opt-out: what is never lost to a filter (policy, section 1)."""
        return self.is_opt_out and self.match.number is not None

    @property
    def complete_opt_out(self) -> bool:
        return self.is_opt_out and not self.missing


@dataclass(frozen=True, slots=True)
class Hold:
    """A person must look, for these reasons."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ignore:
    """A machine wrote it, or it was handled already."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Apply:
    """Who it is and what they want are certain."""


Verdict = Hold | Ignore | Apply
Rule = Callable[[Case], Verdict | None]


def our_own_mail(case: Case) -> Verdict | None:
    """Section 1, `loop`: we sent it; or our address forged, which is held where it carries a complete opt-out."""
    if case.context.own_message:
        return Ignore(Reason.LOOP)
    if case.reading.machine.own_address:
        forged = case.reading.machine.reason in (None, Reason.LOOP)
        return Hold((Reason.MACHINE_SENDER,)) if forged and case.complete_opt_out else Ignore(Reason.LOOP)
    return None


def one_click(case: Case) -> Verdict | None:
    """A sound token of List-Unsubscribe is certain without any field; a bounce or a wish to go on is none.

    It stands before the rest of the machine gate: programs send such mails for people. Whether anybody is answered,
    the gate decides as ever.
    """
    reading = case.reading
    if case.context.clicked is None or case.context.duplicate or reading.machine.reason in (Reason.LOOP, Reason.BOUNCE):
        return None
    return None if reading.withdraws or reading.wish.category is Category.OPT_IN else Apply()


def machine_mail(case: Case) -> Verdict | None:
    """Section 1: a machine wrote it, and not for a person who gives a number and an opt-out."""
    machine = case.reading.machine
    if machine.reason is None or _kept_from_the_filter(case):
        return None
    return Ignore(machine.reason)


def _kept_from_the_filter(case: Case) -> bool:
    machine = case.reading.machine
    if machine.for_a_person:
        return case.number_and_opt_out
    return machine.reason is Reason.SPAM and case.number_and_opt_out and case.match.customer is not None


def the_same_mail_again(case: Case) -> Verdict | None:
    """Section 1, `duplicate`: equal Message-ID and equal content; without a Message-ID nothing is one."""
    return Ignore(Reason.DUPLICATE) if case.context.duplicate else None


def nothing_to_read(case: Case) -> Verdict | None:
    """Section 2: empty, encrypted, broken, over a limit, only an attachment."""
    return None if case.reading.readable else Hold((Reason.UNREADABLE,))


def machine_for_a_person(case: Case) -> Verdict | None:
    """Section 1: an opt-out is never lost to a filter, and what cannot be told from a person's mail is held."""
    machine = case.reading.machine
    if machine.reason is Reason.SPAM:
        return Hold((Reason.MACHINE_SENDER, Reason.SPAM))
    return Hold((Reason.MACHINE_SENDER,)) if machine.for_a_person or machine.reason is not None else None


def doubtful_sender(case: Case) -> Verdict | None:
    """Sections 4 and 5: DMARC failed by the trusted host's word, injected headers, or no single author."""
    reasons = []
    if case.reading.authentication is Authentication.FAIL or case.reading.envelope.forged_headers:
        reasons.append(Reason.UNAUTHENTICATED)
    if case.reading.envelope.author is None:
        reasons.append(Reason.NO_SINGLE_AUTHOR)
    return Hold(tuple(reasons)) if reasons else None


def not_an_opt_out(case: Case) -> Verdict | None:
    """Section 3: anything else to a person; a mail that wants nothing lacks its inquiry."""
    if case.reading.machine.unsolicited:
        return Hold((Reason.NOT_AN_OPT_OUT,))
    if case.reading.wish.category in (Category.OPT_OUT, Category.UNCLEAR):
        return None
    return Hold((Reason.NOT_AN_OPT_OUT,))


def not_certain(case: Case) -> Verdict | None:
    """Sections 2 and 3: for somebody else, several people, with a condition, contradicting itself, incomplete."""
    wish = case.reading.wish
    unclear = wish.contradictory or (wish.category is Category.UNCLEAR and wish.stated)
    reasons = [
        *([Reason.SEVERAL_CUSTOMERS] if wish.several or case.match.several else []),
        *([Reason.ON_BEHALF] if wish.on_behalf else []),
        *([Reason.CONDITIONAL] if wish.conditional else []),
        *([Reason.UNCLEAR_INTENT] if unclear else []),
        *(MISSING[name] for name in case.missing),
    ]
    return Hold(tuple(reasons)) if reasons else None


def who_it_is(case: Case) -> Verdict | None:
    """Section 4: the number in the directory, name and address agreeing with the record under it."""
    match = case.match
    if match.customer is None:
        return Hold((Reason.UNKNOWN_CUSTOMER,))
    reasons = []
    if match.name is Agreement.DIFFERS:
        reasons.append(Reason.NAME_MISMATCH)
    if match.address is Agreement.DIFFERS:
        reasons.append(Reason.ADDRESS_MISMATCH)
    if not reasons:
        # Required and stated, yet not shown to agree: never a guess (promise 2).
        required = case.policy.required_fields
        if match.name is Agreement.ABSENT and (FieldName.NAME in required or match.address is Agreement.ABSENT):
            reasons.append(Reason.NAME_MISMATCH)
        if match.address is Agreement.ABSENT and FieldName.ADDRESS in required:
            reasons.append(Reason.ADDRESS_MISMATCH)
    return Hold(tuple(reasons)) if reasons else None


def damaged_text(case: Case) -> Verdict | None:
    """Section 2, `unreadable`: a character was lost somewhere in a mail that would otherwise be applied."""
    return None if case.reading.confident else Hold((Reason.UNREADABLE,))


def certain(case: Case) -> Verdict | None:
    """Nothing speaks against it; a wish that is no opt-out never gets here without a required inquiry."""
    return Apply() if case.is_opt_out else Hold((Reason.UNCLEAR_INTENT,))


RULES: Final[tuple[Rule, ...]] = (
    our_own_mail,
    one_click,
    machine_mail,
    the_same_mail_again,
    nothing_to_read,
    machine_for_a_person,
    doubtful_sender,
    not_an_opt_out,
    not_certain,
    who_it_is,
    damaged_text,
    certain,
)
"""In order; the machine rules come before anything that could answer or act."""


def decide(
    reading: Reading,
    match: Match,
    policy: Policy,
    context: Context = Context(),  # noqa: B008 - frozen
    own_addresses: Collection[str] = (),
) -> Decision:
    """The decision on one mail, with the kind of reply that the gate lets through (caps excepted)."""
    case = Case(reading, match, policy, context, None)
    rule, verdict = next((r, v) for r in RULES if (v := r(case)) is not None)
    draft = _draft(case, verdict, rule.__name__)
    if rule is one_click and context.clicked is not None:
        draft = _by_token(case, draft, context.clicked)
    gate = reply.plan(draft, reading, policy, own_addresses)
    if isinstance(gate, reply.NoReply):
        draft = replace(draft, reply=ReplyKind.NONE, no_reply_because=gate.because)
        if draft.disposition is Disposition.APPLIED and not draft.by_token:
            # Section 5: where nobody can be answered, a person looks.
            held = _draft(case, Hold((Reason.MACHINE_SENDER,)), "nobody_to_answer")
            draft = replace(held, reply=ReplyKind.NONE, no_reply_because=gate.because)
    return draft


def _draft(case: Case, verdict: Verdict, rule: str) -> Decision:
    reading, match = case.reading, case.match
    machine = isinstance(verdict, Ignore)
    applied = isinstance(verdict, Apply)
    if isinstance(verdict, Hold):
        disposition, reasons = Disposition.HELD, verdict.reasons
    elif isinstance(verdict, Ignore):
        disposition, reasons = Disposition.IGNORED, (verdict.reason,)
    else:
        disposition, reasons = Disposition.APPLIED, ()
    fields, spans = _fields(case)
    return Decision(
        disposition=disposition,
        category=Category.MACHINE if machine else _category(reading),
        language=reading.language,
        reasons=reasons,
        follow_up=applied and reading.wish.follow_up,
        fields=fields,
        spans=spans,
        customer_number=match.customer.number if applied and match.customer is not None else None,
        channels=_channels(case) if applied else (),
        scope=_scope(case),
        reply=_reply(case, verdict),
        missing=case.missing,
        evidence=tuple(_evidence(case, rule, verdict)),
    )


def _by_token(case: Case, draft: Decision, clicked: Clicked) -> Decision:
    """What a token asks for, no more. What a person writes beside it is for a person to read.

    The customer is not named: a reply says nothing that the mail did not.
    """
    wish, machine = case.reading.wish, case.reading.machine
    asks = wish.category in (Category.QUESTION, Category.COMPLAINT, Category.DISCLOSURE) or case.number_and_opt_out
    by_a_person = machine.reason is None and not machine.for_a_person
    return replace(
        draft,
        category=Category.OPT_OUT,
        customer_number=None,
        channels=(clicked.channel,),
        scope=clicked.scope,
        follow_up=by_a_person and (asks or wish.follow_up),
        missing=(),
        by_token=True,
    )


def _category(reading: Reading) -> Category:
    """Of a person's mail; advertising that speaks of stopping wants nothing stopped."""
    return Category.OTHER if reading.machine.unsolicited else reading.wish.category


def _channels(case: Case) -> tuple[str, ...]:
    """Policy, section 3: named channels and no others; none named, or all of them: every channel."""
    if case.corrections is not None and case.corrections.channels is not None:
        return case.corrections.channels
    named = tuple(channel for channel in case.policy.channels if channel in case.reading.wish.channels)
    return named or case.policy.channels


def _scope(case: Case) -> str:
    """The one company that a person or the mail itself names, else the mailbox's; in doubt the whole group."""
    if case.corrections is not None and case.corrections.scope is not None:
        return case.corrections.scope
    wish = case.reading.wish
    return wish.company or (GROUP if wish.every_company else case.context.company or GROUP)


def _reply(case: Case, verdict: Verdict) -> ReplyKind:
    if isinstance(verdict, Ignore):
        return ReplyKind.NONE
    if isinstance(verdict, Apply):
        return ReplyKind.CONFIRMED
    may_be_an_opt_out = case.reading.readable and case.reading.wish.category in (Category.OPT_OUT, Category.UNCLEAR)
    return ReplyKind.MISSING if case.missing and may_be_an_opt_out else ReplyKind.RECEIVED


def _fields(case: Case) -> tuple[dict[FieldName, str], dict[FieldName, Span]]:
    """The best statement of each field; staff's corrections in front."""
    values: dict[FieldName, str] = {}
    spans: dict[FieldName, Span] = {}
    for field in case.reading.fields:
        if field.name not in values:
            values[field.name] = field.value
            if field.span is not None:
                spans[field.name] = field.span
    reading = case.reading
    for name, span in ((FieldName.NAME, case.match.name_span), (FieldName.ADDRESS, case.match.address_span)):
        if span is not None and name not in values:
            text = reading.subject if span.part == "subject" else reading.text
            values[name], spans[name] = text[span.start : span.end], span
    if FieldName.CUSTOMER_NUMBER not in values and case.match.number is not None:
        values[FieldName.CUSTOMER_NUMBER] = case.match.number
    if (corrections := case.corrections) is not None:
        for name in FieldName:
            if (value := getattr(corrections, name.value)) is not None:
                values[name] = value
                spans.pop(name, None)
    return values, spans


def _evidence(case: Case, rule: str, verdict: Verdict) -> Iterable[str]:
    reading, match = case.reading, case.match
    for hit in (*reading.hits, *reading.machine.hits, *reading.wish.hits, *match.hits):
        yield str(hit)
    if not reading.readable:
        yield f"unreadable: {reading.unreadable_because}"
    if reading.authentication is not Authentication.NONE:
        yield f"dmarc {reading.authentication} by the trusted host"
    if match.customer is not None:
        yield f"number in the directory; name {match.name}, address {match.address}"
        yield f"author's address {'is' if match.author_on_record else 'is not'} the one on record"
    elif match.number is not None:
        yield "number not in the directory"
    if isinstance(verdict, Ignore) and verdict.reason in MACHINE_REASONS:
        yield f"{rule}: ignored, {verdict.reason}"
    elif isinstance(verdict, Hold):
        yield f"{rule}: held, {', '.join(verdict.reasons)}"
    else:
        yield f"{rule}: applied"


def staff_decision(
    reading: Reading,
    match: Match,
    policy: Policy,
    corrections: Corrections,
    own_addresses: Collection[str] = (),
    company: str = "",
) -> Decision:
    """A person's decision, through the same values: what they say replaces what the machine would have said.

    APPLY needs a record under the number; that name or address differ is for the person to judge, and is kept as
    evidence. The reply passes the same gate. `company` is the one that the mailbox belongs to.
    """
    case = Case(reading, match, policy, Context(company=company), corrections)
    by = f"decided by {corrections.by}: {corrections.action}"
    if corrections.action is StaffAction.APPLY:
        if match.customer is None:
            raise ValueError("no customer has this number")
        draft = _draft(case, Apply(), "staff")
        if corrections.follow_up is not None:
            draft = replace(draft, follow_up=corrections.follow_up)
        draft = replace(draft, category=Category.OPT_OUT)
    elif corrections.action is StaffAction.ASK:
        missing = case.missing or tuple(n for n in FieldName if n in policy.required_fields)
        draft = _draft(case, Hold(tuple(MISSING[name] for name in missing)), "staff")
        draft = replace(draft, reply=ReplyKind.MISSING, missing=missing)
    elif corrections.action is StaffAction.SPAM:
        draft = _draft(case, Ignore(Reason.SPAM), "staff")
    else:
        draft = replace(_draft(case, Hold((Reason.NOT_AN_OPT_OUT,)), "staff"), disposition=Disposition.IGNORED)
        if corrections.action is StaffAction.CLOSE and corrections.answer:
            draft = replace(draft, reply=ReplyKind.ANSWER, answer=corrections.answer)
        elif corrections.action is StaffAction.NOT_AN_OPT_OUT:
            draft = replace(draft, hand_over_to=corrections.hand_over_to)
    draft = replace(draft, decided_by=corrections.by, evidence=(*draft.evidence, by))
    gate = reply.plan(draft, reading, policy, own_addresses)
    if isinstance(gate, reply.NoReply):
        draft = replace(draft, reply=ReplyKind.NONE, no_reply_because=gate.because)
    return draft
