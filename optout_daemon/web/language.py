"""The page's language: chosen on the page, else by the browser, from the catalogues in locale/.

Catalogues are gettext's, kept as text (`LANGUAGE/messages.po`) and read once when the web part starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from importlib import resources
from io import BytesIO
from typing import Final

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

COOKIE: Final = "language"
SOURCE: Final = "en"
"""The language of the texts in templates and code; it needs no catalogue."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages."""

    code: str
    locale: Locale
    translations: NullTranslations

    def moment(self, at: datetime, zone: tzinfo) -> str:
        """A moment as people of this language write it, in the desk's time zone."""
        return format_datetime(at.astimezone(zone), "medium", locale=self.locale)

    def day(self, at: datetime, zone: tzinfo) -> str:
        """A day, the same way."""
        return format_date(at.astimezone(zone).date(), "medium", locale=self.locale)

    def on(self, day: date) -> str:
        """A day of the calendar, the same way."""
        return format_date(day, "medium", locale=self.locale)

    def month(self, day: date) -> str:
        """The month of a day."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def span(self, length: timedelta) -> str:
        """A length of time, in one unit."""
        return format_timedelta(length, locale=self.locale, threshold=1.2)

    def age(self, since: datetime, now: datetime) -> str:
        """How long ago that was, in one unit."""
        return format_timedelta(now - since, locale=self.locale, threshold=1.2)


def catalogues() -> Mapping[str, Language]:
    """Every language that the pages are written in, by its code."""
    found = {SOURCE: Language(SOURCE, Locale.parse(SOURCE), NullTranslations())}
    for folder in sorted(resources.files("optout_daemon.web").joinpath("locale").iterdir(), key=lambda path: path.name):
        source = folder.joinpath("messages.po")
        if not source.is_file():
            continue
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(source.read_bytes()), locale=folder.name))
        compiled.seek(0)
        found[folder.name] = Language(folder.name, Locale.parse(folder.name), Translations(compiled))
    return found


def language_of(request: Request, known: Mapping[str, Language]) -> Language:
    """The language to answer in: the cookie that the page's switch sets, else what the browser prefers."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in known:
        return known[chosen]
    header = request.headers.get("accept-language", "")[:500]
    weighed: list[tuple[float, str]] = []
    for item in header.split(","):
        tag, _, weight = item.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag))
        except ValueError:
            continue
    preferred = [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]
    return known[negotiate_locale(preferred, list(known), sep="-") or SOURCE]
