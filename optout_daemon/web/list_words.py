"""What the pages call channels, companies, reasons and sources of the suppression list; texts for the catalogues.

What only the settings or a person's own words name is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from optout_daemon.config import Settings
from optout_daemon.core.model import GROUP
from optout_daemon.web.navigation import N_
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import site_of
from optout_daemon.web.wording import CHANNELS

SOURCES: Final[Mapping[str, str]] = {
    "mail": N_("a mail"),
    "staff": N_("by hand"),
    "import": N_("an imported file"),
    "api": N_("another program"),
}
BY_HAND: Final[Mapping[str, str]] = {
    "letter": N_("A letter"),
    "phone": N_("A phone call"),
    "fax": N_("A fax"),
    "visit": N_("In person"),
    "opt_out": N_("Another way"),
}
"""How somebody asked whom a person blocks by hand: the reason in the ledger."""
REASONS: Final[Mapping[str, str]] = {
    "letter": N_("letter"),
    "phone": N_("phone call"),
    "fax": N_("fax"),
    "visit": N_("asked in person"),
    "opt_out": N_("opt-out"),
    "provisional": N_("until a person decides"),
}
ACTS: Final[Mapping[str, str]] = {"export": N_("List given out"), "filter": N_("Mailing list cleaned")}


def words(request: Request) -> dict[str, object]:
    """What the templates of the list's pages need to call things by."""
    language = pages_of(request).language(request).code
    return {
        "scopes": scopes(site_of(request).settings, language),
        "words": {"channels": CHANNELS, "sources": SOURCES, "by_hand": BY_HAND, "reasons": REASONS, "acts": ACTS},
    }


def scopes(settings: Settings, language: str) -> dict[str, str]:
    """Every scope by its name; the group's is a text for the catalogues, a company is called as customers call it."""
    companies = {company.name: company.names.get(language, company.name) for company in settings.company}
    return {GROUP: N_("All companies"), **companies}
