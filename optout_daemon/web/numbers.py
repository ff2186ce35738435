"""Numbers in a request that the database may be asked by: none is beyond its 64 bits, whoever wrote it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

LARGEST: Final = 2**63 - 1

Id = Annotated[int, Field(ge=1, le=LARGEST)]
Version = Annotated[int, Field(ge=0, le=LARGEST)]


def number_of(text: str) -> int | None:
    """What was typed as a whole number; None where it is none, or larger than any that there is."""
    text = text.strip()
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else LARGEST + 1
    return found if found <= LARGEST else None
