"""Find the numbers of a Japanese address in Latin text: 3-38-8, 3-chome 38-8, 2 chome 5 ban 7 go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from optout_daemon.core.matching.folding import Passage, Token

_JOIN: Final = re.compile(r"[ \t]*[-,]?[ \t]*\n?[ \t]*")
_MARKS: Final = ("chome", "ban", "banchi", "go")


@dataclass(frozen=True, slots=True)
class Group:
    """Numbers that belong together: the tokens from `first` to before `last`."""

    numbers: tuple[int, ...]
    first: int
    last: int
    in_grid: bool = False
    """Found with the points of the compass that name its town (grid.py)."""


def groups(passage: Passage) -> list[Group]:
    """All of them in order; what looks like a postal code (162-0041) is none, nor is a single long number."""
    tokens, text = passage.tokens, passage.folded
    found: list[Group] = []
    index = 0
    while index < len(tokens):
        if not is_number(tokens[index]):
            index += 1
            continue
        first, raw = index, [tokens[index].word]
        index += 1
        while index < len(tokens):
            gap = text[tokens[index - 1].end : tokens[index].start]
            if len(gap) > 4 or not _JOIN.fullmatch(gap):
                break
            if tokens[index].word in _MARKS:
                index += 1
            elif is_number(tokens[index]) and ("-" in gap or tokens[index - 1].word in _MARKS):
                raw.append(tokens[index].word)
                index += 1
            else:
                break
        if len(raw) < 6 and [len(digits) for digits in raw] != [3, 4]:
            numbers = tuple(int(digits) for digits in raw)
            found.append(Group(numbers, first, index))
            before = found[-2] if len(found) > 1 else None
            if before is not None and tokens[index - 1].word == "chome" and len(numbers) == 1:
                # "34-7 Sakae 3-chome": the block stands behind the town.
                words = range(before.last, first)
                if len(words) <= 4 and all(tokens[word].word.isalpha() for word in words):
                    found.append(Group(numbers + before.numbers, before.first, before.last))
    return found


def is_number(token: Token) -> bool:
    """Up to five ASCII digits and nothing else."""
    return token.word.isascii() and token.word.isdigit() and len(token.word) <= 5
