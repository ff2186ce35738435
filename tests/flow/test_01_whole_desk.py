"""The installed daemon as a process, from Dovecot to the list and through Postfix, undisturbed and killed."""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.flow.desk import Desk, Expectation, customer_rows, mail, mixed_mails, number
from tests.servers.dovecot import Dovecot
from tests.servers.mailbox import Mailbox
from tests.servers.postfix import Postfix
from tests.servers.sink import SmtpSink

pytestmark = pytest.mark.slow
MAILS = 200


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox, dovecot: Dovecot, postfix: Postfix) -> Iterator[Desk]:
    """A desk with MAILS customers; its replies leave through Postfix."""
    made = Desk(tmp_path, mailbox, dovecot, smtp_port=postfix.port)
    (tmp_path / "customers.csv").write_text(customer_rows(MAILS))
    made.command("customers", "import", str(tmp_path / "customers.csv"))
    yield made
    made.close()


def check_everything(desk: Desk, expected: Sequence[Expectation], relay: SmtpSink) -> Counter[str]:
    """Each mail one inquiry, right list, one reply where due, right folder; the Message-IDs that reached the relay."""
    by_digest = {hashlib.sha256(e.raw).hexdigest(): e for e in expected}
    rows = desk.inquiries()

    assert sorted(by_digest) == sorted(row.digest for row in rows)
    replies_due = {}
    for row in rows:
        wanted = by_digest[row.digest]
        reasons = [reason.value for reason in row.reasons]
        assert row.disposition is not None
        assert wanted.disposition == row.disposition.value, reasons
        assert (wanted.reason in reasons) if wanted.reason else not reasons
        assert wanted.customer_number == row.customer_number
        replies = desk.replies(row.id)
        assert (wanted.reply != "none") == len(replies), (wanted, replies)
        replies_due.update({item.message_id: wanted.reply for item in replies})
        assert all(item.kind.value == wanted.reply for item in replies)
    applied = {e.customer_number for e in expected if e.disposition == "applied"}
    for index in range(MAILS):
        for channel in ("email", "print"):
            assert (number(index) in applied) == desk.blocked(number(index), channel)
    assert 2 * len(applied) == desk.ledger_size()
    filed = {folder: len(desk.mailbox.uids(folder)) for folder in desk.mailbox.folders()}
    count = Counter(e.disposition for e in expected)
    assert count["applied"] == sum(n for name, n in filed.items() if "Done/" in name)
    assert count["held"] == sum(n for name, n in filed.items() if name.endswith("Review"))
    assert count["ignored"] == sum(n for name, n in filed.items() if "Ignored/" in name)
    arrived: Counter[str] = Counter()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        arrived = Counter(
            str(message_from_bytes(m.raw)["Message-ID"]) for m in relay.messages if "mail" in m.recipients[0]
        )
        if set(replies_due) <= set(arrived):
            break
        time.sleep(0.2)
    assert set(replies_due) <= set(arrived)
    return Counter({name: arrived[name] for name in replies_due})


def test_two_hundred_mails_are_each_decided_answered_and_filed_once(desk: Desk, relay: SmtpSink):
    """The main job from end to end, undisturbed."""
    expected = mixed_mails(MAILS)
    desk.mailbox.append_all(e.raw for e in expected)
    desk.start()
    desk.until(lambda: desk.settled(MAILS), "all mails are settled", within=120)

    assert desk.stop() == 0
    left = [path.name for path in desk.folder.glob("desk.db-*")]
    assert left == []  # whoever copies desk.db after a stop has all of it
    arrived = check_everything(desk, expected, relay)
    assert set(arrived.values()) == {1}


def test_killed_five_times_the_result_is_the_same(desk: Desk, relay: SmtpSink, capsys: pytest.CaptureFixture[str]):
    """Nothing lost, nothing twice; at worst the same reply again with the same Message-ID (design, "It stops")."""
    expected = mixed_mails(MAILS)
    desk.mailbox.append_all(e.raw for e in expected)
    chance = random.Random(20261124)
    progress: list[Callable[[], bool]] = [
        lambda: len(desk.inquiries()) > 20,
        lambda: len(desk.inquiries()) - desk.undecided() > 40,
        lambda: len(desk.events("sent")) > 30,
        lambda: len(desk.events("filed")) > 60,
        lambda: len(desk.events("sent")) > 90,
    ]
    kills = 0
    for reached in progress:
        desk.start(ready=False)
        desk.until(lambda reached=reached: reached(), "the next point to be killed at")  # type: ignore[misc]
        time.sleep(chance.random() * 0.2)
        desk.kill()
        kills += 1
    desk.start()
    desk.until(lambda: desk.settled(MAILS), "all mails are settled", within=120)

    assert desk.stop() == 0
    assert kills == 5
    arrived = check_everything(desk, expected, relay)
    repeated = sum(n - 1 for n in arrived.values())
    with capsys.disabled():
        print(f"\n{MAILS} mails, {kills} kills: 0 lost, {repeated} replies repeated with the same Message-ID")
    assert max(arrived.values()) <= 2
    assert repeated <= kills


def test_a_mail_to_an_idle_desk_is_answered_within_two_seconds(desk: Desk, relay: SmtpSink):
    """IDLE wakes the desk; a minute's poll would be far too late, so the poll is set to a minute here."""
    config = desk.config.read_text().replace('poll_interval = "1s"', 'poll_interval = "60s"')
    desk.config.write_text(config)
    desk.start()
    time.sleep(2)
    spent = []
    for index in range(3):
        before = len(desk.events("sent"))
        began = time.monotonic()
        desk.mailbox.append(mixed_mails(index + 1)[index].raw)
        desk.until(lambda before=before: len(desk.events("sent")) > before, "its reply was handed over", within=20)  # type: ignore[misc]
        spent.append(time.monotonic() - began)

    assert desk.stop() == 0
    assert min(spent) < 2, spent


def test_it_stops_within_ten_seconds_while_the_mail_server_hangs(desk: Desk, dovecot: Dovecot):
    """SIGTERM must end it also when nothing answers any more."""
    desk.mailbox.append(mixed_mails(1)[0].raw)
    desk.start()
    desk.until(lambda: desk.settled(1), "the first mail is settled")
    dovecot.freeze()
    try:
        time.sleep(3)
        assert desk.stop(within=10) == 0
    finally:
        dovecot.thaw()


def test_an_answer_to_our_missing_reply_completes_the_held_inquiry(desk: Desk):
    """Policy, section 6: read together, applied, and the held mail leaves the queue with it."""
    first = mixed_mails(7)[6]
    desk.mailbox.append(first.raw)
    desk.start()
    desk.until(lambda: desk.settled(1), "the first mail is held and answered")
    [held] = desk.inquiries()
    [reply] = desk.replies(held.id)
    text = "Sorry, here it is.\nAddress: 7 Cedar Street, Oakford\n"
    desk.mailbox.append(mail(900, "person6@mail6.example", "Re: something", text, f"In-Reply-To: {reply.message_id}"))
    desk.until(lambda: desk.settled(2), "the answer is settled")
    desk.stop()

    answer, parent = sorted(desk.inquiries(), key=lambda row: -row.id)
    assert answer.disposition is not None
    assert (answer.disposition.value, answer.customer_number, answer.parent_id) == ("applied", number(6), parent.id)
    assert parent.state.value == "closed"
    assert desk.blocked(number(6), "email")


def test_somebody_elses_answer_is_an_inquiry_of_its_own(desk: Desk):
    """Another author's mail must not complete the customer's."""
    desk.mailbox.append(mixed_mails(7)[6].raw)
    desk.start()
    desk.until(lambda: desk.settled(1), "the first mail is held and answered")
    [held] = desk.inquiries()
    [reply] = desk.replies(held.id)
    text = "Address: 7 Cedar Street, Oakford\n"
    desk.mailbox.append(mail(901, "other@mail.example", "Re: something", text, f"In-Reply-To: {reply.message_id}"))
    desk.until(lambda: desk.settled(2), "the other mail is settled")
    desk.stop()

    assert {row.state.value for row in desk.inquiries()} == {"held"}
    assert not desk.blocked(number(6), "email")
