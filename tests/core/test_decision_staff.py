"""What a person decides: their answer, handing over, asking, and what is kept of it (policy, dispositions and section 5)."""

from __future__ import annotations

from typing import Any

import pytest

from optout_daemon.core.decision import staff_decision
from optout_daemon.core.model import (
    GROUP,
    Agreement,
    Authentication,
    Category,
    Corrections,
    Decision,
    Disposition,
    Field,
    FieldName,
    Machine,
    Match,
    Origin,
    Part,
    Policy,
    Reading,
    Reason,
    ReplyKind,
    Span,
    StaffAction,
)
from tests.builders import ANNA, match, outcome, reading, wish

WORDS = "Your booking stands; see you in May."


def by_kei(
    action: StaffAction, read: Reading | None = None, found: Match | None = None, company: str = "", **said: Any
) -> Decision:
    return staff_decision(
        reading() if read is None else read,
        match() if found is None else found,
        Policy(),
        Corrections("kei", action, **said),
        {"desk@example.com"},
        **({"company": company} if company else {}),
    )


def test_a_written_answer_is_sent_and_the_mail_is_put_aside() -> None:
    """The one reply to what is ignored: a person wrote it, and no block comes of it."""
    decision = by_kei(StaffAction.CLOSE, reading(wish=wish(category=Category.QUESTION)), answer=WORDS)

    assert (Disposition.IGNORED, (Reason.NOT_AN_OPT_OUT,)) == (decision.disposition, decision.reasons)
    assert (ReplyKind.ANSWER, WORDS, "") == (decision.reply, decision.answer, decision.no_reply_because)
    assert (None, (), "") == (decision.customer_number, decision.channels, decision.hand_over_to)


@pytest.mark.parametrize("action", [one for one in StaffAction if one is not StaffAction.CLOSE])
def test_an_answer_goes_out_with_closing_alone(action: StaffAction) -> None:
    """Words left in the form when another button is pressed are not said to anybody."""
    decision = by_kei(action, answer=WORDS)

    assert decision.reply is not ReplyKind.ANSWER
    assert "" == decision.answer


def test_what_is_closed_without_an_answer_is_closed_in_silence() -> None:
    """It was settled elsewhere, or needs nothing."""
    decision = by_kei(StaffAction.CLOSE)

    assert (ReplyKind.NONE, "") == (decision.reply, decision.answer)


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"machine": Machine(for_a_person=True)}, "a machine wrote it"),
        ({"machine": Machine(reason=Reason.SPAM, spam=True)}, "a machine wrote it"),
        ({"authentication": Authentication.FAIL}, "DMARC failed"),
    ],
)
def test_a_written_answer_passes_the_gate_too(change: dict[str, Any], because: str) -> None:
    """A machine is never answered, and a forged author's victim is not written to, by hand neither."""
    decision = by_kei(StaffAction.CLOSE, reading(**change), answer=WORDS)

    assert (ReplyKind.NONE, because) == (decision.reply, decision.no_reply_because)


def test_a_mail_is_handed_over_to_the_colleague_named_and_not_answered() -> None:
    """The colleague answers it, not the desk."""
    decision = by_kei(StaffAction.NOT_AN_OPT_OUT, hand_over_to="claims@example.com")

    assert ("claims@example.com", ReplyKind.NONE) == (decision.hand_over_to, decision.reply)
    assert (Disposition.IGNORED, (Reason.NOT_AN_OPT_OUT,)) == (decision.disposition, decision.reasons)


@pytest.mark.parametrize("action", [one for one in StaffAction if one is not StaffAction.NOT_AN_OPT_OUT])
def test_only_what_is_no_opt_out_is_handed_over(action: StaffAction) -> None:
    """A customer's mail leaves the desk for no other reason."""
    assert "" == by_kei(action, hand_over_to="claims@example.com").hand_over_to


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (StaffAction.APPLY, "staff: applied"),
        (StaffAction.ASK, "staff: held, missing_name, missing_address"),
        (StaffAction.SPAM, "staff: ignored, spam"),
        (StaffAction.NOT_AN_OPT_OUT, "staff: held, not_an_opt_out"),
        (StaffAction.CLOSE, "staff: held, not_an_opt_out"),
    ],
)
def test_the_evidence_says_that_a_person_decided_and_which(action: StaffAction, said: str) -> None:
    """An opt-out may have to be accounted for years later."""
    nothing = match(name=Agreement.ABSENT, address=Agreement.ABSENT)
    decision = by_kei(action, found=nothing)

    assert (said, f"decided by kei: {action}") == decision.evidence[-2:]
    assert "kei" == decision.decided_by


def test_a_number_that_is_nobodys_is_refused_in_plain_words() -> None:
    """The page shows this line to the clerk."""
    with pytest.raises(ValueError, match=r"^no customer has this number$"):
        by_kei(StaffAction.APPLY, found=Match(number="29999999"))


def test_a_person_may_give_a_field_that_the_mail_does_not_have() -> None:
    """Told by telephone, or read in a scan: it has no place in the text."""
    read = reading(fields=(Field(FieldName.CUSTOMER_NUMBER, ANNA.number, Origin.LABEL),))
    decision = by_kei(StaffAction.APPLY, read, address="1 Birch Lane", customer_number=ANNA.number)

    assert "1 Birch Lane" == decision.fields[FieldName.ADDRESS]
    assert {} == decision.spans


@pytest.mark.parametrize(
    ("said", "named", "company", "scope"),
    [
        ({}, {}, "", GROUP),
        ({}, {}, "Hikari Wine", "Hikari Wine"),
        ({}, {"company": "Aozora Travel"}, "Hikari Wine", "Aozora Travel"),
        ({}, {"every_company": True}, "Hikari Wine", GROUP),
        ({"scope": "Aozora Travel"}, {}, "Hikari Wine", "Aozora Travel"),
        ({"scope": GROUP}, {"company": "Aozora Travel"}, "Hikari Wine", GROUP),
    ],
)
def test_the_clerks_company_comes_before_the_mails_and_the_mailboxs(
    said: dict[str, Any], named: dict[str, Any], company: str, scope: str
) -> None:
    """Whoever judged the mail has the last word on whose sendings stop."""
    decision = by_kei(StaffAction.APPLY, reading(wish=wish(**named)), company=company, **said)

    assert (Disposition.APPLIED, scope) == (decision.disposition, decision.scope)


def test_staff_apply_with_their_own_channels_and_fields():
    """What a person says replaces what the machine read; who decided is kept."""
    decision = by_kei(
        StaffAction.APPLY,
        reading(wish=wish(category=Category.UNCLEAR)),
        match(address=Agreement.DIFFERS, name_span=Span(Part.TEXT, 9, 19)),
        channels=("print",),
        name="A. Arden",
        follow_up=True,
    )

    assert outcome(decision) == ("applied", (), "confirmed")
    assert decision.channels == ("print",)
    assert decision.category is Category.OPT_OUT
    assert decision.customer_number == ANNA.number
    assert decision.fields[FieldName.NAME] == "A. Arden"
    assert FieldName.NAME not in decision.spans
    assert decision.follow_up is True
    assert decision.decided_by == "kei"
    assert decision.evidence[-1] == "decided by kei: apply"


def test_staff_apply_keeps_the_machines_reading_where_they_say_nothing():
    """Follow-up and channels stay as read."""
    decision = by_kei(StaffAction.APPLY, reading(wish=wish(follow_up=True, channels=("email",))), match())

    assert decision.follow_up is True
    assert decision.channels == ("email",)


def test_staff_cannot_apply_to_a_number_that_is_nobodys():
    """The right person, also by hand."""
    with pytest.raises(ValueError, match="no customer has this number"):
        by_kei(
            StaffAction.APPLY,
            reading(),
            Match(number="29999999", name=Agreement.DIFFERS, address=Agreement.DIFFERS),
        )


def test_staff_ask_for_what_is_missing_and_the_mail_stays_held():
    """The customer's answer completes it."""
    decision = by_kei(StaffAction.ASK, reading(), match(address=Agreement.ABSENT))

    assert outcome(decision) == ("held", ("missing_address",), "missing")
    assert decision.missing == (FieldName.ADDRESS,)


def test_staff_ask_for_everything_where_nothing_is_missing():
    """They have their reasons: all required fields are asked for again."""
    decision = by_kei(StaffAction.ASK, reading(), match())

    assert decision.reply is ReplyKind.MISSING
    assert decision.missing == tuple(FieldName)


@pytest.mark.parametrize("action", [StaffAction.NOT_AN_OPT_OUT, StaffAction.CLOSE])
def test_staff_close_what_is_no_opt_out_without_a_reply(action):
    """It was handled elsewhere; the desk says nothing more."""
    decision = by_kei(action, reading(), match())

    assert outcome(decision) == ("ignored", ("not_an_opt_out",), "none")
    assert decision.customer_number is None


def test_staff_call_it_spam():
    """Closed, unanswered."""
    assert outcome(by_kei(StaffAction.SPAM, reading(), match())) == ("ignored", ("spam",), "none")


def test_the_gate_stands_before_a_persons_reply_too():
    """Promise 3: one gate before every reply; the block itself stands."""
    decision = by_kei(
        StaffAction.APPLY, reading(authentication=Authentication.PASS, machine=Machine(for_a_person=True)), match()
    )

    assert outcome(decision) == ("applied", (), "none")
    assert decision.no_reply_because == "a machine wrote it"
