"""Compare what happened with what a careful clerk would have done.

Each check returns one line a difference, and what may be said where there is none. Nothing is printed here.
"""

from __future__ import annotations

import email
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.reading.address import comparable
from optout_daemon.demo import sample as samples
from optout_daemon.demo.sample import Sample
from optout_daemon.demo.servers import Received
from optout_daemon.store import suppressions
from optout_daemon.store.database import Database

FOLDERS: Final = {"applied": "Desk/Done/", "held": "Desk/Review", "ignored": "Desk/Ignored/"}
ELSEWHERE: Final = "kenichi@home.example"
"""02 is written from an address that is not on record, and names catalogues only."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was compared."""

    differences: Sequence[str]
    holds: str
    """What to say where there is no difference."""


def outcomes(mails: Sequence[Sample], found: Mapping[str, Mapping[str, object]]) -> Checked:
    """Every decision is the expected one; `found` is by file name."""
    lines = [line for mail in mails for line in samples.differences(mail, found.get(mail.file, {}))]
    return Checked(lines, f"all {len(mails)} decisions are the expected ones")


def filing(mails: Sequence[Sample], folders: Mapping[str, Sequence[bytes]]) -> Checked:
    """Every mail lies in the folder of its disposition, byte for byte; none is left, lost or doubled.

    A held mail that was completed by an answer may have left the review folder with it.
    """
    places: dict[str, list[str]] = {}
    for name, raws in folders.items():
        for raw in raws:
            places.setdefault(hashlib.sha256(raw).hexdigest(), []).append(name)
    answered = {mail.answers for mail in mails}
    lines = []
    for mail in mails:
        where = places.get(mail.digest, [])
        allowed = [FOLDERS[str(mail.expected["disposition"])]]
        if mail.file in answered:
            allowed.append(FOLDERS["applied"])
        if len(where) != 1 or not where[0].startswith(tuple(allowed)):
            lines.append(f"{mail.file}: expected in {allowed[0]}, found in {', '.join(where) or 'no folder'}")
    return Checked(lines, "every mail lies unchanged in its folder, and the inbox is empty")


def replies(mails: Sequence[Sample], sent: Sequence[Received]) -> Checked:
    """One reply where one is due, none elsewhere."""
    due = [mail for mail in mails if mail.expected.get("reply") != "none"]
    lines = [f"{mail.file}: its reply did not reach the SMTP server" for mail in due if reply_to(mail, sent) is None]
    if len(sent) != len(due):
        lines.append(f"replies: expected {len(due)}, the SMTP server was handed {len(sent)}")
    return Checked(lines, f"{len(due)} replies left, one for each mail that is due one; no machine was answered")


def suppression_list(mails: Sequence[Sample], database: Database) -> Checked:
    """Exactly the customers who asked are blocked, on exactly the channels they named."""
    wanted = {
        (str(mail.expected["customer_number"]), str(channel))
        for mail in mails
        if mail.expected.get("customer_number")
        for channel in _items(mail.expected.get("channels"))
    }
    with database.reading() as tx:
        blocked = {
            (number, channel)
            for number in customer_numbers()
            for channel in ("email", "print")
            if suppressions.check(tx, customer_number=number, channel=channel)
        }
        stray = suppressions.check(tx, email=comparable(ELSEWHERE), channel="email")
    lines = [f"suppression list: {number} should be blocked on {channel}" for number, channel in wanted - blocked]
    lines += [f"suppression list: {number} should not be blocked on {channel}" for number, channel in blocked - wanted]
    if stray:
        lines.append(f"suppression list: {ELSEWHERE} should not be blocked on email")
    people = len({number for number, _channel in wanted})
    return Checked(sorted(lines), f"{people} customers are blocked on the channels they named, and nobody else is")


def turned(email: str, *, before: bool, after: bool, by_api: bool) -> Checked:
    """A customer might be sent information before their mail, and may not be after it, whoever asks."""
    lines = []
    if not before:
        lines.append(f"suppressions check: {email} should be free before the mail")
    if after:
        lines.append(f"suppressions check: {email} should be blocked after the mail")
    if by_api:
        lines.append(f"API: {email} should not be allowed after the mail")
    return Checked(lines, f"{email} was free before her mail and is blocked after it, by command and by API")


def queue_page(*, shown: int, held: int) -> Checked:
    """The page for staff counts what waits in the database."""
    lines = [] if shown == held else [f"queue page: expected {held} waiting, it says {shown}"]
    return Checked(lines, f"the queue page shows the {held} inquiries that wait for a person")


def reply_to(mail: Sample, sent: Sequence[Received]) -> Received | None:
    """The reply to this sample among those that the SMTP server was handed."""
    its_id = email.message_from_bytes(mail.raw)["Message-ID"]
    return next((reply for reply in sent if email.message_from_bytes(reply.raw)["In-Reply-To"] == its_id), None)


def customer_numbers() -> list[str]:
    """Every number of the sample master."""
    text = (samples.folder() / "customers.csv").read_text(encoding="utf-8")
    return [line.partition(",")[0] for line in text.splitlines()[1:]]


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
