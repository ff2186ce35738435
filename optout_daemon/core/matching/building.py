"""Compare what stands behind a lot number, building, floor and room, with the record.

A building is optional on either side and may be shortened; another building or another room contradicts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.gazetteer import place_form
from optout_daemon.core.matching.variants import bag

WORDS: Final = tuple(
    place_form(word)
    for word in bag(
        "ビル タワー ヒルズ マンション ハイツ コーポ アパート ハウス メゾン レジデンス プラザ プレイス スクエア",
        "センター コート パレス ステージ シティ ゲート テラス ガーデン ハイム 荘 館 棟 寮 団地 住宅 社宅 宿舎",
        "house mansion heights tower building bldg residence court maison plaza",
    )
)
_KATAKANA: Final = re.compile("[ァ-ヺー]{3,}|[a-z]{2,}")
_NO_NAME: Final = re.compile("デス|マス|申|ヲ|^[ノニデ]|tel|fax|mail|phone|電話|携帯|番号|会員|氏名|名前|停止|不要|送")
"""What shows that a text behind a lot is not the name of a building."""
_DIGITS: Final = str.maketrans("〇一二三四五六七八九", "0123456789")
_LEAD: Final = re.compile(r"[ \t、,]*\n?[ \t、,]*(?:\((?=[^()\n]{1,40}\)))?")
_HASH: Final = re.compile(r"#[ \t]?([a-z]?-?[0-9]{1,5}-?[a-z]?)(?![0-9a-z])")
_FLOOR: Final = re.compile(r"[0-9]{1,2}(?:階|f)[ \-]*(?=[a-z]?-?[0-9]{2})")
_UNIT: Final = re.compile(r"[^\n、,。.!?/|()「」<>:;@#*]{1,60}")
_ROOM: Final = re.compile(
    r"(?P<name>[^0-9〇一二三四五六七八九]{0,25}?|[^0-9]{0,25}?)[ \-ノ]*"
    r"(?P<room>[a-z]?-?[0-9]{1,5}-?[a-z]?|[〇一二三四五六七八九]{3,4})[ \t]*(?P<mark>号室|号|室|階|f)?"
    r"(?!-?[0-9]|[a-z年月日歳才人円回通件冊枚秋春夏冬])"
)
_LAST_ROOM: Final = re.compile(
    r"[ \-ノ]*(?P<room>(?<![0-9a-z])[a-z]?-?[0-9]{1,5}-?[a-z]?)[ ]*(?P<mark>号室|号|室|階|f)?$"
)


@dataclass(frozen=True, slots=True)
class Building:
    """A building and a room, each "" where not stated; the name in place form."""

    name: str = ""
    room: str = ""
    end: int = 0
    """Where it ends in the text it was read from."""

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.room)


def looks_like_one(name: str) -> bool:
    """Whether a name in place form can be a building's: katakana or Latin letters, or a word for a building."""
    return _KATAKANA.search(name) is not None or any(word in name for word in WORDS)


def read(folded: str, at: int, known: Sequence[str] = ()) -> Building:
    """The building behind a lot in folded text, on the same line or the next; empty where none is told for sure.

    `known` are names in place form that count as a building whatever they look like.
    """
    lead = _LEAD.match(folded, at)
    at = lead.end() if lead else at
    hashed = _HASH.match(folded, at)
    if hashed:
        return Building("", hashed[1].replace("-", ""), hashed.end())
    unit = _UNIT.match(folded, at)
    if unit is None:
        return Building()
    text = _FLOOR.sub(lambda found: " " * len(found[0]), unit[0])  # ハイツ3階302
    squeezed = place_form(text)
    for name in sorted(known, reverse=True):  # a name on record may hold digits itself
        if name and squeezed.startswith(name):
            behind = _ROOM.match(squeezed[len(name) :])
            stated = _room(behind) if behind and not behind["name"] else ""
            return Building(name, stated, unit.end())
    found = _ROOM.match(text)
    if found is None:
        name = place_form(text)
        whole = len(name) <= 20 and any(word in name for word in WORDS) and not _NO_NAME.search(name)
        return Building(name, "", unit.end()) if whole else Building()
    name = place_form(found["name"]).strip("-ノ")
    end, room = unit.start() + found.end(), _room(found)
    # Behind a comma or on the next line it must be plainly a building.
    close = lead is None or not lead[0].strip(" \t")
    if not name:
        alone = not text[found.end() :].strip() and (close or folded[unit.end() : unit.end() + 1] in ("", "\n"))
        return Building("", room, end) if found["mark"] or alone else Building()
    sure = found["mark"] in ("号室", "室") or any(word in name for word in WORDS)
    sure = sure or any(name in building or building in name for building in known if building)
    if (sure or (close and looks_like_one(name))) and not _NO_NAME.search(name):
        return Building(name, room, end)
    return Building()


def recorded(tail: str) -> Building:
    """The building and room of a record: all that stands behind its lot in folded text."""
    tail = tail.lstrip(" 、,\n-ノ").rstrip(" 、,\n")
    found = _LAST_ROOM.search(tail)
    if found is None:
        return Building(place_form(tail))
    return Building(place_form(tail[: found.start()]), _room(found))


def _room(found: re.Match[str]) -> str:
    """The room in ASCII digits; a floor is no room."""
    return "" if found["mark"] in ("階", "f") else found["room"].translate(_DIGITS).replace("-", "")


def contradicts(stated: Building, names: Sequence[str], room: str) -> bool:
    """Whether a stated building cannot be the one on record, which has these names and this room."""
    if stated.room and room and stated.room.lstrip("0") != room.lstrip("0"):
        return True
    if not stated.name or not any(names):
        return False
    written = _key(stated.name)
    for name in names:
        key = _key(name)
        if key and (written in key or key in written):
            return False
        # One in Latin letters, one in kana: only the room can tell.
        if key and written.isascii() != key.isascii() and stated.room and stated.room == room:
            return False
        if key and stated.room and stated.room == room and _is_shortened(written, key):
            return False
    return True


_INITIALS: Final = re.compile("[a-z]{1,3}")


def _is_shortened(written: str, key: str) -> bool:
    """Whether a name leaves out parts of the other or has initials for them: LM古淵 for ライオンズマンション古淵."""
    rest = iter(key)
    short = _INITIALS.sub("", written)
    return len(short) > 1 and all(character in rest for character in short)


def _key(name: str) -> str:
    return name.translate(_DIGITS).replace("ー", "").replace("・", "").replace("-", "").replace("'", "")
