"""The suppression list on the web: found by what is known of a person, changed by whom the roles let, given out with a
receipt.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from optout_daemon.blocking import Subject
from optout_daemon.config import desk_digests
from optout_daemon.erasing import erase
from optout_daemon.store import audit, receipts, suppressions
from tests.web.site import WebDesk, web_desk
from tests.web.suppressions_desk import ANNA, HANAKO, TARO, stocked

LIFT = {"number": TARO.number, "named": "number", "channel": "email", "reason": "wants it again", "note": "letter 12"}


def chain(web: WebDesk) -> list[tuple[str, str, dict[str, object]]]:
    with web.database.reading() as tx:
        return [(event.event, event.actor, json.loads(event.data)) for event in audit.listing(tx)]


def blocked(web: WebDesk, number: str, channel: str = "email") -> bool:
    with web.database.reading() as tx:
        return bool(suppressions.check(tx, customer_number=number, channel=channel))


def find(client: httpx.Client, typed: str) -> str:
    answer = client.post("/suppressions/find", data={"typed": typed})
    assert 200 == answer.status_code
    return answer.text


@pytest.fixture(scope="module")
def read_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    """One stocked desk for the tests that only look."""
    with web_desk(tmp_path_factory.mktemp("suppressions")) as desk:
        stocked(desk)
        yield desk


@pytest.mark.parametrize(
    "typed",
    ["10000001", "1000-0001", "１０００００ ０１", "Taro@MAIL.example", "山田太郎", "ヤマダ タロウ", "taro yamada", "山田", "〒100-0001 千代田1-1-1"],
)  # fmt: skip
def test_a_person_is_found_by_what_a_letter_says(read_only: WebDesk, typed: str) -> None:
    """Number, address, name in any of its spellings, place: a caller rarely has the number at hand."""
    page = find(read_only.sign_in("clerk"), typed)

    assert TARO.name in page
    assert HANAKO.name not in page
    assert 'class="badge bad">E-mail' in page


def test_nothing_that_was_typed_is_in_an_address_or_in_the_chain(web: WebDesk) -> None:
    """Addresses of pages end up in histories and logs; the chain holds no personal data at all."""
    stocked(web)
    client = web.sign_in("clerk")
    find(client, TARO.email)
    shown = client.post("/suppressions/person", data={"number": TARO.number})
    said = [told for told in chain(web) if told[0] == "viewed"]
    account = web.account("clerk").id

    assert f'value="{TARO.number}"' in shown.text
    assert [
        ("viewed", "clerk", {"what": "suppressions.search", "account": account, "by": "email", "found": 2}),
        ("viewed", "clerk", {"what": "suppressions.person", "account": account, "entry": 1}),
    ] == said
    assert all(method == "post" for method in _methods_of(shown.text))


def _methods_of(page: str) -> list[str]:
    return [form.split('"')[1] for form in page.split("<form")[1:] for form in [form[form.index("method=") :]]]


def test_the_history_says_what_when_why_and_who(web: WebDesk) -> None:
    """Every entry, with the inquiry that caused it."""
    inquiry = stocked(web)
    client = web.sign_in("auditor")
    mailed = client.post("/suppressions/person", data={"number": TARO.number}).text
    written = client.get("/suppressions/entries/2").text

    assert "<dt>From inquiry</dt><dd>" in mailed
    assert str(inquiry) in mailed.partition("<dt>From inquiry</dt><dd>")[2].partition("</dd>")[0]
    assert "Mar 29, 2026" in mailed
    for said in (ANNA.name, "letter", "by hand", "Kiyoshi", "Folder 7", "anna@mail.example", "Post"):
        assert said in written


def test_a_clerk_blocks_what_a_letter_asks_for(web: WebDesk) -> None:
    """One entry a channel, with the clerk's name and note; the browser goes to it, so that nothing is sent twice."""
    stocked(web)
    client = web.sign_in("clerk")
    form = {"number": HANAKO.number, "channel": ["email", "print"], "reason": "phone", "note": "called at ten"}
    answer = client.post("/suppressions/add", data=form)
    page = client.get(answer.headers["location"])
    with web.database.reading() as tx:
        history = suppressions.history(tx, customer_number=HANAKO.number)

    assert (303, "/suppressions/entries/4?done=blocked") == (answer.status_code, answer.headers["location"])
    assert [("email", "phone", "clerk", "called at ten"), ("print", "phone", "clerk", "called at ten")] == [
        (one.entry.channel, one.entry.reason, one.entry.by, one.entry.note) for one in history
    ]
    assert "The block is in the list now." in page.text
    assert ("blocked_by_hand", "clerk", {"ledger": [4, 5]}) in chain(web)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"number": HANAKO.number}, "Choose at least one channel."),
        ({"number": HANAKO.number, "channel": "smoke"}, "Choose at least one channel."),
        ({"number": "99999999", "channel": "email"}, "No customer has this number."),
        ({"number": ANNA.number, "channel": "email"}, "all of this is blocked already"),
        ({"email": "no address", "channel": "email"}, "Give the customer number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_blocked_is_said_and_what_was_typed_stays(web: WebDesk, form: dict[str, str], says: str) -> None:
    """A refusal that empties the form makes somebody type a letter's note twice."""
    stocked(web)
    answer = web.sign_in("clerk").post("/suppressions/add", data={"note": "from a letter", **form})

    assert 422 == answer.status_code
    assert says in answer.text
    assert "from a letter" in answer.text or "email" in form


def test_a_supervisor_lifts_with_reason_and_evidence(web: WebDesk) -> None:
    """One more entry; the address that the customer's own entry covered is free again as well."""
    stocked(web)
    client = web.sign_in("supervisor")
    answer = client.post("/suppressions/lift", data=LIFT)
    page = client.get(answer.headers["location"])

    assert 303 == answer.status_code
    assert not blocked(web, TARO.number)
    assert "The block is lifted." in page.text
    assert "wants it again" in page.text
    assert ("lifted_by_hand", "supervisor", {"ledger": [4]}) in chain(web)


def test_an_inquiry_is_evidence_if_there_is_one(web: WebDesk) -> None:
    """A number that was mistyped shows nothing."""
    inquiry = stocked(web)
    client = web.sign_in("supervisor")
    form = {**LIFT, "note": "", "inquiry": "4711"}
    unknown = client.post("/suppressions/lift", data=form)
    known = client.post("/suppressions/lift", data={**form, "inquiry": str(inquiry)})

    assert (422, 303) == (unknown.status_code, known.status_code)
    assert "There is no inquiry with this number." in unknown.text
    with web.database.reading() as tx:
        assert inquiry == suppressions.history(tx, customer_number=TARO.number)[-1].entry.cause


@pytest.mark.parametrize("lacks", ["reason", "note"])
def test_without_reason_or_evidence_nothing_is_lifted(web: WebDesk, lacks: str) -> None:
    """Policy, section 5: nothing but a person's signed entry lifts a confirmed block."""
    stocked(web)
    answer = web.sign_in("supervisor").post("/suppressions/lift", data={**LIFT, lacks: " "})

    assert 422 == answer.status_code
    assert "Lifting a block needs a reason" in answer.text
    assert blocked(web, TARO.number)
    left = LIFT["note" if lacks == "reason" else "reason"]
    assert left in answer.text


@pytest.mark.parametrize("role", ["clerk", "auditor"])
def test_nobody_else_lifts_or_is_shown_how(web: WebDesk, role: str) -> None:
    """An auditor changes nothing at all: their page has no form that does."""
    stocked(web)
    client = web.sign_in(role)
    page = client.post("/suppressions/person", data={"number": TARO.number}).text
    answers = [
        client.post("/suppressions/lift", data=LIFT),
        client.post("/suppressions/export", data={"receiver": "X"}),
    ]

    assert [403, 403] == [answer.status_code for answer in answers]
    assert blocked(web, TARO.number)
    assert "/suppressions/lift" not in page
    assert (role == "clerk") == ("/suppressions/add" in page)


def test_an_erased_person_is_found_blocked_and_can_be_lifted(web: WebDesk) -> None:
    """The list has only digests of them; their number still answers."""
    stocked(web)
    with web.database.transaction() as tx:
        erase(tx, Subject(ANNA.number), desk_digests(web.settings), by="test", now=web.clock())
    client = web.sign_in("supervisor")
    by_number = client.post("/suppressions/person", data={"number": ANNA.number}).text
    by_entry = client.get("/suppressions/entries/2").text
    lifted = client.post("/suppressions/lift", data={**LIFT, "number": ANNA.number})

    assert "somebody whose name is not kept" in by_number
    assert "A person whose name is not kept" in by_entry
    assert ANNA.number not in by_entry
    assert 303 == lifted.status_code


def test_the_file_is_the_list_and_its_receipt_says_so(web: WebDesk) -> None:
    """Checksum, version, rows and receiver; nothing of the file stays on this machine."""
    stocked(web)
    client = web.sign_in("supervisor")
    answer = client.post("/suppressions/export", data={"receiver": "Mailing House"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    with web.database.reading() as tx:
        receipt = receipts.listing(tx)[0]
    page = web.sign_in("auditor").get("/suppressions/receipts").text

    assert 'attachment; filename="suppressions-3-receipt-1.csv"' == answer.headers["content-disposition"]
    assert {TARO.number, TARO.email, ANNA.number, ANNA.email} == {row["subject"] for row in rows}
    assert ("Mailing House", "supervisor", 3, len(rows)) == (
        receipt.receiver, receipt.recorded_by, receipt.version, receipt.rows
    )  # fmt: skip
    assert "sha256:" + hashlib.sha256(answer.content).hexdigest() == receipt.checksum
    assert receipt.checksum in page
    assert "/suppressions/export" not in page
    assert ("list_exported", "supervisor", {"receipt": 1}) in chain(web)
    assert 403 == web.sign_in("clerk").get("/suppressions/receipts").status_code


@pytest.mark.parametrize(
    ("form", "says"),
    [({"receiver": " "}, "Name who gets the file"), ({"receiver": "X", "since": "99"}, "There is no such version yet")],
)
def test_a_file_that_cannot_be_made_has_no_receipt(web: WebDesk, form: dict[str, str], says: str) -> None:
    """A receipt for nothing would be believed later."""
    stocked(web)
    answer = web.sign_in("supervisor").post("/suppressions/export", data=form)
    with web.database.reading() as tx:
        made = receipts.listing(tx)

    assert (422, []) == (answer.status_code, made)
    assert says in answer.text


def test_one_company_alone_is_blocked_and_lifted(tmp_path: Path) -> None:
    """The group's block and a company's stand side by side; lifting the one leaves the other."""
    with web_desk(tmp_path, settings='[[company]]\nname = "Shop Travel"\nnames = { ja = "ショップトラベル" }\n') as web:
        stocked(web)
        client = web.sign_in("supervisor")
        form = {"number": TARO.number, "channel": "email", "scope": "Shop Travel", "reason": "letter"}
        added = client.post("/suppressions/add", data=form)
        page = client.get(added.headers["location"], headers={"accept-language": "ja"}).text
        client.post("/suppressions/lift", data={**LIFT, "scope": "Shop Travel"})
        with web.database.reading() as tx:
            left = [block.scope for block in suppressions.check(tx, customer_number=TARO.number, channel="email")]

    assert "ショップトラベル" in page
    assert ["group"] == left
