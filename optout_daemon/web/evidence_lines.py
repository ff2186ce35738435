"""Put the lines of an inquiry's evidence into sentences of the page's language; the rule's own line stands behind each.

A line that has no words here (one of an older release) is shown as it was stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from optout_daemon import rule_words
from optout_daemon.core.model import Agreement, Disposition, StaffAction
from optout_daemon.web.navigation import N_
from optout_daemon.web.wording import AGREEMENTS, DISPOSITIONS, FIELDS, REASONS

ACTIONS: Final[Mapping[str, str]] = {
    StaffAction.APPLY: N_("apply the opt-out"),
    StaffAction.ASK: N_("ask the customer for what is missing"),
    StaffAction.CLOSE: N_("close it, answered or not"),
    StaffAction.NOT_AN_OPT_OUT: N_("no opt-out"),
    StaffAction.SPAM: N_("spam"),
}
COMPARED: Final = N_("the number is on record; name: %(name)s; address: %(address)s")
DECIDED: Final = N_("decided by %(who)s: %(what)s")
_COMPARED = re.compile("number in the directory; name (agrees|absent|differs), address (agrees|absent|differs)")
_DECIDED = re.compile("decided by (.*): ([a-z_]+)")
_OUTCOME = re.compile("(applied|held|ignored)(?:, (.+))?")

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of evidence: `told` for people, empty where there are no words for it, and the rule's own."""

    told: str
    stored: str


def line(stored: str, say: Say) -> Line:
    """The line in words; `say` translates a text of the catalogues."""
    told = _told(stored, say)
    return Line(told[:1].upper() + told[1:], stored)


def _told(stored: str, say: Say) -> str:
    rule, _, detail = stored.partition(": ")
    if stored in rule_words.MATCH_RULES:
        return say(rule_words.MATCH_RULES[stored])
    if (compared := _COMPARED.fullmatch(stored)) is not None:
        name, address = (say(AGREEMENTS[Agreement(value)]) for value in compared.groups())
        return say(COMPARED) % {"name": name, "address": address}
    if (decided := _DECIDED.fullmatch(stored)) is not None:
        return say(DECIDED) % {"who": decided[1], "what": say(ACTIONS.get(decided[2], decided[2]))}
    if rule.startswith("field."):
        return _field(rule.removeprefix("field."), detail, say)
    if rule in rule_words.DECISION_RULES and (outcome := _OUTCOME.fullmatch(detail)) is not None:
        return f"{say(rule_words.DECISION_RULES[rule])} {_outcome(outcome, say)}"
    if rule == "unreadable":
        return say(rule_words.UNREADABLE)
    found = rule_words.MACHINE_RULES.get(rule) or rule_words.WISH_RULES.get(rule)
    return say(found) if found else ""


def _field(name: str, detail: str, say: Say) -> str:
    label = next((text for field, text in FIELDS.items() if field.value == name), name)
    return f"{say(label)}: {say(rule_words.FIELD_ORIGINS.get(detail, detail))}"


def _outcome(outcome: re.Match[str], say: Say) -> str:
    disposition = say(DISPOSITIONS[Disposition(outcome[1])])
    known = {reason.value: text for reason, text in REASONS.items()}
    reasons = [say(known.get(reason, reason)) for reason in (outcome[2] or "").split(", ") if reason]
    return f"{disposition} ({', '.join(reasons)})" if reasons else disposition
