"""Say what a text states of the address on record, in whichever script either is written (policy, section 4).

The choice of the way to compare is made here; place.py, romaji_place.py and street.py compare.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching import gazetteer, kana_place, lot
from optout_daemon.core.matching.continental import ContinentalAddress
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.kana import KANJI
from optout_daemon.core.matching.numbers import groups
from optout_daemon.core.matching.parted import PartedAddress
from optout_daemon.core.matching.place import ABSENT, Finding, Place
from optout_daemon.core.matching.romaji_place import RomajiPlace
from optout_daemon.core.matching.romaji_words import AREA_WORDS, names
from optout_daemon.core.matching.street import StreetAddress
from optout_daemon.core.matching.street_words import STREET_WORDS, UNITS, places, words_of
from optout_daemon.core.model import Agreement, Customer

_LATIN: Final = re.compile("[a-z]{3}")
_KANA: Final = re.compile("[ァ-ヺ]")


@dataclass(frozen=True, slots=True)
class RecordAddress:
    """The address of one record, prepared for comparing; all None where it cannot be taken apart."""

    place: Place | None = None
    romaji: RomajiPlace | None = None
    street: StreetAddress | ContinentalAddress | PartedAddress | None = None
    verbatim: tuple[str, ...] = ()
    """The words of an address in Latin letters that has no street with a town: no form may fit it."""
    squeezed: str = ""
    """An address in Japanese script that no form fits, in place form."""

    @classmethod
    def of(cls, customer: Customer) -> RecordAddress:
        """Never raises; an address that cannot be taken apart agrees with nothing."""
        address, code = customer.address, customer.postal_code
        if KANJI.search(address):
            place = Place.of(address, code)
            romaji = RomajiPlace.of_place(place) if place else None
            return cls(place, romaji, squeezed="" if place else gazetteer.place_form(address))
        romaji = RomajiPlace.of(address, code)
        street = None if romaji else _street(address, code)
        return cls(None, romaji, street, () if street else tuple(words_of(Passage(address))))

    def find(self, passage: Passage) -> Finding:
        """What the text says of this address: it agrees, it gives another in the same city or street, or nothing."""
        found = self._as_it_stands(passage)
        if found.agreement is Agreement.AGREES:
            return found
        for way in (self.place, self.street, self.romaji):
            if way is None or (way is self.romaji and self.place is not None and not _LATIN.search(passage.folded)):
                continue
            finding = way.find(passage)
            if finding.agreement is Agreement.AGREES:
                return finding
            if found is ABSENT:
                found = finding
        if self.place is not None and found is ABSENT:
            return kana_place.find(self.place, passage)
        return found

    def _as_it_stands(self, passage: Passage) -> Finding:
        """The recorded address word for word, in Latin letters, or one in Japanese script that has no lot."""
        if len(self.verbatim) > 3:
            words = words_of(passage)
            for at in places(words, self.verbatim):
                tokens = passage.tokens
                return Finding(Agreement.AGREES, tokens[at].start, tokens[at + len(self.verbatim) - 1].end)
        if len(self.squeezed) > 5:
            text = gazetteer.as_place(passage.squeezed)
            at = text.find(self.squeezed)
            end = at + len(self.squeezed)
            if at >= 0 and not _is_lot(passage, passage.unsqueezed(end - 1) + 1):
                return Finding(Agreement.AGREES, passage.unsqueezed(at), passage.unsqueezed(end - 1) + 1)
        return ABSENT


def _is_lot(passage: Passage, at: int) -> bool:
    """Whether a lot follows: 島内3番地, 島内三番地; not the name 三浦."""
    read = lot.read(passage.folded, at)
    return read is not None and (read.marked or len(read.numbers) > 1 or passage.folded[read.end - 1].isdigit())


def _street(address: str, code: str) -> StreetAddress | ContinentalAddress | PartedAddress | None:
    return ContinentalAddress.of(address, code) or PartedAddress.of(address, code) or StreetAddress.of(address, code)


_JAPANESE: Final = re.compile(
    r"(?<=[都道府県市区町村郡])[^\d\s、。,.:;()「」!?\-]{0,14}?"
    r"(?:[0-9]{1,5}|[一二三四五六七八九十]{1,4})(?:-[0-9]|丁目|番(?!目|号[ハヲノ])|ノ[0-9])"
)
_POSTAL: Final = re.compile(
    r"(?:〒[0-9]{3}[\-ー]?[0-9]{4}|(?<![0-9\-])[0-9]{3}-[0-9]{4}(?![0-9\-]))(?=[\u4e00-\u9fff])"
)


def any_address(passage: Passage) -> tuple[int, int] | None:
    """Range of `folded` of a postal address, whoever's, that the text clearly states; None where none does."""
    return _any_japanese(passage) or _any_romaji(passage) or _any_street(passage)


def _any_japanese(passage: Passage) -> tuple[int, int] | None:
    text = passage.squeezed
    known = gazetteer.parts()
    for found in _JAPANESE.finditer(text):
        end = found.start()
        place = text[max(0, end - 8) : end].translate(gazetteer.PLACE)
        if any(place[-length:] in known for length in range(2, len(place) + 1)) or place.endswith(
            gazetteer.prefectures()
        ):
            return passage.unsqueezed(max(0, end - 4)), passage.unsqueezed(found.end() - 1) + 1
    code = _POSTAL.search(text)
    return (passage.unsqueezed(code.start()), passage.unsqueezed(code.end() - 1) + 1) if code else None


def _any_romaji(passage: Passage) -> tuple[int, int] | None:
    """Two or more numbers with a word for a Japanese area near them: 2-11-3 Meieki, Nakamura-ku."""
    tokens = passage.tokens
    areas = [name.index for name in names(passage) if name.kind in AREA_WORDS]
    for group in groups(passage) if areas else []:
        near = [index for index in areas if group.first - 8 <= index < group.last + 8]
        if len(group.numbers) > 1 and near:
            return tokens[min(group.first, near[0])].start, tokens[max(group.last - 1, near[-1])].end
    return None


def _any_street(passage: Passage) -> tuple[int, int] | None:
    """A number, one to three capitalised words, the last of them a word for a street: 88 Orchard Terrace."""
    tokens, words = passage.tokens, words_of(passage)
    for index, word in enumerate(words):
        if not word[0].isdigit() or len(word) > 6:
            continue
        for last in range(index + 2, min(index + 5, len(words))):
            if not words[last - 1].isalpha() or words[last - 1] in UNITS:
                break
            if words[last] in STREET_WORDS and all(
                passage.is_capital(tokens[at].start) for at in range(index + 1, last + 1)
            ):
                return tokens[index].start, tokens[last].end
    return None
