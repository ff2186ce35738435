"""Render the pages: every template escapes what it is given, and speaks the language of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from optout_daemon import __version__
from optout_daemon.web.language import Language, catalogues, language_of
from optout_daemon.web.navigation import entries_for
from optout_daemon.web.site import site_of
from optout_daemon.web.static_files import addresses
from optout_daemon.web.who import Who
from optout_daemon.web.wording import vocabulary

ROOM: Final = Path(str(resources.files("optout_daemon.web")))


class Pages:
    """The templates, one environment a language: a translation is looked up when a page is rendered."""

    def __init__(self) -> None:
        self.languages: Mapping[str, Language] = catalogues()
        self._static = addresses(ROOM / "static")
        self._environments = {code: _environment(language) for code, language in self.languages.items()}

    def language(self, request: Request) -> Language:
        """The language of whoever asks."""
        return language_of(request, self.languages)

    def render(self, request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """One page or a part of one. `who`, `language`, `path` and the formats of dates are there always."""
        language = self.language(request)
        site, who = site_of(request), getattr(request.state, "who", None)
        zone = ZoneInfo(site.settings.desk.time_zone)
        text = (
            self._environments[language.code]
            .get_template(template)
            .render(
                {
                    "who": who,
                    "navigation": _navigation(request, who),
                    "static": self._static.__getitem__,
                    "language": language.code,
                    "languages": {code: each.locale.get_display_name(code) for code, each in self.languages.items()},
                    "path": _address(request),
                    "desk_name": site.settings.desk.name,
                    "company": site.settings.web.oidc is not None,
                    "version": __version__,
                    "url": partial(_path_for, request),
                    "moment": partial(language.moment, zone=zone),
                    "day": partial(language.day, zone=zone),
                    "date": language.on,
                    "month_name": language.month,
                    "span": language.span,
                    "age": partial(language.age, now=site.clock()),
                    **values,
                }
            )
        )
        return HTMLResponse(text, status_code=status, headers={"Content-Language": language.code, "Vary": "Cookie"})


def pages_of(request: Request) -> Pages:
    """The pages of the site that answers this request."""
    pages: Pages = request.app.state.pages
    return pages


def _path_for(request: Request, name: str, **parameters: object) -> str:
    """The path of a route by its name: never a host, so that no Host header finds its way into a page."""
    return str(request.app.url_path_for(name, **parameters))


def _address(request: Request) -> str:
    """Where the page is, to come back to; what a filter says goes with it, and it is in the address already."""
    asked = request.url.query if request.method == "GET" else ""
    return f"{request.url.path}?{asked}" if asked else request.url.path


def _navigation(request: Request, who: Who | None) -> list[dict[str, object]]:
    found = [] if who is None else entries_for(who)
    paths = [(entry.label, _path_for(request, entry.route)) for entry in found]
    here = request.url.path
    return [{"label": label, "path": path, "here": here == path} for label, path in paths]


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOM / "templates"),
        autoescape=True,  # for every template, whatever its name
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(vocabulary())
    environment.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment
