"""The lines in docs/senders.md that verify a webhook: run as they stand, on what the desk signs."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from optout_daemon.core import webhook
from optout_daemon.core.changes import Batch, Change
from optout_daemon.core.model import Action

PAGE = (Path(__file__).parents[2] / "docs" / "senders.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
CHANGE = Change("email", "anna@müller.example", "email", "group", Action.STOP, NOW, False, 7)
BODY = webhook.body(Batch("crm", 5, 8, NOW, 0, (CHANGE,)))
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()


@pytest.fixture(scope="module")
def verified() -> Callable[..., bool]:
    [code] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Callable[..., bool] = names["verified"]
    return found


def signed(*secrets: str) -> dict[str, str]:
    return webhook.headers([webhook.key(secret) for secret in secrets], "msg_1", AT, BODY)


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_the_page_s_lines_take_what_the_desk_signs(verified: Callable[..., bool], secret: str) -> None:
    """Whoever copies them must not be the first to run them; while a secret is changed, either one will do."""
    assert verified(secret, signed(NEW, OLD), BODY, now=AT + 300)


@pytest.mark.parametrize(
    ("secret", "headers", "body", "now"),
    [
        (OLD, {}, BODY, AT),
        (NEW, {}, BODY.replace(b"stop", b"resume"), AT),
        (NEW, {"webhook-id": "msg_2"}, BODY, AT),
        (NEW, {"webhook-timestamp": str(AT + 1)}, BODY, AT),
        (NEW, {"webhook-timestamp": "now"}, BODY, AT),
        (NEW, {"webhook-signature": "v1,ä"}, BODY, AT),
        (NEW, {}, BODY, AT + 301),
        (NEW, {}, BODY, AT - 301),
    ],
    ids=["other key", "body", "id", "timestamp", "no timestamp", "no signature", "too old", "too new"],
)
def test_the_page_s_lines_refuse_what_was_changed_or_is_old(
    verified: Callable[..., bool], secret: str, headers: dict[str, str], body: bytes, now: int
) -> None:
    """A verifier that says yes to all passes every test of what is good."""
    assert not verified(secret, signed(NEW) | headers, body, now=now)
