"""Hand out the program's own files: to be kept by a browser where the address names their content, else asked for anew.

They are the same for everybody; nothing else of the desk may be kept (headers.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

MOUNT: Final = "/static"
KEEP: Final = "public, max-age=31536000, immutable"
"""A year: another release has another address (RFC 8246)."""


def addresses(room: Path) -> Mapping[str, str]:
    """Each file's path with a part of its digest, by its name, so that a browser never shows another release's."""
    return {
        path.name: f"{MOUNT}/{path.name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        for path in sorted(room.iterdir())
    }


class OwnFiles(StaticFiles):
    """The files of one folder."""

    def __init__(self, room: Path) -> None:
        super().__init__(directory=room)
        self._known = frozenset(addresses(room).values())

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if f"{MOUNT}/{path}?{scope['query_string'].decode('latin-1')}" in self._known:
            answer.headers["Cache-Control"] = KEEP
        return answer
