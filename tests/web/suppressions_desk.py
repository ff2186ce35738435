"""A served desk with three customers, of whom one is blocked by mail and one by a letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from optout_daemon import blocking
from optout_daemon.blocking import Subject
from optout_daemon.core.matching.keys import match_keys
from optout_daemon.core.model import Customer
from optout_daemon.store import customers, suppressions
from tests.store.builders import entry, store
from tests.web.site import WebDesk

TARO: Final = Customer("10000001", "山田 太郎", "東京都千代田区千代田1-1-1", "ヤマダ タロウ", "Taro Yamada", "100-0001", "taro@mail.example")  # fmt: skip
ANNA: Final = Customer("10000002", "Anna Weber", "12 Mill Street, Bath", email="anna@mail.example")
HANAKO: Final = Customer(
    "10000003", "鈴木 花子", "大阪府大阪市北区梅田2-3-4", "スズキ ハナコ", "Hanako Suzuki", "530-0001"
)


def stocked(web: WebDesk) -> int:
    """Taro is blocked by mail on e-mail, Anna by a letter on both channels; the inquiry that Taro's block came of."""
    now = web.clock() - timedelta(days=3)
    with web.database.transaction() as tx:
        customers.replace_all(tx, [TARO, ANNA, HANAKO], keys=match_keys)
        inquiry = store(tx, received_at=now, now=now)
        mailed = entry(valid_from=now, customer_number=TARO.number, emails=(TARO.email,), cause=inquiry)
        suppressions.append(tx, [mailed], now=now)
        blocking.block(
            tx, Subject(ANNA.number), ["email", "print"], reason="letter", by="Kiyoshi", note="Folder 7", now=now
        )
    return inquiry
