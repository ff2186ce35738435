"""Inquiries that no queue shows any more are found by what somebody on the telephone can say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from optout_daemon.store import audit
from tests.web.site import WebDesk, web_desk
from tests.web.staff import arrived, browser, complete, without_address


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    """A held inquiry and an applied one; nothing here changes them."""
    with web_desk(tmp_path_factory.mktemp("past")) as desk:
        arrived(desk, without_address(), complete())
        yield desk


def found(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/inquiries/(\d+)"', page)]


def test_the_closed_ones_are_there_without_asking(desk: WebDesk) -> None:
    """What was decided this morning is looked for most."""
    with browser(desk) as client:
        page = client.get("/inquiries").text

    assert [2] == found(page)
    assert "Applied" in page


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("1", [1]),
        (" 10000001 ", [2]),
        ("TARO@mail.example", [2]),
        ("taro0@mail.example", [1]),
        ("aro@mail.example", []),
        ("99999999999999999999999", []),
        ("%", []),
    ],
)
def test_one_is_found_by_number_customer_or_sender(desk: WebDesk, typed: str, ids: list[int]) -> None:
    """In whatever state: whoever calls does not know it."""
    with browser(desk) as client:
        page = client.post("/inquiries", data={"typed": typed}).text

    assert ids == found(page)


def test_a_message_id_finds_its_inquiry(desk: WebDesk) -> None:
    """The mail server's log has no other name for a mail."""
    with browser(desk) as client:
        told = re.findall(r"&lt;\w+@mail.example&gt;", client.get("/inquiries/2/evidence").text)[0]
        page = client.post("/inquiries", data={"typed": told.replace("&lt;", "<").replace("&gt;", ">")}).text

    assert [2] == found(page)


def test_whose_were_shown_is_in_the_audit_chain_and_what_was_typed_is_not(desk: WebDesk) -> None:
    """By number: the chain keeps no address."""
    with browser(desk) as client:
        client.post("/inquiries", data={"typed": "taro@mail.example"})
    with desk.database.reading() as tx:
        last = json.loads(audit.listing(tx, limit=10_000)[-1].data)

    assert ("inquiries", "2") == (last["what"], last["inquiries"])
    assert "@" not in json.dumps(last)
