"""Find the customer numbers that a text states, and tell them from the other numbers in it.

A number counts when it has the form that the settings ask for, or when it stands right under a label of customer
numbers whatever its form (a digit too few is kept, never completed). What another label claims (order, telephone,
tour), and what is an amount, a date or part of an address of the net, does not. Linear: every run of digits is looked
at once, with a bounded stretch of text around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from optout_daemon.core.matching.number import normalise
from optout_daemon.core.reading.lexicon import Lexicon
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.core.reading.words import Language

_LETTERED: Final = re.compile(r"[a-z]{0,6}-?[0-9][0-9a-z]*")
_LETTERS: Final = re.compile(r"(?:^|[^a-z])([a-z]{1,3}-?)$")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = re.compile(r"[0-9][0-9]*")
_BEGINNING: Final = re.compile(r"[\s:#.]{0,4}([a-z]{0,6}-?[0-9][0-9 \-]{0,24})")
_KANJI: Final = re.compile(r"[〇零一二三四五六七八九][〇零一二三四五六七八九]{5,13}")
_GAP: Final = re.compile(r"[ \-・ー]{1,2}")
_MASKED: Final = re.compile(r"https?://[^\s<>]{1,500}|[^\s<>@()]{1,64}@[a-z0-9.-]{1,255}")
_AMOUNT_AFTER: Final = re.compile(
    r"\s?(?:円|ドル|年|ヶ月|か月|ポイント|pt\b|ptos|%|kg|km|usd\b|yen\b|eur\b|gbp\b|番地|丁目|号室)"
)
_AMOUNT_BEFORE: Final = frozenset("$¥€£@%=&_")
_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_DAY: Final = re.compile(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_OPENING: Final = re.compile(r"[(\[「【、,\n]")
_CLOSING: Final = re.compile(r"[)\]」】、,。\n]|$")
"""What sets a number in two groups apart, so that it needs no label: 今井千代(1830 4467、前橋市...)."""
_TIED: Final = re.compile(
    r"[\s:=#/|>)\]】」』〉》*_\"'.,、は がの\-…‥・]*(?:(?:is|are|was|says|reads|ist|です|:)\s*)?[\s:#\"'(「]*"
)
_CONTEXT: Final = 60
_MOST: Final = 400
"""Runs of digits of one text that are looked at."""
_TRIVIAL: Final = re.compile(r"(\d)\1*|0?123456789?0?|87654321|00000001")


@dataclass(frozen=True, slots=True)
class Stated:
    """One customer number found in a folded text."""

    number: str
    """Normalised."""
    start: int
    end: int
    labelled: bool
    well_formed: bool
    date_like: bool = False


class Numbers:
    """Finds the numbers of one configured form."""

    def __init__(self, settings: ReaderSettings, languages: Sequence[Language]) -> None:
        self._pattern = re.compile(settings.number_pattern)
        self._prefixes = tuple(settings.number_prefixes)
        lettered = self._prefixes or re.search(r"(?<!\\)[A-Za-z]", settings.number_pattern)
        self._run = _LETTERED if lettered else _DIGITS
        claims: dict[str, str] = {}
        for language in languages:
            for label, kind in language.labels.items():
                if kind == "customer_number":
                    claims.setdefault(label, "ours")
                elif kind in ("aside", "postal_code"):
                    claims.setdefault(label, "other")
        self._claims = Lexicon(claims)

    def well_formed(self, number: str) -> bool:
        """Whether a normalised number has the configured form."""
        return self._pattern.fullmatch(number) is not None

    def value(self, text: str) -> str:
        """Normalised; in capitals where the settings ask for them, since folded text has none."""
        number = normalise(text, self._prefixes)
        return number.upper() if not self.well_formed(number) and self.well_formed(number.upper()) else number

    def first(self, text: str) -> Stated | None:
        """The number at the beginning of a labelled value, well-formed or not."""
        found = list(self._runs(text))
        for start, end in found:
            number = self.value(text[start:end])
            if self.well_formed(number):
                return Stated(number, start, end, labelled=True, well_formed=True)
        match = _BEGINNING.match(text)
        number = self.value(match[1]) if match else ""
        if match and 3 <= len(number) <= 20:
            return Stated(
                number,
                match.start(1),
                match.start(1) + len(match[1].rstrip(" -")),
                labelled=True,
                well_formed=self.well_formed(number),
            )
        return None

    def stated(self, text: str) -> list[Stated]:
        """All of them in a folded text, in order."""
        masked = [match.span() for match in _MASKED.finditer(text)] if "@" in text or "://" in text else []
        found: list[Stated] = []
        after = 0
        for start, end in self._runs(text):
            if start < after or any(low <= start < high for low, high in masked):
                continue
            number = self.value(text[start:end])
            formed = self.well_formed(number)
            claim = self._claim(text, start)
            lettered = _LETTERS.search(text, max(0, start - 5), start) if not formed and claim != "ours" else None
            if (
                lettered and self._claim(text, lettered.start(1)) == "ours"
            ):  # 番号は「A-30948」: no number of ours, yet given
                start, claim = lettered.start(1), "ours"
                number = self.value(text[start:end])
            if claim == "other" or (claim != "ours" and not formed):
                continue
            if not formed and not (4 <= len(number) <= 14 and number.lstrip(_ALPHABET).isdigit()):
                continue
            if _AMOUNT_AFTER.match(text, end) or (start and text[start - 1] in _AMOUNT_BEFORE and claim != "ours"):
                continue
            written = text[start:end]
            set_apart = _OPENING.match(text, start - 1) and _CLOSING.match(text, end) if start else None
            spaced = any(sign in " ・" for sign in written) and not set_apart
            if claim is None and (spaced or _DAY.fullmatch(written)):
                continue
            after = end
            found.append(
                Stated(
                    number, start, end, claim == "ours", formed, claim is None and _DATE.fullmatch(number) is not None
                )
            )
        return found

    def unclaimed(self, text: str) -> list[str]:
        """Every well-formed number in a folded text, whatever it is said to be: for an answer that gives just it."""
        found = (self.value(text[start:end]) for start, end in self._runs(text))
        return [number for number in dict.fromkeys(found) if self.well_formed(number) and not trivial(number)]

    def _claim(self, text: str, start: int) -> str | None:
        """`ours`, `near` (a label of ours earlier in the line or the one above) or `other`, or None."""
        low = max(0, start - _CONTEXT)
        before = text[low:start]
        if low and text[low - 1] in "abcdefghijklmnopqrstuvwxyz":
            before = before.partition(" ")[2]
        tokens = self._claims.scan(before.replace("\n", " "))  # my phone / number is
        if not tokens:
            return None
        last = tokens[-1]
        between = before[last.end :]
        if any(sign.isdigit() for sign in between):
            return None
        tied = _TIED.fullmatch(between) is not None
        if last.kind == "other":
            return "other" if tied or (len(between) <= 8 and "\n" not in between) else None
        return "ours" if tied and "\n\n" not in between else "near"

    def _runs(self, text: str) -> Iterable[tuple[int, int]]:
        """Runs of digits, joined over single spaces or hyphens where only the whole has the configured form."""
        runs = [match.span() for match in islice(self._run.finditer(text), _MOST)]
        position = 0
        while position < len(runs):
            start, end = runs[position]
            taken = 1
            if not self.well_formed(self.value(text[start:end])):
                joined = end
                for count in range(1, 5):
                    if position + count >= len(runs) or not _GAP.fullmatch(text, joined, runs[position + count][0]):
                        break
                    joined = runs[position + count][1]
                    longer = _group_goes_on(text, runs, position, position + count)
                    if self.well_formed(self.value(text[start:joined])) and not (longer or _goes_on(text, joined)):
                        end, taken = joined, count + 1
                        break
            if not (taken == 1 and (_goes_on(text, end) or _went_on(text, start))):
                yield start, end
            elif taken == 1 and position + 1 < len(runs):
                # Part of a longer group (a telephone number): skipped with it.
                while (
                    position + taken < len(runs)
                    and text[runs[position + taken - 1][1] : runs[position + taken][0]] == "-"
                ):
                    taken += 1
                if taken > 1:
                    yield start, runs[position + taken - 1][1]  # it counts where a label says that it is ours
            position += taken
        for match in _KANJI.finditer(text):
            yield match.span()


def trivial(number: str) -> bool:
    """Whether a number is one that forms give as an example."""
    return _TRIVIAL.fullmatch(number) is not None


def _group_goes_on(text: str, runs: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """0115 4960 2273: another three digits or more stand behind, set apart by the same sign."""
    if last + 1 >= len(runs):
        return False
    gap, after = text[runs[first][1] : runs[first + 1][0]], text[runs[last][1] : runs[last + 1][0]]
    start, end = runs[last + 1]
    return gap == after and end - start >= 3


def _goes_on(text: str, end: int) -> bool:
    return text[end : end + 1] == "-" and text[end + 1 : end + 2].isdigit()


def _went_on(text: str, start: int) -> bool:
    return start >= 2 and text[start - 1] == "-" and text[start - 2].isdigit()
