"""What comes back to the desk: bounces of its replies, its own mail, and answers that complete what is held, or must not."""

from __future__ import annotations

import pytest

from optout_daemon import review
from optout_daemon.core.lifecycle import State
from optout_daemon.core.model import Corrections, Disposition, Reason, StaffAction
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.store import inquiries
from optout_daemon.store.database import Database
from tests.flow.situation import ADDRESS, DESK, FORM, INCOMPLETE, NOW, TO_FIRST, Situation, mail


@pytest.fixture
def desk(database: Database) -> Situation:
    return Situation(database)


def bounce(to: str, returned: str) -> bytes:
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: {to}\r\nSubject: Undelivered\r\n"
        "Message-ID: <b@mx.example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Final-Recipient: rfc822; anna@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{returned}\r\n\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("by_token", [True, False])
def test_a_bounce_of_our_reply_marks_it_and_the_block_stands(database: Database, by_token: bool):
    """Known by the token in the address it came to, or by the Message-ID that it returns."""
    desk = Situation(database, envelope_from="desk+bounce@example.com")
    number = desk.receive(mail("one"))
    desk.process()
    [reply] = desk.replies(number)
    assert reply.envelope_from.startswith("desk+bounce")
    assert reply.envelope_from != "desk+bounce@example.com"
    to, returned = (reply.envelope_from, "X: y") if by_token else (DESK, f"Message-ID: {reply.message_id}")
    bounced = desk.receive(bounce(to, returned))
    desk.process()

    assert desk.inquiry(bounced).reasons == (Reason.BOUNCE,)
    [reply] = desk.replies(number)
    assert reply.bounced_at == NOW
    assert desk.blocked(customer_number="20000001")


def test_a_bounce_to_the_desks_plain_address_is_known_by_what_it_returns(database: Database):
    """All replies have the same reverse-path then: one that returns nothing of ours belongs to none of them."""
    desk = Situation(database, envelope_from=DESK)
    number = desk.receive(mail("one"))
    desk.process()
    [reply] = desk.replies(number)
    desk.receive(bounce(DESK, "Message-ID: <another@example.org>"))
    desk.process()
    [before] = desk.replies(number)
    desk.receive(bounce(DESK, f"Message-ID: {reply.message_id}"))
    desk.process()

    assert DESK == reply.envelope_from
    assert before.bounced_at is None
    assert [NOW] == [one.bounced_at for one in desk.replies(number)]


def test_our_own_reply_sent_back_is_a_loop(desk: Situation):
    """By its Message-ID in the outbox, whatever its headers say."""
    number = desk.receive(mail("one"))
    desk.process()
    [reply] = desk.replies(number)
    back = desk.receive(reply.raw)
    desk.process()

    assert desk.inquiry(back).reasons == (Reason.LOOP,)


@pytest.mark.parametrize(
    "headers",
    [
        ("Authentication-Results: mx.example.com; dmarc=fail header.from=example.org",),
        ("Auto-Submitted: auto-generated",),
        ("X-Spam-Flag: YES",),
    ],
)
def test_a_doubt_about_the_sender_is_not_answered_away(database: Database, headers: tuple[str, ...]):
    """Somebody forged Anna's opt-out; her "what is this?" must not complete it."""
    desk = Situation(database)
    desk.readers.reader = Reader(ReaderSettings(own_addresses=(DESK,), trusted_authserv_ids=("mx.example.com",)))
    desk.receive(mail("first", FORM, "anna@example.org", *headers))
    desk.process()
    desk.receive(mail("second", "What is this? I never wrote that mail.\n" + ADDRESS, "anna@example.org", TO_FIRST))
    desk.process()

    assert not desk.blocked(customer_number="20000001")


@pytest.mark.parametrize(
    "text",
    [
        "Please disregard my previous message.\nAnna Arden\n" + ADDRESS,
        "I withdraw my request.\n" + ADDRESS,
        "先日の依頼は取り消します。\n" + ADDRESS,
        "That was not me.\n" + ADDRESS,
        "Please keep sending me everything.\n" + ADDRESS,
    ],
)
def test_an_answer_that_takes_it_back_completes_nothing(desk: Situation, text: str):
    """The missing field is there, and the wish is gone."""
    desk.receive(mail("first", INCOMPLETE))
    second = desk.receive(mail("second", text, "anna@example.org", TO_FIRST, "Content-Type: text/plain; charset=utf-8"))
    desk.process()

    assert desk.inquiry(second).disposition is Disposition.HELD
    assert not desk.blocked(customer_number="20000001")


def test_a_whole_conversation_leaves_the_queue_together(desk: Situation):
    """Two mails were held for what they lacked; the third completes both."""
    first = desk.receive(mail("first", FORM.replace("Name: Anna Arden\n" + ADDRESS, "")))
    second = desk.receive(mail("second", "Name: Anna Arden\n", "anna@example.org", TO_FIRST))
    desk.process()
    assert desk.inquiry(second).parent_id == first
    third = desk.receive(mail("third", ADDRESS, "anna@example.org", "In-Reply-To: <second@example.org>"))
    desk.process()

    assert desk.inquiry(third).disposition is Disposition.APPLIED
    assert {desk.inquiry(number).state for number in (first, second, third)} == {State.CLOSED}


def test_what_a_clerk_closed_is_not_opened_by_an_answer(desk: Situation):
    """The wish of a mail that staff put aside is nobody's any more."""
    first = desk.receive(mail("first", INCOMPLETE))
    second = desk.receive(mail("second", "Name: Anna Arden\n", "anna@example.org", TO_FIRST))
    desk.process()
    put_aside = Corrections(by="kei", action=StaffAction.NOT_AN_OPT_OUT)
    review.resolve(first, put_aside, parts=desk.parts, now=NOW)
    third = desk.receive(
        mail("third", FORM.partition("Inquiry")[0], "anna@example.org", "In-Reply-To: <second@example.org>")
    )
    desk.process()

    assert desk.inquiry(second).state is State.HELD
    assert desk.inquiry(third).disposition is Disposition.HELD


def test_a_mail_that_was_too_large_is_not_completed_by_an_answer(desk: Situation):
    """Only its head was fetched: nobody knows what else it says."""
    raw = mail("first", INCOMPLETE)
    with desk.database.transaction() as tx:
        inquiries.store_mail(
            tx, raw=raw, digest="d", mailbox="desk", uidvalidity=1, uid=99, received_at=NOW, now=NOW, truncated=True
        )
    desk.process()
    second = desk.receive(mail("second", ADDRESS, "anna@example.org", TO_FIRST))
    desk.process()

    assert desk.inquiry(second).disposition is Disposition.HELD


@pytest.mark.parametrize("author", ['"anna.arden"@example.org', "anna@example..org"])
def test_nobody_is_confirmed_to_whom_no_reply_can_be_written(desk: Situation, author: str):
    """Policy, section 5: where nobody can be answered, the mail is held."""
    number = desk.receive(mail("one", FORM, author))
    desk.process()

    row = desk.inquiry(number)
    assert (row.disposition, row.reply, desk.replies(number)) == (Disposition.HELD, "none", [])
