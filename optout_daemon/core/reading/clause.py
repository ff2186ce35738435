"""One clause: a predicate with the things it is about, and what it does to sendings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.sentences import Sentence

NOT_OURS: Final = frozenset({"aside", "goods", "second", "calls", "reply", "bills"})
"""Things that no wish about sendings is about."""

VERBS: Final = frozenset({"act", "sense"})
"""What is done with sendings (send, get; see, read): an object only right behind a predicate."""

OBJECTS: Final = NOT_OURS | VERBS | {"sending", "list", "mail", "personal"}
STOPPING: Final = frozenset({"stop", "halt", "vague", "end", "leave", "enough", "unwanted", "halted", "pause"})
PREDICATES: Final = STOPPING | {
    "keep",
    "spare",
    "asbefore",
    "fine",
    "enjoy",
    "want",
    "resume",
    "erase",
    "restrict",
    "ditto",
    "dont",
    "deny",
}


class Polarity(StrEnum):
    """What a clause does to sendings."""

    DITTO = "ditto"
    """The same as the clause before it: ついでにカタログもお願いします."""

    STOP = "stop"
    ASKED = "asked"
    """A stop that was asked for earlier."""
    PERHAPS = "perhaps"
    """To be stopped, but what is not said in the clause."""
    KEEP = "keep"
    LIKE = "like"
    RESUME = "resume"
    ERASE = "erase"
    """What is held about the writer is to go."""
    NONE = "none"


STOPS: Final = frozenset({Polarity.STOP, Polarity.ASKED, Polarity.PERHAPS})


@dataclass(slots=True, eq=False)
class Clause:
    """One predicate and what it is about."""

    polarity: Polarity
    sentence: Sentence
    predicate: Token
    objects: list[Token] = field(default_factory=list)
    others: list[Token] = field(default_factory=list)
    """Modifiers: every, only, except, until ..."""
    context: list[Token] = field(default_factory=list)
    """Things spoken of earlier in the sentence, in a clause without a predicate of ours."""
    inherited: bool = False
    """Its objects are those of the clause before it."""
    about: str = ""
    """Kind of the object that the predicate is about; "" where there is none."""
    begins: int = 0
    """Where in the sentence the clause begins."""

    @property
    def text(self) -> str:
        end = max([self.predicate.end, *(token.end for token in self.objects)])
        return self.sentence.text[self.begins : end].strip(" 、,;:^$")

    def has(self, *kinds: str) -> bool:
        """Whether it is bent by one of these."""
        return any(token.kind in kinds for token in self.others)


def names_channel(clause: Clause) -> bool:
    return any(token.kind in clause.sentence.language.channels for token in clause.objects)
