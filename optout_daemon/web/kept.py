"""Keep what somebody typed when their session ended before they sent it: nothing has to be typed twice.

The form travels along, as hidden fields of the sign-in page and then as a form that is sent by one more click: in no
address, in no cookie, and nowhere on the server. Files are not kept.

A form's page needs to do nothing for it. It may say which fields somebody wrote, and what they are called, so that they
can be read and changed before they are sent again: a hidden field `_text` (or `_line`, for a single line) with the
value `NAME=LABEL` for each, `_secret` with the name of one that is not to be kept. macros.html does so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from optout_daemon.web.guard import CSRF_FIELD, READS_ONLY
from optout_daemon.web.origin import path_of_ours

LINE: Final = "_line"
TEXT: Final = "_text"
LEFT_OUT: Final = "_secret"
PATH: Final = "kept-path"
PREFIX: Final = "kept."
MOST: Final = 300
"""So many fields at most; a form of ours has fewer."""


@dataclass(frozen=True, slots=True)
class Written:
    """One field that somebody wrote: `long` where it may have several lines."""

    name: str
    label: str
    text: str
    long: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was not taken: where it goes, and its fields in their order."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def written(self) -> list[Written]:
        """What somebody wrote."""
        said = {value.partition("=")[0]: (kind, value) for kind, value in self.fields if kind in (LINE, TEXT)}
        found = [(name, text, *said[name]) for name, text in self.fields if name in said]
        return [Written(name, value.partition("=")[2], text, kind == TEXT) for name, text, kind, value in found]

    @property
    def rest(self) -> list[tuple[str, str]]:
        """Every other field."""
        written = {each.name for each in self.written}
        return [(name, value) for name, value in self.fields if name not in written]


async def kept_of(request: Request) -> Kept | None:
    """The form of a request that is not answered now; None where it has none."""
    content = request.headers.get("content-type", "").lower()
    if request.method in READS_ONLY or not content.startswith(("application/x-www-form", "multipart/form-data")):
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    given = list(_texts(await request.form()))
    left = {CSRF_FIELD, LEFT_OUT, *(value for name, value in given if name == LEFT_OUT)}
    fields = tuple((name, value) for name, value in given if name not in left)
    return Kept(request.url.path + query, fields) if fields and len(fields) <= MOST else None


def carried(form: FormData) -> Kept | None:
    """The same, as the sign-in page has carried it."""
    path = form.get(PATH)
    fields = tuple((name.removeprefix(PREFIX), value) for name, value in _texts(form) if name.startswith(PREFIX))
    return Kept(path_of_ours(path), fields[:MOST]) if isinstance(path, str) and fields else None


def _texts(form: FormData) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in form.multi_items() if isinstance(value, str))
