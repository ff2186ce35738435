"""The desk's figures: what the page shows is what the files hold, in the desk's own days."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from optout_daemon.store import alarms, cursors, reconciled
from optout_daemon.store.reconciled import Reconciled
from tests.web.site import WebDesk
from tests.web.staff import arrived, complete, without_address

SVG = "{http://www.w3.org/2000/svg}"


def busy(web: WebDesk) -> None:
    """Two held, one applied; the mailbox is accounted for but for one mail."""
    arrived(web, without_address(1), without_address(2), complete())
    with web.database.transaction() as tx:
        cursors.start(tx, mailbox="desk", uidvalidity=7, baseline_uid=0, below_baseline=0, now=web.clock())
        cursors.completed(tx, mailbox="desk", now=web.clock())
        reconciled.remember(tx, Reconciled("desk", web.clock(), 7, 3, 12, 10, 1, 0, 0, 1))
        alarms.raise_once(tx, kind="shunted", key="ValueError", now=web.clock())


def test_page_and_files_say_the_same(web: WebDesk) -> None:
    """The picture has its numbers in words as well; files are attachments and named by month."""
    busy(web)
    client = web.sign_in("auditor")
    page = client.get("/desk").text
    days = client.get("/desk/days.csv", params={"month": "2026-04"})
    reasons = list(csv.reader(io.StringIO(client.get("/desk/reasons.csv").content.decode("utf-8-sig"))))
    drawn = client.get("/desk/days.svg", headers={"accept-language": "ja"})
    picture = ET.fromstring(drawn.content)

    assert [["2026-04-01", "3", "1", "0", "0", "2", "0"]] == list(csv.reader(io.StringIO(days.text)))[1:]
    assert [["Reason", "inquiries"], ["address missing", "2"]] == reasons
    assert 'attachment; filename="desk-2026-04-days.csv"' == days.headers["content-disposition"]
    assert ("1: 3", "img") == (picture.findtext(f"{SVG}desc"), picture.get("role"))
    assert "日別" in (picture.findtext(f"{SVG}title") or "")
    assert page.count("<svg") == 3
    assert " style=" not in page
    for said in ("April 2026", "address missing", "1 mail is not accounted for", "2026-04-01"):
        assert said in page


def test_a_day_begins_at_the_desk_s_midnight(web: WebDesk) -> None:
    """15:30 UTC of 31 March is April in Tokyo: a mail of the night belongs to the morning's figures."""
    web.clock.now = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
    arrived(web, complete())
    client = web.sign_in("clerk")
    april = client.get("/desk/days.csv", params={"month": "2026-04"}).text
    march = client.get("/desk/days.csv", params={"month": "2026-03"}).text

    assert "2026-04-01,1,1," in april
    assert "2026-03-31,0,0," in march
    assert 31 == march.count("2026-03-")


@pytest.mark.parametrize("month", ["2026-13", "2026-4", "x", "1999-01"])
def test_what_is_no_month_is_refused(web: WebDesk, month: str) -> None:
    """422 by the form of it, before anything is counted."""
    assert 422 == web.sign_in("clerk").get("/desk", params={"month": month}).status_code
