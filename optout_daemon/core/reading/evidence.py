"""What of one mail the rules of the machine gate look at: headers, phrases, and what the other readers found.

Facts are derived once, and only when a rule asks: most mail is a person's and short.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from optout_daemon.core.model import Category, Field, FieldName, Origin, Segment, SegmentKind, Wish
from optout_daemon.core.reading.address import Address
from optout_daemon.core.reading.mime import Mail
from optout_daemon.core.reading.settings import ReaderSettings

_ANSWER: Final = re.compile(r"(?:re|aw|sv|antw|res|返信)\s?[:：]")
_FORWARD: Final = re.compile(r"(?:fwd?|wg|転送|tr)\s?[:：]")
LOOKED_AT: Final = 20_000
"""Characters of the text in which phrases are sought."""


class Speaks(Protocol):
    """What the gate needs of a language: its `[machine]` phrases by kind, in NFKC and lower case."""

    @property
    def machine(self) -> Mapping[str, tuple[str, ...]]: ...


def folded(text: str) -> str:
    """The form in which phrases are compared."""
    # A line at a time, which comes to the same: a line that is normal already, as most are, costs next to nothing.
    lines = (unicodedata.normalize("NFKC", line) for line in text[:LOOKED_AT].split("\n"))
    return "\n".join(lines).casefold().replace("’", "'")


@dataclass(frozen=True)
class Case:
    """One mail with what the other readers found in it; derived facts are computed once and only when asked for."""

    mail: Mail
    fields: Sequence[Field]
    wish: Wish
    segments: Sequence[Segment]
    languages: Sequence[Speaks]
    settings: ReaderSettings

    def header(self, name: str) -> str:
        """The first value, lower case; "" where there is none."""
        return (self.mail.headers.get(name) or "").strip().lower()

    @property
    def authors(self) -> tuple[Address, ...]:
        return self.mail.headers.addresses("from")

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Content types of the mail and of what is attached to it."""
        return (self.mail.content_type, *(one.content_type for one in self.mail.attachments))

    @cached_property
    def subject(self) -> str:
        return folded(self.mail.subject)

    @cached_property
    def text(self) -> str:
        return folded(self.mail.text)

    @cached_property
    def said(self) -> str:
        """The text without what it quotes."""
        return self._of(SegmentKind.QUOTATION, wanted=False)

    @cached_property
    def own(self) -> str:
        """Own words alone."""
        return self._of(SegmentKind.OWN, wanted=True)

    def _of(self, kind: SegmentKind, *, wanted: bool) -> str:
        if not self.segments:
            return self.text
        text, chosen = self.mail.text, [one for one in self.segments if (one.kind is kind) is wanted]
        if len(chosen) == len(self.segments) == 1:
            return self.text
        return folded("\n".join(text[one.start : one.end] for one in chosen))

    @cached_property
    def has_number(self) -> bool:
        """A customer number, stated by whoever wrote the mail or filled in its form."""
        return any(one.name is FieldName.CUSTOMER_NUMBER for one in self.fields)

    @cached_property
    def has_fields(self) -> bool:
        """The text has fields of its own: a number, or two others that are marked as such."""
        marked = {one.name for one in self.fields if one.origin in (Origin.LABEL, Origin.NUMBERED) and not one.quoted}
        return self.has_number or len(marked & {FieldName.NAME, FieldName.ADDRESS, FieldName.INQUIRY}) >= 2

    @cached_property
    def has_fields_outside_quotations(self) -> bool:
        """The same without what it quotes: a robot quotes our reply, and the number in it."""
        return self.has_fields and not (
            self.has_number and all(one.quoted for one in self.fields if one.name is FieldName.CUSTOMER_NUMBER)
        )

    @cached_property
    def wants_out(self) -> bool:
        return self.wish.stated and self.wish.category is Category.OPT_OUT

    @cached_property
    def answers(self) -> bool:
        """It answers some mail, by its headers or by its subject."""
        return bool(self.mail.envelope.references) or _ANSWER.match(self.subject) is not None

    @cached_property
    def passed_on(self) -> bool:
        """It answers or forwards some mail."""
        return self.answers or _FORWARD.match(self.subject) is not None

    def phrases(self, kind: str, text: str) -> list[str]:
        """The phrases of one kind that stand in `text`, of all languages."""
        return [one for language in self.languages for one in language.machine.get(kind, ()) if one in text]

    def opens(self, kind: str) -> str:
        """The phrase of one kind with which the subject begins, brackets aside, or ""."""
        bare = self.subject.lstrip(" [](){}【】<>〔〕「」-*:!")
        found = (one for language in self.languages for one in language.machine.get(kind, ()))
        return next((one for one in found if bare.startswith(one)), "")
