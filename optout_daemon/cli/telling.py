"""Tell a clerk what was found in a mail, where, what was decided and why: in words, without a name from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from rich.cells import cell_len

from optout_daemon import rule_words
from optout_daemon.cli import wording
from optout_daemon.cli.output import cell
from optout_daemon.cli.page import COLUMNS, block, padded
from optout_daemon.core.model import EMAIL, GROUP, PRINT, Authentication, Disposition, FieldName, ReplyKind, RuleHit
from optout_daemon.core.reading.folding import Folded
from optout_daemon.explaining import Explained

_DIGIT = re.compile("[0-9]")
"""The rules of the wish look at no digit: each is 0 to them."""
_LEFT = 15
"""Columns in front of a value."""


def told(explained: Explained) -> Iterator[str]:
    """The lines for one mail, none wider than 80 columns."""
    account = _Account(explained)
    yield from account.decision()
    yield ""
    yield "  Found in the mail"
    yield from account.found()
    yield ""
    yield "  Why"
    yield from block("who wrote", account.who_wrote(), indent=4)
    yield from block("what", account.what_is_wanted(), indent=4)
    yield from block("who it is", account.who_it_is(), indent=4)
    yield from block("so", account.rule(), indent=4)


class _Account:
    def __init__(self, explained: Explained) -> None:
        self._decision = explained.decision
        self._reading = explained.reading
        self._match = explained.match

    def decision(self) -> Iterator[str]:
        """What was decided, for which reasons, and who is told what."""
        decision = self._decision
        texts = [wording.DISPOSITIONS[decision.disposition]]
        if decision.channels:
            company = "" if decision.scope == GROUP else f" from {cell(decision.scope)}"
            texts.append(f"Nothing more is sent{company} by: {', '.join(decision.channels)}.")
        if decision.follow_up:
            texts.append("A person looks at what else it asks for.")
        yield from block("decision", texts)
        yield from block("because", [wording.REASONS[reason] for reason in decision.reasons])
        reply = wording.REPLIES[decision.reply]
        if decision.reply is ReplyKind.NONE and decision.disposition is not Disposition.IGNORED:
            reply += f": {wording.no_reply(decision.no_reply_because)}"
        yield from block("reply", [reply])

    def found(self) -> Iterator[str]:
        """Each field with its value and its place; one that is not there is said to be missing."""
        decision = self._decision
        values = {name: cell(decision.fields[name]) for name in FieldName if decision.fields.get(name)}
        places = {name: wording.place(self._reading, name, decision.spans.get(name)) for name in values}
        room = COLUMNS - _LEFT - 2 - max(map(cell_len, places.values()), default=0)
        width = 2 + max((length for value in values.values() if (length := cell_len(value)) <= room), default=0)
        for name in FieldName:
            value, place = values.get(name), places.get(name, "")
            if value is None:
                if decision.disposition is not Disposition.IGNORED:
                    yield f"    {wording.FIELDS[name]:<11}not found"
            elif cell_len(value) <= room:
                yield f"    {wording.FIELDS[name]:<11}{padded(value, width)}{place}".rstrip()
            else:
                yield from block(wording.FIELDS[name], [value, *([f"({place})"] if place else [])], indent=4)

    def who_wrote(self) -> list[str]:
        machine, match = self._reading.machine, self._match
        known = [self._machine(hit) for hit in machine.hits]
        if not known:
            known = ["a person, as far as can be told"] if self._reading.readable else []
        if self._reading.authentication is not Authentication.NONE:
            known.append(wording.AUTHENTICATIONS[self._reading.authentication])
        if self._reading.envelope.author is None:
            known.append("it has no single author")
        elif match.customer is not None:
            stands = "is" if match.author_on_record else "is not"
            known.append(f"the sender's address {stands} the one on record")
        return known

    def _machine(self, hit: RuleHit) -> str:
        said = rule_words.MACHINE_RULES.get(hit.rule, hit.rule)
        return f"{said} ({cell(hit.detail)})" if hit.detail else said

    def what_is_wanted(self) -> list[str]:
        decision, wish = self._decision, self._reading.wish
        if not self._reading.readable:
            return [f"it could not be read: {self._reading.unreadable_because}"]
        if decision.disposition is Disposition.IGNORED:
            return []
        texts = [f"{wording.CATEGORIES[decision.category]} (written in {wording.language(decision.language)})"]
        for said, pieces in self._pieces(wish.hits).items():
            texts += [f"{said}: {piece}" if piece else said for piece in pieces]
        return texts

    def _pieces(self, hits: Sequence[RuleHit]) -> dict[str, list[str]]:
        """What was seen, each with the pieces of the mail in which it was; a piece of a longer one is left out."""
        seen: dict[str, list[str]] = {}
        for hit in hits:
            pieces = seen.setdefault(rule_words.WISH_RULES.get(hit.rule, hit.rule), [])
            piece = self._quoted(hit.detail)
            if not any(piece.strip("“”") in other for other in pieces):
                pieces[:] = [other for other in pieces if other.strip("“”") not in piece] + [piece]
        return seen

    def _quoted(self, detail: str) -> str:
        if not detail or set(detail.split(", ")) <= {EMAIL, PRINT}:
            return detail
        return f"“{self._as_written(detail)}”"

    def who_it_is(self) -> list[str]:
        match = self._match
        if self._decision.disposition is Disposition.IGNORED or not self._reading.readable:
            return []
        if match.number is None:
            return ["no customer number was found"]
        if match.customer is None:
            return [f"no customer has the number {match.number}"]
        because = {hit.rule: hit.detail.replace("own words", "the customer's own words") for hit in match.hits}
        agreements = (("name", match.name), ("address", match.address))
        return [
            f"{match.number} is in the directory",
            *(f"{wording.agreement(name, agrees)} ({because[name]})" for name, agrees in agreements),
        ]

    def rule(self) -> list[str]:
        """Why it came out so; what the rule is called stands in front of the last line of the evidence."""
        names = [line.partition(":")[0] for line in self._decision.evidence]
        return [rule_words.DECISION_RULES[name] for name in names[-1:] if name in rule_words.DECISION_RULES]

    @cached_property
    def _squeezed(self) -> tuple[str, list[int], str]:
        """The mail folded and without blanks, where each of those characters stands in it, and the mail itself."""
        text = f"{self._reading.subject}\n{self._reading.text}"
        folded = Folded(text)
        places = [at for at, letter in enumerate(folded.text) if not letter.isspace()]
        squeezed = _DIGIT.sub("0", "".join(folded.text[at] for at in places))
        return squeezed, [folded.origin(at) for at in places], text

    def _as_written(self, detail: str) -> str:
        """A piece of the mail as its author wrote it; the rules keep it in the form in which they compare."""
        squeezed, places, text = self._squeezed
        wanted = _DIGIT.sub("0", "".join(Folded(detail).text.split()))
        at = squeezed.find(wanted) if wanted else -1
        if at < 0:
            return cell(detail)
        end = at + len(wanted)
        return cell(text[places[at] : places[end] if end < len(places) else len(text)].strip())
