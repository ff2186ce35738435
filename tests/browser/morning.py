"""A desk as it is on a working morning: what pages and pictures show. Everybody in it is invented."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

from tests.web.site import WebDesk
from tests.web.staff import FORM, WISH, arrived, written

TARO = "東京都千代田区千代田1-1-1"
HTML = "<h1>お願い</h1><p>カタログの<b>送付停止</b>をお願いします。</p><img src='http://shop.example/logo.png'>"


def filled(number: str, name: str, address: str, wish: str = WISH) -> str:
    """A customer's form; an empty line is left out."""
    text = FORM.format(number=number, name=name, address=address, wish=wish)
    return "".join(line for line in text.splitlines(keepends=True) if not line.rstrip().endswith("："))


def with_attachment() -> bytes:
    """A mail that has an HTML version and a scan."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hanako@mail.example", "desk@shop.example", "カタログの件"
    mail["Message-ID"], mail["Date"] = "<scan@mail.example>", "Tue, 31 Mar 2026 18:20:00 +0900"
    mail.set_content(filled("10000003", "鈴木 花江", "大阪府大阪市北区梅田2-3-5", "カタログの送付停止をお願いします。"))
    mail.add_alternative(HTML, subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="封筒の写し.pdf")
    return mail.as_bytes()


class Morning:
    """The inquiries by what they are: `held` to decide, `applied` by the program."""

    def __init__(self, desk: WebDesk) -> None:
        late = written(filled("10000001", "山田 太郎", ""), subject="DMの停止について", author="yamada@mail.example")
        [self.late] = arrived(desk, late, days_ago=12)
        self.held, self.english, self.question = arrived(
            desk,
            with_attachment(),
            written(
                "Dear team,\n\nplease stop sending me your catalogue.\n\nAnna Weber\n12 Mill Street, Bath\n",
                subject="No more catalogues, please",
                author="anna@mail.example",
            ),
            written(
                filled(
                    "10000003",
                    "鈴木 花子",
                    "大阪府大阪市北区梅田2-3-4",
                    "先月の請求書が届いていません。再送してください。",
                ),
                subject="請求書について",
                author="suzuki@mail.example",
            ),
            days_ago=2,
            apart=95,
        )
        [self.applied] = arrived(
            desk, written(filled("10000001", "山田 太郎", TARO), author="taro@mail.example"), days_ago=1
        )
        desk.clock.forward(timedelta(minutes=4))
