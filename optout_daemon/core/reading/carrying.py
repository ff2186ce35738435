"""The sentences that carry a wish: in which language they are, and where they stand."""

from __future__ import annotations

import re
from typing import Final

from optout_daemon.core.model import Wish
from optout_daemon.core.reading.case import Case
from optout_daemon.core.reading.clause import STOPS, Polarity
from optout_daemon.core.reading.sentences import Sentence
from optout_daemon.core.reading.words import Language

_CARRYING: Final = (*STOPS, Polarity.RESUME, Polarity.KEEP)
_LATIN: Final = re.compile("[a-z\u00df-\u024f]")
_OTHER_SCRIPT: Final = re.compile("[\u0370-\u1dff\ua4d0-\ua95f\ua980-\uabff\uac00-\ud7ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters that neither Latin nor Japanese and Chinese have: Greek, Cyrillic, Hebrew, Arabic, of India, Thai, Hangul."""


def has_substance(sentence: Sentence) -> bool:
    """Whether it says more than a greeting."""
    return len(re.sub(r"[\W\d_]", "", bare(sentence))) >= 2


def bare(sentence: Sentence) -> str:
    """Its text without greetings and the like."""
    text = sentence.text
    for token in reversed(sentence.tokens):
        if token.kind in ("greeting", "neutral"):
            text = text[: token.start] + text[token.end :]
    return text


def language_of(case: Case, wish: Wish) -> str:
    """Of the sentences that carry the wish, the longer part; else of all."""
    carrying = [clause.sentence for clause in case.of(*_CARRYING)] if wish.stated else []
    weights: dict[str, int] = {}
    for sentence in carrying or case.sentences:
        known = _knows(sentence.language, sentence.shown)
        scripted = sentence.language.script is not None and sentence.language.script.search(sentence.text)
        name = sentence.language.name if known else ""
        # A line in the language's own script says more than one in the letters that all share.
        weights[name] = weights.get(name, 0) + len(sentence.text) * (3 if scripted else 1)
    return max(weights, key=lambda name: weights[name]) if weights else case.languages[0].name


def _knows(language: Language, text: str) -> bool:
    """Whether a text is likely in a language: its script, or one of its everyday words among six or more."""
    if language.foreign is not None and language.foreign.search(text):
        return False
    if language.script is not None and language.script.search(text):
        return True
    if len(_OTHER_SCRIPT.findall(text)) > len(_LATIN.findall(text)):
        return False
    words = re.findall(r"[a-zà-ɏ']+", text)
    return len(words) < 6 or any(word in language.common for word in words)


def span_of(case: Case, wish: Wish) -> tuple[int, int] | None:
    """From the first to the last stretch that carries the wish."""
    if not wish.stated:
        return None
    carrying = case.of(*_CARRYING)
    spans = [(one.sentence.start, one.sentence.end) for one in carrying if not one.sentence.subject]
    if not carrying:
        spans = [(one.start, one.end) for one in case.sentences if not one.subject and has_substance(one)][:3]
    return (spans[0][0], max(end for _, end in spans)) if spans else None
