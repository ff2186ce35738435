"""One mail's sentences and clauses with what follows from them: all that the rules of the wish look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from optout_daemon.core.model import RuleHit
from optout_daemon.core.reading.clause import Clause, Polarity, names_channel
from optout_daemon.core.reading.lexicon import Token
from optout_daemon.core.reading.sentences import Sentence
from optout_daemon.core.reading.words import Language

_DETAIL: Final = 80
_MOST: Final = 200
"""Stopping clauses that are looked at; nobody needs more to be understood."""
_BACK: Final = 4
"""Sentences that a clause without an object looks back over."""
_KANJI: Final = re.compile("[一-鿿]")
_NAMED: Final = re.compile(r"\([^()]{1,40}\)")
"""The name of a relative in brackets: 夫(後藤隆)の分."""
_ELSEWHERE: Final = frozenset({"aside", "second", "calls", "damage", "errand", "goods", "leave"})

_ORDERED: Final = frozenset({"errand", "goods", "second"})
"""What is sent out without being a sending of ours."""


@dataclass
class Case:
    """What the rules look at; `note` keeps what they rested on."""

    languages: Sequence[Language]
    channels: tuple[str, ...]
    sentences: list[Sentence]
    has_fields: bool
    hits: list[RuleHit] = field(default_factory=list)

    def note(self, rule: str, what: Clause | Sentence | str = "") -> None:
        """Keep one hit with a short piece of the clause."""
        text = what if isinstance(what, str) else what.text
        self.hits.append(RuleHit(rule, text.strip("^$ ")[:_DETAIL]))

    def has(self, *kinds: str) -> Sentence | None:
        """The first sentence with a phrase of these kinds."""
        if self.kinds.isdisjoint(kinds):
            return None
        return next((one for one in self.sentences if one.has(*kinds)), None)

    def tells(self, *kinds: str) -> Sentence | None:
        """The first sentence that says one of these of who the wish is for."""
        return next((one for one in self.sentences if one.tells(*kinds)), None)

    def of(self, *polarities: Polarity) -> list[Clause]:
        """The clauses of these polarities, in order."""
        return [clause for clause in self.clauses if clause.polarity in polarities]

    @cached_property
    def clauses(self) -> list[Clause]:
        """Of all sentences, in order."""
        return [clause for one in self.sentences for clause in one.clauses]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Of all phrases found: most of what is asked for stands nowhere."""
        return frozenset().union(*(one.kinds for one in self.sentences))

    @cached_property
    def ours(self) -> frozenset[str]:
        """Kinds of things that we send."""
        return frozenset({"sending", "list", "mail", *self.channels})

    @cached_property
    def speaks_of_sendings(self) -> bool:
        return any(token.kind in self.ours for sentence in self.sentences for token in sentence.tokens)

    @cached_property
    def stopping(self) -> frozenset[Clause]:
        """The same as `stops`, to ask whether a clause is among them."""
        return frozenset(self.stops)

    @cached_property
    def stops(self) -> list[Clause]:
        """Clauses that stop something of ours; one that does not say what, where it can be seen from the rest."""
        firm = [one for one in self.of(Polarity.STOP, Polarity.ASKED)[:_MOST] if not self._of_something_else(one)]
        return [
            *firm,
            *(one for one in self.of(Polarity.PERHAPS)[:_MOST] if self.is_ours(one) or (firm and not self._other(one))),
        ]

    def _of_something_else(self, clause: Clause) -> bool:
        """注文を取り消し、発送を止めて: a stop without a thing, or of a dispatch, right after what is none of ours."""
        dispatch = clause.sentence.language.grammar.dispatch
        things = [token for token in clause.objects if token.kind != "sending" or not dispatch.match(token.text)]
        if clause.has("every", "both") or any(token.kind not in (*_ORDERED, "personal") for token in things):
            return False
        if any(token.kind != "personal" for token in things):
            return True
        return self._near(clause, _ORDERED if clause.objects else _ELSEWHERE) is False

    def is_ours(self, clause: Clause) -> bool:
        """Whether a clause that does not say what it is about is about what we send, as far as the rest tells."""
        near = self._near(clause)
        if near is not None and not (near and clause.predicate.kind == "end" and self._beside_another(clause)):
            return near
        if clause.about == "aside":
            return self.speaks_of_sendings
        if clause.predicate.kind == "end":
            return any(token.kind in self.ours for token in clause.objects)
        another = self.has("complaint", *_ELSEWHERE) is not None
        return self.speaks_of_sendings or (clause.predicate.kind not in ("vague", "dont") and not another)

    def _beside_another(self, clause: Clause) -> bool:
        """Whether something that is none of ours is spoken of right beside it as well."""
        return any(token.kind in _ELSEWHERE for tokens in self.beside(clause)[:3] for token in tokens)

    def _other(self, clause: Clause) -> bool:
        return self._near(clause) is False

    def _near(self, clause: Clause, elsewhere: frozenset[str] = _ELSEWHERE) -> bool | None:
        for tokens in self.beside(clause):
            kinds = {token.kind for token in tokens}
            if kinds & self.ours or kinds & {"every", "both"}:
                return True
            if kinds & elsewhere:
                return False
        return None

    @cached_property
    def keeps(self) -> list[Clause]:
        """Clauses that ask for sendings to go on, of the writer's own."""
        return [clause for clause in self.of(Polarity.KEEP) if not about_others(clause)]

    @cached_property
    def _headings(self) -> list[Sentence]:
        return [one for one in self.sentences if one.subject][:_BACK]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(one): number for number, one in enumerate(self.sentences)}

    def before(self, sentence: Sentence) -> Sentence | None:
        """The sentence before one."""
        at = self._places[id(sentence)] - 1
        return self.sentences[at] if at >= 0 else None

    def following(self, sentence: Sentence) -> Sentence | None:
        """The sentence after one."""
        at = self._places[id(sentence)] + 1
        return self.sentences[at] if at < len(self.sentences) else None

    def beside(self, clause: Clause) -> list[Sequence[Token]]:
        """What was spoken of beside a clause, nearest first: its sentence, those before it, the subject."""
        at = self._places[id(clause.sentence)]
        own = {id(token) for token in clause.objects}
        here = [token for token in clause.sentence.tokens if id(token) not in own]
        found: list[Sequence[Token]] = [[token for token in here if token.end <= clause.predicate.start]]
        found.append([token for token in here if token.start >= clause.predicate.end])
        found += [one.tokens for one in reversed(self.sentences[max(0, at - _BACK) : at]) if not one.subject]
        found += [one.tokens for one in self._headings if one is not clause.sentence]
        return found


def about_others(clause: Clause) -> bool:
    """Whether it is about what is somebody else's: 妻宛のカタログは, 夫は読むので; not カタログは母が見るので."""
    sentence = clause.sentence
    kin = relatives(sentence)
    own = names_channel(clause) and not any(theirs(sentence, token) for token in kin)
    return sentence.tells("behalf") or (bool(kin) and not own)


def relatives(sentence: Sentence) -> list[Token]:
    """The relatives that a sentence names; 夫 at the end of 信夫 is none."""
    text = sentence.text
    return [
        token
        for token in sentence.who
        if token.kind == "kin" and not (len(token.text) == 1 and _KANJI.match(text, max(0, token.start - 1)))
    ]


def theirs(sentence: Sentence, kin: Token) -> bool:
    """Whether what stands behind a relative makes something theirs."""
    name = _NAMED.match(sentence.text, kin.end)
    end = name.end() if name else kin.end
    behind = sentence.language.whose.scan(sentence.text[end : end + 24])
    return bool(behind) and behind[0].start == 0
