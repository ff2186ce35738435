"""The mail host's verdict on DMARC, and nobody else's."""

from __future__ import annotations

import pytest

from optout_daemon.core.model import Authentication
from optout_daemon.core.reading.authentication import verdict

NONE, PASS, FAIL = Authentication.NONE, Authentication.PASS, Authentication.FAIL
HOST = "mail.example.jp"

CASES: list[tuple[Authentication, list[str], tuple[str, ...]]] = [
    (PASS, [f"{HOST}; spf=pass smtp.mailfrom=example.com; dmarc=pass (p=reject) header.from=example.com"], (HOST,)),
    (FAIL, [f"{HOST};\tdmarc=fail (p=none dis=none) header.from=example.com; spf=fail"], (HOST,)),
    (FAIL, [f"{HOST} 1; dmarc=fail"], (HOST,)),
    (FAIL, [f"{HOST.upper()}.; DMARC = Fail"], (HOST,)),
    (FAIL, [f"(a (nested) comment) {HOST} (v); dmarc (x) = (y) fail"], (HOST,)),
    (FAIL, [f"{HOST}; dmarc=pass; dmarc=fail"], (HOST,)),
    (FAIL, [f"{HOST}; spf=pass", f"{HOST}; dmarc=fail"], (HOST,)),
    (FAIL, ["relay.example; dmarc=pass", f"{HOST}; dmarc=fail"], (HOST,)),
    (PASS, [f"{HOST}; dmarc=pass", f"{HOST}; dmarc=fail"], (HOST,)),
    (FAIL, ["other.example; dmarc=fail"], (HOST, "other.example")),
    (FAIL, ["spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=x; dkim=none; dmarc=fail action=oreject"], (HOST, "")),
    (NONE, ["spf=pass; dmarc=fail action=none"], (HOST,)),
    (NONE, [f"{HOST}; dmarc=fail"], ()),
    (NONE, ["evil.example; dmarc=fail"], (HOST,)),
    (NONE, [f"{HOST}; spf=pass", "evil.example; x=y", f"{HOST}; dmarc=fail"], (HOST,)),
    (NONE, [f"{HOST} 2; dmarc=fail"], (HOST,)),
    (NONE, [f"{HOST}; none"], (HOST,)),
    (NONE, [f"{HOST}; dmarc=temperror", f"{HOST}; dmarc=fail"], (HOST,)),
    (NONE, [f"{HOST}; dmarc=bestguesspass header.from=x"], (HOST,)),
    (NONE, [f'{HOST}; spf=fail reason="x; dmarc=fail"'], (HOST,)),
    (NONE, [f"{HOST}; spf=fail (x; dmarc=fail)"], (HOST,)),
    (NONE, [f"{HOST}; x=y (never closed; dmarc=fail"], (HOST,)),
    (NONE, ["(" * 20_000 + f"{HOST}; dmarc=fail"], (HOST,)),
    (NONE, ["", ";", '"', "\\"], (HOST,)),
    (NONE, ["evil.example; dmarc=pass"] * 60 + [f"{HOST}; dmarc=fail"], (HOST,)),
]


@pytest.mark.parametrize(("expected", "headers", "trusted"), CASES)
def test_only_the_trusted_hosts_topmost_word_counts(
    expected: Authentication, headers: list[str], trusted: tuple[str, ...]
) -> None:
    """Anybody can write such a header into a mail; only what our own host put on top is evidence."""

    assert expected is verdict(headers, trusted)
