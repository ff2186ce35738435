"""The windows on every queue, and a clerk's and an operator's hand in them."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime

import pytest

from optout_daemon.config import load
from optout_daemon.log import Log
from optout_daemon.parts import build
from optout_daemon.processing import process
from optout_daemon.store import inquiries, locations, outbox
from optout_daemon.store.database import Database
from tests.project.desk import SETTINGS, Desk
from tests.project.test_cli_explain import OPT_OUT

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
WITHOUT_ADDRESS = OPT_OUT.replace("Address: 12 Mill Street, Bath\n", "")
WITH_QUESTION = OPT_OUT.replace("catalogues.", "catalogues. Also, could you tell me where my order is?")

pytestmark = pytest.mark.slow  # each starts reader processes


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    return desk.stocked()


def received(desk: Desk, *mails: str) -> None:
    """Store mails as intake does, without deciding them."""
    database = Database(load(desk.config).database.url)
    with database.transaction() as tx:
        for uid, mail in enumerate(mails, 1):
            raw = mail.encode()
            inquiries.store_mail(
                tx,
                raw=raw,
                digest=hashlib.sha256(raw).hexdigest(),
                mailbox="desk",
                uidvalidity=1,
                uid=uid,
                received_at=NOW,
                now=NOW,
            )
    database.close()


def decided(desk: Desk, *mails: str) -> None:
    """Store mails and let the machine decide them."""
    received(desk, *mails)
    with build(load(desk.config), log=Log(level="error")) as built:
        process(built.parts, now=NOW, stop=threading.Event())


def test_the_queue_lists_what_waits_for_a_person(stocked: Desk) -> None:
    """Held mail, and applied mail that asks for something else as well; nothing else."""
    decided(stocked, OPT_OUT, WITHOUT_ADDRESS, WITH_QUESTION)
    said = stocked("queue", "list", "--json")

    assert [(2, "held", ["missing_address"]), (3, "closed", [])] == [
        (row["id"], row["state"], row["reasons"]) for row in said.objects
    ]


def test_one_inquiry_is_shown_with_all_that_is_known_of_it(stocked: Desk) -> None:
    """Decision, fields, evidence, candidates, replies, places and events, on one page."""
    decided(stocked, WITHOUT_ADDRESS)
    [told] = stocked("queue", "show", "1", "--json").objects
    page = stocked("queue", "show", "1").out

    assert ("held", ["missing_address"], "Anna Weber") == (told["state"], told["reasons"], told["fields"]["name"])
    assert "10000002" == told["candidates"][0]["customer"]["number"]
    assert told["candidates"][0]["reasons"]
    assert [("missing", "queued", "anna@mail.example")] == [
        (reply["kind"], reply["state"], reply["recipient"]) for reply in told["replies"]
    ]
    assert [("desk", 1)] == [(place["mailbox"], place["uid"]) for place in told["locations"]]
    assert ["decided"] == [event["event"] for event in told["events"]]
    assert told["evidence"]
    for expected in ("missing_address: the address is missing", "Anna Weber", "candidates", "replies", "events"):
        assert expected in page


def test_an_inquiry_that_is_not_there_is_a_no(stocked: Desk) -> None:
    """1, and nothing on standard output."""
    said = stocked("queue", "show", "7")

    assert (1, "", "there is no inquiry 7\n") == (said.code, said.out, said.err)


def test_a_clerk_completes_an_inquiry_and_everything_follows(stocked: Desk) -> None:
    """The list is written and the confirmation queued, as if the mail had been complete."""
    decided(stocked, WITHOUT_ADDRESS)
    said = stocked("queue", "resolve", "1", "--apply", "--address", "12 Mill Street, Bath", "--by", "Aki", "--json")

    assert (0, "applied", "confirmed") == (said.code, said.objects[0]["disposition"], said.objects[0]["reply"])
    assert 1 == stocked("suppressions", "check", "--number", "10000002", "--channel", "print").code
    assert "" == stocked("queue", "list", "--json").out
    [told] = stocked("queue", "show", "1", "--json").objects
    assert ("closed", "Aki") == (told["state"], told["decided_by"])
    assert {"missing", "confirmed"} == {reply["kind"] for reply in told["replies"]}


def test_a_clerk_is_told_that_a_cap_kept_the_reply_back(stocked: Desk) -> None:
    """They would think the customer answered, and write to nobody."""
    stocked.settings(SETTINGS + "[policy]\nreply_per_hour = 0\n")
    decided(stocked, WITHOUT_ADDRESS, WITHOUT_ADDRESS.replace("Subject: ", "Subject: Again: "))
    for_people = stocked("queue", "resolve", "1", "--apply", "--address", "12 Mill Street, Bath", "--by", "Aki")
    [told] = stocked("queue", "resolve", "2", "--close", "--by", "Aki", "--json").objects

    assert for_people.out.startswith("inquiry 1: applied, reply: confirmed (not sent: a cap on replies silenced it")
    assert ("none", False) == (told["reply"], told["reply_capped"])


def test_where_the_mail_lies_is_shown(stocked: Desk) -> None:
    """A clerk opens it in a mail program, or learns that it is not there any more."""
    decided(stocked, WITHOUT_ADDRESS)
    database, pages = Database(load(stocked.config).database.url), []
    for change in (
        lambda tx: None,
        lambda tx: locations.mark_filed(tx, [1], "Desk/Review", NOW),
        lambda tx: locations.mark_gone(tx, [1], NOW),
    ):
        with database.transaction() as tx:
            change(tx)
        page = stocked("queue", "show", "1").out.splitlines()
        pages.append(page[page.index("places") + 1].strip())
    database.close()

    assert [
        "desk, UID 1 of 1",
        "desk, UID 1 of 1, lies in Desk/Review",
        "desk, UID 1 of 1, moved or deleted by a person since",
    ] == pages


def test_a_clerk_names_the_customer_the_channels_and_the_company(stocked: Desk) -> None:
    """What the clerk says wins over what the machine read, for which company included, and is shown."""
    stocked.settings(SETTINGS + '[[company]]\nname = "Aozora"\n[[company]]\nname = "Hikari"\n')
    decided(stocked, OPT_OUT.replace("10000002", "10000009"))
    says = ("--apply", "--number", "10000002", "--channel", "email", "--by", "Aki")
    assert 2 == stocked("queue", "resolve", "1", *says, "--company", "Umi").code
    said = stocked("queue", "resolve", "1", *says, "--company", "Aozora")

    assert 0 == said.code, said.err
    who = ("suppressions", "check", "--number", "10000002")
    assert 1 == stocked(*who, "--company", "Aozora").code
    assert 0 == stocked(*who, "--company", "Hikari").code
    assert 0 == stocked(*who, "--channel", "print").code
    assert ["Aozora"] == [
        line.split()[1] for line in stocked("queue", "show", "1").out.splitlines() if "company" in line
    ]


@pytest.mark.parametrize(
    ("action", "state"), [("--close", "closed"), ("--spam", "closed"), ("--not-an-opt-out", "closed")]
)
def test_a_clerk_ends_an_inquiry_without_touching_the_list(stocked: Desk, action: str, state: str) -> None:
    """Not everything that waits is an opt-out."""
    decided(stocked, WITHOUT_ADDRESS)
    said = stocked("queue", "resolve", "1", action, "--by", "Aki")
    [told] = stocked("queue", "show", "1", "--json").objects

    assert (0, state) == (said.code, told["state"])
    assert "" == stocked("suppressions", "list", "--json").out


def test_the_second_request_of_an_applied_mail_is_closed_when_it_is_answered(stocked: Desk) -> None:
    """The opt-out stays as it is; only the queue forgets the mail."""
    decided(stocked, WITH_QUESTION)
    said = stocked("queue", "resolve", "1", "--close", "--by", "Aki")

    assert (0, "inquiry 1: its other request is answered\n") == (said.code, said.out)
    assert "" == stocked("queue", "list", "--json").out
    assert 1 == stocked("suppressions", "check", "--number", "10000002", "--channel", "print").code
    assert 1 == stocked("queue", "resolve", "1", "--close", "--by", "Aki").code


def test_an_inquiry_can_be_resolved_once_only(stocked: Desk) -> None:
    """The second clerk is told, and changes nothing."""
    decided(stocked, WITHOUT_ADDRESS)
    stocked("queue", "resolve", "1", "--spam", "--by", "Aki")
    said = stocked("queue", "resolve", "1", "--apply", "--address", "12 Mill Street, Bath", "--by", "Bo")

    assert (1, "") == (said.code, said.out)
    assert "inquiry 1" in said.err
    assert "" == stocked("suppressions", "list", "--json").out


def test_an_answer_to_what_was_shown_earlier_is_refused(stocked: Desk) -> None:
    """Somebody else's note may change what the right answer is."""
    decided(stocked, WITHOUT_ADDRESS)
    said = stocked("queue", "resolve", "1", "--spam", "--by", "Aki", "--version", "99")

    assert (1, "") == (said.code, said.out)


def test_a_number_that_nobody_has_is_refused(stocked: Desk) -> None:
    """Nothing is applied on a slip of the finger."""
    decided(stocked, WITHOUT_ADDRESS)
    said = stocked("queue", "resolve", "1", "--apply", "--number", "99999999", "--by", "Aki")

    assert (1, "") == (said.code, said.out)
    assert "no customer has this number" in said.err


def test_the_outbox_lists_replies_without_their_text(stocked: Desk) -> None:
    """The window on delivery; the text belongs to the inquiry."""
    decided(stocked, OPT_OUT, WITHOUT_ADDRESS)
    said = stocked("outbox", "list", "--state", "queued", "--json")

    assert {("confirmed", 1), ("missing", 2)} == {(row["kind"], row["inquiry_id"]) for row in said.objects}
    assert [] == [row for row in said.objects if "raw" in row]
    assert "" == stocked("outbox", "list", "--state", "failed", "--json").out


def test_a_failed_reply_is_sent_again_and_another_is_not(stocked: Desk) -> None:
    """The operator mended the server; a reply that is on its way must not be doubled."""
    decided(stocked, OPT_OUT)
    database = Database(load(stocked.config).database.url)
    with database.transaction() as tx:
        [item] = outbox.claim(tx, now=datetime.now(UTC), limit=1, worker="w")
        outbox.fail(tx, item, now=NOW, status="5.1.1", error="refused")
    database.close()
    first = stocked("outbox", "retry", str(item.id))
    second = stocked("outbox", "retry", str(item.id), "77")

    assert (0, f"reply {item.id}: queued again; it leaves with the daemon's next delivery\n") == (first.code, first.out)
    assert (1, "") == (second.code, second.out)
    assert [
        f"reply {item.id}: on its way already; only a failed one can be sent again",
        "reply 77: there is none",
        "nothing was changed",
    ] == second.err.splitlines()


def test_shunted_mail_is_listed_shown_and_given_back(stocked: Desk) -> None:
    """The operator's queue: the program failed, not the customer."""
    received(stocked, OPT_OUT)
    database = Database(load(stocked.config).database.url)
    with database.transaction() as tx:
        for _ in range(3):
            inquiries.count_attempt(tx, 1, "ZeroDivisionError")
        inquiries.shunt(tx, 1, now=NOW)
    database.close()
    listed = stocked("shunted", "list", "--json")
    shown = stocked("shunted", "show", "1")
    given_back = stocked("shunted", "retry", "--all")

    assert [(1, 3, "ZeroDivisionError")] == [(row["id"], row["attempts"], row["last_error"]) for row in listed.objects]
    assert "3 times: ZeroDivisionError" in shown.out
    assert (0, "inquiry 1: received\n") == (given_back.code, given_back.out)
    assert "" == stocked("shunted", "list", "--json").out
    assert 1 == stocked("shunted", "show", "1").code


def test_retrying_needs_ids_or_all(stocked: Desk) -> None:
    """Neither and both are wrong use."""
    assert 2 == stocked("shunted", "retry").code
    assert 2 == stocked("shunted", "retry", "1", "--all").code


def test_a_completed_inquiry_says_by_what_and_when(stocked: Desk) -> None:
    """A held mail that the customer's answer completed, and a second request that a person answered."""
    answer = OPT_OUT.replace("<1@mail.example>", "<2@mail.example>\nIn-Reply-To: <1@mail.example>")
    decided(stocked, WITHOUT_ADDRESS, answer)
    first = stocked("queue", "show", "1").out
    decided(stocked, WITH_QUESTION.replace("<1@mail.example>", "<3@mail.example>"))
    waits = stocked("queue", "show", "3").out
    assert 0 == stocked("queue", "resolve", "3", "--close").code
    done = stocked("queue", "show", "3").out

    assert "completed  by inquiry 2 at 2026-04-01T09:00:00Z, whose decision it shares" in first
    assert "follow-up  waits for a person" in waits
    assert "follow-up  answered by a person at " in done
