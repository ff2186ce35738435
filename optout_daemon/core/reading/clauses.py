"""Cut a sentence into clauses, and say of each what it asks for.

A clause is one predicate with the things it is about. Two orders are known, chosen by the words file: the
predicate after its objects (メールは続けて、カタログは止めて) or before them (stop the catalogues). Which words are
predicates, objects and their modifiers is data; here is only how they act on each other: "do not" before "stop", a
flip behind 停止, a noun that is nothing we send. Linear: each phrase found is looked at a bounded number of times.
"""

from __future__ import annotations

from typing import Final

from optout_daemon.core.reading.clause import OBJECTS, PREDICATES, Polarity
from optout_daemon.core.reading.predicate_first import pieces, read_first
from optout_daemon.core.reading.predicate_last import read_last
from optout_daemon.core.reading.sentences import Sentence

_PREDICATES: Final = PREDICATES | {"past"}
_DROPPED: Final = frozenset({"neutral", "greeting", "thanks"})


def read(sentence: Sentence, channels: frozenset[str]) -> None:
    """Cut a sentence into clauses and judge each; without a predicate there is none."""
    if sentence.kinds.isdisjoint(_PREDICATES):
        return
    objects = OBJECTS | channels
    tokens = [token for token in sentence.tokens if token.kind not in _DROPPED]
    if sentence.language.order == "predicate_last":
        read_last(sentence, tokens, objects)
    else:
        for piece in pieces(sentence, tokens):
            read_first(sentence, piece, objects)
    instructs = sentence.has("instructs")
    reported = [match.span() for match in sentence.language.grammar.reported.finditer(sentence.text)]
    asks = sentence.has("question", "ask", "how", "wh")
    for clause in sentence.clauses:
        if clause.polarity is Polarity.NONE:
            continue
        said = any(start <= clause.predicate.start < end for start, end in reported)
        # 停止した場合はどうなりますか: what would be, not what is wanted.
        grammar, end = sentence.language.grammar, clause.predicate.end
        said = said or grammar.though.match(sentence.text, end) is not None
        said = said or (asks and grammar.supposed.match(sentence.text, end) is not None)
        if instructs or said or sentence.text.startswith("http", _skip(sentence.text, clause.predicate.end)):
            clause.polarity = Polarity.NONE


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " :→⇒":
        at += 1
    return at
