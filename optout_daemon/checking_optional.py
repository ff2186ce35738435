"""Try what only some desks have: the identity provider, the mail servers' file of addresses, the socketmap server.

Changes nothing. Raises SettingsError, EdgeError or OptoutError, in one line that names no secret and no person.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from stat import filemode

from optout_daemon.config import Settings
from optout_daemon.config_oidc import OidcSettings
from optout_daemon.edges.socketmap import ask
from optout_daemon.errors import EdgeError, OptoutError
from optout_daemon.provider_part import build_provider

NOBODY = "nobody@socketmap.invalid"
"""RFC 2606, section 2: an address that no list has."""


def optional(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is set of them: its name in the settings, and what tries it and says how it is."""
    if settings.web.oidc is not None:
        yield "web.oidc", partial(_provider, settings.web.oidc, settings.web.way_back)
    if settings.lookup_file is not None:
        yield "lookup", partial(_lookup, settings.lookup_file)
    if "socketmap" in settings.model_fields_set:
        yield "socketmap", partial(_socketmap, settings)


def _provider(oidc: OidcSettings, way_back: str) -> str:
    build_provider(oidc).probe()
    return (
        f"{oidc.issuer} answers and has keys, client {oidc.client_id} (not tried: it takes a person to sign in), "
        f"staff come back to {way_back}"
    )


def _lookup(file: Path) -> str:
    folder = file.parent
    try:
        if not folder.is_dir():
            raise OptoutError(f"{file}: there is no folder {folder}; make it, for the daemon's user to write into")
        # The file is made anew beside itself where it is damaged.
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OptoutError(
                f"{file}: this user may not write into {folder}; the daemon's has to (under systemd: ReadWritePaths=)"
            )
        if not file.exists():
            return f"{file}, not there yet: the daemon makes it"
        if not os.access(file, os.R_OK | os.W_OK):
            raise OptoutError(f"{file}: this user may not write it; the daemon's has to")
        return f"{file} can be written, mode {filemode(file.stat().st_mode)[1:]}, folder {_mode(folder)}"
    except OSError as error:
        raise OptoutError(f"{file}: cannot be looked at: {error.strerror}") from None


def _mode(path: Path) -> str:
    return filemode(path.stat().st_mode)[1:]


def _socketmap(settings: Settings) -> str:
    given = settings.socketmap
    place = str(given.socket) if given.socket is not None else f"{given.host}:{given.port}"
    within = given.answer_within.total_seconds() + 1.0
    answer = ask(given.host, given.port, given.socket, settings.policy.channels[0], NOBODY, within=within)
    if not answer.startswith(("NOTFOUND ", "OK ")):
        raise EdgeError(f"{place}: it answers, and cannot ask the list", "4.3.0")
    return f"{place} answers from the list"
