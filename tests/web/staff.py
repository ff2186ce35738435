"""Staff at a served desk, and inquiries for them: mails that are held, applied or put aside by the real processing."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage

import httpx

from optout_daemon import processing
from optout_daemon.core.roles import Role
from optout_daemon.customer_file import import_file
from optout_daemon.store import inquiries
from tests.project.desk import CUSTOMERS
from tests.web.site import WebDesk


def browser(desk: WebDesk, name: str = "sato", role: Role = Role.CLERK, language: str = "en") -> httpx.Client:
    """Somebody's browser, signed in."""
    client = desk.sign_in(role, name=name)
    client.cookies.set("language", language)
    return client


FORM = """\
お客様番号：{number}
氏名：{name}
住所：{address}

{wish}
"""
WISH = "今後、カタログの送付を停止してください。"


def written(
    text: str, *, subject: str = "配信停止のお願い", author: str = "hanako@mail.example", html: str = ""
) -> bytes:
    """A customer's mail; with `html`, that as its other version."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = author, "desk@shop.example", subject
    mail["Message-ID"] = f"<{hashlib.sha256((subject + text + author).encode()).hexdigest()[:16]}@mail.example>"
    mail["Date"] = "Wed, 01 Apr 2026 09:00:00 +0900"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def without_address(turn: int = 0) -> bytes:
    """A mail of customer 10000001 that does not say where they live: held."""
    text = FORM.format(number="10000001", name="山田 太郎", address="", wish=WISH).replace("住所：\n", "")
    return written(text, subject=f"配信停止のお願い {turn}", author=f"taro{turn}@mail.example")


def complete() -> bytes:
    """A mail of the same customer that leaves nothing open: applied."""
    text = FORM.format(number="10000001", name="山田 太郎", address="東京都千代田区千代田1-1-1", wish=WISH)
    return written(text, author="taro@mail.example")


def arrived(desk: WebDesk, *mails: bytes, days_ago: float = 0, apart: float = 1) -> list[int]:
    """Take the mails in, `apart` minutes from each other, and have the machine decide them; their inquiries."""
    if not desk.built.directory.find(["10000001"]):
        stock(desk)
    found = []
    for turn, raw in enumerate(mails):
        with desk.database.transaction() as tx:
            at = desk.clock() - timedelta(days=days_ago) + timedelta(minutes=apart * turn)
            digest = hashlib.sha256(raw).hexdigest()
            stored = inquiries.store_mail(
                tx,
                raw=raw,
                digest=digest,
                mailbox="desk",
                uidvalidity=1,
                uid=int(digest[:7], 16),
                received_at=at,
                now=at,
            )
            found.append(stored.inquiry_id)
    processing.process(desk.built.parts, now=desk.clock(), stop=threading.Event())
    return found


def stock(desk: WebDesk) -> None:
    """Three customers (tests/project/desk.py)."""
    file = desk.settings.key_file.with_name("customers.csv")
    file.write_text(CUSTOMERS, encoding="utf-8")
    import_file(file, database=desk.database, settings=desk.settings.customers)


def held(desk: WebDesk, *ids: int) -> Sequence[int]:
    """Those of them that are in the queue."""
    with desk.database.reading() as tx:
        return [each for each in ids if (row := inquiries.get(tx, each)) is not None and row.state == "held"]
