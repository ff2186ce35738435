"""What held mails say, kept for searching: folded, so that width, case and form of a letter do not matter.

Substrings are looked for, in whatever language: a Japanese name has two characters, and an index of three finds none
of them. Rows stand for the queue alone, so that a search reads some megabytes at most.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select

from optout_daemon.core.model import Reading
from optout_daemon.store.schema import held_text as table
from optout_daemon.store.schema import inquiry
from optout_daemon.store.statements import for_each

MOST: Final = 20_000
"""Characters of a mail that are searched."""
WORDS: Final = 8
_PUT: Final = for_each(
    lambda insert: (put := insert(table)).on_conflict_do_update(
        index_elements=["inquiry_id"], set_={"text": put.excluded.text}
    )
)
_DROP: Final = delete(table).where(table.c.inquiry_id == bindparam("this"))


def folded(text: str) -> str:
    """The form in which texts are compared here: NFKC, lower case, runs of blanks as one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def keep(tx: Connection, inquiry_id: int, reading: Reading) -> None:
    """Keep what the mail says: author, subject, text."""
    envelope = reading.envelope
    whole = f"{envelope.author or ''} {envelope.author_name} {reading.subject} {reading.text}"
    tx.execute(_PUT[tx.dialect.name], {"inquiry_id": inquiry_id, "text": folded(whole[:MOST])})


def forget(tx: Connection, inquiry_id: int) -> None:
    """The inquiry left the queue."""
    tx.execute(_DROP, {"this": inquiry_id})


def says(tx: Connection, sought: str) -> list[ColumnElement[bool]]:
    """The condition on `inquiry` for mails in which every word of `sought` stands, in any order; none for no word.

    A mail that was held before this table was there is found by its author and its subject.
    """
    words = folded(sought).split()[:WORDS]
    if not words:
        return []
    position = func.instr if tx.dialect.name == "sqlite" else func.strpos  # LIKE takes three times as long
    inside = select(table.c.inquiry_id).where(*(position(table.c.text, word) > 0 for word in words))
    return [inquiry.c.id.in_(inside)]
