"""What fuzzing the Reader found (`make fuzz`), each as a small case that goes wrong no more."""

from __future__ import annotations

from optout_daemon.core.reading import Reader
from tests.clerk import SETTINGS

HEAD = b"To: desk@kaji.example\r\nSubject: stop\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"


def test_a_control_character_in_a_domain_makes_no_address() -> None:
    """Such an author was taken for one that can be answered; what cannot be an address is nobody's."""
    raw = b"From: Anna <anna@example\0Customer number: =?iso-2022-jp?B?GyRC?=((((\r\n" + HEAD + b"\r\nPlease stop.\r\n"

    assert Reader(SETTINGS).read(raw).envelope.author is None
