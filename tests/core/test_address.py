"""Address headers as they are really sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optout_daemon.core.reading.address import comparable, parse

CASES = [
    ("anna@example.com", [("", "anna@example.com")]),
    ("Anna Berg <anna@example.com>", [("Anna Berg", "anna@example.com")]),
    ('"Berg, Anna" <anna@example.com>', [("Berg, Anna", "anna@example.com")]),
    ("Berg, Anna <anna@example.com>", [("Berg, Anna", "anna@example.com")]),
    ("victim@example.jp <attacker@evil.example>", [("victim@example.jp", "attacker@evil.example")]),
    ('"victim@example.jp" <attacker@evil.example>', [("victim＠example.jp", "attacker@evil.example")]),
    ("abc..def.@docomo.example", [("", "abc..def.@docomo.example")]),
    ("<abc..def.@docomo.example>", [("", "abc..def.@docomo.example")]),
    ('"abc..def."@docomo.example', [("", '"abc..def."@docomo.example')]),
    ("postmaster@example.net (Mail System (outer))", [("Mail System (outer)", "postmaster@example.net")]),
    ("=?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?= <taro@example.jp>", [("山田太郎", "taro@example.jp")]),
    ('"=?ISO-2022-JP?B?GyRCOzNFREJATzobKEI=?=" <taro@example.jp>', [("山田太郎", "taro@example.jp")]),
    ("a@example.com, b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
    ("Friends: a@example.com, B <b@example.com>;", [("", "a@example.com"), ("B", "b@example.com")]),
    ("undisclosed-recipients:;", []),
    ("unlisted-recipients:; (no To-header on input)", []),
    ("MAILER-DAEMON <>", [("MAILER-DAEMON", "")]),
    ("<@relay.example,@other.example:anna@example.com>", [("", "anna@example.com")]),
    ("Anna <mailto:anna@example.com>", [("Anna", "anna@example.com")]),
    ("anna@example.com anna.berg@example.org", [("", "anna@example.com"), ("", "anna.berg@example.org")]),
    ("", []),
    ("nobody at all", []),
]


@pytest.mark.parametrize(("header", "expected"), CASES)
def test_addresses_are_read_as_they_are_sent(header: str, expected: list[tuple[str, str]]) -> None:
    """The address is what stands in angle brackets where there are any: a name never passes for one."""

    assert expected == [(one.name, one.address) for one in parse(header)]


def test_a_raw_japanese_name_does_not_break_the_address() -> None:
    """Raw JIS and Shift_JIS hold bytes that look like commas and brackets."""
    name = "能表＜予十ソ"
    headers = [f"{name} <taro@example.jp>".encode(codec) for codec in ("cp932", "utf-8", "iso2022_jp")]

    assert [[(name, "taro@example.jp")]] * 3 == [[(one.name, one.address) for one in parse(raw)] for raw in headers]


def test_what_could_carry_a_second_address_is_not_plain() -> None:
    """Only a plain address is ever answered."""
    odd = "<a b@example.com>, <a@b@example.com>, <a@example.com\tb>, MAILER-DAEMON, <x>"
    header = f'{odd}, "q.q"@example.com, ok@example.com'

    assert ['"q.q"@example.com', "ok@example.com"] == [one.address for one in parse(header) if one.plain]


@pytest.mark.parametrize(
    ("given_form", "expected"),
    [
        (" Anna.Berg@Example.COM ", "anna.berg@example.com"),
        ("<anna@example.com.>", "anna@example.com"),
        ("taro@例え.example", "taro@xn--r8jz45g.example"),
        ("taro@ドメイン名例.example", "taro@xn--eckwd4c7cu47r2wf.example"),
        ('"abc..def."@docomo.example', "abc..def.@docomo.example"),
        ('"a b"@example.com', '"a b"@example.com'),
        ("no address", "no address"),
        ("x@\u2028.example", "x@\u2028.example"),
    ],
)
def test_equal_mailboxes_compare_equal(given_form: str, expected: str) -> None:
    """Case, a final dot, Unicode domains and needless quotes make no other person."""

    assert expected == comparable(given_form)


@given(st.text(max_size=200))
def test_no_header_breaks_it(header: str) -> None:
    """Any text ends in addresses or none; comparing twice changes nothing."""
    for one in parse(header):
        assert comparable(comparable(one.address)) == comparable(one.address)
        assert "\n" not in one.name
