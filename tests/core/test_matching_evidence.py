"""Each way in which name and address are judged: the agreement, the rule that says so, and the place it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from optout_daemon.core.matching.match import Judgement, judge_address, judge_name, match, stated_number
from optout_daemon.core.matching.statement import Statement
from optout_daemon.core.model import (
    Agreement,
    Corrections,
    Customer,
    Envelope,
    Field,
    FieldName,
    Origin,
    Part,
    Reading,
    RuleHit,
    Segment,
    SegmentKind,
    Span,
)
from tests.builders import reading
from tests.core.matching_cases import JOSHUA, YUMIKO, given, mail

NAME, ADDRESS, NUMBER = FieldName.NAME, FieldName.ADDRESS, FieldName.CUSTOMER_NUMBER
AGREES, DIFFERS, ABSENT = Agreement.AGREES, Agreement.DIFFERS, Agreement.ABSENT
HERE, THERE = Span(Part.TEXT, 3, 9), Span(Part.TEXT, 20, 30)


def at(name: FieldName, value: str, span: Span | None = HERE, origin: Origin = Origin.LABEL) -> Field:
    return Field(name, value, origin, span)


@dataclass(frozen=True)
class Stated:
    """A mail, made only when a test asks."""

    text: str = ""
    fields: tuple[Field, ...] = ()
    signature: str = ""
    customer: Customer | None = YUMIKO
    more: Mapping[str, Any] = field(default_factory=dict)

    def statement(self) -> Statement:
        return Statement(mail(self.text, fields=self.fields, signature=self.signature, **self.more))


OWN_NAME = "the record's name stands in own words"
ANOTHER = "another name stands in own words"


@pytest.mark.parametrize(
    ("stated", "judgement"),
    [
        (Stated("私は高橋裕美子です"), Judgement(AGREES, Span(Part.TEXT, 2, 7), OWN_NAME)),
        (Stated(fields=(at(NAME, "高橋裕美子", origin=Origin.PROSE),)), Judgement(AGREES, HERE, OWN_NAME)),
        (
            Stated("停止", signature="\n高橋裕美子"),
            Judgement(AGREES, Span(Part.TEXT, 3, 8), "signed with the record's name"),
        ),
        (
            Stated("J. Hernandez here", signature="\nJoshua Hernandez", customer=JOSHUA),
            Judgement(AGREES, Span(Part.TEXT, 18, 34), "signed with the record's name"),
        ),
        (Stated(fields=(at(NAME, "高橋裕美子"),)), Judgement(AGREES, HERE, "the labelled name is the record's")),
        (
            Stated(fields=(at(NAME, "高橋"), at(NAME, "高橋裕美子", THERE))),
            Judgement(AGREES, THERE, "the labelled name is the record's"),
        ),
        (
            Stated(fields=(at(NAME, "Joshua"), at(NAME, "Hernandez", THERE)), customer=JOSHUA),
            Judgement(AGREES, HERE, "the labelled names together are the record's"),
        ),
        (
            Stated("高橋裕美子", fields=(at(NAME, "高橋裕美子"), at(NAME, "田中浩", THERE))),
            Judgement(DIFFERS, THERE, "a labelled name is another"),
        ),
        (
            Stated(fields=(at(NAME, "高橋"), at(NAME, "髙橋", THERE))),
            Judgement(DIFFERS, HERE, "a labelled name is not the whole name on record"),
        ),
        (
            Stated(signature="\n高橋裕美子", fields=(at(NAME, "高橋"),)),
            Judgement(DIFFERS, HERE, "a labelled name is not the whole name on record"),
        ),
        (Stated(fields=(at(NAME, "高橋"),), customer=None), Judgement(DIFFERS, HERE, "a name is given")),
        (Stated(fields=(at(NAME, "様"),)), Judgement(ABSENT, None, "no name is stated")),
        (Stated(fields=(at(NAME, "長谷部修", origin=Origin.PROSE),)), Judgement(DIFFERS, HERE, ANOTHER)),
        (
            Stated(fields=(at(NAME, "長谷部修", origin=Origin.PROSE),), customer=None),
            Judgement(DIFFERS, HERE, ANOTHER),
        ),
        (
            Stated(fields=(at(NAME, "Y. Takahashi", origin=Origin.PROSE),)),
            Judgement(ABSENT, None, "no name is stated"),
        ),
        (Stated("私は田中浩です"), Judgement(DIFFERS, Span(Part.TEXT, 2, 5), ANOTHER)),
        (
            Stated("停止", signature="\n田中浩", customer=None),
            Judgement(DIFFERS, Span(Part.TEXT, 3, 6), "a name stands below the text"),
        ),
        (Stated("停止", signature="\n田中浩"), Judgement(ABSENT, None, "no name is stated")),
        (Stated("停止", customer=None), Judgement(ABSENT, None, "no name is stated")),
    ],
)
def test_a_name_is_judged_by_the_first_rule_that_fits(stated: Stated, judgement: Judgement) -> None:
    """Labels before own words before the signature; a clerk reads the rule and sees the place."""
    assert judgement == judge_name(stated.statement(), stated.customer)


OWN_ADDRESS = "the record's address stands in own words"
LABELLED = "a labelled address is the record's"
NOT_LABELLED = "the labelled address is not that on record"
OTHER_ADDRESS = "another address stands in own words"


@pytest.mark.parametrize(
    ("stated", "judgement"),
    [
        (Stated("私は豊橋市有楽町5-6-21の"), Judgement(AGREES, Span(Part.TEXT, 2, 14), OWN_ADDRESS)),
        (
            Stated(fields=(at(ADDRESS, "豊橋市有楽町5-6-21", origin=Origin.PROSE),)),
            Judgement(AGREES, HERE, OWN_ADDRESS),
        ),
        (
            Stated("停止", signature="\n豊橋市有楽町5-6-21"),
            Judgement(AGREES, Span(Part.TEXT, 3, 15), "the record's address stands below the text"),
        ),
        (Stated(fields=(at(ADDRESS, "豊橋市有楽町5-6-21"),)), Judgement(AGREES, HERE, LABELLED)),
        (
            Stated(fields=(at(ADDRESS, "姫路市本町1-68"), at(ADDRESS, "豊橋市有楽町5-6-21", THERE))),
            Judgement(AGREES, THERE, LABELLED),
        ),
        (
            Stated(fields=(at(ADDRESS, "847 Hammond Lane"), at(ADDRESS, "Rachelmouth", THERE)), customer=JOSHUA),
            Judgement(AGREES, HERE, LABELLED),
        ),
        (
            Stated("住所 豊橋市有楽町5-6-\n21", fields=(at(ADDRESS, "豊橋市有楽町5-6- ", Span(Part.TEXT, 3, 14)),)),
            Judgement(AGREES, Span(Part.TEXT, 3, 14), LABELLED),
        ),
        (
            Stated("住所 豊橋市\n有楽町5-6-21", fields=(at(ADDRESS, "豊橋市", Span(Part.TEXT, 3, 6)),)),
            Judgement(AGREES, Span(Part.TEXT, 3, 6), LABELLED),
        ),
        (
            Stated("豊橋市有楽町5-6-21", fields=(at(ADDRESS, "豊橋市有楽町5-6-", Span(Part.SUBJECT, 0, 10)),)),
            Judgement(DIFFERS, Span(Part.SUBJECT, 0, 10), NOT_LABELLED),
        ),
        (
            Stated("豊橋市有楽町5-6-21", fields=(at(ADDRESS, "豊橋市有楽町5-6-", None),)),
            Judgement(DIFFERS, None, NOT_LABELLED),
        ),
        (
            Stated("豊橋市有楽町5-6-21", fields=(at(ADDRESS, "豊橋市朝丘町5"),)),
            Judgement(DIFFERS, HERE, NOT_LABELLED),
        ),
        (
            Stated("豊橋市有楽町5-6-21", fields=(at(ADDRESS, "姫路市本町1-68"),)),
            Judgement(DIFFERS, HERE, NOT_LABELLED),
        ),
        (
            Stated(fields=(at(ADDRESS, "姫路市本町1-68"), at(ADDRESS, "豊橋市朝丘町1-2", THERE))),
            Judgement(DIFFERS, HERE, NOT_LABELLED),
        ),
        (Stated("近く", fields=(at(ADDRESS, "登録のとおり"),)), Judgement(DIFFERS, HERE, NOT_LABELLED)),
        (
            Stated("豊橋市有楽町5-6-21", fields=(at(ADDRESS, "登録のとおり", None),)),
            Judgement(AGREES, Span(Part.TEXT, 0, 12), OWN_ADDRESS),
        ),
        (
            Stated("私は豊橋市朝丘町1-1の"),
            Judgement(DIFFERS, Span(Part.TEXT, 2, 11), "an address in own words differs from the record"),
        ),
        (
            Stated("私は豊橋市朝丘町1-1の", signature="\n豊橋市有楽町5-6-21"),
            Judgement(DIFFERS, Span(Part.TEXT, 2, 11), "an address in own words differs from the record"),
        ),
        (Stated("私は大阪府高槻市芥川町1-2の"), Judgement(DIFFERS, Span(Part.TEXT, 1, 14), OTHER_ADDRESS)),
        # The reading may have cut a room off inside what differs; what stands beside it is judged by itself.
        (
            Stated(
                "私は豊橋市朝丘町1-1の",
                fields=(
                    at(ADDRESS, "豊橋市有楽町5-6-21", Span(Part.TEXT, 10, 12), Origin.PROSE),
                    at(ADDRESS, "豊橋市有楽町5-6-21", Span(Part.TEXT, 11, 12), Origin.PROSE),
                ),
            ),
            Judgement(AGREES, Span(Part.TEXT, 11, 12), OWN_ADDRESS),
        ),
        (
            Stated(
                "私は豊橋市朝丘町1-1の",
                fields=(at(ADDRESS, "豊橋市有楽町5-6-21", Span(Part.TEXT, 0, 2), Origin.PROSE),),
            ),
            Judgement(AGREES, Span(Part.TEXT, 0, 2), OWN_ADDRESS),
        ),
        (
            Stated(fields=(at(ADDRESS, "姫路市本町1-68", origin=Origin.PROSE),)),
            Judgement(DIFFERS, HERE, OTHER_ADDRESS),
        ),
        (
            Stated("近く", fields=(at(ADDRESS, "近く", origin=Origin.PROSE),)),
            Judgement(ABSENT, None, "no address is stated"),
        ),
        (Stated("停止", customer=None), Judgement(ABSENT, None, "no address is stated")),
        (
            Stated(fields=(at(ADDRESS, "豊橋市有楽町5-6-21"),), customer=None),
            Judgement(DIFFERS, HERE, NOT_LABELLED),
        ),
    ],
)
def test_an_address_is_judged_by_the_first_rule_that_fits(stated: Stated, judgement: Judgement) -> None:
    """A label that can be told from the record decides; a vague one leaves it to own words, then to the signature."""
    assert judgement == judge_address(stated.statement(), stated.customer)


@pytest.mark.parametrize(
    ("numbers", "customers", "rule"),
    [
        ((), {}, "none is stated"),
        (("20000002",), {"20000002": YUMIKO}, "names a record"),
        (("20000002",), {}, "no record has it"),
    ],
)
def test_the_rules_are_told_in_order(numbers: tuple[str, ...], customers: dict[str, Customer], rule: str) -> None:
    """Number, name, address, and the author only where it is the one on record."""
    author = Envelope(author="yumiko@example.jp")
    found = match(mail("", numbers=numbers, envelope=author), customers)
    hits = [RuleHit("number", rule), RuleHit("name", "no name is stated"), RuleHit("address", "no address is stated")]
    if customers:
        hits.append(RuleHit("author", "writes from the e-mail address on record"))

    assert tuple(hits) == found.hits
    assert (numbers[0] if numbers else None) == found.number


def test_a_clerks_number_is_taken_as_it_stands_where_it_is_somebodys() -> None:
    """A company's numbers may hold hyphens; only one that nobody has is normalised."""
    clerk = Corrections("clerk", customer_number="A-1")

    assert "A-1" == stated_number(mail(""), {"A-1": YUMIKO}, clerk)
    assert "A1" == stated_number(mail(""), {}, clerk)
    assert None is stated_number(mail(""), {}, Corrections("clerk"))


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ((given(NAME, "高橋"),), "20000003"),
        ((given(NUMBER, "88120471", Origin.PROSE),), "20000003"),
        ((given(NUMBER, "88120471", Origin.NUMBERED),), "88120471"),
        ((given(NAME, "高橋"), given(NUMBER, "88120471")), "88120471"),
    ],
)
def test_only_a_labelled_number_is_looked_up_before_one_that_is_somebodys(
    fields: tuple[Field, ...], number: str
) -> None:
    """A label on another field says nothing of the number."""
    assert number == stated_number(mail("", numbers=("88120471", "20000003"), fields=fields), {"20000003": JOSHUA})


def two_parts() -> Reading:
    """Own words above and below a quotation, and a subject."""
    text = "停止\n> 引用\n高橋裕美子 です"
    segments = (
        Segment(SegmentKind.OWN, 0, 2),
        Segment(SegmentKind.QUOTATION, 3, 7),
        Segment(SegmentKind.OWN, 8, 16),
    )
    return reading(text=text, segments=segments, subject="豊橋市有楽町5-6-21", fields=(), numbers=())


def test_own_words_are_joined_with_the_subject_and_know_where_they_stood() -> None:
    """What is found in a later part or in the subject is marked there."""
    statement = Statement(two_parts())

    assert "停止\n高橋裕美子 です\n豊橋市有楽町5-6-21" == statement.own.raw
    assert "" == statement.signature.raw
    assert Span(Part.TEXT, 8, 13) == judge_name(statement, YUMIKO).span
    assert Span(Part.SUBJECT, 0, 12) == judge_address(statement, YUMIKO).span
    assert "\nsig" == Statement(mail("x", subject="s", signature="\nsig")).signature.raw
    assert "x" == Statement(mail("x", subject="")).own.raw


def test_the_strongest_fields_are_given_and_prose_is_kept_apart() -> None:
    """Staff, label, number, then the same in a quotation; other fields and empty values are none of them."""
    label, numbered = given(NAME, "a"), given(NAME, "b", Origin.NUMBERED)
    prose, quoted = given(NAME, "c", Origin.PROSE), given(NAME, "d", quoted=True)
    noise = (given(ADDRESS, "e"), given(NAME, " "), given(NAME, " ", Origin.PROSE), given(ADDRESS, "f", Origin.PROSE))

    def of(*fields: Field) -> Statement:
        return Statement(mail("", fields=(*noise, *fields)))

    assert (label, label) == of(quoted, prose, numbered, label, label).given(NAME)
    assert (numbered,) == of(quoted, prose, numbered).given(NAME)
    assert (quoted,) == of(quoted, prose).given(NAME)
    assert () == of(prose).given(NAME)
    assert (prose,) == of(quoted, prose, numbered, label).in_prose(NAME)
    assert () == of(label).in_prose(NAME)
    clerk = Corrections("clerk", name="g")
    assert (Field(NAME, "g", Origin.STAFF),) == Statement(mail("", fields=(label,)), clerk).given(NAME)
    assert (noise[0],) == Statement(mail("", fields=noise), clerk).given(ADDRESS)
