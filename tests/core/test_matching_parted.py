"""Addresses with a number in several parts, asked alone: what is read, and what of a text is marked."""

from __future__ import annotations

import pytest

from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.parted import PartedAddress
from optout_daemon.core.model import Agreement

AGREES, DIFFERS = Agreement.AGREES, Agreement.DIFFERS
CROSS = ("214, 2nd Cross, Jayanagar, Bengaluru", "560011")
VILLA = ("214 Villa, 2nd Cross, Jayanagar, Bengaluru", "560011")


@pytest.mark.parametrize(
    ("record", "text", "agreement", "covered"),
    [
        (CROSS, "I am at 214, 2nd Cross, Bengaluru now", AGREES, "214, 2nd cross, bengaluru"),
        (CROSS, "I am at 214, 2nd Cross, 560011 now", AGREES, "214, 2nd cross"),
        (VILLA, "I am at 214 Villa, 3rd Cross, Bengaluru now", DIFFERS, "214 villa"),
        (("12 Rose House, 5th Lane, Sliema", "SLM 1234"), "12 Rose House, 5th Lane, SLM 1234", AGREES,
         "12 rose house, 5th lane"),
    ],
)  # fmt: skip
def test_the_parts_and_their_town_are_marked(
    record: tuple[str, str], text: str, agreement: Agreement, covered: str
) -> None:
    """All of them where they agree; where they do not, the first one, if it has a name."""
    address, passage = PartedAddress.of(*record), Passage(text)

    assert address is not None
    found = address.find(passage)
    assert (agreement, covered) == (found.agreement, passage.folded[found.start : found.end])


def test_a_sign_in_front_of_the_number_is_none_of_it() -> None:
    """#214 and No. 214 are 214."""
    bare = PartedAddress.of(*CROSS)

    assert bare is not None
    assert bare == PartedAddress.of("#" + CROSS[0], CROSS[1]) == PartedAddress.of("No. " + CROSS[0], CROSS[1])
