"""Keep what somebody typed when their session ended before they sent it: nothing has to be typed twice.

The form travels along, as hidden fields of the sign-in page and then as a form that is sent by one more click: in no
address, in no cookie, and nowhere on the server. Files are not kept.

A form's page needs to do nothing for it. It may say which fields are texts that somebody wrote, and what they are
called, so that they can be read and changed before they are sent again: one hidden field `_typed` a text, with the
value `NAME=LABEL`; the macro `typed` of `kept_macros.html` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from optout_daemon.web.guard import CSRF_FIELD, READS_ONLY
from optout_daemon.web.origin import path_of_ours

TYPED: Final = "_typed"
PATH: Final = "kept-path"
PREFIX: Final = "kept."
MOST: Final = 300
"""So many fields at most; a form of ours has fewer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was not taken: where it goes, and its fields in their order."""

    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> list[tuple[str, str, str]]:
        """Name, label and text of what somebody wrote."""
        labels = dict(value.split("=", 1) for name, value in self.fields if name == TYPED and "=" in value)
        return [(name, labels[name], value) for name, value in self.fields if name in labels]

    @property
    def rest(self) -> list[tuple[str, str]]:
        """Every other field."""
        texts = {name for name, _, _ in self.texts}
        return [(name, value) for name, value in self.fields if name not in texts]


async def kept_of(request: Request) -> Kept | None:
    """The form of a request that is not answered now; None where it has none."""
    content = request.headers.get("content-type", "").lower()
    if request.method in READS_ONLY or not content.startswith(("application/x-www-form", "multipart/form-data")):
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    fields = tuple((name, value) for name, value in _texts(await request.form()) if name != CSRF_FIELD)
    return Kept(request.url.path + query, fields) if fields and len(fields) <= MOST else None


def carried(form: FormData) -> Kept | None:
    """The same, as the sign-in page has carried it."""
    path = form.get(PATH)
    fields = tuple((name.removeprefix(PREFIX), value) for name, value in _texts(form) if name.startswith(PREFIX))
    return Kept(path_of_ours(path), fields[:MOST]) if isinstance(path, str) and fields else None


def _texts(form: FormData) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in form.multi_items() if isinstance(value, str))
