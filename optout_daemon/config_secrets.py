"""Read the secrets that the settings name by file, and make the desk's key file.

Raises SettingsError that names the file and the setting, never the secret. Nothing here runs when settings are
loaded: only a command that connects, signs or digests reads a secret.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final, overload

from optout_daemon.errors import SettingsError

KEY_BYTES: Final = 32


@overload
def secret(path: Path, setting: str = ...) -> str: ...
@overload
def secret(path: None, setting: str = ...) -> None: ...
@overload
def secret(path: Path | None, setting: str = ...) -> str | None: ...
def secret(path: Path | None, setting: str = "password_file") -> str | None:
    """The text of a secret file without its last line end; None where the settings name no file.

    A relative path is looked up in $CREDENTIALS_DIRECTORY, where systemd puts what LoadCredential= names.
    """
    if path is None:
        return None
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    place = Path(directory) / path if directory and not path.is_absolute() else path
    try:
        text = place.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"{setting}: the file {place} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{setting}: the file {place} is not text in UTF-8") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise SettingsError(f"{setting}: the file {place} is empty")
    if "\n" in text or "\r" in text or "\0" in text:
        raise SettingsError(f"{setting}: the file {place} has more than one line; the secret is one line")
    return text


def key_secret(path: Path) -> bytes:
    """The desk's one secret (`Settings.key_file`), from which core/keys.py derives the working keys."""
    made = "`openssl rand -hex 32` makes a good one"
    try:
        text = secret(path, "desk.key_file")
    except SettingsError as error:
        raise SettingsError(f"{error}; {_key_hint(path, made)}") from None
    if len(text.encode()) < KEY_BYTES:
        raise SettingsError(
            f"desk.key_file: the file {path} is too short; {KEY_BYTES} characters are the least; {made}"
        )
    return text.encode()


def _key_hint(path: Path, made: str) -> str:
    """What to do about a key that cannot be read. A key must not be made anew where replies bear the old one."""
    if path.is_dir():
        return "name the file itself, not its folder"
    if not path.exists():
        return f"on SQLite `optout-daemon db upgrade` makes it; else it is made once, for every host: {made}"
    try:
        path.open("rb").close()
    except PermissionError:
        return "give it to the daemon's own user, mode 0600, and run the command as that user"
    except OSError:
        pass
    return f"the key is one line of text; {made}"


def make_key_file(path: Path) -> bool:
    """Write a new key to `path`, mode 0600; False where there is a file already. Never overwrites."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise SettingsError(f"desk.key_file: the file {path} cannot be made: {error.strerror}") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def exposed(named: Iterable[tuple[str, Path]]) -> list[str]:
    """One line for each secret file (`Settings.secret_files`) that every user of the machine can read or write."""
    lines = []
    for setting, path in named:
        try:
            mode = path.stat().st_mode
        except OSError:  # a missing file is the business of whoever needs it
            continue
        if mode & (stat.S_IROTH | stat.S_IWOTH):
            lines.append(f"{setting}: every user of this machine can read {path}; take that away with chmod 600")
    return lines
