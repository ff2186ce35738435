"""Match one mail to the customer record that its number names, and verify name and address (policy, section 4).

Nothing is extracted and then compared: the number names the record, and the record's name and address are looked for
in what the customer states. A labelled field that says something else is a contradiction, whatever stands elsewhere. A
name or an address that is not given is ABSENT, never agreed to by the header of the mail. Where no record is found,
DIFFERS means that a name or an address is given at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.address import RecordAddress, any_address
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.introduced import can_be_a_name, other_name
from optout_daemon.core.matching.name import Likeness, PersonName
from optout_daemon.core.matching.number import normalise
from optout_daemon.core.matching.place import Finding
from optout_daemon.core.matching.statement import Statement
from optout_daemon.core.model import (
    Agreement,
    Corrections,
    Customer,
    Field,
    FieldName,
    Match,
    Origin,
    Part,
    Reading,
    RuleHit,
    Span,
)
from optout_daemon.core.reading.address import comparable

_UNFINISHED: Final = ("-", "‐", "−", "－", "ー", "の", ",", "、")
"""An address that ends so was broken at the end of a line."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a field agrees, where that was seen, and by which rule."""

    agreement: Agreement
    span: Span | None
    because: str


def match(reading: Reading, found: Mapping[str, Customer], corrections: Corrections | None = None) -> Match:
    """The match of one mail; `found` holds the records under its numbers (keys.search_keys), by number.

    Corrections by staff stand in the place of what the mail states. Never raises.
    """
    number = stated_number(reading, found, corrections)
    customer = found.get(number) if number is not None else None
    statement = Statement(reading, corrections)
    name = judge_name(statement, customer)
    address = judge_address(statement, customer)
    on_record = customer is not None and bool(customer.email) and reading.envelope.author == comparable(customer.email)
    several = reading.wish.several or len({number for number in reading.numbers if number in found}) > 1
    hits = [RuleHit("number", _number_rule(number, customer)), RuleHit("name", name.because)]
    hits.append(RuleHit("address", address.because))
    if on_record:
        hits.append(RuleHit("author", "writes from the e-mail address on record"))
    return Match(
        customer=customer,
        number=number,
        name=name.agreement,
        address=address.agreement,
        name_span=name.span,
        address_span=address.span,
        author_on_record=on_record,
        several=several and corrections is None,
        hits=tuple(hits),
    )


def stated_number(
    reading: Reading, found: Mapping[str, Customer], corrections: Corrections | None = None
) -> str | None:
    """The number to look up: the clerk's, else the labelled one, else the first that is somebody's."""
    if corrections is not None and corrections.customer_number:
        given = corrections.customer_number
        return given if given in found else normalise(given)
    if not reading.numbers:
        return None
    labelled = any(f.name is FieldName.CUSTOMER_NUMBER and f.origin is not Origin.PROSE for f in reading.fields)
    if labelled:
        return reading.numbers[0]
    return next((number for number in reading.numbers if number in found), reading.numbers[0])


def _number_rule(number: str | None, customer: Customer | None) -> str:
    if number is None:
        return "none is stated"
    return "names a record" if customer is not None else "no record has it"


def judge_name(statement: Statement, customer: Customer | None) -> Judgement:
    """Whether the record's name is stated, labelled or in own words; or somebody else's."""
    person = PersonName(customer) if customer is not None else None
    given = statement.given(FieldName.NAME)
    if given:
        labelled = _labelled_name(person, given)
        if labelled is not None:
            return labelled
    if person is not None:
        hit = person.find(statement.own)
        if hit is not None:
            return Judgement(Agreement.AGREES, statement.own.span(*hit), "the record's name stands in own words")
        for field in statement.in_prose(FieldName.NAME):
            if person.likeness(field.value) is Likeness.FULL:
                return Judgement(Agreement.AGREES, field.span, "the record's name stands in own words")
        hit = person.find(statement.signature)
        if hit is not None and not given and other_name(statement.own, person) is None:
            return Judgement(Agreement.AGREES, statement.signature.span(*hit), "signed with the record's name")
    if any(person is None or person.likeness(f.value) is not Likeness.EMPTY for f in given):
        return Judgement(Agreement.DIFFERS, given[0].span, "a labelled name is not the whole name on record")
    return _unfound_name(statement, person)


def _labelled_name(person: PersonName | None, given: Sequence[Field]) -> Judgement | None:
    """What labelled names say by themselves; None where they are empty or only part of the name."""
    if person is None:
        return Judgement(Agreement.DIFFERS, given[0].span, "a name is given")
    likes = [person.likeness(field.value) for field in given]
    joined = " ".join(field.value for field in given)  # first name and last name under labels of their own
    if Likeness.FULL not in likes and person.likeness(joined) is Likeness.FULL:
        return Judgement(Agreement.AGREES, given[0].span, "the labelled names together are the record's")
    if Likeness.OTHER in likes:
        return Judgement(Agreement.DIFFERS, given[likes.index(Likeness.OTHER)].span, "a labelled name is another")
    if Likeness.FULL in likes:
        return Judgement(Agreement.AGREES, given[likes.index(Likeness.FULL)].span, "the labelled name is the record's")
    return None


def _unfound_name(statement: Statement, person: PersonName | None) -> Judgement:
    for field in statement.in_prose(FieldName.NAME):
        if can_be_a_name(field.value) and (person is None or person.likeness(field.value) is Likeness.OTHER):
            return Judgement(Agreement.DIFFERS, field.span, "another name stands in own words")
    hit = other_name(statement.own, person)
    if hit is not None:
        return Judgement(Agreement.DIFFERS, statement.own.span(*hit), "another name stands in own words")
    if person is None and (hit := other_name(statement.signature, None)) is not None:
        return Judgement(Agreement.DIFFERS, statement.signature.span(*hit), "a name stands below the text")
    return Judgement(Agreement.ABSENT, None, "no name is stated")


def judge_address(statement: Statement, customer: Customer | None) -> Judgement:
    """Whether the record's address is stated, labelled (one of several is enough) or in own words; or another."""
    record = RecordAddress.of(customer) if customer is not None else RecordAddress()
    given = [field for field in statement.given(FieldName.ADDRESS) if "@" not in field.value]
    if given:
        labelled = _labelled_address(statement, record, given)
        if labelled is not None:
            return labelled
    finding = record.find(statement.own)
    if finding.agreement is Agreement.AGREES:
        return _found(statement.own, finding, "the record's address stands in own words")
    differs = statement.own.span(finding.start, finding.end)
    for field in statement.in_prose(FieldName.ADDRESS):
        if _overlap(field.span, differs):
            continue  # the reading may have cut off another room
        if record.find(Passage(field.value)).agreement is Agreement.AGREES:
            return Judgement(Agreement.AGREES, field.span, "the record's address stands in own words")
    if given:
        return Judgement(Agreement.DIFFERS, given[0].span, "the labelled address is not that on record")
    if finding.agreement is Agreement.DIFFERS:
        return _found(statement.own, finding, "an address in own words differs from the record")
    # A company's address under the name says nothing; the record's own address there is the customer's.
    signed = record.find(statement.signature)
    if signed.agreement is Agreement.AGREES:
        return _found(statement.signature, signed, "the record's address stands below the text")
    hit = any_address(statement.own)
    if hit is not None:
        return Judgement(Agreement.DIFFERS, statement.own.span(*hit), "another address stands in own words")
    for field in statement.in_prose(FieldName.ADDRESS):
        if any_address(Passage(field.value)) is not None:
            return Judgement(Agreement.DIFFERS, field.span, "another address stands in own words")
    return Judgement(Agreement.ABSENT, None, "no address is stated")


def _labelled_address(statement: Statement, record: RecordAddress, given: Sequence[Field]) -> Judgement | None:
    """What labelled addresses say by themselves; None where none of them is an address that can be told."""
    passages = [Passage(field.value) for field in given]
    if len(given) > 1:  # street, town and postal code under labels of their own
        passages.append(Passage(", ".join(field.value for field in given)))
    findings = [record.find(passage) for passage in passages]
    for field, finding in zip((*given, given[0]), findings, strict=False):
        if finding.agreement is Agreement.AGREES:
            return Judgement(Agreement.AGREES, field.span, "a labelled address is the record's")
    for field, finding in zip(given, findings, strict=False):
        broken_off = finding.agreement is Agreement.ABSENT or field.value.rstrip().endswith(_UNFINISHED)
        longer = _with_what_follows(statement, field) if broken_off else None
        if longer is not None and record.find(longer).agreement is Agreement.AGREES:
            return Judgement(Agreement.AGREES, field.span, "a labelled address is the record's")
    if any(finding.agreement is Agreement.DIFFERS for finding in findings) or any(map(any_address, passages)):
        return Judgement(Agreement.DIFFERS, given[0].span, "the labelled address is not that on record")
    return None


def _overlap(one: Span | None, other: Span | None) -> bool:
    return (
        one is not None
        and other is not None
        and one.part is other.part
        and one.start < other.end
        and other.start < one.end
    )


def _with_what_follows(statement: Statement, field: Field) -> Passage | None:
    """The field with the lines behind it: an address often goes on there."""
    if field.span is None or field.span.part is not Part.TEXT:
        return None
    return Passage(statement.reading.text[field.span.start : field.span.end + 80])


def _found(passage: Passage, finding: Finding, because: str) -> Judgement:
    return Judgement(finding.agreement, passage.span(finding.start, finding.end), because)
