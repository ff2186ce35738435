"""What the tests of homes share: every writing is tried as a labelled field, in running text and in a whole mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optout_daemon.core.matching.match import match
from optout_daemon.core.model import Agreement, Customer, FieldName
from optout_daemon.core.reading import Reader
from optout_daemon.core.reading.settings import ReaderSettings
from tests.core.matching_cases import given, matched

AGREES = Agreement.AGREES
READER = Reader(ReaderSettings())

Home = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""Address on record, postal code, writings that agree, writings that do not."""


def pairs(homes: Sequence[Home], *, same: bool) -> Iterator[tuple[str, str, str]]:
    """Each record with its postal code and one writing that agrees, or one that does not."""
    for address, code, agreeing, others in homes:
        for said in agreeing if same else others:
            yield address, code, said


def judged(address: str, code: str, said: str) -> set[Agreement]:
    """As the value of a label, and in a text with a greeting above and a wish below."""
    customer = Customer("20000009", "", address, postal_code=code)
    text = f"Hello\n{said}\n20000009"
    labelled = matched(customer, said, fields=[given(FieldName.ADDRESS, said)])
    return {labelled.address, matched(customer, text).address}


def read_from_a_mail(address: str, code: str, said: str) -> Agreement:
    """In a sentence of a whole mail, with what the reading makes of it."""
    mail = f"Content-Type: text/plain; charset=utf-8\n\n住所は{said}です。番号は30215579。メールを止めてください。\n"
    customer = Customer("30215579", "", address, postal_code=code)
    return match(READER.read(mail.encode()), {customer.number: customer}).address
