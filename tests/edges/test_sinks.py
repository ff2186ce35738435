"""Each kind of sink against a real HTTP server that takes, refuses, cuts, hangs and lies."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from optout_daemon.config_sinks import SinkSettings
from optout_daemon.core.changes import Batch, Change
from optout_daemon.core.model import Action
from optout_daemon.edges.sinks.sink import Handed, Sink
from optout_daemon.errors import SettingsError, SinkFailure
from optout_daemon.sink_parts import build_sink
from tests.servers.receiver import Answer, Receiver, Request
from tests.servers.tls import Authority

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
FORMER = "whsec_" + base64.b64encode(b"f" * 32).decode()
ANNA = Change("email", "anna@mail.example", "email", "group", Action.STOP, NOW, False, 1)
BERTA = replace(ANNA, subject="o'neill@mail.example", entry=2)
LIFTED = replace(ANNA, subject="carl@mail.example", action=Action.RESUME, since=None, entry=3)
NUMBER = replace(ANNA, subject_kind="customer_number", subject="20000001", entry=4)
BATCH = Batch("crm", 0, 4, NOW, 0, (ANNA, BERTA, LIFTED, NUMBER))
PRIVATE = ("anna", "neill", "carl", "20000001", "token", "hook/s3cret", SECRET[6:])
"""What no message may hold: people, the URL's path, which is often a secret, and secrets."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def settings(receiver: Receiver, folder: Path, kind: str = "webhook", **changes: Any) -> SinkSettings:
    (folder / "secret").write_text(SECRET)
    (folder / "token").write_text("token")
    values: dict[str, Any] = {"name": "crm", "kind": kind, "timeout": "1s"}
    if kind == "webhook":
        values |= {"url": f"{receiver.url}/hook/s3cret", "secret_file": folder / "secret"}
    elif kind == "listmonk":
        values |= {"url": f"{receiver.url}/", "username": "optout", "password_file": folder / "token"}
    else:
        values |= {"url": receiver.url, "username": "AKID", "password_file": folder / "token", "region": "eu-west-1"}
    return SinkSettings(**(values | changes))


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def yes() -> bool:
    return True


def failure_of(sink: Sink) -> SinkFailure:
    with pytest.raises(SinkFailure) as failed:
        sink.deliver(BATCH, yes)
    assert not [word for word in PRIVATE if word in str(failed.value)]
    return failed.value


# webhook


def test_a_webhook_is_one_signed_request_a_batch_over_a_kept_connection(
    receiver: Receiver, tmp_path: Path, stop: threading.Event
) -> None:
    """The receiver verifies it by the Standard Webhooks library, and both secrets do while one is changed."""
    (tmp_path / "former").write_text(FORMER)
    sink = build_sink(settings(receiver, tmp_path, former_secret_file=tmp_path / "former"), stop=stop)

    assert Handed(whole=True) == sink.deliver(BATCH, yes) == sink.deliver(BATCH, yes)
    first, again = receiver.requests
    assert ("POST", "/hook/s3cret", "application/json") == (first.method, first.path, first.headers["content-type"])
    assert (first.headers["webhook-id"], first.body) == (again.headers["webhook-id"], again.body)
    for secret in (SECRET, FORMER):
        assert BATCH.version == Verifier(secret).verify(first.body, dict(first.headers))["data"]["version"]
    assert 1 == receiver.connections
    assert {} == sink.leaves(BATCH)
    assert Handed(whole=False) == sink.deliver(BATCH, lambda: False)
    assert 2 == len(receiver.requests)


@pytest.mark.parametrize(
    ("answer", "status", "wait"),
    [
        (Answer(400), "5.4.0", 0),
        (Answer(401), "5.7.0", 0),
        (Answer(404, body=b"anna@mail.example is unknown"), "5.4.0", 0),
        (Answer(302, {"location": "/elsewhere"}), "5.4.0", 0),
        (Answer(307, {"location": "http://127.0.0.1:9/"}), "5.4.0", 0),
        (Answer(429, {"retry-after": "7"}), "4.4.0", 7),
        (Answer(500), "4.4.0", 0),
        (Answer(503, {"retry-after": "99999999"}), "4.4.0", 86_400),
        (Answer(200, body=b"x" * 20, how="cut"), "4.4.2", 0),
        (Answer(how="hang"), "4.4.2", 0),
        (Answer(200, body=b"x" * 40, how="drip"), "4.4.2", 0),
    ],
)
def test_what_a_receiver_does_wrong_is_one_failure_with_a_status(
    receiver: Receiver, tmp_path: Path, stop: threading.Event, answer: Answer, status: str, wait: float
) -> None:
    """4 is tried again soon, 5 rarely; no redirect is followed, and a second means a second, however it is spent."""
    receiver.answers.append(answer)
    sink = build_sink(settings(receiver, tmp_path), stop=stop)
    before = time.monotonic()
    failure = failure_of(sink)

    assert (status, wait, False) == (failure.status, failure.wait, failure.gone)
    assert 3 > time.monotonic() - before
    assert Handed(whole=True) == sink.deliver(BATCH, yes)
    assert ["/hook/s3cret"] * 2 == [request.path for request in receiver.requests]


def test_a_receiver_that_is_gone_says_so(receiver: Receiver, tmp_path: Path, stop: threading.Event) -> None:
    """410 is more than a refusal: nothing is to be sent any more."""
    receiver.answers.append(Answer(410))

    assert failure_of(build_sink(settings(receiver, tmp_path), stop=stop)).gone


def test_a_receiver_that_is_not_there_is_away(tmp_path: Path, stop: threading.Event) -> None:
    """A port that nobody listens on, and a name that nobody has."""
    with Receiver() as receiver:
        given = settings(receiver, tmp_path)
    failure = failure_of(build_sink(given, stop=stop))

    assert ("4.4.1", f"127.0.0.1:{receiver.port}: Connection refused") == (failure.status, str(failure))
    nowhere = given.model_copy(update={"url": "https://nowhere.invalid/hook/s3cret"})
    assert failure_of(build_sink(nowhere, stop=stop)).status in ("4.4.3", "4.4.1")


def test_the_server_s_certificate_is_verified(authority: Authority, tmp_path: Path, stop: threading.Event) -> None:
    """Whoever pretends to be the receiver gets no request, and so no name; the right one does."""
    with Receiver(authority.issue().context()) as receiver:
        unknown = build_sink(settings(receiver, tmp_path), stop=stop)
        known = build_sink(settings(receiver, tmp_path, ca_file=authority.ca_file), stop=stop)
        failure = failure_of(unknown)
        with pytest.raises(SinkFailure, match="does not verify"):
            unknown.probe()
        known.probe()

        assert "5.7.5" == failure.status
        assert [] == receiver.requests
        assert Handed(whole=True) == known.deliver(BATCH, yes)
    with Receiver(authority.issue("other.example").context()) as receiver:
        assert (
            "5.7.5" == failure_of(build_sink(settings(receiver, tmp_path, ca_file=authority.ca_file), stop=stop)).status
        )
        assert [] == receiver.requests


def test_no_library_s_log_holds_what_was_sent(
    receiver: Receiver, tmp_path: Path, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever switches logging on, for another library, must not find the URL's secret or a person in it."""
    caplog.set_level("INFO")
    there: dict[str, Callable[[Request], Answer]] = {"listmonk": Listmonk(), "ses": SuppressionList()}
    for kind in ("webhook", "listmonk", "ses"):
        receiver.by_default = there.get(kind, lambda _request: Answer())
        build_sink(settings(receiver, tmp_path, kind), stop=stop).deliver(BATCH, yes)

    assert 3 < len(receiver.requests)
    assert not [word for word in PRIVATE if word in caplog.text]


def test_no_proxy_of_the_surroundings_is_asked(
    receiver: Receiver, tmp_path: Path, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is spoken to is what the settings name."""
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        build_sink(settings(receiver, tmp_path), stop=stop).deliver(BATCH, yes)

        assert [] == proxy.requests
    assert 1 == len(receiver.requests)


def test_the_daemon_s_stop_ends_a_request_that_hangs(receiver: Receiver, tmp_path: Path, stop: threading.Event) -> None:
    """SIGTERM has ten seconds, a receiver that never answers has a minute."""
    receiver.answers.append(Answer(how="hang"))
    sink = build_sink(settings(receiver, tmp_path, timeout="60s"), stop=stop)
    receiver.seen = lambda _request: stop.set()
    before = time.monotonic()

    assert failure_of(sink).temporary
    assert 5 > time.monotonic() - before


@pytest.mark.parametrize("secret", ["whsec_short", "no secret at all"])
def test_a_bad_secret_is_a_settings_error_that_does_not_repeat_it(
    receiver: Receiver, tmp_path: Path, stop: threading.Event, secret: str
) -> None:
    given = settings(receiver, tmp_path)
    (tmp_path / "secret").write_text(secret)
    with pytest.raises(SettingsError, match="sink crm: secret_file: ") as refused:
        build_sink(given, stop=stop)

    assert secret not in str(refused.value)


# listmonk


class Listmonk:
    """Subscribers as listmonk keeps them, behind the two end points that are used of it."""

    def __init__(self) -> None:
        self.status: dict[str, str] = {}

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != "Basic " + base64.b64encode(b"optout:token").decode():
            return Answer(403)
        given = json.loads(request.body)
        if (request.method, request.path) == ("POST", "/api/subscribers"):
            if given["email"].endswith("@bad.example"):
                return Answer(400)
            if given["email"] in self.status:
                return Answer(409)
            assert given["name"]
            self.status[given["email"]] = given["status"]
            return Answer()
        assert ("PUT", "/api/subscribers/query/blocklist") == (request.method, request.path)
        for address in self.status:
            if f"'{address}'".replace("o'n", "o''n") in given["query"]:
                self.status[address] = "blocklisted"
        return Answer()


def test_listmonk_blocklists_whom_it_knows_and_adds_whom_it_does_not(
    receiver: Receiver, tmp_path: Path, stop: threading.Event
) -> None:
    """Known by name with a quote in it, unknown, and never an address: the batch is whole. What is lifted is left."""
    there = Listmonk()
    there.status = {"o'neill@mail.example": "enabled", "carl@mail.example": "enabled", "else@mail.example": "enabled"}
    receiver.by_default = there
    sink = build_sink(settings(receiver, tmp_path, "listmonk"), stop=stop)
    bad = replace(ANNA, subject="x@bad.example", entry=9)
    batch = replace(BATCH, changes=(*BATCH.changes, bad))
    handed = sink.deliver(batch, yes)

    assert Handed(whole=True, rejected=(9,)) == handed == sink.deliver(batch, yes)
    assert {
        "anna@mail.example": "blocklisted",
        "o'neill@mail.example": "blocklisted",
        "carl@mail.example": "enabled",
        "else@mail.example": "enabled",
    } == there.status
    assert {"lifted": 1} == sink.leaves(batch)
    created = [json.loads(request.body) for request in receiver.requests if request.method == "POST"]
    assert all([] == one["lists"] for one in created)


def test_listmonk_s_query_cannot_be_broken_out_of(receiver: Receiver, tmp_path: Path, stop: threading.Event) -> None:
    """An address is a stranger's text, and the query is SQL."""
    receiver.by_default = lambda request: Answer(409 if request.method == "POST" else 200)
    evil = replace(ANNA, subject="x') or 1=1--@mail.example")
    build_sink(settings(receiver, tmp_path, "listmonk"), stop=stop).deliver(replace(BATCH, changes=(evil,)), yes)

    assert (
        "LOWER(subscribers.email) IN ('x'') or 1=1--@mail.example')" == json.loads(receiver.requests[-1].body)["query"]
    )


@pytest.mark.parametrize(("answer", "status"), [(Answer(403), "5.7.0"), (Answer(500), "4.4.0"), (Answer(404), "5.4.0")])
def test_listmonk_s_refusals(
    receiver: Receiver, tmp_path: Path, stop: threading.Event, answer: Answer, status: str
) -> None:
    """A wrong token, a fault of its own, and a URL that is no listmonk."""
    receiver.by_default = lambda _request: answer

    assert status == failure_of(build_sink(settings(receiver, tmp_path, "listmonk"), stop=stop)).status


def test_a_batch_that_is_stopped_in_the_middle_is_not_whole(
    receiver: Receiver, tmp_path: Path, stop: threading.Event
) -> None:
    """It goes out again from its beginning; both kinds can take it twice."""
    for kind in ("listmonk", "ses"):
        asked = iter([True, False])
        sink = build_sink(settings(receiver, tmp_path, kind), stop=stop)
        assert Handed(whole=False) == sink.deliver(BATCH, lambda: next(asked))  # noqa: B023


# SES


class SuppressionList:
    """The account-level suppression list of SES behind its two end points; the requests are boto3's own."""

    PATH = "/v2/email/suppression/addresses"

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def __call__(self, request: Request) -> Answer:
        assert "Credential=AKID/" in request.headers["authorization"]
        if request.method == "GET":
            address = unquote(request.path.removeprefix(self.PATH + "/"))
            if address not in self.reasons:
                return refusal(404, "NotFoundException")
            about = {"EmailAddress": address, "Reason": self.reasons[address], "LastUpdateTime": 1700000000}
            return Answer(body=json.dumps({"SuppressedDestination": about}).encode())
        assert ("PUT", self.PATH) == (request.method, request.path)
        given = json.loads(request.body)
        if given["EmailAddress"].endswith("@bad.example"):
            return refusal(400, "BadRequestException")
        self.reasons[given["EmailAddress"]] = given["Reason"]
        return Answer()


def refusal(status: int, code: str) -> Answer:
    return Answer(status, {"x-amzn-errortype": code}, json.dumps({"message": "anna@mail.example"}).encode())


def test_ses_suppresses_who_is_blocked_and_leaves_who_is_on_its_list_already(
    receiver: Receiver, tmp_path: Path, stop: threading.Event
) -> None:
    """SES has no reason for an opt-out, so COMPLAINT stands for it; a bounce that is there keeps its reason and time."""
    there = SuppressionList()
    there.reasons = {"o'neill@mail.example": "BOUNCE"}
    receiver.by_default = there
    sink = build_sink(settings(receiver, tmp_path, "ses"), stop=stop)
    bad = replace(ANNA, subject="x@bad.example", entry=9)
    batch = replace(BATCH, changes=(*BATCH.changes, bad))

    assert Handed(whole=True, rejected=(9,)) == sink.deliver(batch, yes)
    assert {"anna@mail.example": "COMPLAINT", "o'neill@mail.example": "BOUNCE"} == there.reasons
    assert {"lifted": 1} == sink.leaves(batch)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (refusal(429, "TooManyRequestsException"), "4.4.0"),
        (refusal(400, "ThrottlingException"), "4.4.0"),
        (refusal(500, "InternalFailure"), "4.4.0"),
        (refusal(403, "AccessDeniedException"), "5.7.0"),
        (refusal(403, "InvalidClientTokenId"), "5.7.0"),
        (Answer(how="hang"), "4.4.1"),
        (Answer(302, {"location": "http://127.0.0.1:9/"}), "5.4.0"),
    ],
)
def test_what_ses_does_wrong(
    receiver: Receiver, tmp_path: Path, stop: threading.Event, answer: Answer, status: str
) -> None:
    """Throttling is patience, a key that may not is a person's business; boto3's own retries are off."""
    receiver.by_default = lambda _request: answer
    failure = failure_of(build_sink(settings(receiver, tmp_path, "ses"), stop=stop))

    assert status == failure.status
    assert 1 == len(receiver.requests)


def test_ses_without_boto3_says_what_to_install(
    receiver: Receiver, tmp_path: Path, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra: most desks never need its size."""
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    with pytest.raises(SettingsError, match=r"\[ses\]"):
        build_sink(settings(receiver, tmp_path, "ses"), stop=stop)
