"""What the matching tests share: customers, mails that state something, and two customer masters to sweep over."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.match import match as match_mail
from optout_daemon.core.matching.name import PersonName
from optout_daemon.core.model import (
    Agreement,
    Customer,
    Field,
    FieldName,
    Match,
    Origin,
    Part,
    Reading,
    Segment,
    SegmentKind,
    Span,
)
from tests.builders import reading
from tests.corpora import OWN, PRACTICE

YUMIKO = Customer(
    "20000002",
    "髙橋　裕美子",
    "愛知県豊橋市有楽町5丁目6番21号 コーポ有楽町309号室",
    "タカハシ ユミコ",
    "Yumiko Takahashi",
    "441-8035",
    "yumiko@example.jp",
)
JOSHUA = Customer(
    "20000003",
    "Joshua Hernandez",
    "847 Hammond Lane Apt. 911, Rachelmouth",
    "",
    "Joshua Hernandez",
    "25763",
    "joshua@example.org",
)


def mail(
    text: str,
    *,
    subject: str = "",
    fields: Sequence[Field] = (),
    numbers: Sequence[str] = (),
    signature: str = "",
    quotation: str = "",
    **changes: Any,
) -> Reading:
    """A mail whose text is the customer's own words, then perhaps a signature and a quotation."""
    segments, whole = [Segment(SegmentKind.OWN, 0, len(text))], text
    for kind, more in ((SegmentKind.SIGNATURE, signature), (SegmentKind.QUOTATION, quotation)):
        if more:
            segments.append(Segment(kind, len(whole), len(whole) + len(more)))
            whole += more
    return reading(
        text=whole, subject=subject, segments=tuple(segments), fields=tuple(fields), numbers=tuple(numbers), **changes
    )


def given(name: FieldName, value: str, origin: Origin = Origin.LABEL, **changes: Any) -> Field:
    return Field(name, value, origin, Span(Part.TEXT, 0, len(value)), **changes)


def matched(customer: Customer, text: str = "", **changes: Any) -> Match:
    """The match of a mail that states the customer's number and otherwise what is given here."""
    return match_mail(mail(text, numbers=(customer.number,), **changes), {customer.number: customer})


Named = tuple[str, str, str]
"""A name on record, its kana and its romaji."""


def is_named(record: Named, text: str) -> bool:
    """Whether a mail with this text states the recorded name."""
    name, kana, romaji = record
    customer = Customer("20000009", name, "神奈川県相模原市南区古淵3-28-1", kana, romaji)
    return matched(customer, text).name is Agreement.AGREES


def judged_name(record: Named, said: str) -> set[Agreement]:
    """What is said of the recorded name as the value of a label, and in a text with a greeting above and the number below."""
    name, kana, romaji = record
    customer = Customer("20000009", name, "", kana, romaji)
    labelled = matched(customer, said, fields=[given(FieldName.NAME, said)])
    return {labelled.name, matched(customer, f"Hello\n\n{said}\n\n20000009").name}


def name_found(record: Named, text: str) -> str | None:
    """The folded text that is taken for the recorded name."""
    name, kana, romaji = record
    passage = Passage(text)
    hit = PersonName(Customer("20000009", name, "", kana, romaji)).find(passage)
    return passage.folded[hit[0] : hit[1]] if hit is not None else None


def masters() -> list[Path]:
    """Our own corpus's customer master, and the practice corpus's where it lies beside the checkout."""
    return [file for file in (OWN / "customers.csv", PRACTICE / "customers.csv") if file.exists()]


def customers() -> list[Customer]:
    """Every customer of the masters."""
    found = []
    for file in masters():
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found += [
                Customer(
                    row["customer_number"],
                    row["name"],
                    row["address"],
                    row["name_kana"],
                    row["name_romaji"],
                    row["postal_code"],
                    row["email"],
                )
                for row in csv.DictReader(lines)
            ]
    return found


def wide(text: str) -> str:
    """ASCII as full-width characters, as Japanese input methods write it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


def hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)
