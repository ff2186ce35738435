"""The message of a webhook and its signature, checked by the Standard Webhooks project's own verifier."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from optout_daemon.core import webhook
from optout_daemon.core.changes import Batch, Change
from optout_daemon.core.model import Action

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ANNA = Change("email", "anna@müller.example", "email", "group", Action.STOP, NOW, False, 7)
LETTER = Change("postal_key", "1000001-1-1", "print", "group", Action.STOP, NOW, False, 9, date(2026, 12, 15))
LIFTED = Change("customer_number", "20000001", "print", "Travel", Action.RESUME, None, False, 8)
BATCH = Batch("crm", 5, 8, NOW, 0, (ANNA, LIFTED))
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()


def signed(*secrets: str) -> dict[str, str]:
    at = int(datetime.now(UTC).timestamp())
    return webhook.headers(
        [webhook.key(secret) for secret in secrets], webhook.message_id(BATCH), at, webhook.body(BATCH)
    )


def test_the_reference_verifier_takes_what_we_sign() -> None:
    """A receiver uses the library of its own language, not our description."""
    message = Webhook(NEW).verify(webhook.body(BATCH), signed(NEW))

    assert "suppression.changed" == message["type"]


def test_while_a_secret_is_changed_the_old_one_and_the_new_one_both_verify() -> None:
    """The receiver changes over when it likes, and misses nothing."""
    headers = signed(NEW, OLD)

    assert 2 == len(headers["webhook-signature"].split())
    for secret in (NEW, OLD):
        Webhook(secret).verify(webhook.body(BATCH), headers)


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "body", "key"])
def test_what_was_changed_on_the_way_does_not_verify(part: str) -> None:
    """Id and time are signed too: neither can be set anew for a replay."""
    headers, body = signed(NEW), webhook.body(BATCH)
    if part == "body":
        body = body.replace(b'"stop"', b'"resume"')
    elif part == "webhook-timestamp":
        headers[part] = str(int(headers[part]) + 1)
    elif part == "webhook-id":
        headers[part] += "0"

    with pytest.raises(WebhookVerificationError):
        Webhook(OLD if part == "key" else NEW).verify(body, headers)


def test_a_batch_has_the_same_id_whenever_it_is_sent_and_no_other_batch_has_it() -> None:
    """The id is what a receiver drops repeats by: a repeat that had another would be done twice, another range never."""
    others = [
        replace(BATCH, sink="shop"),
        replace(BATCH, since=4),
        replace(BATCH, version=9),
        replace(BATCH, replays=1),
        replace(BATCH, recorded_at=datetime(2026, 11, 25, tzinfo=UTC)),
    ]

    assert webhook.message_id(BATCH) == webhook.message_id(replace(BATCH, changes=()))
    assert 6 == len({webhook.message_id(batch) for batch in (BATCH, *others)})


def test_the_message_says_how_each_line_stands_by_the_names_of_an_export() -> None:
    """One reader serves both: the delta as a file and the webhook."""
    data = json.loads(webhook.body(BATCH))["data"]

    assert {"sink": "crm", "since": 5, "version": 8} == {key: data[key] for key in ("sink", "since", "version")}
    assert [
        {
            "subject_kind": "email",
            "subject": "anna@müller.example",
            "channel": "email",
            "scope": "group",
            "action": "stop",
            "since": "2026-11-24T09:00:00Z",
            "provisional": False,
            "entry": 7,
            "may_arrive_until": None,
        },
        {
            "subject_kind": "customer_number",
            "subject": "20000001",
            "channel": "print",
            "scope": "Travel",
            "action": "resume",
            "since": None,
            "provisional": False,
            "entry": 8,
            "may_arrive_until": None,
        },
    ] == data["changes"]


def test_a_block_of_printed_matter_says_until_when_some_may_still_arrive() -> None:
    """Whoever prints the next catalogue is asked by the customer why this one came."""
    [change] = json.loads(webhook.body(replace(BATCH, changes=(LETTER,))))["data"]["changes"]

    assert "2026-12-15" == change["may_arrive_until"]


@pytest.mark.parametrize(
    "secret", ["hunter2hunter2hunter2hunter2hunter2", "whsec_no base64!", "whsec_aGk=", "whsec_" + "QUFB" * 30]
)
def test_a_secret_that_is_none_is_refused_without_being_repeated(secret: str) -> None:
    """What stands in the secret's file is a secret, however wrong."""
    with pytest.raises(ValueError, match=r"whsec_|base64|bytes") as refused:
        webhook.key(secret)

    assert secret.removeprefix("whsec_") not in str(refused.value)
