"""Recognise a name or an address in running text.

What is found here is a hint: that somebody is named, or some place. The matching looks for the record's own name and
address in the customer's words; the hint only tells "another name" from "no name". So it is better to find too little.
Works on one line as written, in time linear in the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_CJK: Final = "ぁ-ゖァ-ヺー一-鿿々〆ヶ"
_CHUNK: Final = re.compile(r"[^、。,／/|()（）「」『』【】\[\]\t!！?？:：;；]+")
_PLACE_SIGN: Final = re.compile(r"[都道府県市区郡町村]")
_LOT: Final = re.compile(
    r"[0-9０-９一二三四五六七八九十百〇]+(?:(?:丁目|番地|番|号|[-－ー‐−–―]|の)[0-9０-９一二三四五六七八九十〇]*)*"
)
_NAME: Final = re.compile(rf"[{_CJK}]{{1,6}}(?:[ \u3000]{{1,4}}[{_CJK}]{{1,6}})?")
_NAMED: Final = re.compile(
    rf"([{_CJK}\u3000 ]{{2,12}}?)(?:と申し|と もうし|ともうし|と言い|といい(?:ます|まして)|でございます|です(?=[。、！!（(]|$)|だっす|と申す|より$|拝$)"
)
_NOT_A_NAME: Final = re.compile(
    r"案内|停止|希望|不要|配信|解除|お願|願|番号|住所|内容|連絡|以上|送|件|会員|客|様|御中|窓口|担当|係|本文|メール|ください|ます|です|いつも|世話|失礼|"
    r"今|昨|先|こと|ため|もう|ので|から|まで|より|これ|それ|あれ|その|この|必要|結構|大丈夫|無し|なし|一切|全て|すべて|郵|カタログ|ハガキ|はがき|退会|登録|情報|通"
)
_WRITTEN_NAME: Final = re.compile("(?![一二三四五六七八九十百]+$)[一-鿿]|^[ァ-ヺー \u3000]{3,}$")
_LEAD: Final = re.compile(r".*(?:[のはがをに、]|住む|住んで|在住の|在の|こと)")
_TITLE: Final = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Mx)\.? )?"
_WORD: Final = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ.'’-]{0,24}"
_WESTERN: Final = re.compile(rf"{_TITLE}{_WORD}(?: {_WORD}){{1,3}}")
_INTRODUCED: Final = re.compile(
    rf"(?:[Mm]y name is|[Nn]ame is|I am|I'm|I’m|[Tt]his is|[Ii]t's|[Ii]t’s|[Ii]t is|[Aa]ccount:|signed)\s+({_TITLE}{_WORD}(?: {_WORD}){{1,3}})"
)
_HERE: Final = re.compile(rf"^({_TITLE}{_WORD}(?: {_WORD}){{1,3}}) here\b")
_NO_WESTERN_NAME: Final = frozenset(
    [
        "dear",
        "hi",
        "hello",
        "regards",
        "kind",
        "best",
        "yours",
        "sincerely",
        "faithfully",
        "thanks",
        "thank",
        "please",
        "stop",
        "remove",
        "unsubscribe",
        "customer",
        "number",
        "name",
        "address",
        "inquiry",
        "flat",
        "suite",
        "apt",
        "street",
        "road",
        "lane",
        "avenue",
        "drive",
        "the",
        "no",
        "not",
        "your",
        "my",
        "our",
        "to",
        "from",
        "re",
        "fw",
        "subject",
        "sent",
        "order",
        "member",
        "account",
        "all",
        "many",
        "north",
        "south",
        "east",
        "west",
        "port",
        "lake",
        "new",
        "old",
        "mount",
        "st",
        "city",
        "town",
        "tokyo",
        "osaka",
        "japan",
        "usa",
        "uk",
    ]
)
_WESTERN_ADDRESS: Final = re.compile(
    r"(?<![\w#/-])(?:(?:Flat|Apt|Apartment|Suite|Unit|Studio|Room|House|No)\.? ?[0-9]{1,5}[A-Za-z]?,? )?[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,5}){0,3},? "
    r"[A-Z][A-Za-z.'’-]{1,24}(?: [A-Z#][A-Za-z0-9.'’-]{0,24}){0,6}(?:,? [A-Z][A-Za-z.'’-]{1,24}(?: [A-Z0-9][A-Za-z0-9.'’-]{0,24}){0,3}){0,4}"
)
_FLAT: Final = re.compile(
    r"(?:Flat|Apt|Apartment|Suite|Unit|Studio|Room) ?[0-9]{1,5}[A-Za-z]?,? [A-Z][A-Za-z.'’-]{1,24}(?: [A-Z][A-Za-z.'’-]{1,24}){0,4}"
    r"(?:,? [A-Z][A-Za-z0-9.'’-]{1,24}(?: [A-Z0-9][A-Za-z0-9.'’-]{0,24}){0,3}){0,3}"
)
_ROMAJI: Final = re.compile(
    r"[A-Z][a-z]{2,20}(?:[ -][A-Za-z]{2,20}){0,3} [0-9]{1,4}(?:-[0-9]{1,4}){1,3}(?:, ?[A-Z][A-Za-z-]{2,20}){0,4}"
)
_LOWER_ADDRESS: Final = re.compile(
    r"[0-9]{1,6} [a-z]{2,20}(?: [a-z]{2,20}){0,3}? (?:street|st|road|rd|lane|ln|avenue|ave|drive|dr|court|ct|lights|close|way|place|square)\b"
)
_POSTCODE: Final = re.compile(
    r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b|\b[0-9]{5}(?:-[0-9]{4})?\b|\b[0-9]{3}-[0-9]{4}\b"
)
_CAPITALISED: Final = re.compile(r"[A-Z0-9#][\w#.'’/-]*(?:,? [A-Z0-9#(][\w#.'’/)-]*){0,7},?")
_SHORT: Final = 300


def is_name(text: str) -> bool:
    """Whether a text is likely a name and nothing else."""
    bare = re.sub(r"[(（][^()（）]{0,20}[)）]", "", text).strip(" \u3000.。,、")
    if not 2 <= len(bare) <= 40 or any(sign.isdigit() for sign in bare):
        return False
    if _NAME.fullmatch(bare):
        return not _NOT_A_NAME.search(bare)
    return bool(_WESTERN.fullmatch(bare)) and not any(
        word.lower().strip(".") in _NO_WESTERN_NAME for word in bare.split()
    )


def is_address(text: str) -> bool:
    """Whether a text is likely an address and nothing else."""
    bare = text.strip()
    if not any(sign.isdigit() for sign in bare) and not _LOT.search(bare):
        return False
    if len(bare) > 120 or bare.endswith(("。", "ます", "です")):
        return False
    if not bare.isascii() and _PLACE_SIGN.search(bare):
        return True
    return next(addresses(bare, ""), None) is not None or ("," in bare and bool(_POSTCODE.search(bare)))


def is_address_rest(text: str) -> bool:
    """Whether a line may be the rest of an address: a building, a town, a postcode; no sentence."""
    bare = text.strip()
    if not bare or len(bare) > 60 or bare.endswith(("。", "!", "！", "?", "？")):
        return False
    if bare.isascii():
        return bool(_CAPITALISED.fullmatch(bare)) and not (
            {word.lower().strip(".,") for word in bare.split()}
            & {"dear", "please", "stop", "regards", "thanks", "thank", "hi", "i", "my", "unsubscribe"}
        )
    if _NOT_A_NAME.search(bare):
        return False
    return any(sign.isdigit() for sign in bare) or bool(_PLACE_SIGN.search(bare)) or len(bare) <= 20


def names(line: str, *, has_number: bool) -> Iterator[tuple[int, int]]:
    """Places of likely names in a line."""
    if len(line) > _SHORT * 4 or not line.strip():
        return
    if line.isascii() or not re.search(f"[{_CJK}]", line):
        yield from _western_names(line, has_number)
        return
    for match in _NAMED.finditer(line):
        start, end = match.span(1)
        lead = _LEAD.match(line, start, end)
        start = lead.end() if lead and lead.end() < end else start
        if is_name(line[start:end]) and _WRITTEN_NAME.search(line[start:end]):
            yield start, end
    for match in _CHUNK.finditer(line):
        chunk = match[0].strip()
        if has_number or len(chunk) == len(line.strip()):
            for piece in re.finditer(rf"[{_CJK}]+(?:[ \u3000][{_CJK}]+)?", match[0]):
                text = piece[0]
                if (
                    3 <= len(text) <= 8
                    and is_name(text)
                    and not _PLACE_SIGN.search(text)
                    and re.search("[一-鿿]", text)
                ):
                    yield match.start() + piece.start(), match.start() + piece.end()
                    return


def _western_names(line: str, has_number: bool) -> Iterator[tuple[int, int]]:
    for pattern in (_INTRODUCED, _HERE):
        for match in pattern.finditer(line):
            name = match[1]
            if is_name(name):
                yield match.start(1), match.start(1) + len(name.rstrip("."))
                return
    for match in re.finditer(r"[^,|/()–—;]+", line):
        chunk = match[0].strip(" -*.\t")
        whole = len(chunk) == len(line.strip(" -*.,\t"))
        digits = re.sub(r"[0-9]{4,}", "", chunk).strip()
        candidate = digits if has_number else chunk
        if (whole or has_number or match.start() == 0) and is_name(candidate) and (whole or has_number or "," in line):
            start = line.find(candidate, match.start())
            if start >= 0:
                yield start, start + len(candidate)
                return


def addresses(line: str, following: str) -> Iterator[tuple[int, int]]:
    """Places of likely addresses in a line; `following` is the next one."""
    if len(line) > _SHORT * 4:
        return
    if not line.isascii():
        for match in _CHUNK.finditer(line):
            chunk = match[0]
            sign = _PLACE_SIGN.search(chunk)
            if sign is None or sign.start() == 0:
                continue
            lots = [
                lot
                for lot in _LOT.finditer(chunk, sign.end())
                if any(one.isdigit() or one in "一二三四五六七八九十" for one in lot[0])
            ]
            if not lots:
                continue
            end = next((lot.end() for lot in lots if len(lot[0]) > 1), lots[0].end())
            begin = _address_start(chunk, sign.start())
            yield match.start() + begin, match.start() + end
            return
    for pattern in (_WESTERN_ADDRESS, _FLAT, _ROMAJI, _LOWER_ADDRESS):
        found = pattern.search(line)
        if found and (
            "," in line[found.start() :]
            or _POSTCODE.search(line)
            or _POSTCODE.search(following)
            or pattern is not _WESTERN_ADDRESS
            or _CAPITALISED.fullmatch(following.strip() or "-")
        ):
            yield found.span()
            return


def _address_start(chunk: str, sign: int) -> int:
    """The town's name runs back from the sign to a blank or a particle."""
    start = sign
    while start > 0 and chunk[start - 1] not in " \u3000はをにが":
        start -= 1
    return start
