"""Read one mail: what it says, who is to be believed, and whether a machine wrote it.

`Reader` puts the rooms of this package together: mime and its neighbours make text of bytes; folding, quoting, labels,
numbers, fields, prose, clauses and wish make statements of text, in any of the languages of words/; machine and
authentication judge the headers. Pure, and the same bytes give the same Reading; it runs in a process of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from optout_daemon.core.model import (
    Category,
    Envelope,
    Field,
    FieldName,
    Machine,
    Origin,
    Part,
    Reading,
    Reason,
    RuleHit,
    Span,
)
from optout_daemon.core.reading import authentication, machine, mime, words
from optout_daemon.core.reading.companies import Companies
from optout_daemon.core.reading.envelope import delivered_to, tagged
from optout_daemon.core.reading.fields import Finder
from optout_daemon.core.reading.folding import Folded
from optout_daemon.core.reading.quoting import segments as segments_of
from optout_daemon.core.reading.settings import ReaderSettings
from optout_daemon.core.reading.wish import Judgement, classify
from optout_daemon.core.reading.words import Language

TRUNCATED = "over the limit of size"

__all__ = ["Reader", "ReaderSettings"]


class Reader:
    """Reads mails by one set of settings. Loading its words takes about a second: build one and keep it."""

    def __init__(self, settings: ReaderSettings, *, languages: Sequence[Language] | None = None) -> None:
        """`languages` in place of those that the settings name and the package ships. Raises WordsError."""
        self._settings = settings
        self._languages = tuple(languages or (words.load(name) for name in settings.languages))
        self._finder = Finder(self._languages, settings)
        self._companies = Companies(settings.companies)

    def read(self, raw: bytes, *, truncated: bool = False) -> Reading:
        """What one mail says. Never raises for what the bytes hold; `truncated` mail is unreadable."""
        mail = mime.parse(raw, self._settings)
        folded = Folded(mail.text)
        segments = segments_of(mail.text, self._languages, folded, self._finder.states_number)
        found = self._finder.find(mail.subject, mail.text, segments, folded)
        judged = classify(mail.subject, folded, found, self._languages, self._settings.channels, self._companies)
        language = next((one for one in self._languages if one.name == judged.language), self._languages[0])
        verdict = machine.gate(
            mail,
            fields=found.fields,
            wish=judged.wish,
            segments=segments,
            language=language,
            all_languages=self._languages,
            settings=self._settings,
        )
        unreadable = mail.unreadable_because
        if truncated:
            unreadable = unreadable or TRUNCATED
        elif not unreadable and machine.refers_to_attachment(mail, self._languages, found.fields):
            unreadable = "all is in an attachment"
        wish = judged.wish
        if unreadable and wish.category is Category.OTHER:
            wish = replace(wish, category=Category.UNCLEAR)
        return Reading(
            digest=hashlib.sha256(raw).hexdigest(),
            content_digest=_content_digest(mail.subject, mail.text),
            envelope=_envelope(mail, verdict),
            subject=mail.subject,
            text=mail.text,
            segments=segments,
            fields=_with_inquiry(found.fields, judged, mail.subject, mail.text, folded),
            numbers=found.numbers,
            wish=wish,
            language=judged.language,
            machine=verdict,
            authentication=authentication.verdict(
                mail.headers.get_all("authentication-results") if self._settings.trusted_authserv_ids else (),
                self._settings.trusted_authserv_ids,
            ),
            readable=not unreadable,
            unreadable_because=unreadable,
            confident=mail.confident,
            has_attachments=bool(mail.attachments),
            reports=mail.reports,
            withdraws=bool(mail.envelope.references) and machine.withdraws(mail.text, segments, self._languages),
            unclaimed_numbers=(
                self._finder.unclaimed_numbers(folded, segments)
                if mail.envelope.references and not found.numbers
                else ()
            ),
            hits=tuple(_hits(found.fields)),
        )


def _envelope(mail: mime.Mail, verdict: Machine) -> Envelope:
    """Whom it came to matters of a bounce, which comes back to its reply's own address, and of a token behind a +."""
    if verdict.reason is not Reason.BOUNCE and not tagged(mail.headers):
        return mail.envelope
    return replace(mail.envelope, delivered_to=delivered_to(mail.headers))


def _content_digest(subject: str, text: str) -> str:
    return hashlib.sha256(f"{subject}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _hits(fields: Sequence[Field]) -> list[RuleHit]:
    """How each field was found; never what it says."""
    seen: dict[str, RuleHit] = {}
    for one in fields:
        where = "in a form inside a quotation" if one.quoted else "in own words"
        seen.setdefault(one.name, RuleHit(f"field.{one.name}", f"{one.origin} {where}"))
    return list(seen.values())


def _with_inquiry(
    fields: tuple[Field, ...], judged: Judgement, subject: str, text: str, folded: Folded
) -> tuple[Field, ...]:
    """The labelled inquiry, else the sentences that carry the wish, else the subject that does."""
    if not judged.wish.stated or any(one.name is FieldName.INQUIRY for one in fields):
        return fields
    if judged.span is not None:
        start, end = folded.origin(judged.span[0]), folded.origin(judged.span[1])
        value, span = " ".join(text[start:end].split()), Span(Part.TEXT, start, end)
    else:
        value, span = " ".join(subject.split()), Span(Part.SUBJECT, 0, len(subject))
    return (*fields, Field(FieldName.INQUIRY, value, Origin.PROSE, span)) if value else fields
