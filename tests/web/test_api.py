"""The API for senders, by HTTP against the served desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from optout_daemon import blocking
from optout_daemon.blocking import Subject
from optout_daemon.config import desk_digests
from optout_daemon.core.matching.postal_key import postal_key
from optout_daemon.core.model import Action, LedgerEntry
from optout_daemon.core.scopes import Scope
from optout_daemon.erasing import erase
from optout_daemon.store import api_tokens, api_uses, audit, receipts, suppressions
from optout_daemon.web.problems import KINDS
from tests.web.site import WebDesk, web_desk

ROOT = "/api/v1/suppressions"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDesk]:
    """One served desk for the file; each test blocks addresses of its own."""
    with web_desk(tmp_path_factory.mktemp("api")) as served:
        yield served


def sender(desk: WebDesk, *scopes: Scope, name: str = "agency", per_minute: int = 10_000) -> httpx.Client:
    """A client with a new token."""
    with desk.database.transaction() as tx:
        _, secret = api_tokens.create(
            tx, name, set(scopes), per_minute=per_minute, by="test", now=desk.clock() - timedelta(minutes=1)
        )
    desk.bearers.refresh()
    return desk.client(authorization=f"Bearer {secret}")


def block(desk: WebDesk, email: str, channel: str = "email") -> int:
    """Block an address by hand; the entry."""
    with desk.database.transaction() as tx:
        return blocking.block(
            tx, Subject(email=email), [channel], reason="opt_out", by="test", note="", now=desk.clock()
        )[0]


def version(desk: WebDesk) -> int:
    with desk.database.reading() as tx:
        return suppressions.version(tx)


def test_an_address_is_found_in_any_case_and_idna_form(desk: WebDesk) -> None:
    """A sender's list writes addresses as people typed them."""
    entry = block(desk, "taro@xn--fsq.example")
    client = sender(desk, Scope.CHECK)
    answers = [
        client.get(f"{ROOT}/check", params={"email": email}).json()
        for email in ("taro@xn--fsq.example", " TARO@例.EXAMPLE", "taro@例.example.")
    ]

    assert [[entry]] * 3 == [[one["entry"] for one in answer["blocks"]] for answer in answers]
    assert [False] * 3 == [answer["allowed"] for answer in answers]


def test_who_is_not_blocked_may_be_sent_to(desk: WebDesk) -> None:
    """And the answer says of which version of the list that is true."""
    block(desk, "print-only@shop.example", "print")
    answer = sender(desk, Scope.CHECK).get(f"{ROOT}/check", params={"email": "print-only@shop.example"})

    assert {
        "allowed": True,
        "channel": "email",
        "company": None,
        "version": version(desk),
        "blocks": [],
    } == answer.json()


def test_an_erased_person_stays_blocked(desk: WebDesk) -> None:
    """Only a digest of theirs is left."""
    block(desk, "erased@shop.example")
    with desk.database.transaction() as tx:
        erase(
            tx,
            Subject(email="erased@shop.example"),
            desk_digests(desk.settings),
            by="test",
            now=desk.clock(),
            record=False,
        )
    client = sender(desk, Scope.CHECK)
    one = client.get(f"{ROOT}/check", params={"email": "Erased@shop.example"}).json()
    many = client.post(f"{ROOT}/check", json={"subjects": ["x@y.example", "erased@SHOP.example"]}).json()

    assert ["email_digest"] == [found["matched"] for found in one["blocks"]]
    assert [{"index": 1, "subject": "erased@SHOP.example", "provisional": False}] == many["blocked"]


def test_ten_thousand_are_answered_at_once_and_no_more(desk: WebDesk) -> None:
    """What a mailing asks for in one request."""
    block(desk, "n7@many.example")
    client = sender(desk, Scope.CHECK)
    subjects = [f"N{number}@many.example" for number in range(10_000)]
    answer = client.post(f"{ROOT}/check", json={"subjects": subjects}).json()
    refused = client.post(f"{ROOT}/check", json={"subjects": [*subjects, "one@more.example"]})

    assert ([7], 10_000) == ([found["index"] for found in answer["blocked"]], answer["asked"])
    assert 422 == refused.status_code
    assert ["#/subjects"] == [error["pointer"] for error in refused.json()["errors"]]


def test_digests_are_answered_without_the_names(desk: WebDesk) -> None:
    """A sender who may not hand out its list asks by SHA-256."""
    block(desk, "digested@shop.example")
    digests = [sha256(name.encode()).hexdigest() for name in ("other@shop.example", "digested@shop.example")]
    client = sender(desk, Scope.CHECK)
    answer = client.post(f"{ROOT}/check", json={"kind": "email_sha256", "subjects": digests}).json()
    wrong = client.post(f"{ROOT}/check", json={"kind": "email_sha256", "subjects": ["digested@shop.example"]})

    assert [1] == [found["index"] for found in answer["blocked"]]
    assert 422 == wrong.status_code


def test_a_customer_is_found_by_the_number_and_by_the_place(desk: WebDesk) -> None:
    """In the forms in which people write both; one by one and in bulk."""
    number, place = "10000001", "東京都千代田区千代田1-1-1"
    with desk.database.transaction() as tx:
        subject = Subject(customer_number=number, postal_key=postal_key(place))
        entry = LedgerEntry(
            "print",
            Action.STOP,
            "opt_out",
            "import",
            "test",
            desk.clock(),
            customer_number=subject.customer_number,
            postal_key=subject.postal_key,
        )
        [made] = suppressions.append(tx, [entry], now=desk.clock())
    client = sender(desk, Scope.CHECK)
    one = [
        client.get(f"{ROOT}/check", params={"channel": "print"} | named).json()["blocks"]
        for named in ({"customer_number": "１０００-０００１"}, {"address": "〒100-0001 千代田区千代田１丁目１番１号"})
    ]
    many = [
        client.post(f"{ROOT}/check", json={"channel": "print", "kind": kind, "subjects": subjects}).json()["blocked"]
        for kind, subjects in (
            ("customer_number", ["10000002", "1000 0001"]),
            ("address", ["大阪府大阪市北区梅田2-3-4", "千代田区千代田1-1-1"]),
        )
    ]

    assert [[made], [made]] == [[found["entry"] for found in blocks] for blocks in one]
    assert [[1], [1]] == [[found["index"] for found in blocked] for blocked in many]


@pytest.mark.parametrize(
    "named", [{"email": "Anna <anna@mail.example>"}, {"email": " "}, {"customer_number": "x"}, {"address": "、。"}]
)
def test_who_cannot_be_read_is_an_error_and_not_a_no(desk: WebDesk, named: dict[str, str]) -> None:
    """Nobody is found by it: "may be sent to" would be said of whoever it is."""
    client = sender(desk, Scope.CHECK, Scope.ADD)
    [(kind, text)] = named.items()
    answers = [
        client.get(f"{ROOT}/check", params=named),
        client.post(ROOT, json=named),
        client.post(f"{ROOT}/check", json={"kind": kind, "subjects": [text]}),
    ]

    assert [422] * 3 == [answer.status_code for answer in answers]
    assert [f"{desk.settings.web.address}/api/v1/problems/unreadable-subject"] * 3 == [
        answer.json()["type"] for answer in answers
    ]
    assert [{"pointer": "#/subjects/0", "detail": f"not readable as {kind}"}] == answers[2].json()["errors"]


def test_one_question_waits_for_no_long_answer_to_another(desk: WebDesk) -> None:
    """While every other connection is busy, whoever is about to send one mail still gets an answer."""
    client = sender(desk, Scope.CHECK)
    client.get(f"{ROOT}/check?email=a@b.example")
    with ExitStack() as busy:
        for _ in range(15):  # all that SQLAlchemy's pool gives out
            busy.enter_context(desk.database.bare())
        answer = client.get(f"{ROOT}/check?email=a@b.example")

    assert 200 == answer.status_code


def test_the_type_of_a_problem_leads_to_its_explanation(desk: WebDesk) -> None:
    """RFC 9457, section 3.1.1: a type that is a locator should explain the kind; every kind is explained."""
    refused = desk.client().get(f"{ROOT}/check").json()
    said = {kind: desk.client().get(f"/api/v1/problems/{kind}").text for kind in KINDS}

    assert said["no-token"] == desk.client().get(refused["type"].removeprefix(desk.settings.web.address)).text
    assert all(text.startswith(KINDS[kind].title) for kind, text in said.items())
    assert 404 == desk.client().get("/api/v1/problems/nothing").status_code


def test_changes_come_in_pieces_that_miss_nothing(desk: WebDesk) -> None:
    """A receiver that always goes on from the version it was told has the whole list at the end."""
    before = version(desk)
    for number in range(5):
        block(desk, f"change{number}@shop.example")
    with desk.database.transaction() as tx:
        blocking.lift(
            tx,
            Subject(email="change0@shop.example"),
            ["email"],
            reason="asked",
            by="test",
            note="a letter",
            now=desk.clock(),
        )
    client = sender(desk, Scope.EXPORT, name="mirror")
    since, seen = before, dict[str, str]()
    while True:
        page = client.get(f"{ROOT}/changes", params={"since": since, "limit": 2}).json()
        seen |= {change["subject"]: change["action"] for change in page["changes"]}
        since = page["version"]
        if not page["more"]:
            break
    ahead = client.get(f"{ROOT}/changes", params={"since": since + 1})

    assert {"change0@shop.example": "resume"} | {
        f"change{number}@shop.example": "stop" for number in range(1, 5)
    } == seen
    assert (version(desk), 422) == (since, ahead.status_code)
    with desk.database.reading() as tx:
        assert version(desk) == receipts.listing(tx, receiver="mirror", limit=1)[0].version


def test_an_addition_blocks_and_says_who_made_it(desk: WebDesk) -> None:
    """In ledger and audit chain stands the sender's name and the token's number; a second time is no news."""
    client = sender(desk, Scope.ADD, Scope.CHECK, name="shop front")
    first = client.post(ROOT, json={"email": "New@shop.example", "channels": ["email", "print"], "note": "web form"})
    second = client.post(ROOT, json={"email": "new@SHOP.example"})

    assert (201, 2, 200, []) == (
        first.status_code,
        len(first.json()["entries"]),
        second.status_code,
        second.json()["entries"],
    )
    with desk.database.reading() as tx:
        entries = [recorded.entry for recorded in suppressions.history(tx, email="new@shop.example")]
        events = [event for event in audit.listing(tx, limit=50) if event.event == "blocked_by_sender"]
    assert {"api"} == {entry.source for entry in entries}
    assert all(entry.by.startswith("shop front (token ") for entry in entries)
    assert 1 == len(events)


@pytest.mark.parametrize("path", ["resume", "lift", "remove"])
def test_nothing_of_the_api_lifts_a_block(desk: WebDesk, path: str) -> None:
    """That needs a person with a reason and the evidence; a program has neither."""
    client = sender(desk, Scope.ADD)

    assert 404 == client.post(f"{ROOT}/{path}", json={"email": "x@shop.example"}).status_code
    assert 405 == client.delete(ROOT).status_code
    assert 422 == client.post(ROOT, json={"email": "x@shop.example", "action": "resume"}).status_code


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/check?email=a@b.example", Scope.CHECK),
        ("POST", "/check", Scope.CHECK),
        ("GET", "/changes", Scope.EXPORT),
        ("POST", "", Scope.ADD),
    ],
)
def test_each_route_takes_its_scope_alone(desk: WebDesk, method: str, path: str, scope: Scope) -> None:
    """A token that reads the list cannot add to it, and no token at all does nothing."""
    others = set(Scope) - {scope}
    lacking = sender(desk, *others).request(method, ROOT + path)
    nobody = desk.client().request(method, ROOT + path)
    forged = desk.client(authorization="Bearer optout_x").request(method, ROOT + path)

    assert [403, 401, 401] == [answer.status_code for answer in (lacking, nobody, forged)]
    assert all("application/problem+json" == answer.headers["content-type"] for answer in (lacking, nobody, forged))
    assert scope.value in lacking.headers["www-authenticate"]
    assert "invalid_token" in forged.headers["www-authenticate"]


def test_a_revoked_or_expired_token_opens_nothing(desk: WebDesk) -> None:
    """At the latest a second after it was revoked; here the tokens are read anew at once."""
    revoked = sender(desk, Scope.CHECK, name="gone")
    with desk.database.transaction() as tx:
        number = api_tokens.listing(tx)[-1].id
        _, secret = api_tokens.create(
            tx,
            "late",
            {Scope.CHECK},
            per_minute=5,
            by="test",
            now=desk.clock(),
            expires_at=desk.clock() - timedelta(seconds=1),
        )
        api_tokens.revoke(tx, number, by="test", now=desk.clock())
    desk.bearers.refresh()
    expired = desk.client(authorization=f"Bearer {secret}")

    assert [401, 401] == [client.get(f"{ROOT}/check?email=a@b.example").status_code for client in (revoked, expired)]


def test_a_token_over_its_rate_has_to_wait(desk: WebDesk) -> None:
    """And is told how long; the refusals are counted beside the uses."""
    client = sender(desk, Scope.CHECK, name="eager", per_minute=2)
    answers = [client.get(f"{ROOT}/check?email=a@b.example") for _ in range(3)]
    desk.bearers.write()
    with desk.database.reading() as tx:
        number = api_tokens.listing(tx)[-1].id
        used = api_uses.totals(tx)[number]

    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert (3, 2, 1) == (used.requests, used.subjects, used.refused)


def test_uses_say_which_version_a_sender_was_told(desk: WebDesk) -> None:
    """The regulator's question: what did the sender know when it sent?"""
    block(desk, "told@shop.example")
    client = sender(desk, Scope.CHECK, name="told")
    client.get(f"{ROOT}/check?email=told@shop.example")
    desk.bearers.write()
    with desk.database.reading() as tx:
        later = desk.clock() + timedelta(minutes=2)
        asked = api_uses.last_before(tx, later, receiver="told", channel="email")
        never = api_uses.last_before(tx, desk.clock() - timedelta(days=1), receiver="told", channel="email")

    assert asked is not None
    assert (version(desk), None) == (asked.version, never)


def test_a_mistake_is_named_by_its_place_and_never_repeated(desk: WebDesk) -> None:
    """A problem document may end in somebody's log: it holds no address."""
    client = sender(desk, Scope.ADD, Scope.CHECK)
    answers = [
        client.post(ROOT, json={"email": "secret@person.example", "chanels": ["email"]}),
        client.post(ROOT, json={"email": "secret person.example"}),
        client.post(ROOT, content=b'{"email": "secret@person.example"', headers={"content-type": "application/json"}),
        client.get(f"{ROOT}/check", params={"email": "secret@person.example", "channel": "phone"}),
        client.get(f"{ROOT}/check", params={"email": "secret@person.example", "company": "nobody"}),
        client.get("/api/v1/nothing?email=secret@person.example"),
    ]

    assert [422, 422, 422, 422, 422, 404] == [answer.status_code for answer in answers]
    assert all("secret" not in answer.text for answer in answers)
    assert all("application/problem+json" == answer.headers["content-type"] for answer in answers)
    assert "#/chanels" == answers[0].json()["errors"][0]["pointer"]


def test_while_the_database_is_away_nobody_may_be_sent_to(tmp_path: Path) -> None:
    """No answer is not a yes: 503, and nothing that reads like "allowed"."""
    with web_desk(tmp_path) as served:
        client = sender(served, Scope.CHECK)
        file = Path(str(served.database.url.database))
        for pooled in (served.database, served.bearers.database):
            pooled.close()
        file.rename(file.with_suffix(".away"))
        answer = client.get(f"{ROOT}/check?email=a@b.example")
        file.with_suffix(".away").rename(file)

    assert 503 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]


def test_metrics_are_for_their_token_alone_and_name_nobody(desk: WebDesk) -> None:
    """Gauges in Prometheus' text form."""
    block(desk, "metric@shop.example")
    answer = sender(desk, Scope.METRICS).get("/metrics")

    assert 401 == desk.client().get("/metrics").status_code
    assert 200 == answer.status_code
    assert f"optout_list_version {float(version(desk))}" in answer.text
    assert 'optout_inquiries{state="held"} 0.0' in answer.text
    assert "@" not in answer.text
