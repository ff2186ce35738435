"""The one gate before every reply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optout_daemon.core.decision import decide
from optout_daemon.core.model import (
    GROUP,
    Agreement,
    Authentication,
    Decision,
    Disposition,
    FieldName,
    Machine,
    Policy,
    Reading,
    Reason,
    ReplyKind,
)
from optout_daemon.core.reply import NoReply, ReplyPlan, doubtful, plan, target
from tests.builders import envelope, match, reading

OWN = frozenset({"desk@example.com"})
POLICY = Policy()


def decided(read: Reading, **found: Agreement) -> Decision:
    return decide(read, match(**found), POLICY, own_addresses=OWN)


def test_a_confirmation_names_number_and_channels_and_threads():
    """Policy, section 5: what it may name, and threading by headers."""
    read = reading(envelope=envelope(references=("<b@x>", "<a@x>")))

    assert plan(decided(read), read, POLICY, OWN) == ReplyPlan(
        kind=ReplyKind.CONFIRMED,
        recipient="Anna@example.org",
        languages=("en",),
        channels=("email", "print"),
        customer_number="20000001",
        in_reply_to="<1@example.org>",
        references=("<a@x>", "<b@x>", "<1@example.org>"),
    )


def test_a_missing_reply_names_the_missing_fields_and_nothing_of_the_record():
    """It must not tell whether the number exists."""
    read = reading()
    made = plan(decided(read, address=Agreement.ABSENT), read, POLICY, OWN)

    assert isinstance(made, ReplyPlan)
    assert (made.kind, made.missing) == (ReplyKind.MISSING, (FieldName.ADDRESS,))
    assert made.customer_number is None
    assert made.channels == ()


def test_received_names_nothing():
    """An unknown number and a wrong name look the same from outside."""
    read = reading()
    made = plan(decided(read, name=Agreement.DIFFERS), read, POLICY, OWN)

    assert isinstance(made, ReplyPlan)
    assert made.kind is ReplyKind.RECEIVED
    assert (made.customer_number, made.channels, made.missing) == (None, (), ())


def test_without_a_message_id_the_reply_is_not_threaded():
    """There is nothing to refer to."""
    read = reading(envelope=envelope(message_id=None))
    made = plan(decided(read), read, POLICY, OWN)

    assert isinstance(made, ReplyPlan)
    assert (made.in_reply_to, made.references) == (None, ())


@pytest.mark.parametrize(
    ("language", "languages"), [("ja", ("ja",)), ("en", ("en",)), ("fr", ("ja", "en")), ("", ("ja", "en"))]
)
def test_the_language_is_that_of_the_wish(language, languages):
    """Another than the desk's: the desk's first language and English, both."""
    read = reading(language=language)
    made = plan(decided(read), read, POLICY, OWN)

    assert isinstance(made, ReplyPlan)
    assert languages == made.languages


def test_reply_to_is_answered_where_it_is_one_plain_address():
    """RFC 5322, section 3.6.2, within the policy's bounds."""
    read = reading(envelope=envelope(reply_to=("home@example.net",), reply_to_as_given="Home@example.net"))

    assert target(read, OWN) == "Home@example.net"


@pytest.mark.parametrize(
    ("reply_to", "as_given"),
    [
        ((), ""),
        (("a@example.net", "b@example.net"), ""),
        (("desk@example.com",), "desk@example.com"),
        (("x y@example.net",), "x y@example.net"),
    ],
)
def test_any_other_reply_to_leaves_the_author(reply_to, as_given):
    """Ours, several or not plain: From is answered."""
    read = reading(envelope=envelope(reply_to=reply_to, reply_to_as_given=as_given))

    assert target(read, OWN) == "Anna@example.org"


@pytest.mark.parametrize(
    ("author", "because"),
    [
        (None, "no single author"),
        ("desk@example.com", "the author is the desk itself"),
        ("名前@example.org", "the author's address cannot be written to"),
        ("no-reply@example.org", "nobody reads the author's address"),
        ("noreply@example.org", "nobody reads the author's address"),
        ("donotreply@example.org", "nobody reads the author's address"),
        ("mailer-daemon@example.org", "nobody reads the author's address"),
        ("postmaster@example.org", "nobody reads the author's address"),
        ("list-request@example.org", "nobody reads the author's address"),
        ("owner-list@example.org", "nobody reads the author's address"),
        ("bounces@example.org", "nobody reads the author's address"),
    ],
)
def test_nobody_is_answered_where_no_person_reads(author, because):
    """Reply targets: one plain address that is not ours, not no-reply, not a list."""
    read = reading(envelope=envelope(author=author, author_as_given=author or ""))

    assert target(read, OWN) == NoReply(because)


def test_an_ordinary_address_that_resembles_one_is_answered():
    """`root-beer@` is a person's; only whole local parts are machines'."""
    for name in ("root-beer", "noreplyfan", "daemonique", "bouncesy"):
        read = reading(envelope=envelope(author=f"{name}@example.org", author_as_given=f"{name}@example.org"))

        assert target(read, OWN) == f"{name}@example.org"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"machine": Machine(reason=Reason.AUTO_REPLY)}, "a machine wrote it"),
        ({"machine": Machine(for_a_person=True)}, "a machine wrote it"),
        ({"machine": Machine(spam=True)}, "a machine wrote it"),
        ({"machine": Machine(own_address=True)}, "the author is the desk itself"),
        ({"machine": Machine(unsolicited=True)}, "unsolicited advertising"),
        ({"envelope": envelope(forged_headers=True)}, "headers try to inject others"),
        ({"envelope": envelope(author=None)}, "no single author"),
        ({"authentication": Authentication.FAIL}, "DMARC failed"),
    ],
)
def test_doubtful_senders(change, because):
    """Policy, section 5: whatever was decided, these are not answered."""
    assert NoReply(because) == doubtful(reading(**change), ())


def test_a_person_is_not_doubtful_and_failed_dmarc_is():
    """The reason decides, since the trusted host's verdict is one."""
    assert doubtful(reading(), ()) is None
    assert NoReply("DMARC failed") == doubtful(reading(), (Reason.UNAUTHENTICATED,))


def test_the_gate_closes_on_ignored_mail_and_on_a_doubtful_sender():
    """Also where a decision asks for a reply by mistake."""
    read = reading()
    ignored = replace(decide(reading(machine=Machine(reason=Reason.BULK)), match(), POLICY), reply=ReplyKind.RECEIVED)

    assert plan(ignored, read, POLICY, OWN) == NoReply("none is due")
    assert plan(decided(read), reading(machine=Machine(spam=True)), POLICY, OWN) == NoReply("a machine wrote it")


def test_the_reason_for_silence_is_kept():
    """Staff see why nobody was answered."""
    silent = replace(decided(reading()), reply=ReplyKind.NONE, no_reply_because="asked by phone")

    assert plan(silent, reading(), POLICY, OWN) == NoReply("asked by phone")


def test_an_author_who_cannot_be_written_to_gets_no_plan():
    """The plan passes the target's answer on."""
    read = reading(envelope=envelope(author="noreply@example.org", author_as_given="noreply@example.org"))

    assert plan(decided(reading()), read, POLICY, OWN) == NoReply("nobody reads the author's address")


def test_only_a_confirmation_names_number_and_channels_and_only_missing_names_fields():
    """Whatever a decision holds: `received` must look the same for everybody (policy, section 5)."""
    read = reading()
    full = replace(decided(read), missing=(FieldName.NAME,))
    received = plan(replace(full, reply=ReplyKind.RECEIVED), read, POLICY, OWN)
    confirmed = plan(full, read, POLICY, OWN)

    assert isinstance(received, ReplyPlan)
    assert (received.channels, received.customer_number, received.missing) == ((), None, ())
    assert isinstance(confirmed, ReplyPlan)
    assert confirmed.missing == ()


@pytest.mark.parametrize("kind", [ReplyKind.CONFIRMED, ReplyKind.RECEIVED, ReplyKind.MISSING])
def test_only_a_confirmation_names_the_company(kind: ReplyKind) -> None:
    """Where nothing was stopped there is no company to name (policy, section 5)."""
    read = reading()
    made = plan(replace(decided(read), reply=kind, scope="Aozora Travel"), read, POLICY, OWN)

    assert isinstance(made, ReplyPlan)
    assert ("Aozora Travel" if kind is ReplyKind.CONFIRMED else GROUP) == made.scope


ANSWERED: dict[str, Any] = {"reply": ReplyKind.ANSWER, "answer": "See you in May."}


def test_a_persons_answer_goes_out_though_the_mail_is_put_aside() -> None:
    """The one reply to what is ignored; it says their words and nothing that was read or matched."""
    read = reading()
    made = plan(replace(decided(read), disposition=Disposition.IGNORED, **ANSWERED), read, POLICY, OWN)

    assert isinstance(made, ReplyPlan)
    assert (ReplyKind.ANSWER, "See you in May.") == (made.kind, made.text)
    assert (None, (), (), GROUP) == (made.customer_number, made.channels, made.missing, made.scope)


@pytest.mark.parametrize("kind", [ReplyKind.CONFIRMED, ReplyKind.RECEIVED, ReplyKind.MISSING])
def test_no_other_reply_holds_free_text(kind: ReplyKind) -> None:
    """Policy, section 5: the desk's own replies name fields, channels, company and number alone."""
    read = reading()
    made = plan(replace(decided(read), reply=kind, answer="See you in May."), read, POLICY, OWN)

    assert isinstance(made, ReplyPlan)
    assert "" == made.text


def test_a_machine_gets_no_persons_answer_either() -> None:
    """One gate before every reply."""
    made = plan(replace(decided(reading()), **ANSWERED), reading(machine=Machine(for_a_person=True)), POLICY, OWN)

    assert NoReply("a machine wrote it") == made
