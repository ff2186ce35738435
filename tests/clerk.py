"""Take the score: what the desk would do with a corpus of mails, against what a careful clerk would do.

`python -m tests.clerk [own] [practice] [--show]`, or `make score`.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optout_daemon.core.decision import decide
from optout_daemon.core.matching.keys import search_keys
from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Customer, Decision, Policy
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from tests.corpora import Corpus, names
from tests.corpora import corpus as corpus_of

DESK = "desk@kaji.example"
HOST = "mail.kaji.example"
SETTINGS = ReaderSettings(own_addresses=(DESK,), trusted_authserv_ids=(HOST,))
COLUMNS = ("name", "address", "name_kana", "name_romaji", "postal_code", "email", "company")

Truth = Mapping[str, Any]


def customers(file: Path) -> dict[str, Customer]:
    """The customer master by number."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {
            row["customer_number"]: Customer(number=row["customer_number"], **{c: row[c] for c in COLUMNS})
            for row in csv.DictReader(lines)
        }


def judge(reader: Reader, raw: bytes, directory: Mapping[str, Customer]) -> Decision:
    """One mail judged by itself, as `explain` does."""
    reading = reader.read(raw)
    found = {n: directory[n] for n in search_keys(reading).numbers if n in directory} if reading.readable else {}
    return decide(reading, match(reading, found), Policy(), own_addresses={DESK})


def right_answers(truth: Truth) -> Iterator[dict[str, Any]]:
    """The truth, then what a careful clerk could do instead."""
    yield dict(truth)
    for change in truth.get("accept", ()):
        other = {**truth, **change}
        if change.get("disposition") in ("held", "ignored"):
            other = {**other, "customer_number": None, "channels": [], **change}
            if "reply" not in change:
                other["reply"] = ["confirmed", "missing", "received", "none"]
                if change["disposition"] == "ignored":
                    other["reply"] = "none"
        elif change.get("disposition") == "applied" and truth["disposition"] != "applied":
            other.setdefault("reply", "confirmed")
            other["reply"] = change.get("reply", "confirmed")
        yield other


def same_action(got: Decision, want: Truth) -> bool:
    if got.disposition.value != want["disposition"]:
        return False
    if want["disposition"] != "applied":
        return True
    return sorted(got.channels) == sorted(want["channels"]) and got.customer_number == want["customer_number"]


def reply_fits(got: Decision, want: Truth) -> bool:
    allowed = want.get("reply", "none")
    return got.reply.value in (allowed if isinstance(allowed, list) else [allowed])


@dataclass
class Score:
    """Counts as the issue's table has them; `faults` says what was wrong, by file.

    Straight through is counted over the mails that a careful clerk would apply and nothing else.
    """

    mails: int = 0
    agreed: int = 0
    applied: int = 0
    applied_due: int = 0
    held_right: int = 0
    category_right: int = 0
    reply_due: int = 0
    reply_right: int = 0
    reasons_due: int = 0
    reasons_right: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)

    def take(self, truth: Truth, got: Decision) -> None:
        """Count one mail."""
        name, due = truth["file"], truth["disposition"]
        wants = list(right_answers(truth))
        faults = []
        self.mails += 1
        must = all(want["disposition"] == "applied" for want in wants)
        self.applied_due += must
        if any(same_action(got, want) for want in wants):
            self.agreed += 1
            self.applied += must and got.disposition.value == "applied"
        else:
            kind = {"applied": "wrong", "ignored": "lost"}.get(got.disposition.value)
            kind = kind or ("noise" if due == "ignored" else "not straight through")
            faults.append(kind)
            if kind != "not straight through":
                getattr(self, kind).append(name)
        if got.reply.value != "none" and not any(
            reply_fits(got, want) or (want["disposition"] != "ignored" and want.get("reply", "none") != "none")
            for want in wants
        ):
            self.answered.append(name)
            faults.append("answered")
        if due == got.disposition.value == "held":
            self.held_right += 1
            right = any(got.category.value == want.get("category") for want in wants)
            self.category_right += right
            faults += [] if right else ["category"]
        if due == got.disposition.value and (truth.get("reasons") or due == "applied"):
            self.reasons_due += 1
            given = {reason.value for reason in got.reasons}
            right = (
                any(got.follow_up == bool(want.get("follow_up")) for want in wants)
                if due == "applied"
                else bool(given & set(truth["reasons"]))
            )
            self.reasons_right += right
            faults += [] if right else ["reasons or follow-up"]
        if truth.get("reply", "none") != "none":
            self.reply_due += 1
            right = any(reply_fits(got, want) for want in wants)
            self.reply_right += right
            faults += [] if right else ["reply"]
        if faults:
            self.faults[name] = ", ".join(faults)

    def __str__(self) -> str:
        return (
            f"straight through {self.applied}/{self.applied_due}, wrong {len(self.wrong)}, lost {len(self.lost)}, "
            f"answered {len(self.answered)}, noise {len(self.noise)}, agreed {self.agreed}/{self.mails}, "
            f"category {self.category_right}/{self.held_right}, reply {self.reply_right}/{self.reply_due}, "
            f"reasons {self.reasons_right}/{self.reasons_due}"
        )


def score(corpus: Corpus, *, show: bool = False) -> Score:
    """The score of one corpus; with `show`, every difference is printed."""
    known, reader, result = customers(corpus.customers), Reader(SETTINGS), Score()
    for truth in corpus.truth():
        got = judge(reader, corpus.raw(truth["file"]), known)
        result.take(truth, got)
        if show and truth["file"] in result.faults:
            want = {k: truth.get(k) for k in ("disposition", "customer_number", "channels", "category", "reply")}
            print(f"{truth['file']}: {result.faults[truth['file']]}\n    want {want} {truth.get('reasons', '')}")
            print(f"    because {truth.get('why', '')}")
            print(
                f"    got  {got.disposition} {got.customer_number} {list(got.channels)} {got.category} {got.reply} "
                f"{[r.value for r in got.reasons]} follow_up={got.follow_up}"
            )
    return result


if __name__ == "__main__":
    for name in [a for a in sys.argv[1:] if a != "--show"] or names():
        print(f"{name}: {score(corpus_of(name), show='--show' in sys.argv)}")
