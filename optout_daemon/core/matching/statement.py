"""What the customer states, as passages: own words with the subject, and by itself what signs the mail.

A quotation, a disclaimer and a footer are nobody's statement (policy, section 2). Labelled fields come from the
reading; a clerk's corrections stand in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from optout_daemon.core.matching.folding import Passage, Piece
from optout_daemon.core.model import Corrections, Field, FieldName, Origin, Part, Reading, SegmentKind

_STRENGTH = (Origin.STAFF, Origin.LABEL, Origin.NUMBERED)


@dataclass(frozen=True)
class Statement:
    """One mail as the matching looks at it; passages are folded once, when first needed."""

    reading: Reading
    corrections: Corrections | None = None

    @cached_property
    def own(self) -> Passage:
        """The customer's own words, then the subject."""
        return self._passage(SegmentKind.OWN, subject=True)

    @cached_property
    def signature(self) -> Passage:
        return self._passage(SegmentKind.SIGNATURE, subject=False)

    def _passage(self, kind: SegmentKind, *, subject: bool) -> Passage:
        raw, pieces, length = [], [], 0
        for segment in self.reading.segments:
            if segment.kind is kind:
                pieces.append(Piece(Part.TEXT, segment.start, length))
                raw.append(self.reading.text[segment.start : segment.end])
                length += segment.end - segment.start + 1
        if subject and self.reading.subject:
            pieces.append(Piece(Part.SUBJECT, 0, length))
            raw.append(self.reading.subject)
        return Passage("\n".join(raw), pieces)

    def given(self, name: FieldName) -> tuple[Field, ...]:
        """The strongest labelled or numbered fields of this name; a quoted form only where own words have none."""
        corrected = self._corrected(name)
        if corrected is not None:
            return (Field(name, corrected, Origin.STAFF),)
        fields = [field for field in self.reading.fields if field.name is name and field.value.strip()]
        for quoted in (False, True):
            for origin in _STRENGTH:
                found = tuple(field for field in fields if field.origin is origin and field.quoted is quoted)
                if found:
                    return found
        return ()

    def in_prose(self, name: FieldName) -> tuple[Field, ...]:
        """What the reading took for this field in running text."""
        return tuple(f for f in self.reading.fields if f.name is name and f.origin is Origin.PROSE and f.value.strip())

    def _corrected(self, name: FieldName) -> str | None:
        if self.corrections is None:
            return None
        return {FieldName.NAME: self.corrections.name, FieldName.ADDRESS: self.corrections.address}.get(name)
