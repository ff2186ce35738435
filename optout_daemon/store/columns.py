"""The column types of the schema: text that both databases accept, enums by value, ids, bounded keys.

PostgreSQL refuses NUL in text and both refuse lone surrogates; mail holds either, so every text is cleaned on its
way in (and in a comparison, so that a look-up finds what was written).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Dialect, Enum, Integer, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

KEY_LENGTH: Final = 500
"""Longest text in an indexed column, in characters: a PostgreSQL b-tree row ends at 2,704 bytes."""


def clean(text: str) -> str:
    """`text` without NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")


def bounded(text: str) -> str:
    """A key for an indexed column: `text` itself, or its digest where a stranger made it too long to index."""
    if len(text) <= KEY_LENGTH:
        return text
    return "sha256:" + hashlib.sha256(clean(text).encode()).hexdigest()


def cleaned(value: Any) -> Any:
    """A JSON value with every text in it cleaned; tuples become lists, as they would on the way back."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value


def dump(value: object) -> str:
    """The one form in which JSON is written: compact, keys sorted, Japanese readable."""
    return json.dumps(cleaned(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class CleanText(TypeDecorator[str]):
    """Text without NUL and lone surrogates."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class CleanKey(CleanText):
    """The same, bounded so that it can stand in an index."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else bounded(clean(value))


class CleanJSON(TypeDecorator[Any]):
    """JSON of plain values; `None` is SQL's NULL. A value is replaced, never changed in place."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return cleaned(value)


def identity() -> TypeEngine[int]:
    """64 bits on both; SQLite counts up by itself only for a column that is called INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")


def one_of(kind: type[StrEnum], name: str) -> Enum:
    """VARCHAR with a CHECK by the values; the default would store names and make a type on PostgreSQL."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
