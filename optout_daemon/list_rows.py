"""Cut a mailing list into its records, byte for byte, and read the one column that names the recipient.

CSV divided by commas, semicolons or tabs, UTF-8 or cp932 (whose second bytes are never one of those, a quote or a line
end). A record that does not have the columns of the first line refuses the file: what cannot be read cannot be
scrubbed. Linear in the file; one record in memory.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from optout_daemon.errors import ImportRefused

LONGEST_RECORD: Final = 1 << 20
"""Bytes. A quote that is never closed must not take the rest of the file with it."""
_BOM: Final = codecs.BOM_UTF8

Record = tuple[int, bytes, str | None]
"""First line, its bytes with the line end, and the column's text; None for an empty line."""


class Records:
    """The records of a list. Raises ImportRefused for a first line without the column, or with a second of it."""

    def __init__(self, raw: BinaryIO, encoding: str, column: str, delimiter: str = ",") -> None:
        self._raw = raw
        self._encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        self._delimiter = delimiter
        self._pieces = self._cut()
        line, self.header = next(self._pieces, (1, b""))
        self.names = self._fields(self.header.removeprefix(_BOM)) or []
        if self.names.count(column) != 1:
            why = "is missing" if column not in self.names else "stands there more than once"
            raise ImportRefused(
                "the list's first line does not name its columns as --column has it",
                (f'line {line}: the column "{column}" {why}',),
            )
        self._place = self.names.index(column)

    def __iter__(self) -> Iterator[Record]:
        mark, place, commas, encoding = self._delimiter.encode(), self._place, len(self.names) - 1, self._encoding
        for line, piece in self._pieces:
            if b'"' not in piece:
                if piece.count(mark) == commas:
                    yield line, piece, piece.split(mark, place + 1)[place].decode(encoding)
                    continue
                if not piece.strip(b"\r\n"):
                    yield line, piece, None
                    continue
            fields = self._fields(piece)
            if fields is None or len(fields) != commas + 1:
                raise ImportRefused(
                    "the list is not regular, and nothing was written",
                    (f"line {line}: not the {commas + 1} columns of the first line; is a quote open?",),
                )
            yield line, piece, fields[place]

    def _cut(self) -> Iterator[tuple[int, bytes]]:
        number, first = 0, 1
        parts: list[bytes] = []
        size, quotes = 0, 0
        for part in self._raw:
            number += 1
            if not parts:
                first = number
                if b'"' not in part:
                    yield number, part
                    continue
            parts.append(part)
            size += len(part)
            quotes += part.count(b'"')
            if quotes % 2 == 0 or size > LONGEST_RECORD:
                yield first, b"".join(parts)
                parts, size, quotes = [], 0, 0
        if parts:
            yield first, b"".join(parts)

    def _fields(self, piece: bytes) -> list[str] | None:
        text = io.StringIO(piece.decode(self._encoding), newline="")
        try:
            rows = list(csv.reader(text, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None
