"""Ask the demo's web part as others do: a clerk in a browser for the queue, a sender with a token for one address.

Raises CommandFailed where an answer is not what a page or the API gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import httpx

from optout_daemon.demo.service import CommandFailed

LIMIT: Final = 30.0
"""Seconds for one answer; a loaded machine takes its time over a password."""


@dataclass(frozen=True, slots=True)
class Access:
    """What opens the web part of this demo, made at random."""

    name: str
    password: str
    token: str


def held(url: str, access: Access) -> int:
    """Sign in as a clerk does and read from the queue page how many inquiries wait."""
    headers = {"accept-language": "en", "origin": url}
    with httpx.Client(base_url=url, headers=headers, follow_redirects=True, timeout=LIMIT) as browser:
        form = {"name": access.name, "password": access.password, "next": "/queue"}
        page = browser.post("/sign-in", data=form)
        found = re.search(r"(\d+) inquir(?:y waits|ies wait)\b", page.text)
        if page.status_code != httpx.codes.OK or page.url.path != "/queue" or found is None:
            raise CommandFailed(f"signing in gave no queue, but {page.status_code} at {page.url.path}")
        return int(found[1])


def allowed(url: str, access: Access, email: str) -> bool:
    """Whether the API allows mail to an address."""
    headers = {"authorization": f"Bearer {access.token}"}
    answer = httpx.get(f"{url}/api/v1/suppressions/check", params={"email": email}, headers=headers, timeout=LIMIT)
    if answer.status_code != httpx.codes.OK:
        raise CommandFailed(f"the API answered {answer.status_code}: {answer.text}")
    said: bool = answer.json()["allowed"]
    return said
