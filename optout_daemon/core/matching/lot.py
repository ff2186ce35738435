"""Read the numbers of a Japanese address: 1-2-3, 1丁目2番3号, 一丁目二番三号, 16の24, 1106番地6.

Numbers are read as whole numbers and compared exactly, never by likeness.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = "零一二三四五六七八九"
_VALUES: Final = {"〇": 0, **{digit: value for value, digit in enumerate(_DIGITS)}}
_UNITS: Final = {"千": 1000, "百": 100, "十": 10}
_NUMBER: Final = re.compile(r"[0-9]{1,5}(?![0-9])|[〇零一二三四五六七八九十百千]{1,7}")
_BLANK: Final = re.compile(r"[ \t]*")
_BREAK: Final = re.compile(r"\s{0,4}")
_SEPARATOR: Final = re.compile(
    r"(?P<closing>[ \t]*(?:丁目|街区|番地ノ?|番(?!町)|号(?!室)))(?:[ \t]*ノ)?(?P<dash>[\-ー])?|[ \t]*[\-ー]\s{0,4}|ノ"
    r"|[.・](?=[0-9]{1,4}(?![0-9])|[〇一二三四五六七八九十])"
)
_ROOM: Final = re.compile(r"[ \t]*(?:号室|号棟|室|階|f(?![a-z]))")
_GOES_ON: Final = re.compile("[ \t]*(?:番|号)(?!室)")
_NAME: Final = re.compile("(?![番号丁街])[\u4e00-\u9fff々]|ツ[\u4e00-\u9fff]")
"""What makes a family name of a number: 三浦, 五味, 三ツ矢."""
_NOT_A_LOT: Final = re.compile(r"[ \t]*(?:年|月|日|時|分|歳|才|人|名|円|回|通|件|個|点|冊|枚|番目|%)")


def number(digits: str) -> int:
    """The value of ASCII digits, kanji digits one by one (二〇三) or with tens and hundreds (二百三)."""
    if digits.isascii():
        return int(digits)
    if not any(unit in digits for unit in _UNITS):
        return int("".join(str(_VALUES[digit]) for digit in digits))
    total = current = 0
    for digit in digits:
        if digit in _UNITS:
            total += (current or 1) * _UNITS[digit]
            current = 0
        else:
            current = _VALUES[digit]
    return total + current


def in_kanji(value: int) -> str:
    """A number below 10,000 in kanji with tens, hundreds and thousands: 36 -> 三十六."""
    written = ""
    for unit, size in _UNITS.items():
        count, value = divmod(value, size)
        written += ("" if count < 2 else _DIGITS[count]) + (unit if count else "")
    return written + (_DIGITS[value] if value or not written else "")


@dataclass(frozen=True, slots=True)
class Lot:
    """The numbers at one place of a folded text."""

    numbers: tuple[int, ...]
    end: int
    """Behind the last number and its mark (番地, 号)."""
    marked: bool
    """A mark such as 丁目 or 番 stood behind one of them."""


def read(folded: str, at: int) -> Lot | None:
    """The lot that begins at this place of a folded text (blanks may stand in front), or None.

    A number behind a blank belongs to a building, not to the lot, unless 番 and 号 say otherwise; a line may break
    behind a hyphen, and where 番 and 号 say that the lot goes on.
    """
    blank = _BLANK.match(folded, at)
    at = blank.end() if blank else at
    numbers: list[int] = []
    end, marked = at, False
    while (found := _NUMBER.match(folded, at)) and len(numbers) < 6:
        if _ROOM.match(folded, found.end()) or _NOT_A_LOT.match(folded, found.end()):
            break
        if numbers and folded[at - 1] in ("ノ", "地") and not found[0].isascii() and _NAME.match(folded, found.end()):
            break  # 2839番地の三浦です
        numbers.append(number(found[0]))
        end = found.end()
        separator = _SEPARATOR.match(folded, end)
        if separator is None:
            break
        at = separator.end()
        if separator["closing"]:
            marked, end = True, separator.start() + len(separator["closing"])
            # "6番 3号" goes on over a blank or into the next line; "714番地 201" does not.
            blank = _BREAK.match(folded, at)
            behind = blank.end() if blank else at
            following = _NUMBER.match(folded, behind)
            if behind > at and not (following and _GOES_ON.match(folded, following.end())):
                break
            at = behind
            if separator["closing"].strip() == "号" and not separator["dash"] and separator[0].strip() == "号":
                break
    return Lot(tuple(numbers), end, marked) if numbers else None
