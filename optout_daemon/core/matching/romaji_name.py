"""Find a name by its sound in romaji, in both orders and all usual spellings: Ohta Yohko for 太田洋子.

Each part is one word, or two with a hyphen (Jun-ichi); in a Chinese or Korean name also two with a blank (Xiao Ming). A
name in an e-mail address is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from optout_daemon.core.matching.eastern_name import goes_on
from optout_daemon.core.matching.folding import Passage
from optout_daemon.core.matching.kana import sounds_like

_STARTS: Final = {"T": "tc", "S": "s", "H": "hf", "Z": "zjd", "K": "kc", "R": "rl", "B": "bv"}


def find(
    spellings: Sequence[tuple[tuple[str, ...], bool]], passage: Passage, *, eastern: bool
) -> tuple[int, int] | None:
    """Range of `folded` of the name by one of its spellings (its parts, and whether their long vowels are known)."""
    joints = ("-", " ") if eastern else ("-",)
    for parts, known in spellings:
        for order in (parts, parts[::-1]):
            letters = _STARTS.get(order[0][0], order[0][0].lower())
            for index, token in enumerate(passage.tokens):
                if token.word[0] in letters:
                    end = _end(passage, index, order, known, joints)
                    if not end or (eastern and goes_on(passage, token.start, end)):
                        continue
                    if not any(passage.is_in_internet_address(at) for at in (token.start, end - 1)):
                        return token.start, end
    return None


_GAP: Final = re.compile(r"\.?[ \t]+|[ \t]*,[ \t]*\n?[ \t]*|[ \t]*\n[ \t]*|・")


def _end(passage: Passage, index: int, parts: tuple[str, ...], known: bool, joints: tuple[str, ...]) -> int:
    """End in `folded` of the parts that begin with this token, each one word or two with a joint; 0 without."""
    tokens, text = passage.tokens, passage.folded
    if index and text[tokens[index].start - 1] == "-" and tokens[index - 1].word.isalpha():
        return 0
    for number, part in enumerate(parts):
        if number and (
            index >= len(tokens)
            or tokens[index].start - tokens[index - 1].end > 8
            or not _GAP.fullmatch(text, tokens[index - 1].end, tokens[index].start)
        ):
            return 0
        for width in (1, 2):
            last = index + width - 1
            if last < len(tokens) and (width == 1 or text[tokens[index].end : tokens[last].start] in joints):
                start, end = tokens[index].start, tokens[last].end
                if sounds_like(passage.sound(start, end), part, known_length=known):
                    index += width
                    break
        else:
            return 0
    end = tokens[index - 1].end
    if text[end : end + 1] == "-" and index < len(tokens) and tokens[index].start == end + 1:
        return (
            end
            if tokens[index].word in ("san", "sama", "sensei", "kun", "dono") or not tokens[index].word.isalpha()
            else 0
        )
    return end
