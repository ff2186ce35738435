"""Read from a CSV file what staff did by hand, to be compared with what the desk decided in shadow mode.

One line a mail: its inquiry's number, its Message-ID or the customer's number, the wish, the channels that were
stopped. UTF-8 or cp932. Raises ImportRefused with one line for each bad line; its text never holds a value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from optout_daemon.core.matching.number import normalise
from optout_daemon.core.model import Category
from optout_daemon.customer_file import detect_encoding
from optout_daemon.errors import ImportRefused

KEYS: Final = ("inquiry", "message_id", "customer_number")
COLUMNS: Final = (*KEYS, "wish", "channels")
_DIVIDED: Final = re.compile(r"[\s,;+/]+")


@dataclass(frozen=True, slots=True)
class Act:
    """What staff did about one mail; no channel where they stopped nothing."""

    line: int
    inquiry_id: int | None
    message_id: str | None
    customer_number: str | None
    channels: frozenset[str]


def read(path: Path, *, channels: Sequence[str], number_prefixes: Sequence[str]) -> list[Act]:
    """Every act of the file. `channels` are those of the settings: all of them where an opt-out names none."""
    encoding = detect_encoding(path)
    acts: list[Act] = []
    bad: list[str] = []
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            names = [name.strip() for name in reader.fieldnames or ()]
            _check_names(names)
            reader.fieldnames = names
            for row in reader:
                values = {name: (row.get(name) or "").strip() for name in COLUMNS}
                try:
                    acts.append(_act(reader.line_num, values, channels, number_prefixes))
                except ValueError as error:
                    bad.append(f"line {reader.line_num}: {error}")
        except csv.Error as error:
            bad.append(f"line {reader.line_num}: not readable as CSV: {error}; the lines after it were not looked at")
    if bad:
        raise ImportRefused(f"{len(bad)} {'line is' if len(bad) == 1 else 'lines are'} wrong", tuple(bad))
    return acts


def _check_names(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if not names or unknown or not set(KEYS) & set(names) or not {"wish", "channels"} & set(names):
        needed = f"one or more of {', '.join(KEYS)}, and wish or channels or both"
        raise ImportRefused("the file's first line does not name the columns", (f"line 1: allowed are {needed}",))


def _act(line: int, values: Mapping[str, str], channels: Sequence[str], prefixes: Sequence[str]) -> Act:
    inquiry, message_id, number = (values[name] for name in KEYS)
    if not inquiry and not message_id and not number:
        raise ValueError(f"none of {', '.join(KEYS)} is given")
    if inquiry and not (inquiry.isascii() and inquiry.isdigit() and len(inquiry) <= 18):
        raise ValueError("inquiry: not a number")
    named = [channel for channel in _DIVIDED.split(values["channels"]) if channel]
    if any(channel not in channels for channel in named):
        raise ValueError(f"channels: allowed are {', '.join(channels)}, divided by spaces")
    wish = values["wish"].lower()
    if wish and wish not in tuple(Category):
        raise ValueError(f"wish: allowed are {', '.join(Category)}, or nothing")
    if wish == Category.OPT_OUT and not named:
        named = list(channels)
    if wish not in ("", Category.OPT_OUT) and named:
        raise ValueError("channels: only an opt_out stops any")
    return Act(
        line,
        int(inquiry) if inquiry else None,
        f"<{message_id.strip('<>')}>" if message_id else None,
        normalise(number, prefixes) if number else None,
        frozenset(named),
    )
