"""One performance of the demo on servers and a desk that stand: deliver, watch, show, compare.

Raises OSError or StoreError where a server or the database is gone; everything else that goes wrong is printed
and counted.
"""

from __future__ import annotations

import email
import queue
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from optout_daemon.core.lifecycle import State
from optout_daemon.demo import browsing, checks
from optout_daemon.demo import sample as samples
from optout_daemon.demo.browsing import Access
from optout_daemon.demo.desk import DemoDesk
from optout_daemon.demo.progress import Progress, Seen
from optout_daemon.demo.sample import Sample
from optout_daemon.demo.screen import Screen
from optout_daemon.demo.servers import MailboxServer, Received
from optout_daemon.store import inquiries
from optout_daemon.store.database import Database

LIMIT: Final = 90.0
"""Seconds for the daemon to be done with what was delivered."""

SHOWN: Final = "01-labelled.eml"
"""The sample whose reply is printed in full."""
ASKED: Final = "hanako.sato@post.example"
"""Its customer: the list is asked about her before her mail and after."""


class Play:
    """One performance on servers and a desk that stand."""

    def __init__(self, screen: Screen, mailbox: MailboxServer, desk: DemoDesk, replies: Sequence[Received]) -> None:
        self._screen = screen
        self._mailbox = mailbox
        self._desk = desk
        self._replies = replies
        self._progress = Progress()
        self._database = Database(desk.database_url)
        self.access: Access | None = None
        """What opens the web part, once it runs."""

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def perform(self) -> int:
        """Everything from the first mail to the last check; the number of problems."""
        everything = samples.load()
        first = [mail for mail in everything if mail.answers is None]
        self._screen.title("A sender asks: may this customer be sent the newsletter?")
        before = self._desk.may_be_sent(ASKED)
        self._screen.title(f"{len(first)} mails wait in the mailbox when the daemon starts")
        self._deliver(first)
        self._desk.start()
        self._desk.start_web()
        self._screen.line("")
        if not self._watch():
            return 1
        decided = self._outcomes()
        self._screen.title("A customer answers the question that the desk asked about 08")
        self._screen.line("")
        self._deliver(self._answers(everything))
        if not self._watch():
            return 1
        # The answer closes the mail that it answers: what was decided of that one first is what is compared.
        decided = {**self._outcomes(), **decided}
        self._show_one_reply(everything)
        self._screen.title("The sender asks again, after her mail")
        after = self._desk.may_be_sent(ASKED)
        self._screen.title("The web part: the queue for staff, the API for senders")
        self._desk.wait_for_web()
        self.access = self._desk.make_access()
        waiting = browsing.held(self._desk.url, self.access)
        self._screen.line(f"GET /queue, signed in as {self.access.name}: {waiting} inquiries wait")
        by_api = browsing.allowed(self._desk.url, self.access, ASKED)
        self._screen.line(
            f'GET /api/v1/suppressions/check?email={ASKED}, with the token: "allowed" is {str(by_api).lower()}'
        )
        return self._compare(
            checks.outcomes([seen.sample for seen in self._progress.by_uid.values()], decided),
            checks.turned(ASKED, before=before, after=after, by_api=by_api),
            checks.queue_page(shown=waiting, held=self._held()),
        )

    def _deliver(self, mails: Sequence[Sample]) -> None:
        uids = self._mailbox.append([mail.raw for mail in mails], datetime.now(UTC))
        self._progress.by_uid.update((uid, Seen(mail)) for uid, mail in zip(uids, mails, strict=True))

    def _answers(self, everything: Sequence[Sample]) -> list[Sample]:
        """The samples that answer a reply of ours, now that its Message-ID is known."""
        by_file = {mail.file: mail for mail in everything}
        answers = []
        for mail in everything:
            if mail.answers is not None:
                reply = checks.reply_to(by_file[mail.answers], self._replies)
                if reply is not None:
                    answers.append(mail.answering(str(email.message_from_bytes(reply.raw)["Message-ID"])))
        return answers

    def _watch(self) -> bool:
        """Print each outcome as it happens until all are done; False where the daemon ended or time ran out."""
        deadline = time.monotonic() + LIMIT
        while self._progress.open:
            try:
                event = self._desk.events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return self._give_up(f"not done after {LIMIT:.0f} s:")
            if event is None:
                return self._give_up("the daemon ended by itself:")
            seen = self._progress.hear(event)
            if seen is not None and seen.done and not seen.shown:
                self._show(seen)
        return True

    def _give_up(self, why: str) -> bool:
        self._screen.bad(why)
        for seen in self._progress.open:
            self._screen.line(f"{seen.sample.file}: {seen.disposition or 'undecided'}, {seen.folder or 'not filed'}")
        self._screen.line("the daemon's last lines:")
        for line in self._desk.last_lines("run"):
            self._screen.line(f"  {line}")
        return False

    def _show(self, seen: Seen) -> None:
        seen.shown = True
        row = self._inquiry(seen)
        notes = [seen.reasons.replace(",", ", ")]
        if row is not None:
            notes += [f"stops {', '.join(row.channels)}" if row.channels else ""]
            notes += ["also in the queue for a person" if row.follow_up else ""]
        notes += ["no reply" if seen.reply == "none" else f"reply {seen.reply}", seen.folder]
        self._screen.outcome(seen.sample, disposition=seen.disposition, notes=[note for note in notes if note])

    def _show_one_reply(self, everything: Sequence[Sample]) -> None:
        for mail in everything:
            if mail.file == SHOWN and (reply := checks.reply_to(mail, self._replies)) is not None:
                self._screen.title(f"The reply to {mail.number} in full")
                self._screen.letter(reply)

    def _compare(self, *before: checks.Checked) -> int:
        self._screen.title("Compared with what a careful clerk would do")
        mails = [seen.sample for seen in self._progress.by_uid.values()]
        problems = 0
        for checked in (
            *before,
            checks.suppression_list(mails, self._database),
            checks.replies(mails, self._replies),
            checks.filing(mails, self._mailbox.folders()),
        ):
            for line in checked.differences:
                self._screen.bad(line)
            if not checked.differences:
                self._screen.good(checked.holds)
            problems += len(checked.differences)
        return problems

    def _held(self) -> int:
        """How many of the samples wait for a person now."""
        rows = [self._inquiry(seen) for seen in self._progress.by_uid.values()]
        return sum(row is not None and row.state is State.HELD for row in rows)

    def _inquiry(self, seen: Seen) -> inquiries.Inquiry | None:
        if seen.inquiry is None:
            return None
        with self._database.reading() as tx:
            return inquiries.get(tx, seen.inquiry)

    def _outcomes(self) -> dict[str, dict[str, object]]:
        """What the database holds of each sample now, in the words of expected.toml, by file name."""
        found: dict[str, dict[str, object]] = {}
        for seen in self._progress.by_uid.values():
            row = self._inquiry(seen)
            if row is not None and row.disposition is not None:
                found[seen.sample.file] = {
                    "disposition": str(row.disposition),
                    "reasons": [str(reason) for reason in row.reasons],
                    "category": str(row.category),
                    "customer_number": row.customer_number,
                    "channels": sorted(row.channels),
                    "reply": str(row.reply),
                    "follow_up": row.follow_up,
                }
        return found
