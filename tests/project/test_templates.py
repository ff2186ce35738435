"""Every reply that can ever leave, rendered once: complete, in the right language, and telling nobody anything."""

from __future__ import annotations

import email
import email.policy
import itertools
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from optout_daemon.composing import KINDS, Composer, packaged_templates
from optout_daemon.config import DeskSettings
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import FieldName, OutgoingMessage, ReplyKind
from optout_daemon.core.reply import ReplyPlan
from optout_daemon.web.wording import READY

NOW = datetime(2026, 11, 24, tzinfo=UTC)
COMPOSER = Composer(
    templates=None,
    desk=DeskSettings(address="desk@example.org", name="Customer Desk"),
    keys=Keys(b"k" * 32),
    envelope_from="<>",
)
LANGUAGES = (("ja",), ("en",), ("ja", "en"))
NUMBER = "90817263"
MISSING = [names for size in (1, 2, 3, 4) for names in itertools.combinations(FieldName, size)]
CHANNELS = [("email",), ("print",), ("email", "print"), ("phone",)]
WIDEST = 78
"""Columns; a full-width character takes two."""


def plans() -> Iterator[ReplyPlan]:
    for languages in LANGUAGES:
        for channels, scope in itertools.product(CHANNELS, ("group", "Kiku Foods")):
            yield ReplyPlan(
                ReplyKind.CONFIRMED, "a@example.com", languages, channels, customer_number=NUMBER, scope=scope
            )
        yield ReplyPlan(
            ReplyKind.CONFIRMED,
            "a@example.com",
            languages,
            ("email", "print"),
            customer_number=NUMBER,
            arrivals=(("print", date(2026, 12, 8)),),
        )
        for missing in MISSING:
            yield ReplyPlan(ReplyKind.MISSING, "a@example.com", languages, missing=missing)
        yield ReplyPlan(ReplyKind.RECEIVED, "a@example.com", languages)


PLANS = list(plans())


def rendered(plan: ReplyPlan) -> tuple[str, str]:
    """Subject and body."""
    message = COMPOSER.compose(plan, inquiry_id=1, now=NOW)
    assert isinstance(message, OutgoingMessage)
    mail = email.message_from_bytes(message.raw, policy=email.policy.default)
    return str(mail["Subject"]), mail.get_content()


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def test_every_kind_has_a_subject_and_a_body_in_both_languages() -> None:
    """A folder in templates/ with two files a language, and no other files: what is there is sent."""
    here = packaged_templates()
    found = {str(path.relative_to(here)) for path in here.rglob("*.txt")}
    expected = {
        f"{kind}/{language}/{part}.txt"
        for kind in (*KINDS, ReplyKind.HAND_OVER)
        for language in ("ja", "en")
        for part in ("subject", "body")
    }
    expected |= {f"answers/{language}/{name}.txt" for language in ("ja", "en") for name in READY}

    assert expected == found


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.kind}-{'+'.join(plan.languages)}")
def test_every_combination_renders_whole(plan: ReplyPlan) -> None:
    """Nothing undefined, no template syntax left over, lines that a terminal shows."""
    subject, body = rendered(plan)

    assert not re.search(r"[{}]|%}|None|Undefined", subject + body)
    assert [] == [line for line in body.splitlines() if columns(line) > WIDEST]
    assert "\n\n\n" not in body
    assert body.endswith("\n")


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.kind}-{'+'.join(plan.languages)}")
def test_a_reply_is_written_in_its_language(plan: ReplyPlan) -> None:
    """English replies hold no Japanese, Japanese ones greet in Japanese; a reply in both holds both."""
    subject, body = rendered(plan)
    japanese = bool(re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", subject)), "お客様" in body

    assert (("ja" in plan.languages),) * 2 == japanese
    assert ("en" in plan.languages) == ("Dear customer" in body)


def test_confirmed_names_number_channels_and_scope() -> None:
    """What was stopped is said back: people who leave one list often think that they left all."""
    _subject, body = rendered(
        ReplyPlan(ReplyKind.CONFIRMED, "a@example.com", ("en",), ("print",), customer_number=NUMBER)
    )

    assert NUMBER in body
    assert "printed mail" in body
    assert "  - e-mail\n" not in body
    assert "all our companies" in body


def test_confirmed_is_honest_about_what_is_on_its_way_and_says_how_to_undo_it() -> None:
    """Printed matter takes weeks; a wrong opt-out must be easy to take back."""
    japanese = rendered(ReplyPlan(ReplyKind.CONFIRMED, "a@example.com", ("ja",), ("print",), customer_number=NUMBER))[1]
    english = rendered(ReplyPlan(ReplyKind.CONFIRMED, "a@example.com", ("en",), ("print",), customer_number=NUMBER))[1]

    assert "行き違いで" in japanese
    assert "再開" in japanese
    assert "may still reach you" in english
    assert "hear from us again" in english


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("missing", MISSING, ids="+".join)
def test_missing_names_exactly_what_is_missing(language: str, missing: tuple[FieldName, ...]) -> None:
    """Asking again for what was given loses people."""
    labels = {
        "ja": {"customer_number": "・お客様番号", "name": "・お名前", "address": "・ご住所", "inquiry": "・ご用件"},
        "en": {
            "customer_number": "- your customer number",
            "name": "- your name",
            "address": "- your postal address",
            "inquiry": "- what you would like us to stop",
        },
    }[language]
    body = rendered(ReplyPlan(ReplyKind.MISSING, "a@example.com", (language,), missing=missing))[1]

    assert set(missing) == {name for name, label in labels.items() if label in body}


@pytest.mark.parametrize("kind", [ReplyKind.MISSING, ReplyKind.RECEIVED])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_missing_and_received_tell_nobody_whether_a_number_exists(kind: ReplyKind, language: str) -> None:
    """Their text is the same whatever number and channels a plan should ever hold (policy, section 5)."""
    bare = ReplyPlan(kind, "a@example.com", (language,), missing=(FieldName.NAME,))
    loaded = ReplyPlan(kind, "b@example.com", (language,), ("email",), NUMBER, (FieldName.NAME,), scope="Kiku Foods")

    assert rendered(bare) == rendered(loaded)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.kind}-{'+'.join(plan.languages)}")
def test_the_only_digits_and_addresses_are_those_allowed(plan: ReplyPlan) -> None:
    """Number in `confirmed`, the desk's own address: no other personal data can stand in a reply."""
    subject, body = rendered(plan)
    allowed = {NUMBER} if plan.kind is ReplyKind.CONFIRMED else set()
    for _, day in plan.arrivals:
        allowed |= {str(day.year), str(day.day)} | ({str(day.month)} if "ja" in plan.languages else set())

    assert allowed == set(re.findall(r"\d+", subject + body))
    assert {"desk@example.org"} == set(re.findall(r"\S+@\S+", body))
    assert "a@example.com" not in body


def test_no_template_uses_more_than_its_kind_may_know() -> None:
    """The variables a file names, against the list; a new one needs a look at the policy first."""
    allowed = {
        "confirmed": {"desk_name", "desk_address", "customer_number", "channels", "channel", "scope", "arrivals"},
        "missing": {"desk_name", "desk_address", "missing", "field"},
        "received": {"desk_name", "desk_address"},
        "answer": {"desk_name", "desk_address", "text"},
    }
    here: Path = packaged_templates()
    for kind in KINDS:
        for path in (here / kind).rglob("*.txt"):
            text = path.read_text(encoding="utf-8")
            used = set(re.findall(r"{{\s*(\w+)\s*}}", text)) | set(re.findall(r"in (\w+) %}", text))

            assert used <= allowed[kind], path


def test_the_day_until_which_printed_matter_may_still_arrive_is_said_in_the_replys_language() -> None:
    """A customer who gets a catalogue a week later should know that it was under way."""
    plan = ReplyPlan(
        ReplyKind.CONFIRMED,
        "a@example.com",
        ("ja", "en"),
        ("print",),
        customer_number=NUMBER,
        arrivals=(("print", date(2026, 12, 8)),),
    )
    text = rendered(plan)[1]

    assert "2026年12月8日まで" in text
    assert "December 8, 2026: printed mail" in text
