"""Recognise a name or an address in running text.

What is found here is a hint: that somebody is named, or some place. The matching looks for the record's own name and
address in the customer's words; the hint only tells "another name" from "no name". So it is better to find too little.
Works on one line as written; every repetition in the patterns is bounded, so the time is linear in the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from optout_daemon.core.reading.folding import fold
from optout_daemon.core.reading.words import Language

_CJK: Final = "ぁ-ゖァ-ヺー一-鿿々〆ヶ"
_ANY_CJK: Final = re.compile(f"[{_CJK}]")
_KANJI: Final = re.compile("[一-鿿]")
_CHUNK: Final = re.compile(r"[^、。,／/|()（）「」『』【】\[\]\t!！?？:：;；]+")
_BETWEEN: Final = re.compile(r"[、。,／/|()（）「」『』【】\[\]\t!！?？:：;；]")
_PLACE_SIGN: Final = re.compile(r"[都道府県市区郡町村]")
_NUMERAL: Final = "0-9０-９一二三四五六七八九十百〇"
_LOT: Final = re.compile(
    rf"[{_NUMERAL}]{{1,8}}(?:(?:丁目|番地|番|号|[-－ー‐−–―]|の(?=[0-9０-９一二三四五六七八九]))[{_NUMERAL}]{{0,8}}){{0,8}}"
)
_NAME: Final = re.compile(rf"[{_CJK}]{{1,6}}(?:[ \u3000]{{1,4}}[{_CJK}]{{1,6}})?")
_PIECE: Final = re.compile(rf"[{_CJK}]{{1,12}}(?:[ \u3000][{_CJK}]{{1,6}})?")
_WRITTEN_NAME: Final = re.compile("(?![一二三四五六七八九十百]+$)[一-鿿]|^[ァ-ヺー \u3000]{3,}$")
_LEAD: Final = re.compile(r".*(?:[のはがをに、]|こと)")
_BRACKETED: Final = re.compile(r"[(（][^()（）]{0,20}[)）]")
_DIGITS: Final = re.compile(r"[0-9]{4,}")
_NUMBER: Final = re.compile(r"[0-9]")

_TITLE: Final = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Mx)\.? )?"
_WORD: Final = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ.'’-]{0,24}"
_FULL_NAME: Final = rf"{_TITLE}{_WORD}(?: {_WORD}){{1,3}}"
_WESTERN: Final = re.compile(_FULL_NAME)
_AREA: Final = re.compile(r"-(?:ku|shi|cho|chome|machi|gun|ken|mura|dori|iru|agaru|sagaru|jo|kan)\b", re.IGNORECASE)
"""Nishi-iru, Minato-ku: no name."""
_PART: Final = re.compile(r"[^,|/()–—;]+")
_TOWNS: Final = r"(?:,? [A-Z][A-Za-z.'’-]{1,24}(?: [A-Z0-9][A-Za-z0-9.'’-]{0,24}){0,3}){0,4}"
_STREET: Final = re.compile(
    r"(?<![\w#/-])[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,5}){0,3},? [A-Z][A-Za-z.'’-]{1,24}"
    r"(?: [A-Z#][A-Za-z0-9.'’-]{0,24}){0,6}" + _TOWNS
)
_ROMAJI: Final = re.compile(
    r"[A-Z][a-z]{2,20}(?:[ -][A-Za-z]{2,20}){0,3} [0-9]{1,4}(?:-[0-9]{1,4}){1,3}(?:, ?[A-Z][A-Za-z-]{2,20}){0,4}"
)
_POSTCODE: Final = re.compile(
    r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b|\b[0-9]{5}(?:-[0-9]{4})?\b|\b[0-9]{3}-[0-9]{4}\b"
)
_CAPITALISED: Final = re.compile(r"[A-Z0-9#][\w#.'’/-]{0,24}(?:,? [A-Z0-9#(][\w#.'’/)-]{0,24}){0,7},?")
_LONGEST: Final = 1200
_NAMED_AT_MOST: Final = 12
"""Characters before a word that names are followed by."""
_NEVER: Final = re.compile(r"(?!)")


class Prose:
    """What the words files know of names and addresses, ready to be used."""

    def __init__(self, languages: Sequence[Language]) -> None:
        words = {key: [one for language in languages for one in language.prose.get(key, ())] for key in _KEYS}
        self._no_words = frozenset(word for word in words["no_name"] if word.isascii())
        self._no_parts = _alternatives([fold(word) for word in words["no_name"] if not word.isascii()])
        before, after = words["before"], words["after"]
        self._introduced = re.compile(rf"\b(?i:{_any(before)})\s{{1,3}}({_FULL_NAME})") if before else _NEVER
        latin = [word for word in after if word.isascii()]
        self._followed = re.compile(rf"^({_FULL_NAME}) (?i:{_any(latin)})\b") if latin else _NEVER
        wide = [word for word in after if not word.isascii()]
        self._named = (
            re.compile(
                rf"([{_CJK}\u3000 ]{{2,{_NAMED_AT_MOST}}}?)(?:{_any(wide)})(?![かがけ])(?!(?<=こと)(?:申|もう|い))"
            )
            if wide
            else _NEVER
        )
        self._after = tuple(wide)
        units, streets = words["unit"], words["street"]
        self._unit = (
            re.compile(
                rf"\b(?i:{_any(units)})\.? ?[0-9]{{1,5}}[A-Za-z]?,? (?:[0-9]{{1,6}},? )?[A-Z][A-Za-z.'’-]{{1,24}}"
                rf"(?: [A-Z][A-Za-z.'’-]{{1,24}}){{0,4}}{_TOWNS}"
            )
            if units
            else _NEVER
        )
        self._plain = (
            re.compile(rf"\b[0-9]{{1,6}} [a-z]{{2,20}}(?: [a-z]{{2,20}}){{0,3}}? (?:{_any(streets)})\b")
            if streets
            else _NEVER
        )

    def is_name(self, text: str) -> bool:
        """Whether a text is likely a name and nothing else."""
        bare = _BRACKETED.sub("", text[:80]).strip(" \u3000.。,、")
        if not 2 <= len(bare) <= 40 or any(sign.isdigit() for sign in bare):
            return False
        if _NAME.fullmatch(bare):
            return not self._no_parts.search(fold(bare))
        if not _WESTERN.fullmatch(bare) or _AREA.search(bare):
            return False
        return not any(word.lower().strip(".") in self._no_words for word in bare.split())

    def is_address(self, text: str) -> bool:
        """Whether a text is likely an address and nothing else."""
        bare = text.strip()
        if len(bare) > 120 or bare.endswith(("。", "ます", "です")):
            return False
        if not any(sign.isdigit() for sign in bare) and not _LOT.search(bare):
            return False
        if not bare.isascii() and _PLACE_SIGN.search(bare):
            return True
        return next(self.addresses(bare, ""), None) is not None or ("," in bare and bool(_POSTCODE.search(bare)))

    def is_address_rest(self, text: str) -> bool:
        """Whether a line may be the rest of an address: a building, a town, a postcode; no sentence."""
        bare = text.strip()
        if not bare or len(bare) > 60 or bare.endswith(("。", "!", "！", "?", "？")):
            return False
        if not _ANY_CJK.search(bare):
            words = {word.lower().strip(".,") for word in bare.split()}
            return bool(_CAPITALISED.fullmatch(bare)) and not words & _NO_PLACE
        if self._no_parts.search(fold(bare)):
            return False
        return any(sign.isdigit() for sign in bare) or bool(_PLACE_SIGN.search(bare)) or len(bare) <= 20

    def followers(self, text: str) -> tuple[str, ...]:
        """The words behind names, in Japanese script, that stand in a text: for `names` of its lines."""
        return tuple([word for word in self._after if word in text])

    def names(self, line: str, *, has_number: bool, followers: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Places of likely names in a line; `has_number`: it states a customer number as well."""
        if len(line) > _LONGEST or not line.strip():
            return
        if line.isascii() or not _ANY_CJK.search(line):
            yield from self._western_names(line, has_number)
            return
        for match in self._announced(line, followers):
            start, end = match.span(1)
            lead = _LEAD.match(line, start, end)
            start = lead.end() if lead and lead.end() < end else start
            if self.is_name(line[start:end]) and _WRITTEN_NAME.search(line[start:end]):
                yield start, end
        if not has_number and _BETWEEN.search(line.strip()):
            return  # a name by itself would be the whole line
        for match in _CHUNK.finditer(line):
            for piece in _PIECE.finditer(match[0]):
                text = piece[0]
                if 3 <= len(text) <= 8 and _KANJI.search(text) and self.is_name(text) and not _PLACE_SIGN.search(text):
                    yield match.start() + piece.start(), match.start() + piece.end()
                    return

    def _announced(self, line: str, followers: Sequence[str]) -> Iterator[re.Match[str]]:
        """What stands before a word that names are followed by; searched from where the first of them can tell."""
        first = min([at for word in followers if (at := line.find(word)) >= 0], default=-1)
        return self._named.finditer(line, max(0, first - _NAMED_AT_MOST)) if first > 0 else iter(())

    def _western_names(self, line: str, has_number: bool) -> Iterator[tuple[int, int]]:
        for pattern in (self._introduced, self._followed):
            for match in pattern.finditer(line):
                if self.is_name(match[1]):
                    yield match.start(1), match.start(1) + len(match[1].rstrip("."))
                    return
        for match in _PART.finditer(line):
            chunk = match[0].strip(" -*.\t")
            whole = len(chunk) == len(line.strip(" -*.,\t"))
            candidate = _DIGITS.sub("", chunk).strip() if has_number else chunk
            first = match.start() == 0 and "," in line
            if (whole or has_number or first) and self.is_name(candidate):
                start = line.find(candidate, match.start())
                if start >= 0:
                    yield start, start + len(candidate)
                    return

    def addresses(self, line: str, following: str) -> Iterator[tuple[int, int]]:
        """Places of likely addresses in a line; `following` is the next one."""
        if len(line) > _LONGEST:
            return
        if not line.isascii() and _PLACE_SIGN.search(line) and _ANY_CJK.search(line):
            for match in _CHUNK.finditer(line):
                found = _japanese_address(match[0])
                if found:
                    yield match.start() + found[0], match.start() + found[1]
                    return
        if not _NUMBER.search(line):
            return
        for pattern in (self._unit, _STREET, _ROMAJI, self._plain):
            found_at = pattern.search(line)
            if found_at is None:
                continue
            sure = pattern is not _STREET or "," in line[found_at.start() :] or _POSTCODE.search(line)
            if sure or _POSTCODE.search(following) or _CAPITALISED.fullmatch(following.strip() or "-"):
                yield found_at.start(), found_at.start() + len(found_at[0].rstrip(". "))
                return


_KEYS: Final = ("before", "after", "no_name", "street", "unit")
_NO_PLACE: Final = frozenset({"dear", "please", "stop", "regards", "thanks", "thank", "hi", "i", "my", "unsubscribe"})


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _alternatives(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(_any(words)) if words else _NEVER


def _japanese_address(chunk: str) -> tuple[int, int] | None:
    """From the blank or particle before the town to the end of the lot numbers."""
    sign = _PLACE_SIGN.search(chunk, 1)
    if sign is None:
        return None
    lots = list(_LOT.finditer(chunk, sign.end()))
    if not lots:
        return None
    end = next((lot.end() for lot in lots if len(lot[0]) > 1), lots[0].end())
    start = sign.start()
    while start > 0 and chunk[start - 1] not in " \u3000はをにが":
        start -= 1
    return start, end
