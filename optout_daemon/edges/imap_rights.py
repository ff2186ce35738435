"""Ask the server what we may do in a folder (RFC 4314, MYRIGHTS); imapclient itself cannot."""

from __future__ import annotations

import re
from typing import Any, Final

_RIGHTS: Final = re.compile(rb"\s([a-z0-9]{1,40})\s*$")


def my_rights(client: Any, folder: str) -> str | None:
    """One letter a right, as the server gives them; None where its answer cannot be read."""
    status, answer = client._imap.myrights(client._normalise_folder(folder))
    if status != "OK" or not answer or not isinstance(answer[0], bytes):
        return None
    found = _RIGHTS.search(answer[0])
    return found[1].decode() if found else None
