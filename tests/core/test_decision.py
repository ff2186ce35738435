"""The decision table, rule by rule, against the desk's policy."""

from __future__ import annotations

from typing import Any

import pytest

from optout_daemon.core.decision import decide
from optout_daemon.core.model import (
    GROUP,
    Agreement,
    Authentication,
    Category,
    Context,
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
    RuleHit,
    Span,
    Wish,
)
from tests.builders import ANNA, envelope, match, outcome, reading, wish

POLICY = Policy()
NOTHING = Wish()
UNKNOWN = Match(number="29999999", name=Agreement.DIFFERS, address=Agreement.DIFFERS)


def judged(read: Reading, found: Match | None = None, policy: Policy = POLICY, **context: Any) -> Decision:
    return decide(read, match() if found is None else found, policy, Context(**context), {"desk@example.com"})


# -- applied ---------------------------------------------------------------------------------------------------


def test_a_complete_opt_out_is_applied_to_every_channel_when_none_is_named():
    """Policy, section 3: no channel named at all means every channel."""
    decision = judged(reading())

    assert outcome(decision) == ("applied", (), "confirmed")
    assert decision.channels == ("email", "print")
    assert decision.customer_number == ANNA.number
    assert decision.category is Category.OPT_OUT
    assert decision.language == "en"
    assert decision.follow_up is False
    assert decision.no_reply_because == ""
    assert decision.decided_by == "machine"


@pytest.mark.parametrize("named", [("print",), ("email",), ("email", "print")])
def test_named_channels_are_stopped_and_no_others(named):
    """Policy, section 3: "stop the catalogues, e-mail is fine" is print alone."""
    assert named == judged(reading(wish=wish(channels=named))).channels


def test_a_channel_that_the_settings_do_not_have_is_not_stopped():
    """Only what the desk can keep is promised."""
    policy = Policy(channels=("email", "print", "phone"))

    assert ("print", "phone") == judged(reading(wish=wish(channels=("phone", "print", "sms"))), policy=policy).channels


def test_a_second_request_is_a_follow_up_and_does_not_stop_the_opt_out():
    """Policy, section 3: applied, and in the queue for a person."""
    decision = judged(reading(wish=wish(follow_up=True)))

    assert decision.disposition is Disposition.APPLIED
    assert decision.follow_up is True


def test_follow_up_is_said_of_applied_mail_only():
    """What is held waits for a person anyway."""
    assert judged(reading(wish=wish(follow_up=True, conditional=True))).follow_up is False


def test_dmarc_pass_and_another_sender_address_do_not_matter():
    """Policy, section 4: the sender's address need not be the one on record."""
    other = envelope(author="boss@example.net", author_as_given="boss@example.net")
    decision = judged(reading(envelope=other, authentication=Authentication.PASS))

    assert decision.disposition is Disposition.APPLIED
    assert "author's address is not the one on record" in decision.evidence
    assert "dmarc pass by the trusted host" in decision.evidence


# -- whose sendings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "mailbox", "scope"),
    [
        ({}, "", GROUP),
        ({}, "Hikari Wine", "Hikari Wine"),
        ({"company": "Aozora Travel"}, "", "Aozora Travel"),
        ({"company": "Aozora Travel"}, "Hikari Wine", "Aozora Travel"),
        ({"every_company": True}, "", GROUP),
        ({"every_company": True}, "Hikari Wine", GROUP),
    ],
)
def test_one_company_stops_where_mail_or_mailbox_names_it_and_else_all_of_them(named, mailbox, scope):
    """A block that is too narrow sends mail to somebody who has asked for none; "all of you" beats the mailbox."""
    decision = judged(reading(wish=wish(**named)), company=mailbox)

    assert (Disposition.APPLIED, scope) == (decision.disposition, decision.scope)


# -- section 1: machines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Reason.BOUNCE, Reason.AUTO_REPLY, Reason.BULK, Reason.SPAM])
def test_machine_mail_is_ignored_and_never_answered(reason):
    """Promise 3; also where it happens to hold a known number and a stop."""
    found = Match() if reason is Reason.SPAM else match()
    decision = judged(reading(machine=Machine(reason=reason)), found)

    assert outcome(decision) == ("ignored", (reason.value,), "none")
    assert decision.category is Category.MACHINE
    assert decision.customer_number is None
    assert decision.channels == ()


@pytest.mark.parametrize("reason", [None, Reason.AUTO_REPLY, Reason.BULK])
def test_a_machine_that_writes_for_a_person_is_held_and_not_answered(reason):
    """A contact form with a number and an opt-out: never lost to a filter."""
    decision = judged(reading(machine=Machine(reason=reason, for_a_person=True)))

    assert outcome(decision) == ("held", ("machine_sender",), "none")
    assert decision.category is Category.OPT_OUT
    assert decision.no_reply_because == "a machine wrote it"


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (reading(machine=Machine(reason=Reason.AUTO_REPLY, for_a_person=True), wish=NOTHING), match()),
        (reading(machine=Machine(reason=Reason.AUTO_REPLY, for_a_person=True)), Match()),
    ],
)
def test_machine_mail_without_number_and_opt_out_is_ignored(read, found):
    """Both are needed to take it from the filter."""
    assert outcome(judged(read, found)) == ("ignored", ("auto_reply",), "none")


def test_a_machine_sender_without_any_machine_reason_is_held():
    """Machine mail that cannot be told from a person's is held (policy, section 1)."""
    decision = judged(reading(machine=Machine(for_a_person=True), wish=wish(category=Category.QUESTION)))

    assert outcome(decision) == ("held", ("machine_sender",), "none")


def test_spam_by_the_hosts_word_with_a_known_number_and_an_opt_out_is_held():
    """Policy, section 1: an opt-out is never lost to a filter."""
    decision = judged(reading(machine=Machine(reason=Reason.SPAM, spam=True)))

    assert outcome(decision) == ("held", ("machine_sender", "spam"), "none")


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (reading(machine=Machine(reason=Reason.SPAM, spam=True)), UNKNOWN),
        (reading(machine=Machine(reason=Reason.SPAM, spam=True), wish=wish(category=Category.OTHER)), match()),
    ],
)
def test_spam_without_known_number_or_opt_out_is_ignored(read, found):
    """The known number and the opt-out are both needed."""
    assert outcome(judged(read, found)) == ("ignored", ("spam",), "none")


def test_our_own_message_is_a_loop_whatever_else_it_is():
    """Loop comes first in the order of reasons; our marker or our Message-ID says so."""
    decision = judged(reading(machine=Machine(reason=Reason.BOUNCE)), own_message=True)

    assert outcome(decision) == ("ignored", ("loop",), "none")


@pytest.mark.parametrize("reason", [None, Reason.LOOP])
def test_our_address_forged_around_a_complete_opt_out_is_held(reason):
    """Policy, section 1: a forgery is held where it carries a complete opt-out, and nobody is answered."""
    decision = judged(reading(machine=Machine(reason=reason, own_address=True)))

    assert outcome(decision) == ("held", ("machine_sender",), "none")


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (reading(machine=Machine(own_address=True)), Match()),
        (reading(machine=Machine(own_address=True), wish=NOTHING), match()),
        (reading(machine=Machine(own_address=True, reason=Reason.AUTO_REPLY)), match()),
    ],
)
def test_our_address_as_author_is_otherwise_a_loop(read, found):
    """Our own mail sent back to us is never a customer's."""
    assert outcome(judged(read, found)) == ("ignored", ("loop",), "none")


def test_the_same_mail_again_is_ignored_as_a_duplicate():
    """Equal Message-ID and equal content; also a contact form's mail sent twice."""
    form = reading(machine=Machine(for_a_person=True))

    assert outcome(judged(reading(), duplicate=True)) == ("ignored", ("duplicate",), "none")
    assert outcome(judged(form, duplicate=True)) == ("ignored", ("duplicate",), "none")


def test_a_machines_own_reason_comes_before_duplicate():
    """Policy, section 1: the first that holds in the order is given."""
    read = reading(machine=Machine(reason=Reason.BULK))

    assert outcome(judged(read, duplicate=True)) == ("ignored", ("bulk",), "none")


# -- section 2: nothing to read, something missing ---------------------------------------------------------------


def test_an_unreadable_mail_is_held_and_a_person_is_told_that_it_came():
    """Empty, encrypted, broken, only an attachment."""
    decision = judged(reading(readable=False, unreadable_because="encrypted", wish=NOTHING), Match())

    assert outcome(decision) == ("held", ("unreadable",), "received")
    assert "unreadable: encrypted" in decision.evidence


def test_a_lost_character_holds_a_mail_that_would_be_applied():
    """What was lost may have been part of the name or the lot."""
    assert outcome(judged(reading(confident=False))) == ("held", ("unreadable",), "received")


@pytest.mark.parametrize(
    ("found", "read", "reasons"),
    [
        (Match(name=Agreement.AGREES, address=Agreement.AGREES), reading(), ("missing_customer_number",)),
        (match(name=Agreement.ABSENT), reading(), ("missing_name",)),
        (match(address=Agreement.ABSENT), reading(), ("missing_address",)),
        (match(), reading(wish=NOTHING), ("missing_inquiry",)),
        (
            Match(),
            reading(fields=()),
            ("missing_customer_number", "missing_name", "missing_address"),
        ),
    ],
)
def test_what_is_missing_is_asked_for(found, read, reasons):
    """One reason a field; the reply names them."""
    decision = judged(read, found)

    assert outcome(decision) == ("held", reasons, "missing")
    assert tuple(f"missing_{name.value}" for name in decision.missing) == reasons


def test_missing_and_unknown_number_give_the_same_reply():
    """Policy, section 5: nobody may find out whether a number exists."""
    known = judged(reading(), match(address=Agreement.ABSENT))
    unknown = judged(reading(), Match(number="29999999", name=Agreement.DIFFERS))

    assert known.reply == unknown.reply == ReplyKind.MISSING
    assert known.missing == unknown.missing == (FieldName.ADDRESS,)


def test_a_stated_field_is_not_missing_even_where_nothing_could_be_compared():
    """An unknown number has no record to compare with; the labelled name was given all the same."""
    fields = tuple(Field(name, "x", Origin.LABEL) for name in FieldName)
    decision = judged(reading(fields=fields), Match(number="29999999"))

    assert outcome(decision) == ("held", ("unknown_customer",), "received")


def test_a_field_that_the_settings_do_not_require_need_not_be_given():
    """Policy, section 4."""
    policy = Policy(required_fields=frozenset({FieldName.CUSTOMER_NUMBER, FieldName.NAME, FieldName.INQUIRY}))

    assert judged(reading(), match(address=Agreement.ABSENT), policy).disposition is Disposition.APPLIED
    assert outcome(judged(reading(), match(address=Agreement.DIFFERS), policy))[1] == ("address_mismatch",)
    assert outcome(judged(reading(), match(name=Agreement.ABSENT), policy))[1] == ("missing_name",)


def test_a_number_alone_never_applies_whatever_is_required():
    """Policy, section 4: at least one of name and address stays required."""
    policy = Policy(required_fields=frozenset({FieldName.CUSTOMER_NUMBER, FieldName.INQUIRY}))
    nothing = match(name=Agreement.ABSENT, address=Agreement.ABSENT)

    assert outcome(judged(reading(), nothing, policy))[:2] == ("held", ("name_mismatch",))
    assert judged(reading(), match(name=Agreement.ABSENT), policy).disposition is Disposition.APPLIED


# -- section 3: what is wanted -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "category", [Category.OPT_IN, Category.DISCLOSURE, Category.QUESTION, Category.COMPLAINT, Category.OTHER]
)
def test_anything_else_to_a_person_is_held(category):
    """Also where fields are missing: only an opt-out, or what may be one, is asked for them."""
    decision = judged(reading(wish=wish(category=category)), match(address=Agreement.ABSENT))

    assert outcome(decision) == ("held", ("not_an_opt_out",), "received")
    assert decision.category is category


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"conditional": True}, "conditional"),
        ({"on_behalf": True}, "on_behalf"),
        ({"several": True}, "several_customers"),
        ({"contradictory": True}, "unclear_intent"),
        ({"category": Category.UNCLEAR}, "unclear_intent"),
    ],
)
def test_a_wish_that_is_not_certain_is_held(change, reason):
    """Complete and correct otherwise; a person decides."""
    assert outcome(judged(reading(wish=wish(**change)))) == ("held", (reason,), "received")


def test_several_customers_numbers_hold_the_mail():
    """Two records named in one mail: whose opt-out is it?"""
    assert outcome(judged(reading(), match(several=True)))[1] == ("several_customers",)


def test_an_uncertain_opt_out_that_lacks_a_field_is_asked_for_it():
    """Policy, dispositions: `missing` where fields are missing and the mail is, or may be, an opt-out."""
    decision = judged(reading(wish=wish(conditional=True)), match(address=Agreement.ABSENT))

    assert outcome(decision) == ("held", ("conditional", "missing_address"), "missing")


def test_unsolicited_advertising_without_headers_is_held_unanswered():
    """Policy, section 5."""
    decision = judged(reading(machine=Machine(unsolicited=True)))

    assert outcome(decision) == ("held", ("not_an_opt_out",), "none")
    assert decision.category is Category.OTHER


def test_an_unstated_wish_is_not_applied_where_no_inquiry_is_required():
    """Nothing but an opt-out is ever applied."""
    policy = Policy(required_fields=frozenset({FieldName.CUSTOMER_NUMBER, FieldName.NAME}))

    assert outcome(judged(reading(wish=NOTHING), policy=policy))[:2] == ("held", ("unclear_intent",))


# -- section 4: who it is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "reasons"),
    [
        (UNKNOWN, ("unknown_customer",)),
        (match(name=Agreement.DIFFERS), ("name_mismatch",)),
        (match(address=Agreement.DIFFERS), ("address_mismatch",)),
        (match(name=Agreement.DIFFERS, address=Agreement.DIFFERS), ("name_mismatch", "address_mismatch")),
    ],
)
def test_whoever_cannot_be_told_for_certain_is_held(found, reasons):
    """Opting out the wrong person is worse than asking staff."""
    decision = judged(reading(), found)

    assert outcome(decision) == ("held", reasons, "received")
    assert decision.customer_number is None
    assert decision.channels == ()


def test_a_stated_field_that_could_not_be_compared_is_a_mismatch():
    """Given, and not shown to agree: never a guess."""
    fields = (Field(FieldName.NAME, "A.", Origin.LABEL), Field(FieldName.ADDRESS, "Oakford", Origin.LABEL))
    decision = judged(reading(fields=fields), match(name=Agreement.ABSENT, address=Agreement.ABSENT))

    assert outcome(decision)[1] == ("name_mismatch", "address_mismatch")


def test_mail_that_failed_dmarc_is_held_and_not_answered():
    """Complete and correct, but somebody else may have written it."""
    assert outcome(judged(reading(authentication=Authentication.FAIL))) == ("held", ("unauthenticated",), "none")


def test_headers_that_inject_others_hold_the_mail_unanswered():
    """Policy, section 5: a doubtful sender."""
    decision = judged(reading(envelope=envelope(forged_headers=True)))

    assert outcome(decision) == ("held", ("unauthenticated",), "none")
    assert decision.no_reply_because == "headers try to inject others"


def test_mail_without_a_single_author_is_held_and_nobody_is_answered():
    """Two From addresses: whose wish is it?"""
    decision = judged(reading(envelope=envelope(author=None, author_as_given="")))

    assert outcome(decision) == ("held", ("no_single_author",), "none")


def test_both_doubts_are_named():
    """Staff see everything that speaks against it."""
    decision = judged(reading(envelope=envelope(author=None, author_as_given=""), authentication=Authentication.FAIL))

    assert outcome(decision)[1] == ("unauthenticated", "no_single_author")
    assert decision.evidence[-1] == "doubtful_sender: held, unauthenticated, no_single_author"


def test_an_opt_out_that_cannot_be_answered_is_held():
    """Policy, section 5: else nobody is answered and the mail is held."""
    nobody = envelope(author="noreply@example.org", author_as_given="noreply@example.org")
    decision = judged(reading(envelope=nobody))

    assert outcome(decision) == ("held", ("machine_sender",), "none")
    assert decision.no_reply_because == "nobody reads the author's address"
    assert decision.customer_number is None
    assert decision.evidence[-1] == "nobody_to_answer: held, machine_sender"


# -- fields, spans, evidence -------------------------------------------------------------------------------------


def test_the_first_statement_of_a_field_is_shown_with_its_span():
    """Reading.fields stand best first."""
    best = Field(FieldName.NAME, "Anna Arden", Origin.LABEL, Span(Part.TEXT, 9, 19))
    other = Field(FieldName.NAME, "Someone", Origin.PROSE, Span(Part.TEXT, 0, 4))
    decision = judged(reading(fields=(best, other)))

    assert decision.fields[FieldName.NAME] == "Anna Arden"
    assert decision.spans[FieldName.NAME] == Span(Part.TEXT, 9, 19)


def test_what_the_match_found_in_prose_is_shown_where_no_field_stands():
    """Name and address verified in the customer's own words have spans too."""
    found = match(name_span=Span(Part.SUBJECT, 0, 6), address_span=Span(Part.TEXT, 21, 41))
    decision = judged(reading(fields=()), found)

    assert decision.fields[FieldName.NAME] == "please"
    assert decision.fields[FieldName.ADDRESS] == "1 Birch Lane, Oakfor"
    assert decision.fields[FieldName.CUSTOMER_NUMBER] == ANNA.number
    assert decision.spans[FieldName.ADDRESS] == Span(Part.TEXT, 21, 41)


def test_a_field_keeps_its_own_value_over_what_the_match_found():
    """The customer's statement, not our idea of it."""
    fields = (
        Field(FieldName.NAME, "ANNA", Origin.LABEL),
        Field(FieldName.CUSTOMER_NUMBER, "2000-0001", Origin.LABEL),
    )
    decision = judged(reading(fields=fields), match(name_span=Span(Part.TEXT, 0, 4)))

    assert decision.fields[FieldName.NAME] == "ANNA"
    assert decision.fields[FieldName.CUSTOMER_NUMBER] == "2000-0001"
    assert FieldName.NAME not in decision.spans


def test_every_rule_that_fired_is_kept_as_evidence():
    """Reading, gate, wish, match and the rule that decided."""
    read = reading(
        hits=(RuleHit("charset", "iso-2022-jp"),),
        machine=Machine(hits=(RuleHit("precedence"),)),
        wish=wish(hits=(RuleHit("stop", "stop"),)),
    )
    decision = judged(read, match(author_on_record=True, hits=(RuleHit("name", "in own words"),)))

    assert decision.evidence == (
        "charset: iso-2022-jp",
        "precedence",
        "stop: stop",
        "name: in own words",
        "number in the directory; name agrees, address agrees",
        "author's address is the one on record",
        "certain: applied",
    )
    assert judged(read, UNKNOWN).evidence[-2:] == (
        "number not in the directory",
        "who_it_is: held, unknown_customer",
    )
    assert judged(reading(machine=Machine(reason=Reason.BULK))).evidence[-1] == "machine_mail: ignored, bulk"
