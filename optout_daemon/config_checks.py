"""Check and convert single values of the settings.

Each function takes one value and returns it in its final form, or raises ValueError with a text that says what is
allowed. None of them looks at another key: what two keys must agree on stands in the model.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([0-9]{1,6})([smhd])")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_WORD: Final = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_PATTERN_PARTS: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]|\{[0-9]*(?:,[0-9]*)?\}|.", re.DOTALL)
_LONGEST_PATTERN: Final = 200
_MOST_CHOICES: Final = 4


class KeyProblem(ValueError):
    """A problem that was found on a table and belongs to the key `path` below it."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


def duration(value: object) -> timedelta:
    """ "90s", "15m", "2h" or "5d" as a timedelta."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('not a duration; write a whole number and its unit in quotes: "90s", "15m", "2h" or "5d"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def waiting(value: timedelta) -> timedelta:
    """A duration that a program can wait for."""
    if not timedelta(seconds=1) <= value <= timedelta(days=1):
        raise ValueError('out of range; allowed are durations from "1s" to "1d"')
    return value


def since(value: object) -> object:
    """ "now", "all" or a date, as a TOML date or as text."""
    if value in ("now", "all") or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError('allowed are "now", "all" and a date such as 2026-04-01')


def plain_address(value: str) -> str:
    """One bare ASCII address without a display name."""
    local, _, domain = value.partition("@")
    if not _ADDRESS.fullmatch(value) or ".." in domain or domain.endswith((".", "-")) or not local:
        raise ValueError("not a plain mail address; write it as desk@example.com, without a name or brackets")
    return value


def envelope_from(value: str) -> str:
    """The null reverse-path `<>` or a plain address (RFC 5321, section 4.5.5)."""
    return value if value == "<>" else plain_address(value)


def time_zone(value: str) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(value)
    except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError of its own
        raise ValueError("not a time zone's name; allowed are names such as Asia/Tokyo or Europe/Berlin") from error
    except KeyError:
        raise ValueError("no such time zone; allowed are names such as Asia/Tokyo or Europe/Berlin") from None
    return value


def database_url(value: str) -> str:
    """A URL of one of the two databases; a password in it is refused, because secrets are files."""
    allowed = 'allowed are "sqlite:////absolute/path.db" and "postgresql+psycopg://user@host/database"'
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError(f"not a database URL; {allowed}") from None
    if url.drivername == "sqlite":
        if not url.database or url.database.startswith(":memory:") or url.database.startswith("file:"):
            raise ValueError(f"the database must be a file; {allowed}")
        if url.host:
            raise ValueError(f"a file needs three slashes and its path, an absolute one four in all; {allowed}")
    elif url.drivername != "postgresql+psycopg":
        raise ValueError(f"not a database that is served; {allowed}")
    elif url.password is not None or "password" in url.query:
        raise ValueError("secrets are files: take the password out and add ?passfile=/path/of/a/pgpass/file to the URL")
    elif not url.database:
        raise ValueError(f"it names no database; {allowed}")
    return value


def is_loopback(host: str) -> bool:
    """Whether mail to `host` never leaves this machine."""
    if host.lower().rstrip(".") in ("localhost", "ip6-localhost", "localhost.localdomain"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host(value: str) -> str:
    """A host name or an IP address, without a port or a scheme."""
    if not value or len(value) > 253 or not re.fullmatch(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?", value):
        raise ValueError("not a host; write a name or an IP address only, the port has its own key")
    return value.strip("[]")


def number_pattern(value: str) -> str:
    """A regular expression that ends soon on any text: bounded, no repeated group, few choices.

    It is matched against what strangers write, so `*`, `+`, `{2,}` and back-references are refused.
    """
    if len(value) > _LONGEST_PATTERN:
        raise ValueError(f"longer than {_LONGEST_PATTERN} characters")
    try:
        compiled = re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    before, choices = "", 0
    for part in _PATTERN_PARTS.findall(value):
        if part in ("*", "+") or (part.startswith("{") and part.endswith((",}", "{}"))):
            raise ValueError(f"{part} has no upper bound; write how many, such as {{8}} or {{6,8}}")
        if part[0] == "\\" and (part[1:].isdigit() or part[1:] in "AZbB"):
            raise ValueError(f"{part} is not allowed; the pattern is matched in full by itself")
        if part == "?" and before == "(":
            raise ValueError("(? is not allowed; write plain groups")
        repeats = part == "?" or (len(part) > 1 and part.startswith("{"))
        if repeats and before == ")":
            raise ValueError("a group must not be repeated or optional; write the alternatives with |")
        if part in ("?", "|") or (repeats and "," in part):
            choices += 1
        before = part
    if choices > _MOST_CHOICES:
        raise ValueError(f"more than {_MOST_CHOICES} optional or alternative parts; write a simpler pattern")
    if compiled.fullmatch(""):
        raise ValueError("it matches an empty text; a customer number has at least one character")
    return value


def unique(values: Sequence[str], noun: str) -> None:
    """Raise where a value stands twice."""
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f'the {noun} "{value}" stands there twice')


def words(values: tuple[str, ...], noun: str) -> tuple[str, ...]:
    """At least one lower-case word, none twice (channels, languages)."""
    if not values:
        raise ValueError(f"at least one {noun} is needed")
    for value in values:
        if not _WORD.fullmatch(value):
            raise ValueError(f'"{value[:40]}" cannot be a {noun}; allowed are small letters, digits, "-" and "_"')
    unique(values, noun)
    return values


def one_line(value: str) -> str:
    """A text without line ends and control characters. (isprintable() would refuse U+3000, Japan's space.)"""
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in value):
        raise ValueError("not a text on one line; line ends and control characters are not allowed")
    return value


def strftime_folder(value: str) -> str:
    """A folder path with `/` between its levels; of strftime's codes only %Y, %m and %d."""
    levels = value.split("/")
    if any(not level.strip() or level in (".", "..") for level in levels):
        raise ValueError('not a folder; write names with "/" between them, such as "Done/%Y-%m"')
    one_line(value)
    if re.search(r"%(?![Ymd])", value):
        raise ValueError("of the % codes only %Y, %m and %d are allowed")
    return value
